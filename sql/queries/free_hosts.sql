-- The batch contacts nobody any more.
UPDATE copytaster.host AS host
SET batch_id = NULL
WHERE host.batch_id = %(batch)s
