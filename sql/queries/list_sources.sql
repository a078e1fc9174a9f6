-- The sources that are watched.
SELECT
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
FROM copytaster.source AS source
WHERE source.removed_at IS NULL
ORDER BY source.source_id
