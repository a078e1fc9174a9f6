-- Hold back what can never be fetched, and what failed at every attempt. (Joined as in put_captures.)
WITH told AS MATERIALIZED (
    SELECT
        page.batch_id,
        page.state AS page_state,
        page.attempts,
        given.*
    FROM jsonb_to_recordset(%(outcomes)s) AS given (page_id bigint, state text, reason text, detail text)
    INNER JOIN copytaster.page AS page ON given.page_id = page.page_id
)

SELECT
    copytaster.quarantine_pages(
        %(batch)s,
        jsonb_agg(
            jsonb_build_object(
                'page_id', told.page_id, 'stage', 'fetch', 'reason', told.reason, 'detail', told.detail
            )
        )
    )
FROM told
WHERE
    told.batch_id = %(batch)s AND told.page_state = 'claimed'
    AND (
        told.state = 'quarantined'
        OR (told.state = 'waiting' AND told.reason IS NOT NULL AND told.attempts + 1 >= %(max_attempts)s)
    )
HAVING count(*) > 0
