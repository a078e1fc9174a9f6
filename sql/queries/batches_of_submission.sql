-- The batches that still work on a submission.
SELECT batch.batch_id
FROM copytaster.batch AS batch
WHERE batch.submission_id = %(submission_id)s AND batch.state = 'open'
ORDER BY batch.batch_id
