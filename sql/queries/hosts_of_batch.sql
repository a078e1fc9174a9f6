-- What is known of the hosts that a batch may contact.
SELECT
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
FROM copytaster.host AS host
WHERE host.batch_id = %(batch)s
