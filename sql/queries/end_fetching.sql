-- The WARC file of the batch is complete; from here on only it is read.
UPDATE copytaster.batch AS batch
SET stage = 'load', warc_path = %(warc_path)s, fetched_at = now()
WHERE batch.batch_id = %(batch)s AND batch.stage = 'fetch'
