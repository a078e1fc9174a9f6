-- Add a source, or bring back and change one that is known.
INSERT INTO copytaster.source AS source (
    url, kind, name, in_language, zone, hosts, allow, deny, found_on, min_interval_seconds,
    max_interval_seconds, interval_seconds
)
VALUES (
    %(url)s, %(kind)s, %(name)s, %(in_language)s, %(zone)s, %(hosts)s, %(allow)s, %(deny)s, %(found_on)s,
    %(min_interval_seconds)s, %(max_interval_seconds)s,
    least(greatest(%(interval_seconds)s::integer, %(min_interval_seconds)s), %(max_interval_seconds)s)
)
ON CONFLICT ON CONSTRAINT source_url_key DO UPDATE
    SET
        kind = excluded.kind,
        name = excluded.name,
        in_language = excluded.in_language,
        zone = excluded.zone,
        hosts = excluded.hosts,
        allow = excluded.allow,
        deny = excluded.deny,
        found_on = coalesce(excluded.found_on, source.found_on),
        min_interval_seconds = excluded.min_interval_seconds,
        max_interval_seconds = excluded.max_interval_seconds,
        interval_seconds = excluded.interval_seconds,
        -- What was left out may be wanted now: the next answer is read, whether it is new or not.
        etag = NULL,
        last_modified = NULL,
        document_digest = NULL,
        removed_at = NULL,
        failures = 0,
        next_poll_at = least(source.next_poll_at, now())
RETURNING source_id
