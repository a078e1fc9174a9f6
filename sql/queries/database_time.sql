-- The clock that all workers share.
SELECT clock_timestamp() AS database_time
