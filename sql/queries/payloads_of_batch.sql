-- Where the payloads are of those fetched pages of a batch whose record is a revisit.
SELECT
    capture.warc_record_id AS revisit,
    payload.capture_id,
    coalesce(payload.final_url, page.url) AS url,
    payload.fetched_at,
    payload.payload_digest,
    payload.warc_path,
    payload.warc_record_id,
    payload.warc_offset
FROM copytaster.page AS page
INNER JOIN copytaster.capture AS capture ON page.capture_id = capture.capture_id
INNER JOIN copytaster.capture AS payload ON capture.payload_capture_id = payload.capture_id
WHERE page.batch_id = %(batch)s AND page.state = 'fetched'
