-- The fetched pages of a batch without their bodies, which are in the WARC file.
-- A page that no source told of (somebody submitted it) is read with what is known of its article
-- and of its host, so that the same article does not come out otherwise by another way.
SELECT
    page.page_id,
    page.url AS requested_url,
    coalesce(capture.final_url, page.url) AS url,
    capture.http_status,
    capture.fetched_at,
    capture.warc_record_id,
    capture.payload_digest,
    told.entry,
    source.url AS source_url,
    source.in_language AS source_language,
    source.zone AS source_zone
FROM copytaster.page AS page
INNER JOIN copytaster.capture AS capture ON page.capture_id = capture.capture_id
LEFT JOIN LATERAL (
    SELECT
        sighting.entry,
        sighting.source_id
    FROM copytaster.sighting AS sighting
    WHERE
        sighting.page_id = page.page_id
        OR sighting.page_id = (
            SELECT article.page_id
            FROM copytaster.article AS article
            WHERE article.canonical_digest = page.url_digest
        )
        OR sighting.page_id IN (
            SELECT same.page_id
            FROM copytaster.page AS same
            INNER JOIN copytaster.article AS article ON same.article_id = article.article_id
            WHERE article.canonical_digest = page.url_digest
        )
    ORDER BY
        sighting.page_id = page.page_id DESC,
        -- a feed's entry before that of a listing page, which only has the words of a link
        (sighting.entry ->> 'date_published') IS NOT NULL DESC,
        sighting.source_id = page.source_id DESC NULLS LAST,
        sighting.source_id ASC
    LIMIT 1
) AS told ON TRUE
LEFT JOIN LATERAL (
    SELECT
        known.url,
        known.in_language,
        known.zone
    FROM copytaster.source AS known
    WHERE
        known.source_id = coalesce(page.source_id, told.source_id)
        OR (
            coalesce(page.source_id, told.source_id) IS NULL
            AND lower(split_part(known.url, '/', 3)) = page.host
        )
    ORDER BY known.source_id
    LIMIT 1
) AS source ON TRUE
WHERE page.batch_id = %(batch)s AND page.state = 'fetched'
ORDER BY page.page_id
