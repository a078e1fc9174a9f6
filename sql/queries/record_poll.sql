-- What a poll brought, and when to ask again: sooner after news, later after none, much later after faults.
-- The first poll finds everything new: it tells nothing of the pace. An answer that is new in more than half
-- of what it shows came too late: other news may have left it before.
UPDATE copytaster.source AS source
SET
    polled_at = now(),
    lease_expires_at = NULL,
    http_status = %(http_status)s,
    fault = coalesce(
        %(fault)s,
        -- a document that is what it was is as broken as it was
        CASE WHEN %(http_status)s = 304 AND source.http_status IN (200, 304) THEN source.fault END
    ),
    failures = next_poll.failures,
    interval_seconds = next_poll.interval_seconds,
    new_page_at = CASE WHEN %(new)s > 0 THEN now() ELSE source.new_page_at END,
    etag = coalesce(%(etag)s, CASE WHEN %(keep_validators)s THEN source.etag END),
    last_modified = coalesce(%(last_modified)s, CASE WHEN %(keep_validators)s THEN source.last_modified END),
    document_digest = coalesce(
        %(document_digest)s, CASE WHEN %(keep_validators)s THEN source.document_digest END
    ),
    answered_url = CASE WHEN %(failure)s > 0 THEN source.answered_url ELSE %(answered_url)s END,
    polls = source.polls + 1,
    not_modified = source.not_modified + (%(http_status)s IS NOT DISTINCT FROM 304)::integer,
    unchanged = source.unchanged + (%(is_unchanged)s)::integer,
    failed = source.failed + (%(failure)s > 0)::integer,
    entries = coalesce(%(entries)s, source.entries),
    taken = CASE WHEN %(entries)s IS NULL THEN source.taken ELSE %(seen)s END,
    hosts_elsewhere = coalesce(%(hosts_elsewhere)s, source.hosts_elsewhere),
    next_poll_at = greatest(
        %(not_before)s::timestamptz,
        now() + make_interval(
            secs => least(
                next_poll.interval_seconds * (2 ^ least(next_poll.failures, 16)),
                greatest(source.max_interval_seconds, next_poll.interval_seconds)
            )
        )
    )
FROM (
    SELECT
        polled.source_id,
        CASE WHEN %(failure)s > 0 THEN polled.failures + %(failure)s ELSE 0 END AS failures,
        CASE
            WHEN %(failure)s > 0 OR (polled.polled_at IS NULL AND %(new)s > 0) THEN polled.interval_seconds
            WHEN %(new)s > 0
                THEN greatest(
                    polled.min_interval_seconds,
                    polled.interval_seconds / CASE WHEN %(new)s * 2 > %(seen)s THEN 4 ELSE 2 END
                )
            ELSE least(polled.max_interval_seconds, (polled.interval_seconds * 1.5)::integer)
        END AS interval_seconds
    FROM copytaster.source AS polled
    WHERE polled.source_id = %(source_id)s
) AS next_poll
WHERE source.source_id = next_poll.source_id
