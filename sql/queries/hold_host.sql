-- Give a batch that is fetching one more host, to which a redirect has led, and tell what is known of it.
-- No row if another batch holds it, or if it must rest: then the page waits for it on the list.
UPDATE copytaster.host AS host
SET batch_id = %(batch)s
WHERE
    host.host = %(host)s AND coalesce(host.batch_id, %(batch)s) = %(batch)s
    AND coalesce(host.next_allowed_at, '-infinity') <= now() + make_interval(secs => %(within_seconds)s)
    AND EXISTS (
        SELECT 1
        FROM copytaster.batch AS batch
        WHERE batch.batch_id = %(batch)s AND batch.state = 'open' AND batch.stage = 'fetch'
    )
RETURNING
    host.host,
    host.next_allowed_at,
    host.crawl_delay_seconds,
    host.robots_txt,
    host.robots_status,
    host.robots_expires_at,
    host.response_seconds,
    host.adaptive_delay_seconds,
    host.tdmrep,
    host.tdmrep_expires_at
