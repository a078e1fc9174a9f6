-- The trail of the pages that a batch tried to fetch; must run while they are still claimed.
INSERT INTO copytaster.page_event (page_id, batch_id, stage, outcome, detail)
SELECT
    page.page_id,
    page.batch_id,
    'fetch',
    CASE given.state WHEN 'waiting' THEN 'put_back' ELSE given.state END,
    jsonb_strip_nulls(jsonb_build_object(
        'http_status', given.http_status, 'reason', given.reason, 'detail', nullif(given.detail, ''),
        'until', given.until, 'final_url', nullif(given.final_url, page.url)
    ))
FROM jsonb_to_recordset(%(outcomes)s) AS given (
    page_id bigint, state text, reason text, detail text, until timestamptz, http_status integer, final_url text
)
INNER JOIN copytaster.page AS page ON given.page_id = page.page_id
WHERE page.batch_id = %(batch)s AND page.state = 'claimed'
ON CONFLICT (batch_id, stage, page_id) WHERE batch_id IS NOT NULL DO NOTHING
