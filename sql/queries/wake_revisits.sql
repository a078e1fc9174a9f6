-- Put pages that are to be looked at again back on the list, behind those that are new.
UPDATE copytaster.page AS page
SET
    state = 'waiting',
    state_at = now(),
    batch_id = NULL,
    attempts = 0,
    priority = -1,
    next_fetch_at = due.revisit_at,
    revisit_at = NULL
FROM (
    SELECT
        done.page_id,
        done.revisit_at
    FROM copytaster.page AS done
    WHERE done.state IN ('loaded', 'gone') AND done.revisit_at <= now()
    ORDER BY done.revisit_at
    LIMIT %(wanted)s
    FOR NO KEY UPDATE SKIP LOCKED
) AS due
WHERE page.page_id = due.page_id
