-- Where in its file a record begins; and, of a capture whose payload had not changed, the one that has it.
ALTER TABLE copytaster.capture
ADD COLUMN warc_offset bigint,
ADD COLUMN payload_capture_id bigint,
ADD CONSTRAINT capture_payload_fk FOREIGN KEY (payload_capture_id)
REFERENCES copytaster.capture (capture_id),
ADD CONSTRAINT capture_offset_check CHECK (warc_offset >= 0),
ADD CONSTRAINT capture_payload_check CHECK (payload_capture_id != capture_id);
-- What a revisit record of somebody else's archive refers to.
CREATE INDEX capture_record_idx ON copytaster.capture USING hash (warc_record_id);
