-- Take articles back whose page a batch found gone (canceled) or not to be shown (withheld): a version of
-- its own and a removal in the change log. Only the page that speaks for an article can do so; see
-- stale_articles.
CREATE OR REPLACE FUNCTION copytaster.withdraw_articles(
    p_batch_id bigint, p_page_ids bigint[], p_pub_status text
)
RETURNS bigint[]
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    v_articles bigint[];
BEGIN
    SELECT coalesce(array_agg(held.article_id), '{}')
    INTO v_articles
    FROM (
        SELECT article.article_id
        FROM copytaster.page AS page
        INNER JOIN copytaster.article AS article ON article.article_id = page.article_id
        WHERE page.page_id = ANY(p_page_ids) AND page.batch_id = p_batch_id
        AND page.state IN ('gone', 'quarantined') AND article.pub_status = 'usable'
        AND (article.page_id = page.page_id OR article.canonical_url = page.url)
        ORDER BY article.canonical_digest
        FOR NO KEY UPDATE OF article
    ) AS held;

    PERFORM copytaster.keep_versions(v_articles);
    UPDATE copytaster.article AS article
    SET
        version = article.version + 1, pub_status = p_pub_status, materiality = 'removal',
        updated_at = now()
    WHERE article.article_id = ANY(v_articles);
    PERFORM copytaster.record_changes('{}', v_articles);
    RETURN v_articles;
END
$function$;
