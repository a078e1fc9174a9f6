-- Claim pages for batches.
UPDATE copytaster.page AS page
SET state = 'claimed', state_at = now(), batch_id = free.batch_id
FROM (
    SELECT
        waiting.page_id,
        plan.batch_id
    FROM unnest(%(page_ids)s::bigint[], %(batch_ids)s::bigint[]) AS plan (page_id, batch_id)
    INNER JOIN copytaster.page AS waiting ON plan.page_id = waiting.page_id
    WHERE waiting.state = 'waiting'
    FOR NO KEY UPDATE OF waiting SKIP LOCKED
) AS free
WHERE page.page_id = free.page_id
RETURNING page.batch_id
