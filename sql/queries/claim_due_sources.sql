-- Lease the sources whose time has come, the longest-waiting first.
UPDATE copytaster.source AS source
SET lease_expires_at = now() + make_interval(secs => %(lease_seconds)s)
FROM (
    SELECT waiting.source_id
    FROM copytaster.source AS waiting
    WHERE
        waiting.removed_at IS NULL AND waiting.next_poll_at <= now()
        AND coalesce(waiting.lease_expires_at, '-infinity') <= now()
    ORDER BY waiting.next_poll_at
    LIMIT %(wanted)s
    FOR NO KEY UPDATE SKIP LOCKED
) AS due
WHERE source.source_id = due.source_id
RETURNING
    source.source_id,
    source.url,
    source.kind,
    source.name,
    source.in_language,
    source.zone,
    source.hosts,
    source.allow,
    source.deny,
    source.etag,
    source.last_modified,
    source.document_digest,
    source.failures,
    source.interval_seconds,
    source.min_interval_seconds,
    source.max_interval_seconds
