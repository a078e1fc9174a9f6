-- Put captures that came from elsewhere (an archive, a text dump) into a batch as claimed pages.
-- Pages that another batch works on are left to it.
INSERT INTO copytaster.page AS page (url, host, state, batch_id, next_fetch_at)
SELECT
    given.url,
    given.host,
    'claimed',
    %(batch)s,
    NULL
FROM jsonb_to_recordset(%(captures)s) AS given (url text, host text)
ORDER BY sha256(convert_to(given.url, 'UTF8'))
ON CONFLICT ON CONSTRAINT page_url_key DO UPDATE
    SET state = 'claimed', state_at = now(), batch_id = excluded.batch_id, reason = NULL
    WHERE page.state NOT IN ('claimed', 'fetched')
RETURNING page.page_id, page.url
