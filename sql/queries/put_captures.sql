-- The facts of what a batch fetched.
INSERT INTO copytaster.capture (
    page_id, batch_id, final_url, http_status, fetched_at, warc_path, warc_record_id, payload_digest,
    robots_verdict
)
SELECT
    page.page_id,
    page.batch_id,
    given.final_url,
    given.http_status,
    given.fetched_at,
    %(warc_path)s,
    given.warc_record_id,
    given.payload_digest,
    %(robots_verdict)s
FROM jsonb_to_recordset(%(outcomes)s) AS given (
    page_id bigint, state text, final_url text, http_status integer, fetched_at timestamptz,
    warc_record_id text, payload_digest text
)
INNER JOIN copytaster.page AS page ON given.page_id = page.page_id
WHERE given.state = 'fetched' AND page.batch_id = %(batch)s AND page.state = 'claimed'
ORDER BY page.page_id
ON CONFLICT ON CONSTRAINT capture_page_key DO NOTHING
