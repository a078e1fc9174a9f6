-- Free hosts that a closed batch still holds.
UPDATE copytaster.host AS host
SET batch_id = NULL
FROM copytaster.batch AS batch
WHERE host.batch_id = batch.batch_id AND batch.state = 'closed'
RETURNING host.host
