-- What the archive tells of the pages that a batch is to fetch: who named them, and where the payload of
-- their last capture is (not known of one without a date, a digest or a record).
SELECT
    page.page_id,
    source.url AS source,
    payload.capture_id,
    coalesce(payload.final_url, page.url) AS url,
    payload.fetched_at,
    payload.payload_digest,
    payload.warc_path,
    payload.warc_record_id,
    payload.warc_offset
FROM copytaster.page AS page
LEFT JOIN copytaster.source AS source ON page.source_id = source.source_id
LEFT JOIN copytaster.capture AS latest ON page.capture_id = latest.capture_id
LEFT JOIN copytaster.capture AS payload
    ON
        payload.capture_id = coalesce(latest.payload_capture_id, latest.capture_id)
        AND payload.fetched_at IS NOT NULL
        AND payload.payload_digest IS NOT NULL
        AND payload.warc_path IS NOT NULL
        AND payload.warc_record_id != ''
WHERE page.batch_id = %(batch)s AND page.state = 'claimed'
