-- Move the claimed pages of a batch on by what became of them. A 304 for a page without an article
-- (its validators came from elsewhere) is fetched again without them. (Joined as in put_captures.)
WITH told AS MATERIALIZED (
    SELECT
        page.batch_id,
        page.state AS page_state,
        page.article_id IS NOT NULL AS has_article,
        page.etag AS page_etag,
        page.last_modified AS page_last_modified,
        capture.capture_id,
        given.*
    FROM
        jsonb_to_recordset(%(outcomes)s)
            AS given (
                page_id bigint, state text, reason text, detail text, until timestamptz, http_status integer,
                fetched_at timestamptz, etag text, last_modified text, host text
            )
    INNER JOIN copytaster.page AS page ON given.page_id = page.page_id
    LEFT JOIN copytaster.capture AS capture
        ON page.page_id = capture.page_id AND page.batch_id = capture.batch_id
),

settled AS (
    SELECT
        told.*,
        CASE
            WHEN told.state = 'unchanged' AND told.has_article THEN 'loaded'
            WHEN told.state = 'unchanged' THEN 'waiting'
            ELSE told.state
        END AS next_state,
        CASE told.state
            WHEN 'fetched' THEN told.etag
            WHEN 'unchanged' THEN CASE WHEN told.has_article THEN coalesce(told.etag, told.page_etag) END
            ELSE told.page_etag
        END AS next_etag,
        CASE told.state
            WHEN 'fetched' THEN told.last_modified
            WHEN 'unchanged'
                THEN CASE WHEN told.has_article THEN coalesce(told.last_modified, told.page_last_modified) END
            ELSE told.page_last_modified
        END AS next_last_modified
    FROM told
    WHERE told.batch_id = %(batch)s AND told.page_state = 'claimed' AND told.state != 'quarantined'
)

UPDATE copytaster.page AS page
SET
    state = settled.next_state,
    state_at = now(),
    batch_id = CASE WHEN settled.next_state = 'waiting' THEN NULL ELSE page.batch_id END,
    capture_id = coalesce(settled.capture_id, page.capture_id),
    next_fetch_at = CASE WHEN settled.next_state = 'waiting' THEN coalesce(settled.until, now()) END,
    attempts = CASE
        WHEN settled.state = 'waiting' THEN page.attempts + (settled.reason IS NOT NULL)::integer
        ELSE 0
    END,
    host = coalesce(settled.host, page.host),
    idle_fetches = page.idle_fetches + (settled.state = 'unchanged')::integer,
    http_status = coalesce(settled.http_status, page.http_status),
    fetched_at = coalesce(settled.fetched_at, now()),
    detail = nullif(settled.detail, ''),
    etag = settled.next_etag,
    last_modified = settled.next_last_modified
FROM settled
WHERE page.page_id = settled.page_id AND page.state = 'claimed'
