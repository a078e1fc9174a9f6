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
    quarantine.decision_note,
    coalesce(quarantine.decision, 'open') AS state,
    quarantine.quarantined_at AS first_seen_at,
    quarantine.last_seen_at,
    quarantine.times_seen,
    quarantine.ruleset_version,
    quarantine.fixes,
    reason.cause,
    reason.cure,
    page.source_id,
    quarantine.asked_until
FROM copytaster.quarantine AS quarantine
INNER JOIN copytaster.page AS page ON quarantine.page_id = page.page_id
LEFT JOIN copytaster.source AS source ON page.source_id = source.source_id
LEFT JOIN copytaster.capture AS capture ON quarantine.capture_id = capture.capture_id
LEFT JOIN news.reason AS reason ON quarantine.reason = reason.reason;

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

COMMENT ON COLUMN news.quarantine.state IS 'open, released, discarded or superseded.';
COMMENT ON COLUMN news.quarantine.first_seen_at IS 'When the page was first held back for this cause.';
COMMENT ON COLUMN news.quarantine.last_seen_at IS 'When it was last held back for this cause.';
COMMENT ON COLUMN news.quarantine.times_seen IS 'How many captures of the page were held back for this cause.';
COMMENT ON COLUMN news.quarantine.ruleset_version IS 'Version of the rules that cleaned the reading.';
COMMENT ON COLUMN news.quarantine.fixes IS 'Fields that a person mended when releasing it.';
COMMENT ON COLUMN news.quarantine.cause IS 'What the reason means.';
COMMENT ON COLUMN news.quarantine.cure IS 'What can be done.';
COMMENT ON COLUMN news.quarantine.source_id IS 'Source that told of the page.';
COMMENT ON COLUMN news.quarantine.asked_until IS
'Until when the DAG review waits for an answer on this case; null if it does not.';

