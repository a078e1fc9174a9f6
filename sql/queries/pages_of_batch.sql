-- The fetched pages of a batch without their bodies, which are in the WARC file.
SELECT
    page.page_id,
    page.url AS requested_url,
    coalesce(capture.final_url, page.url) AS url,
    capture.http_status,
    capture.fetched_at,
    capture.warc_record_id,
    capture.payload_digest,
    sighting.entry,
    source.in_language AS source_language,
    source.zone AS source_zone
FROM copytaster.page AS page
INNER JOIN copytaster.capture AS capture ON page.capture_id = capture.capture_id
LEFT JOIN copytaster.source AS source ON page.source_id = source.source_id
LEFT JOIN copytaster.sighting AS sighting
    ON page.page_id = sighting.page_id AND page.source_id = sighting.source_id
WHERE page.batch_id = %(batch)s AND page.state = 'fetched'
ORDER BY page.page_id
