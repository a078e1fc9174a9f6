-- Load readings as articles: the one place that decides between new, new version and nothing new.
-- p_rows: array of rows of copytaster.article (page_id, canonical_url, …) with "aliases" beside them.
-- Rows whose page the batch does not hold (any more) are left alone. Order of locks: inserted URLs by
-- digest, found articles by digest, change log; the same in every transaction, so none waits in a ring.
CREATE OR REPLACE FUNCTION copytaster.put_articles(p_batch_id bigint, p_rows jsonb)
RETURNS TABLE (page_id bigint, article_id bigint, outcome text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
    v_given copytaster.article[];
    v_winners copytaster.article[];
    v_created bigint[];
    v_stale bigint[];
    v_updated bigint[];
BEGIN
    -- Joined by page first: by batch, the planner expects one page and reads the rows again for each.
    WITH told AS MATERIALIZED (
        SELECT given, page.page_id, page.batch_id, page.capture_id, page.state
        FROM jsonb_populate_recordset(NULL::copytaster.article, p_rows) AS given
        INNER JOIN copytaster.page AS page ON page.page_id = given.page_id
    )

    SELECT array_agg(told.given ORDER BY told.page_id)
    INTO v_given
    FROM told
    WHERE told.batch_id = p_batch_id AND told.capture_id IS NOT NULL
    AND told.state IN ('fetched', 'loaded', 'quarantined');

    -- Two pages with one canonical URL: the page at that URL speaks for it, else the older one.
    SELECT array_agg(chosen.winner)
    INTO v_winners
    FROM (
        SELECT DISTINCT ON (given.canonical_url) given AS winner
        FROM unnest(v_given) AS given
        INNER JOIN copytaster.page AS page ON page.page_id = given.page_id
        ORDER BY given.canonical_url, (page.url = given.canonical_url) DESC, given.page_id
    ) AS chosen;

    v_created := copytaster.insert_articles(v_winners);

    SELECT
        coalesce(array_agg(found.article_id), '{}'),
        coalesce(array_agg(found.article_id) FILTER (WHERE found.is_new_version), '{}')
    INTO v_stale, v_updated
    FROM copytaster.stale_articles(v_winners, v_created) AS found;

    PERFORM copytaster.update_articles(v_winners, v_stale, v_updated);
    PERFORM copytaster.put_residue(v_created || v_updated);

    INSERT INTO copytaster.url_alias (url, article_id)
    SELECT DISTINCT ON (alias.url) alias.url, article.article_id
    FROM jsonb_to_recordset(p_rows) AS given (page_id bigint, canonical_url text, aliases text [])
    INNER JOIN unnest(v_given) AS kept ON kept.page_id = given.page_id
    INNER JOIN copytaster.page AS page ON page.page_id = given.page_id
    INNER JOIN copytaster.article AS article
        ON article.canonical_digest = sha256(convert_to(given.canonical_url, 'UTF8'))
    CROSS JOIN LATERAL unnest(given.aliases || page.url) AS alias (url)
    WHERE alias.url <> given.canonical_url
    ORDER BY alias.url, article.article_id
    ON CONFLICT (url_digest) DO NOTHING;

    RETURN QUERY
    WITH outcome AS (
        SELECT
            given.page_id,
            article.article_id,
            CASE
                WHEN article.page_id <> given.page_id THEN 'alias'
                WHEN article.article_id = ANY(v_created) THEN 'created'
                WHEN article.article_id = ANY(v_updated) THEN 'updated'
                WHEN article.article_id = ANY(v_stale) THEN 'refreshed'
                ELSE 'unchanged'
            END AS outcome
        FROM unnest(v_given) AS given
        INNER JOIN copytaster.article AS article
            ON article.canonical_digest = sha256(convert_to(given.canonical_url, 'UTF8'))
    ),

    settled AS (
        UPDATE copytaster.page AS page
        SET
            state = 'loaded',
            state_at = CASE WHEN page.state = 'loaded' THEN page.state_at ELSE now() END,
            article_id = outcome.article_id,
            reason = NULL,
            detail = NULL,
            attempts = 0,
            idle_fetches = CASE WHEN outcome.outcome IN ('created', 'updated') THEN 0 ELSE page.idle_fetches + 1 END
        FROM outcome
        WHERE page.page_id = outcome.page_id
        AND (page.state <> 'loaded' OR page.article_id IS DISTINCT FROM outcome.article_id)
        RETURNING page.page_id
    ),

    superseded AS (
        UPDATE copytaster.quarantine AS quarantine
        SET decision = 'superseded', decided_at = now(), decided_by = current_user
        FROM settled
        WHERE quarantine.page_id = settled.page_id AND quarantine.decision IS NULL
    ),

    told AS (
        INSERT INTO copytaster.page_event (page_id, batch_id, stage, outcome, detail)
        SELECT
            outcome.page_id,
            p_batch_id,
            'load',
            outcome.outcome,
            jsonb_build_object('article_id', outcome.article_id)
        FROM outcome
        ON CONFLICT (batch_id, stage, page_id) WHERE batch_id IS NOT NULL DO NOTHING
    )

    SELECT outcome.page_id, outcome.article_id, outcome.outcome
    FROM outcome;

    PERFORM copytaster.record_changes(v_created, v_updated);
END
$function$;

CREATE OR REPLACE FUNCTION copytaster.insert_articles(p_rows copytaster.article[])
RETURNS bigint[]
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $function$
    -- The anti-join comes before the insert, because a proposed row that loses in ON CONFLICT has
    -- already cost its text search vector.
    WITH created AS (
        INSERT INTO copytaster.article (
            canonical_url, page_id, source_id, capture_id,
            headline, alternative_headline, abstract, article_body, word_count, authors, publisher,
            date_published, date_published_raw, date_published_precision, date_published_zone,
            date_modified, date_modified_raw, in_language, article_section, keywords, image,
            is_accessible_for_free, tdm_reservation, usage_terms, page_kind, kind_evidence, cuts, findings,
            field_provenance, replacement_characters, text_digest, extractor_version, ruleset_version,
            content_hash, reading_hash
        )
        SELECT
            given.canonical_url, given.page_id, page.source_id, page.capture_id,
            given.headline, given.alternative_headline, given.abstract, given.article_body, given.word_count,
            given.authors, given.publisher,
            given.date_published, given.date_published_raw, given.date_published_precision,
            given.date_published_zone, given.date_modified, given.date_modified_raw, given.in_language,
            given.article_section, given.keywords, given.image,
            given.is_accessible_for_free, given.tdm_reservation, given.usage_terms, given.page_kind,
            given.kind_evidence, given.cuts, given.findings,
            given.field_provenance, given.replacement_characters, given.text_digest, given.extractor_version,
            given.ruleset_version, given.content_hash, given.reading_hash
        FROM unnest(p_rows) AS given
        INNER JOIN copytaster.page AS page ON page.page_id = given.page_id
        WHERE NOT EXISTS (
            SELECT FROM copytaster.article AS article
            WHERE article.canonical_digest = sha256(convert_to(given.canonical_url, 'UTF8'))
        )
        ORDER BY sha256(convert_to(given.canonical_url, 'UTF8'))
        ON CONFLICT (canonical_digest) DO NOTHING
        RETURNING article_id
    )

    SELECT coalesce(array_agg(created.article_id), '{}') FROM created
$function$;

-- Locks the articles of which the given rows tell something new and may: the page that the article was
-- read from or the page at its canonical URL. Others are only aliases, or two copies would overwrite each
-- other for ever.
CREATE OR REPLACE FUNCTION copytaster.stale_articles(p_rows copytaster.article[], p_created bigint[])
RETURNS TABLE (article_id bigint, is_new_version boolean)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT
        article.article_id,
        article.content_hash <> given.content_hash OR article.pub_status <> 'usable'
    FROM unnest(p_rows) AS given
    INNER JOIN copytaster.page AS page ON page.page_id = given.page_id
    INNER JOIN copytaster.article AS article
        ON article.canonical_digest = sha256(convert_to(given.canonical_url, 'UTF8'))
    WHERE (article.reading_hash <> given.reading_hash OR article.pub_status <> 'usable')
    AND NOT article.article_id = ANY(p_created)
    AND (article.page_id = given.page_id OR page.url = given.canonical_url)
    ORDER BY article.canonical_digest
    FOR NO KEY UPDATE OF article
$function$;

-- Keep the current version of articles that are about to get another.
CREATE OR REPLACE FUNCTION copytaster.keep_versions(p_articles bigint[])
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $function$
    INSERT INTO copytaster.article_version (
        article_id, version, pub_status, materiality, capture_id,
        headline, alternative_headline, abstract, article_body, word_count, authors, publisher,
        date_published, date_modified, in_language, article_section, keywords, image,
        is_accessible_for_free, tdm_reservation, usage_terms, text_digest, extractor_version,
        ruleset_version, content_hash, valid_from
    )
    SELECT
        article.article_id, article.version, article.pub_status, article.materiality, article.capture_id,
        article.headline, article.alternative_headline, article.abstract, article.article_body,
        article.word_count, article.authors, article.publisher,
        article.date_published, article.date_modified, article.in_language, article.article_section,
        article.keywords, article.image,
        article.is_accessible_for_free, article.tdm_reservation, article.usage_terms, article.text_digest,
        article.extractor_version, article.ruleset_version, article.content_hash, article.updated_at
    FROM copytaster.article AS article
    WHERE article.article_id = ANY(p_articles)
$function$;

CREATE OR REPLACE FUNCTION copytaster.update_articles(
    p_rows copytaster.article[], p_stale bigint[], p_updated bigint[]
)
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT copytaster.keep_versions(p_updated);

    UPDATE copytaster.article AS article
    SET
        version = article.version + (article.article_id = ANY(p_updated))::integer,
        materiality = CASE
            WHEN NOT article.article_id = ANY(p_updated) THEN article.materiality
            WHEN article.pub_status <> 'usable' THEN 'update' -- it is back
            WHEN article.headline IS DISTINCT FROM given.headline THEN 'headline_change'
            WHEN article.text_digest = given.text_digest THEN 'trivial'
            ELSE 'update'
        END,
        updated_at = CASE WHEN article.article_id = ANY(p_updated) THEN now() ELSE article.updated_at END,
        pub_status = 'usable',
        page_id = given.page_id, capture_id = page.capture_id,
        headline = given.headline, alternative_headline = given.alternative_headline,
        abstract = given.abstract, article_body = given.article_body, word_count = given.word_count,
        authors = given.authors, publisher = given.publisher,
        date_published = given.date_published, date_published_raw = given.date_published_raw,
        date_published_precision = given.date_published_precision,
        date_published_zone = given.date_published_zone,
        date_modified = given.date_modified, date_modified_raw = given.date_modified_raw,
        in_language = given.in_language, article_section = given.article_section,
        keywords = given.keywords, image = given.image,
        is_accessible_for_free = given.is_accessible_for_free, tdm_reservation = given.tdm_reservation,
        usage_terms = given.usage_terms, page_kind = given.page_kind, kind_evidence = given.kind_evidence,
        cuts = given.cuts, findings = given.findings, field_provenance = given.field_provenance,
        replacement_characters = given.replacement_characters, text_digest = given.text_digest,
        extractor_version = given.extractor_version, ruleset_version = given.ruleset_version,
        content_hash = given.content_hash, reading_hash = given.reading_hash
    FROM unnest(p_rows) AS given
    INNER JOIN copytaster.page AS page ON page.page_id = given.page_id
    WHERE article.canonical_digest = sha256(convert_to(given.canonical_url, 'UTF8'))
    AND article.article_id = ANY(p_stale)
$function$;

-- Call it last: the lock makes change numbers appear in the order of the commits, and who holds it must be
-- on the way to its own.
CREATE OR REPLACE FUNCTION copytaster.record_changes(p_created bigint[], p_updated bigint[])
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    v_last bigint;
BEGIN
    IF coalesce(cardinality(p_created), 0) + coalesce(cardinality(p_updated), 0) = 0 THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('copytaster.article_change', 0));
    WITH recorded AS (
        INSERT INTO copytaster.article_change (article_id, version, kind, materiality)
        SELECT
            article.article_id,
            article.version,
            CASE
                WHEN article.pub_status <> 'usable' THEN 'removed'
                WHEN article.article_id = ANY(p_created) THEN 'created'
                ELSE 'updated'
            END,
            article.materiality
        FROM copytaster.article AS article
        WHERE article.article_id = ANY(p_created || p_updated)
        ORDER BY article.article_id
        RETURNING change_id
    )

    SELECT max(recorded.change_id) INTO v_last FROM recorded;
    PERFORM pg_notify('articles', v_last::text);
END
$function$;
