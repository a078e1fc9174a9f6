-- All that is known of one source.
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
    source.found_on,
    source.added_at,
    source.removed_at,
    source.answered_url,
    source.etag,
    source.last_modified,
    source.polls,
    source.not_modified,
    source.unchanged,
    source.failed,
    source.failures,
    source.http_status,
    source.fault,
    source.entries,
    source.taken,
    source.hosts_elsewhere,
    source.polled_at,
    source.new_page_at,
    source.next_poll_at,
    source.interval_seconds,
    source.min_interval_seconds,
    source.max_interval_seconds,
    (
        SELECT count(*) FROM copytaster.sighting AS sighting
        WHERE sighting.source_id = source.source_id
    ) AS sightings,
    (
        SELECT count(*) FROM copytaster.link_left_out AS link
        WHERE link.source_id = source.source_id
    ) AS links_left_out
FROM copytaster.source AS source
WHERE source.url_digest = sha256(convert_to(%(url)s, 'UTF8'))
