-- Where the captures of a batch are.
SELECT batch.warc_path
FROM copytaster.batch AS batch
WHERE batch.batch_id = %(batch)s
