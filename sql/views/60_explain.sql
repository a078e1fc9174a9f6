-- Everything that happened to one page, in the order in which it happened.
CREATE OR REPLACE FUNCTION news.explain(url text)
RETURNS TABLE (at timestamptz, stage text, what text, detail text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $function$
    WITH meant AS (
        SELECT article.article_id
        FROM copytaster.article AS article
        WHERE article.canonical_digest = sha256(convert_to(explain.url, 'UTF8'))
        UNION
        SELECT alias.article_id
        FROM copytaster.url_alias AS alias
        WHERE alias.url_digest = sha256(convert_to(explain.url, 'UTF8'))
    ),

    page AS (
        SELECT asked.*
        FROM copytaster.page AS asked
        WHERE asked.url_digest = sha256(convert_to(explain.url, 'UTF8'))
        UNION
        SELECT same.*
        FROM copytaster.page AS same
        WHERE same.article_id IN (SELECT meant.article_id FROM meant)
    ),

    -- What was read: of the article, and of each case in the quarantine.
    reading AS (
        SELECT
            article.updated_at AS at,
            article.field_provenance,
            article.cuts,
            article.findings
        FROM copytaster.article AS article
        WHERE article.article_id IN (
            SELECT meant.article_id FROM meant
            UNION
            SELECT page.article_id FROM page
        )
        UNION ALL
        SELECT
            quarantine.quarantined_at,
            quarantine.reading -> 'field_provenance',
            quarantine.reading -> 'cuts',
            quarantine.findings
        FROM copytaster.quarantine AS quarantine
        INNER JOIN page ON page.page_id = quarantine.page_id
        WHERE quarantine.decision IS DISTINCT FROM 'released' -- then it is the article's
    ),

    told (at, ordinal, stage, place, what, detail) AS (
        SELECT
            sighting.seen_at,
            1,
            'discover',
            sighting.source_id::integer,
            'sighted in ' || coalesce(nullif(source.name, ''), source.url),
            (
                SELECT jsonb_object_agg(told.field, told.value)
                FROM jsonb_each(sighting.entry - 'url') AS told (field, value)
                WHERE told.value NOT IN ('null', '[]')
            )::text
        FROM copytaster.sighting AS sighting
        INNER JOIN page ON page.page_id = sighting.page_id
        INNER JOIN copytaster.source AS source ON source.source_id = sighting.source_id
        UNION ALL
        SELECT
            link.judged_at,
            1,
            'discover',
            link.source_id::integer,
            'left out of ' || coalesce(nullif(source.name, ''), source.url),
            link.reason
        FROM copytaster.link_left_out AS link
        INNER JOIN copytaster.source AS source ON source.source_id = link.source_id
        WHERE link.url_digest = sha256(convert_to(explain.url, 'UTF8'))
        UNION ALL
        SELECT
            coalesce(capture.fetched_at, batch.opened_at),
            2,
            'fetch',
            0,
            'captured: HTTP ' || coalesce(capture.http_status::text, 'status unknown'),
            concat_ws(' ', nullif(capture.final_url, page.url), capture.warc_path, capture.warc_record_id)
        FROM copytaster.capture AS capture
        INNER JOIN page ON page.page_id = capture.page_id
        INNER JOIN copytaster.batch AS batch ON batch.batch_id = capture.batch_id
        UNION ALL
        SELECT
            reading.at,
            3,
            'extract',
            winner.place::integer,
            'field ' || winner.field,
            winner.signal::text
        FROM reading
        CROSS JOIN LATERAL jsonb_each(
            CASE jsonb_typeof(reading.field_provenance) WHEN 'object' THEN reading.field_provenance ELSE '{}' END
        ) WITH ORDINALITY AS winner (field, signal, place)
        UNION ALL
        SELECT
            reading.at,
            4,
            'strip',
            (cut.item ->> 'place')::integer,
            'line ' || (cut.item ->> 'place') || ' cut by ' || (cut.item ->> 'rule'),
            concat((cut.item ->> 'line'), '  (' || nullif(cut.item ->> 'evidence', '') || ')')
        FROM reading
        CROSS JOIN LATERAL jsonb_array_elements(
            CASE jsonb_typeof(reading.cuts) WHEN 'array' THEN reading.cuts ELSE '[]' END
        ) AS cut (item)
        UNION ALL
        SELECT
            reading.at,
            5,
            'validate',
            finding.place::integer,
            concat_ws(' ', (finding.item ->> 'severity') || ':', finding.item ->> 'field', finding.item ->> 'rule'),
            concat_ws(': ', finding.item ->> 'reason', nullif(finding.item ->> 'seen', ''))
        FROM reading
        CROSS JOIN LATERAL jsonb_array_elements(reading.findings) WITH ORDINALITY AS finding (item, place)
        UNION ALL
        SELECT
            event.at,
            CASE event.stage WHEN 'discover' THEN 1 WHEN 'submit' THEN 1 WHEN 'fetch' THEN 2 ELSE 6 END,
            event.stage,
            1,
            event.outcome,
            event.detail::text
        FROM copytaster.page_event AS event
        INNER JOIN page ON page.page_id = event.page_id
        WHERE (event.stage, event.outcome) <> ('fetch', 'fetched') -- the capture says it better
        UNION ALL
        SELECT
            change.changed_at,
            7,
            'load',
            change.version,
            'article ' || change.article_id || ' version ' || change.version || ': ' || change.materiality,
            article.canonical_url
        FROM copytaster.article_change AS change
        INNER JOIN copytaster.article AS article ON article.article_id = change.article_id
        WHERE change.article_id IN (
            SELECT meant.article_id FROM meant
            UNION
            SELECT page.article_id FROM page
        )
        UNION ALL
        SELECT
            now(),
            8,
            'now',
            0,
            concat_ws(': ', page.state, page.reason),
            concat_ws(
                ' ',
                page.url,
                CASE WHEN page.state = 'waiting' THEN 'next fetch ' || page.next_fetch_at END,
                page.detail
            )
        FROM page
    )

    SELECT told.at, told.stage, told.what, told.detail
    FROM told
    ORDER BY told.at ASC NULLS FIRST, told.ordinal, told.place
$function$;

COMMENT ON FUNCTION news.explain IS
'Everything that happened to the page with this address (or alias, or canonical URL): sightings (with the reason why a link was taken or left out), captures, the signal that won each field, the lines cut, by which rule and on what evidence, findings, what was loaded, and where it stands now. No row: never heard of it.';
