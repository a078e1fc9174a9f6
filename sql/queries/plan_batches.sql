-- Which waiting pages to fetch next: hosts by their most urgent page, from each what its delay allows.
-- The outer LIMIT has no ORDER BY: the hosts come in order, and sorting again would read all their pages.
WITH free_host AS MATERIALIZED (
    SELECT
        host.host,
        coalesce(host.realm, host.host) AS realm,
        greatest(
            1,
            floor(
                %(seconds_per_host)s::float8
                / greatest(
                    host.crawl_delay_seconds, host.adaptive_delay_seconds,
                    %(default_delay_seconds)s::float8, 0.001
                )
            )
        ) AS budget
    FROM copytaster.host AS host
    CROSS JOIN
        LATERAL (
            SELECT
                page.priority,
                page.next_fetch_at
            FROM copytaster.page AS page
            WHERE page.host = host.host AND page.state = 'waiting' AND page.next_fetch_at <= now()
            ORDER BY page.priority DESC, page.next_fetch_at ASC
            LIMIT 1
        ) AS urgent
    WHERE
        host.batch_id IS NULL
        AND coalesce(host.next_allowed_at, '-infinity')
        <= now() + make_interval(secs => %(default_delay_seconds)s)
    ORDER BY urgent.priority DESC, urgent.next_fetch_at ASC, host.host ASC
    LIMIT %(pages)s
)

SELECT
    chosen.page_id,
    free_host.host,
    free_host.realm
FROM free_host
CROSS JOIN
    LATERAL (
        SELECT page.page_id
        FROM copytaster.page AS page
        WHERE page.host = free_host.host AND page.state = 'waiting' AND page.next_fetch_at <= now()
        ORDER BY page.priority DESC, page.next_fetch_at ASC
        LIMIT least(free_host.budget, %(max_pages)s)
    ) AS chosen
LIMIT %(pages)s -- noqa: AM09
