-- Which waiting pages of one submission to fetch next, host by host.
SELECT
    ranked.page_id,
    ranked.host,
    ranked.realm
FROM (
    SELECT
        page.page_id,
        host.host,
        coalesce(host.realm, host.host) AS realm,
        row_number() OVER (PARTITION BY host.host ORDER BY page.next_fetch_at, page.page_id) AS place,
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
    FROM copytaster.page AS page
    INNER JOIN copytaster.host AS host ON page.host = host.host
    WHERE
        page.page_id IN (
            SELECT submitted.page_id
            FROM copytaster.submitted_url AS submitted
            WHERE submitted.submission_id = %(submission_id)s
        )
        AND page.state = 'waiting' AND page.next_fetch_at <= now() AND host.batch_id IS NULL
        AND coalesce(host.next_allowed_at, '-infinity')
        <= now() + make_interval(secs => %(default_delay_seconds)s)
) AS ranked
WHERE ranked.place <= least(ranked.budget, %(max_pages)s)
ORDER BY ranked.host, ranked.place
LIMIT %(pages)s
