-- What became of the latest pages of these hosts.
SELECT
    judged.url,
    judged.reason
FROM copytaster.host AS host
INNER JOIN LATERAL (
    SELECT
        page.url,
        page.reason
    FROM copytaster.page AS page
    WHERE page.host = host.host AND page.state IN ('loaded', 'quarantined')
    ORDER BY page.state_at DESC
    LIMIT %(most)s
) AS judged ON TRUE
WHERE host.host IN (SELECT given.host FROM unnest(%(hosts)s::text[]) AS given (host))
