-- Add a source, or bring back and change one that is known.
INSERT INTO copytaster.source AS source (
    url, kind, name, in_language, zone, hosts, min_interval_seconds, max_interval_seconds, interval_seconds
)
VALUES (
    %(url)s, %(kind)s, %(name)s, %(in_language)s, %(zone)s, %(hosts)s, %(min_interval_seconds)s,
    %(max_interval_seconds)s,
    least(greatest(%(interval_seconds)s::integer, %(min_interval_seconds)s), %(max_interval_seconds)s)
)
ON CONFLICT ON CONSTRAINT source_url_key DO UPDATE
    SET
        kind = excluded.kind,
        name = excluded.name,
        in_language = excluded.in_language,
        zone = excluded.zone,
        hosts = excluded.hosts,
        min_interval_seconds = excluded.min_interval_seconds,
        max_interval_seconds = excluded.max_interval_seconds,
        interval_seconds = excluded.interval_seconds,
        removed_at = NULL,
        failures = 0,
        next_poll_at = least(source.next_poll_at, now())
RETURNING source_id
