-- The trail of the pages that a batch tried to fetch; must run while they are still claimed. (Joined as in
-- put_captures.)
WITH told AS MATERIALIZED (
    SELECT
        page.batch_id,
        page.state AS page_state,
        page.url,
        given.*
    FROM
        jsonb_to_recordset(%(outcomes)s)
            AS given (
                page_id bigint, state text, reason text, detail text, until timestamptz, http_status integer,
                final_url text
            )
    INNER JOIN copytaster.page AS page ON given.page_id = page.page_id
)

INSERT INTO copytaster.page_event (page_id, batch_id, stage, outcome, detail)
SELECT
    told.page_id,
    told.batch_id,
    'fetch',
    CASE told.state WHEN 'waiting' THEN 'put_back' ELSE told.state END,
    jsonb_strip_nulls(jsonb_build_object(
        'http_status', told.http_status, 'reason', told.reason, 'detail', nullif(told.detail, ''),
        'until', told.until, 'final_url', nullif(told.final_url, told.url)
    ))
FROM told
WHERE told.batch_id = %(batch)s AND told.page_state = 'claimed'
ON CONFLICT (batch_id, stage, page_id) WHERE batch_id IS NOT NULL DO NOTHING
