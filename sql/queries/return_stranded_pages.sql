-- Put pages that a closed batch still holds back on the list.
UPDATE copytaster.page AS page
SET state = 'waiting', state_at = now(), batch_id = NULL, next_fetch_at = now()
FROM copytaster.batch AS batch
WHERE
    page.state IN ('claimed', 'fetched') AND page.batch_id = batch.batch_id AND batch.state = 'closed'
RETURNING page.page_id
