-- Put what a batch holds in one state back on the list, unharmed.
UPDATE copytaster.page AS page
SET state = 'waiting', state_at = now(), batch_id = NULL, next_fetch_at = coalesce(page.next_fetch_at, now())
WHERE page.batch_id = %(batch)s AND page.state = any(%(states)s)
RETURNING page.page_id
