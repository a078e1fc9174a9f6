-- Hold back what can never be fetched, and what failed at every attempt.
SELECT copytaster.quarantine_pages(
    %(batch)s,
    jsonb_agg(
        jsonb_build_object('page_id', page.page_id, 'stage', 'fetch', 'reason', given.reason, 'detail', given.detail)
    )
)
FROM jsonb_to_recordset(%(outcomes)s) AS given (page_id bigint, state text, reason text, detail text)
INNER JOIN copytaster.page AS page ON given.page_id = page.page_id
WHERE
    page.batch_id = %(batch)s AND page.state = 'claimed'
    AND (
        given.state = 'quarantined'
        OR (given.state = 'waiting' AND given.reason IS NOT NULL AND page.attempts + 1 >= %(max_attempts)s)
    )
HAVING count(*) > 0
