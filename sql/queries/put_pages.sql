-- Put the pages that are new on the work list.
WITH new_page AS (
    INSERT INTO copytaster.page (url, host, source_id)
    SELECT
        given.url,
        given.host,
        %(source_id)s
    FROM jsonb_to_recordset(%(entries)s) AS given (url text, host text)
    WHERE
        NOT EXISTS (
            SELECT 1
            FROM copytaster.page AS page
            WHERE page.url_digest = sha256(convert_to(given.url, 'UTF8'))
        )
    ORDER BY sha256(convert_to(given.url, 'UTF8'))
    ON CONFLICT ON CONSTRAINT page_url_key DO NOTHING
    RETURNING page_id, url
)

INSERT INTO copytaster.page_event (page_id, stage, outcome, detail)
SELECT
    new_page.page_id,
    'discover',
    'new',
    jsonb_strip_nulls(
        jsonb_build_object('source_id', %(source_id)s::bigint, 'evidence', told.entry ->> 'evidence')
    )
FROM new_page
INNER JOIN jsonb_to_recordset(%(entries)s) AS told (url text, entry jsonb) ON new_page.url = told.url
RETURNING page_id
