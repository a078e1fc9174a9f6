-- Close batches that lost their worker and hold nothing any more.
UPDATE copytaster.batch AS batch
SET state = 'closed', closed_at = now(), lease_expires_at = NULL
WHERE
    batch.state = 'open' AND batch.lease_expires_at <= now()
    AND NOT EXISTS (
        SELECT 1
        FROM copytaster.page AS page
        WHERE page.batch_id = batch.batch_id AND page.state IN ('claimed', 'fetched')
    )
RETURNING batch.batch_id
