-- Full-text search.
CREATE OR REPLACE FUNCTION news.search(
    query text,
    language text DEFAULT NULL,
    published_from timestamptz DEFAULT NULL,
    published_to timestamptz DEFAULT NULL,
    max_rows integer DEFAULT 20
)
RETURNS TABLE (
    article_id bigint,
    canonical_url text,
    headline text,
    date_published timestamptz,
    in_language text,
    rank real,
    snippet text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
    v_any tsquery;
BEGIN
    IF language IS NOT NULL THEN
        v_any := websearch_to_tsquery(copytaster.text_config(language), query);
    ELSE
        -- Each article is stemmed in its own language, so that the words may stand there in any stem.
        SELECT string_agg(DISTINCT format('(%s)', stemmed.query), ' | ')::tsquery
        INTO v_any
        FROM (
            SELECT websearch_to_tsquery(config.oid::regconfig, query) AS query
            FROM pg_ts_config AS config
            WHERE config.cfgnamespace = 'pg_catalog'::regnamespace
        ) AS stemmed
        WHERE numnode(stemmed.query) > 0;
    END IF;

    RETURN QUERY
    WITH best AS (
        SELECT
            article.article_id,
            article.canonical_url,
            article.headline,
            article.date_published,
            article.in_language,
            article.article_body,
            websearch_to_tsquery(copytaster.text_config(article.in_language), query) AS own_query,
            ts_rank(article.search_vector, v_any, 1) AS rank
        FROM copytaster.article AS article
        WHERE article.search_vector @@ v_any
        AND article.search_vector @@ websearch_to_tsquery(copytaster.text_config(article.in_language), query)
        AND article.pub_status = 'usable'
        AND (language IS NULL OR split_part(lower(article.in_language), '-', 1) = split_part(lower(language), '-', 1))
        AND (published_from IS NULL OR article.date_published >= published_from)
        AND (published_to IS NULL OR article.date_published < published_to)
        ORDER BY rank DESC, article.date_published DESC NULLS LAST, article.article_id ASC
        LIMIT greatest(max_rows, 0)
    )

    SELECT
        best.article_id,
        best.canonical_url,
        best.headline,
        best.date_published,
        best.in_language,
        best.rank,
        ts_headline(
            copytaster.text_config(best.in_language), left(best.article_body, 50000), best.own_query,
            'MaxFragments=2, MaxWords=20, MinWords=8, FragmentDelimiter=" … "'
        )
    FROM best
    ORDER BY best.rank DESC, best.date_published DESC NULLS LAST, best.article_id ASC;
END
$function$;

COMMENT ON FUNCTION news.search IS
'Ranked full-text search with websearch syntax ("a phrase", or, -not), each article in its own language. snippet marks the words found with <b>; it is cut from the text as it is and not escaped for HTML.';
