-- The batch is done.
UPDATE copytaster.batch AS batch
SET state = 'closed', closed_at = now(), lease_expires_at = NULL
WHERE batch.batch_id = %(batch)s AND batch.state = 'open'
