-- Move the claimed pages of a batch on by what became of them. A 304 for a page without an article
-- (its validators came from elsewhere) is fetched again without them.
UPDATE copytaster.page AS page
SET
    state = settled.state,
    state_at = now(),
    batch_id = CASE WHEN settled.state = 'waiting' THEN NULL ELSE page.batch_id END,
    capture_id = coalesce(settled.capture_id, page.capture_id),
    next_fetch_at = CASE WHEN settled.state = 'waiting' THEN coalesce(settled.until, now()) END,
    attempts = CASE WHEN settled.told = 'waiting' THEN page.attempts + 1 ELSE 0 END,
    idle_fetches = page.idle_fetches + (settled.told = 'unchanged')::integer,
    http_status = coalesce(settled.http_status, page.http_status),
    fetched_at = coalesce(settled.fetched_at, now()),
    detail = nullif(settled.detail, ''),
    etag = CASE settled.told WHEN 'fetched' THEN settled.etag WHEN 'unchanged' THEN settled.kept_etag ELSE page.etag END,
    last_modified = CASE settled.told
        WHEN 'fetched' THEN settled.last_modified
        WHEN 'unchanged' THEN settled.kept_last_modified
        ELSE page.last_modified
    END
FROM (
    SELECT
        held.page_id,
        given.state AS told,
        CASE
            WHEN given.state = 'unchanged' AND held.article_id IS NOT NULL THEN 'loaded'
            WHEN given.state = 'unchanged' THEN 'waiting'
            ELSE given.state
        END AS state,
        capture.capture_id,
        given.until,
        given.http_status,
        given.fetched_at,
        given.detail,
        given.etag,
        given.last_modified,
        CASE WHEN held.article_id IS NOT NULL THEN coalesce(given.etag, held.etag) END AS kept_etag,
        CASE
            WHEN held.article_id IS NOT NULL THEN coalesce(given.last_modified, held.last_modified)
        END AS kept_last_modified
    FROM jsonb_to_recordset(%(outcomes)s) AS given (
        page_id bigint, state text, detail text, until timestamptz, http_status integer,
        fetched_at timestamptz, etag text, last_modified text
    )
    INNER JOIN copytaster.page AS held ON given.page_id = held.page_id
    LEFT JOIN copytaster.capture AS capture
        ON held.page_id = capture.page_id AND held.batch_id = capture.batch_id
    WHERE held.batch_id = %(batch)s AND held.state = 'claimed' AND given.state != 'quarantined'
) AS settled
WHERE page.page_id = settled.page_id
