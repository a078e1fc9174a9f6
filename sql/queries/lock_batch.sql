-- The state of a batch; keeps a second worker out until the transaction ends.
SELECT
    batch.state,
    batch.stage
FROM copytaster.batch AS batch
WHERE batch.batch_id = %(batch)s
FOR NO KEY UPDATE
