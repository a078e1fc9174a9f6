-- What was held back, and the decisions on it.
CREATE OR REPLACE VIEW news.quarantine AS
SELECT
    quarantine.quarantine_id,
    quarantine.page_id,
    page.url,
    quarantine.stage,
    quarantine.reason,
    quarantine.detail,
    quarantine.field,
    quarantine.rule,
    quarantine.seen,
    quarantine.reading ->> 'headline' AS headline,
    quarantine.findings,
    quarantine.reading,
    quarantine.extractor_version,
    source.name AS source_name,
    capture.warc_path,
    capture.warc_record_id,
    quarantine.quarantined_at,
    quarantine.decision,
    quarantine.decided_at,
    quarantine.decided_by,
    quarantine.decision_note
FROM copytaster.quarantine AS quarantine
INNER JOIN copytaster.page AS page ON quarantine.page_id = page.page_id
LEFT JOIN copytaster.source AS source ON page.source_id = source.source_id
LEFT JOIN copytaster.capture AS capture ON quarantine.capture_id = capture.capture_id;

COMMENT ON VIEW news.quarantine IS
'Pages that were held back. Open cases have no decision; decide with news.release or news.discard.';
COMMENT ON COLUMN news.quarantine.quarantine_id IS 'The case; argument of news.release and news.discard.';
COMMENT ON COLUMN news.quarantine.page_id IS 'The page.';
COMMENT ON COLUMN news.quarantine.url IS 'Its address on the work list.';
COMMENT ON COLUMN news.quarantine.stage IS 'Where it was stopped: fetch, extract, validate or load.';
COMMENT ON COLUMN news.quarantine.reason IS 'Why, as one word of a closed list.';
COMMENT ON COLUMN news.quarantine.detail IS 'More for the person who looks.';
COMMENT ON COLUMN news.quarantine.field IS 'The field that failed a check.';
COMMENT ON COLUMN news.quarantine.rule IS 'The check that it failed.';
COMMENT ON COLUMN news.quarantine.seen IS 'What was found there.';
COMMENT ON COLUMN news.quarantine.headline IS 'Headline of the reading.';
COMMENT ON COLUMN news.quarantine.findings IS 'All findings, errors and warnings.';
COMMENT ON COLUMN news.quarantine.reading IS 'The article as news.release would load it; null where nothing could be read.';
COMMENT ON COLUMN news.quarantine.extractor_version IS 'Version of the code that read the page.';
COMMENT ON COLUMN news.quarantine.source_name IS 'Source that told of the page.';
COMMENT ON COLUMN news.quarantine.warc_path IS 'WARC file that holds the page as it was served.';
COMMENT ON COLUMN news.quarantine.warc_record_id IS 'Record in that file.';
COMMENT ON COLUMN news.quarantine.quarantined_at IS 'Since when.';
COMMENT ON COLUMN news.quarantine.decision IS
'Null while open; released, discarded, or superseded (a later reading of the page took its place).';
COMMENT ON COLUMN news.quarantine.decided_at IS 'When it was decided.';
COMMENT ON COLUMN news.quarantine.decided_by IS 'By which login.';
COMMENT ON COLUMN news.quarantine.decision_note IS 'What that person noted.';

CREATE OR REPLACE FUNCTION news.release(quarantine_id bigint, note text DEFAULT '')
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_variable
DECLARE
    v_case copytaster.quarantine;
    v_article_id bigint;
BEGIN
    SELECT q.* INTO v_case
    FROM copytaster.quarantine AS q
    WHERE q.quarantine_id = quarantine_id
    FOR NO KEY UPDATE;
    IF v_case.quarantine_id IS NULL OR v_case.decision IS NOT NULL THEN
        RAISE EXCEPTION 'quarantine % is not an open case', quarantine_id
        USING ERRCODE = 'no_data_found', HINT = 'SELECT * FROM news.quarantine WHERE decision IS NULL';
    ELSIF v_case.reading IS NULL THEN
        RAISE EXCEPTION 'quarantine %: nothing could be read from the page (%)', quarantine_id, v_case.reason
        USING ERRCODE = 'invalid_parameter_value';
    END IF;

    UPDATE copytaster.quarantine AS q
    SET decision = 'released', decided_at = now(), decided_by = session_user, decision_note = note
    WHERE q.quarantine_id = v_case.quarantine_id;

    SELECT loaded.article_id INTO v_article_id
    FROM copytaster.put_articles(v_case.batch_id, jsonb_build_array(v_case.reading)) AS loaded;
    IF v_article_id IS NULL THEN
        RAISE EXCEPTION 'quarantine %: the page is being fetched again', quarantine_id
        USING ERRCODE = 'object_in_use';
    END IF;

    INSERT INTO copytaster.page_event (page_id, stage, outcome, detail)
    VALUES (v_case.page_id, 'review', 'released', jsonb_build_object(
        'quarantine_id', quarantine_id, 'by', session_user, 'note', note, 'article_id', v_article_id
    ));
    RETURN v_article_id;
END
$function$;

COMMENT ON FUNCTION news.release IS 'Load the reading of an open case as an article all the same; gives the article_id.';

CREATE OR REPLACE FUNCTION news.discard(quarantine_id bigint, note text DEFAULT '')
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_variable
DECLARE
    v_page_id bigint;
BEGIN
    UPDATE copytaster.quarantine AS q
    SET decision = 'discarded', decided_at = now(), decided_by = session_user, decision_note = note
    WHERE q.quarantine_id = quarantine_id AND q.decision IS NULL
    RETURNING q.page_id INTO v_page_id;
    IF v_page_id IS NULL THEN
        RAISE EXCEPTION 'quarantine % is not an open case', quarantine_id
        USING ERRCODE = 'no_data_found', HINT = 'SELECT * FROM news.quarantine WHERE decision IS NULL';
    END IF;
    INSERT INTO copytaster.page_event (page_id, stage, outcome, detail)
    VALUES (v_page_id, 'review', 'discarded', jsonb_build_object(
        'quarantine_id', quarantine_id, 'by', session_user, 'note', note
    ));
END
$function$;

COMMENT ON FUNCTION news.discard IS 'Close an open case without loading it.';
