-- Take over open batches whose worker gave no sign of life; the longest-dead first.
UPDATE copytaster.batch AS batch
SET lease_expires_at = now() + make_interval(secs => %(lease_seconds)s), adoptions = batch.adoptions + 1
FROM (
    SELECT orphan.batch_id
    FROM copytaster.batch AS orphan
    WHERE
        orphan.state = 'open' AND orphan.lease_expires_at <= now()
        AND (%(submission_id)s::bigint IS NULL OR orphan.submission_id = %(submission_id)s)
    ORDER BY orphan.lease_expires_at
    LIMIT %(wanted)s
    FOR NO KEY UPDATE SKIP LOCKED
) AS orphaned
WHERE batch.batch_id = orphaned.batch_id
RETURNING batch.batch_id
