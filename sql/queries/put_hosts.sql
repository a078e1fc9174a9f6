-- What was learnt of hosts; the fresher robots.txt and tdmrep.json win. Never an earlier next moment: another
-- worker may have been there since.
INSERT INTO copytaster.host AS host (
    host, next_allowed_at, crawl_delay_seconds, robots_txt, robots_status, robots_expires_at,
    response_seconds, adaptive_delay_seconds, tdmrep, tdmrep_expires_at
)
SELECT
    given.host,
    given.next_allowed_at,
    given.crawl_delay_seconds,
    given.robots_txt,
    given.robots_status,
    given.robots_expires_at,
    given.response_seconds,
    given.adaptive_delay_seconds,
    given.tdmrep,
    given.tdmrep_expires_at
FROM
    jsonb_to_recordset(%(hosts)s)
        AS given (
            host text, next_allowed_at timestamptz, crawl_delay_seconds float8, robots_txt text,
            robots_status integer, robots_expires_at timestamptz, response_seconds float8,
            adaptive_delay_seconds float8, tdmrep text, tdmrep_expires_at timestamptz
        )
ORDER BY given.host
ON CONFLICT ON CONSTRAINT host_pk DO UPDATE
    SET
        next_allowed_at = greatest(host.next_allowed_at, excluded.next_allowed_at),
        response_seconds = coalesce(excluded.response_seconds, host.response_seconds),
        adaptive_delay_seconds = coalesce(excluded.adaptive_delay_seconds, host.adaptive_delay_seconds),
        tdmrep = CASE
            WHEN excluded.tdmrep_expires_at >= coalesce(host.tdmrep_expires_at, '-infinity')
                THEN excluded.tdmrep
            ELSE host.tdmrep
        END,
        tdmrep_expires_at = greatest(host.tdmrep_expires_at, excluded.tdmrep_expires_at),
        (crawl_delay_seconds, robots_txt, robots_status, robots_expires_at) = (
            SELECT
                fresher.crawl_delay_seconds,
                fresher.robots_txt,
                fresher.robots_status,
                fresher.robots_expires_at
            FROM (
                VALUES
                (
                    excluded.crawl_delay_seconds, excluded.robots_txt, excluded.robots_status,
                    excluded.robots_expires_at
                ),
                (host.crawl_delay_seconds, host.robots_txt, host.robots_status, host.robots_expires_at)
            ) AS fresher (crawl_delay_seconds, robots_txt, robots_status, robots_expires_at)
            ORDER BY fresher.robots_expires_at DESC NULLS LAST
            LIMIT 1
        )
