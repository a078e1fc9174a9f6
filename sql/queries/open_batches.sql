-- New batches, leased from now on.
INSERT INTO copytaster.batch (origin, stage, lease_expires_at, submission_id, warc_path)
SELECT
    %(origin)s,
    %(stage)s,
    now() + make_interval(secs => %(lease_seconds)s),
    %(submission_id)s,
    %(warc_path)s
FROM generate_series(1, %(count)s)
RETURNING batch_id