-- The fields of a reading that a person may mend while releasing it, mended. Its hashes change by what was
-- mended, so that the same reading with the same fixes is the same version.
CREATE OR REPLACE FUNCTION copytaster.fixed(p_reading jsonb, p_fixes jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    v_unknown text;
BEGIN
    IF p_fixes IS NULL OR p_fixes = '{}' THEN
        RETURN p_reading;
    END IF;
    SELECT string_agg(fix.field, ', ') INTO v_unknown
    FROM jsonb_object_keys(p_fixes) AS fix (field)
    WHERE fix.field NOT IN (
        'headline', 'alternative_headline', 'abstract', 'authors', 'publisher', 'date_published', 'in_language',
        'article_section'
    );
    IF v_unknown IS NOT NULL THEN
        RAISE EXCEPTION 'cannot mend %', v_unknown
        USING ERRCODE = 'invalid_parameter_value',
        HINT = 'fields: headline, alternative_headline, abstract, authors (a list), publisher, date_published, in_language, article_section';
    ELSIF jsonb_typeof(p_fixes -> 'authors') <> 'array' THEN
        RAISE EXCEPTION 'authors must be a list' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM (p_fixes ->> 'date_published')::timestamptz;
    RETURN p_reading || p_fixes
    || CASE WHEN p_fixes ? 'date_published' THEN '{"date_published_zone": null}'::jsonb ELSE '{}' END
    || jsonb_build_object(
        'content_hash',
        '\x' || encode(sha256(convert_to((p_reading ->> 'content_hash') || p_fixes::text, 'UTF8')), 'hex'),
        'reading_hash',
        '\x' || encode(sha256(convert_to((p_reading ->> 'reading_hash') || p_fixes::text, 'UTF8')), 'hex')
    );
END
$function$;

CREATE OR REPLACE FUNCTION news.release(
    quarantine_id bigint, note text DEFAULT '', fixes jsonb DEFAULT NULL, decided_by text DEFAULT NULL
)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_variable
DECLARE
    v_case copytaster.quarantine;
    v_article_id bigint;
    v_person text := coalesce(nullif(decided_by, '') || ' by ', '') || session_user;
BEGIN
    SELECT q.* INTO v_case
    FROM copytaster.quarantine AS q
    WHERE q.quarantine_id = quarantine_id
    FOR NO KEY UPDATE;
    IF v_case.quarantine_id IS NULL OR v_case.decision IS NOT NULL THEN
        RAISE EXCEPTION 'quarantine % is not an open case%', quarantine_id,
            coalesce(' (' || v_case.decision || ' by ' || v_case.decided_by || ')', '')
        USING ERRCODE = 'no_data_found', HINT = 'SELECT * FROM news.quarantine WHERE decision IS NULL';
    ELSIF v_case.reading IS NULL THEN
        RAISE EXCEPTION 'quarantine %: nothing could be read from the page (%)', quarantine_id, v_case.reason
        USING ERRCODE = 'invalid_parameter_value';
    END IF;

    UPDATE copytaster.quarantine AS q
    SET
        decision = 'released', decided_at = now(), decided_by = v_person, decision_note = note,
        fixes = nullif(fixes, '{}')
    WHERE q.quarantine_id = v_case.quarantine_id;

    SELECT loaded.article_id INTO v_article_id
    FROM copytaster.put_articles(
        v_case.batch_id, jsonb_build_array(copytaster.fixed(v_case.reading, fixes))
    ) AS loaded;
    IF v_article_id IS NULL THEN
        RAISE EXCEPTION 'quarantine %: the page is being fetched again', quarantine_id
        USING ERRCODE = 'object_in_use';
    END IF;

    INSERT INTO copytaster.page_event (page_id, stage, outcome, detail)
    VALUES (v_case.page_id, 'review', 'released', jsonb_strip_nulls(jsonb_build_object(
        'quarantine_id', quarantine_id, 'by', v_person, 'note', note, 'article_id', v_article_id, 'fixes', fixes
    )));
    RETURN v_article_id;
END
$function$;

COMMENT ON FUNCTION news.release IS
'Load the reading of an open case as an article all the same; gives the article_id. fixes: fields to mend, as JSON, for instance {"headline": "…", "authors": ["…"]}. decided_by: who decided, if not the login itself. The decision stands when the page is read again and fails the same rule.';

CREATE OR REPLACE FUNCTION news.discard(
    quarantine_id bigint, note text DEFAULT '', decided_by text DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_variable
DECLARE
    v_page_id bigint;
    v_person text := coalesce(nullif(decided_by, '') || ' by ', '') || session_user;
BEGIN
    UPDATE copytaster.quarantine AS q
    SET decision = 'discarded', decided_at = now(), decided_by = v_person, decision_note = note
    WHERE q.quarantine_id = quarantine_id AND q.decision IS NULL
    RETURNING q.page_id INTO v_page_id;
    IF v_page_id IS NULL THEN
        RAISE EXCEPTION 'quarantine % is not an open case', quarantine_id
        USING ERRCODE = 'no_data_found', HINT = 'SELECT * FROM news.quarantine WHERE decision IS NULL';
    END IF;
    INSERT INTO copytaster.page_event (page_id, stage, outcome, detail)
    VALUES (v_page_id, 'review', 'discarded', jsonb_build_object(
        'quarantine_id', quarantine_id, 'by', v_person, 'note', note
    ));
END
$function$;

COMMENT ON FUNCTION news.discard IS
'Close an open case without loading it. The decision stands while the page has the same text and fails the same rule.';

CREATE OR REPLACE VIEW news.quarantine_by_reason AS
SELECT
    quarantine.reason,
    quarantine.stage,
    quarantine.cause,
    quarantine.cure,
    count(*) FILTER (WHERE quarantine.state = 'open') AS open_cases,
    count(*) FILTER (WHERE quarantine.state = 'released') AS released,
    count(*) FILTER (WHERE quarantine.state = 'discarded') AS discarded,
    count(DISTINCT quarantine.source_id) FILTER (WHERE quarantine.state = 'open') AS sources,
    min(quarantine.first_seen_at) FILTER (WHERE quarantine.state = 'open') AS oldest_at,
    max(quarantine.last_seen_at) AS newest_at
FROM news.quarantine AS quarantine
GROUP BY 1, 2, 3, 4;

COMMENT ON VIEW news.quarantine_by_reason IS 'Cases counted by reason, with what the reason means and what can be done.';
COMMENT ON COLUMN news.quarantine_by_reason.reason IS 'Why.';
COMMENT ON COLUMN news.quarantine_by_reason.stage IS 'Where they were stopped.';
COMMENT ON COLUMN news.quarantine_by_reason.cause IS 'What the reason means.';
COMMENT ON COLUMN news.quarantine_by_reason.cure IS 'What can be done.';
COMMENT ON COLUMN news.quarantine_by_reason.open_cases IS 'Cases that wait for a decision.';
COMMENT ON COLUMN news.quarantine_by_reason.released IS 'Cases that a person released.';
COMMENT ON COLUMN news.quarantine_by_reason.discarded IS 'Cases that a person discarded.';
COMMENT ON COLUMN news.quarantine_by_reason.sources IS 'Sources that the open cases come from.';
COMMENT ON COLUMN news.quarantine_by_reason.oldest_at IS 'Since when the oldest open case waits.';
COMMENT ON COLUMN news.quarantine_by_reason.newest_at IS 'When a page was last held back for it.';

CREATE OR REPLACE VIEW news.quarantine_by_source AS
SELECT
    quarantine.source_id,
    quarantine.source_name,
    quarantine.reason,
    count(*) FILTER (WHERE quarantine.state = 'open') AS open_cases,
    count(*) FILTER (WHERE quarantine.last_seen_at > now() - interval '1 day') AS last_day,
    count(*) FILTER (WHERE quarantine.last_seen_at > now() - interval '7 days') AS last_7_days,
    max(quarantine.last_seen_at) AS newest_at
FROM news.quarantine AS quarantine
GROUP BY 1, 2, 3;

COMMENT ON VIEW news.quarantine_by_source IS 'Cases counted by source and reason; source_id is null for submitted and imported pages.';
COMMENT ON COLUMN news.quarantine_by_source.source_id IS 'The source.';
COMMENT ON COLUMN news.quarantine_by_source.source_name IS 'Its name.';
COMMENT ON COLUMN news.quarantine_by_source.reason IS 'Why.';
COMMENT ON COLUMN news.quarantine_by_source.open_cases IS 'Cases that wait for a decision.';
COMMENT ON COLUMN news.quarantine_by_source.last_day IS 'Cases seen within a day.';
COMMENT ON COLUMN news.quarantine_by_source.last_7_days IS 'Cases seen within seven days.';
COMMENT ON COLUMN news.quarantine_by_source.newest_at IS 'When a page was last held back for it.';

CREATE OR REPLACE VIEW news.quarantine_by_rule AS
SELECT
    finding.item ->> 'rule' AS rule,
    finding.item ->> 'field' AS field,
    finding.item ->> 'severity' AS severity,
    count(*) FILTER (WHERE quarantine.state = 'open') AS open_cases,
    count(*) FILTER (WHERE quarantine.state = 'released') AS released,
    count(*) FILTER (WHERE quarantine.state = 'discarded') AS discarded,
    max(quarantine.last_seen_at) AS newest_at
FROM news.quarantine AS quarantine
CROSS JOIN LATERAL jsonb_array_elements(quarantine.findings) AS finding (item)
GROUP BY 1, 2, 3;

COMMENT ON VIEW news.quarantine_by_rule IS
'Findings of the cases counted by rule: a rule that is mostly released is too strict.';
COMMENT ON COLUMN news.quarantine_by_rule.rule IS 'The rule.';
COMMENT ON COLUMN news.quarantine_by_rule.field IS 'The field that it is about.';
COMMENT ON COLUMN news.quarantine_by_rule.severity IS 'error (withholds), nulled (emptied the field) or warning.';
COMMENT ON COLUMN news.quarantine_by_rule.open_cases IS 'Open cases with such a finding.';
COMMENT ON COLUMN news.quarantine_by_rule.released IS 'Cases with such a finding that a person released.';
COMMENT ON COLUMN news.quarantine_by_rule.discarded IS 'Cases with such a finding that a person discarded.';
COMMENT ON COLUMN news.quarantine_by_rule.newest_at IS 'When it was last found.';
