-- The captures that have the payloads of these records: a revisit's is that of the record that it refers to.
SELECT
    capture.warc_record_id,
    max(coalesce(capture.payload_capture_id, capture.capture_id)) AS capture_id
FROM copytaster.capture AS capture
WHERE capture.warc_record_id = any(%(records)s)
GROUP BY capture.warc_record_id
