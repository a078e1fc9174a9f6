-- Note which pages a source tells of. What it tells anew of a page that is done puts the page back on the
-- list (is_done), later each time that fetching it again brought nothing.
WITH told AS (
    INSERT INTO copytaster.sighting AS sighting (page_id, source_id, entry)
    SELECT
        page.page_id,
        %(source_id)s,
        given.entry
    FROM jsonb_to_recordset(%(entries)s) AS given (url text, entry jsonb)
    INNER JOIN copytaster.page AS page ON page.url_digest = sha256(convert_to(given.url, 'UTF8'))
    ORDER BY page.page_id
    ON CONFLICT ON CONSTRAINT sighting_pk DO UPDATE
        SET entry = excluded.entry, changed_at = now()
        WHERE
        (sighting.entry ->> 'title', sighting.entry ->> 'date_published', sighting.entry ->> 'date_modified')
        IS DISTINCT FROM
        (excluded.entry ->> 'title', excluded.entry ->> 'date_published', excluded.entry ->> 'date_modified')
    RETURNING sighting.page_id, sighting.changed_at
)

UPDATE copytaster.page AS page
SET
    source_id = coalesce(page.source_id, %(source_id)s),
    state = again.state,
    state_at = CASE WHEN again.is_done THEN now() ELSE page.state_at END,
    batch_id = CASE WHEN again.is_done THEN NULL ELSE page.batch_id END,
    reason = CASE WHEN again.is_done THEN NULL ELSE page.reason END,
    attempts = CASE WHEN again.is_done THEN 0 ELSE page.attempts END,
    next_fetch_at = CASE
        WHEN again.is_done
            THEN greatest(now(), page.fetched_at + interval '1 minute' * (2 ^ least(page.idle_fetches, 10)))
        ELSE page.next_fetch_at
    END
FROM (
    SELECT
        done.page_id,
        done.is_done,
        CASE WHEN done.is_done THEN 'waiting' ELSE done.state END AS state
    FROM (
        SELECT
            held.page_id,
            held.state,
            told.changed_at IS NOT NULL AND held.state IN ('loaded', 'quarantined', 'gone') AS is_done
        FROM told
        INNER JOIN copytaster.page AS held ON told.page_id = held.page_id
        WHERE
            held.source_id IS NULL
            OR (told.changed_at IS NOT NULL AND held.state IN ('loaded', 'quarantined', 'gone'))
        ORDER BY held.url_digest
        FOR NO KEY UPDATE OF held
    ) AS done
) AS again
WHERE page.page_id = again.page_id
RETURNING page.page_id, again.is_done
