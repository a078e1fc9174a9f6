-- A sign of life from the worker of a batch.
UPDATE copytaster.batch AS batch
SET lease_expires_at = now() + make_interval(secs => %(seconds)s)
WHERE batch.batch_id = %(batch)s AND batch.state = 'open'
