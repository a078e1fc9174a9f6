-- Hold back pages of a batch. p_rows: array of rows of copytaster.quarantine (page_id, stage, reason, …);
-- one with a decision is a page on which a person has decided before, and opens no case.
-- An article that is already usable stays; a person's decision on the same capture stands. A page that is
-- held back again for the same cause keeps its case.
CREATE OR REPLACE FUNCTION copytaster.quarantine_pages(p_batch_id bigint, p_rows jsonb)
RETURNS SETOF bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    v_rows copytaster.quarantine[];
BEGIN
    WITH told AS MATERIALIZED ( -- see put_articles
        SELECT given, page.page_id, page.batch_id
        FROM jsonb_populate_recordset(NULL::copytaster.quarantine, p_rows) AS given
        INNER JOIN copytaster.page AS page ON page.page_id = given.page_id
    )

    SELECT array_agg(told.given ORDER BY told.page_id)
    INTO v_rows
    FROM told
    WHERE told.batch_id = p_batch_id AND NOT EXISTS (
        SELECT FROM copytaster.quarantine AS decided
        WHERE decided.page_id = told.page_id AND decided.batch_id = p_batch_id
        AND decided.decision IN ('released', 'discarded')
    );

    UPDATE copytaster.quarantine AS quarantine
    SET decision = 'superseded', decided_at = now(), decided_by = current_user
    FROM unnest(v_rows) AS given
    WHERE quarantine.page_id = given.page_id AND quarantine.decision IS NULL
    AND quarantine.batch_id IS DISTINCT FROM p_batch_id
    AND (
        given.decision IS NOT NULL
        OR (quarantine.stage, quarantine.reason, quarantine.rule)
        IS DISTINCT FROM (given.stage, given.reason, given.rule)
    );

    INSERT INTO copytaster.quarantine AS quarantine (
        page_id, batch_id, capture_id, stage, reason, detail, field, rule, seen, findings, reading,
        extractor_version, ruleset_version
    )
    SELECT
        given.page_id, p_batch_id, capture.capture_id, given.stage, given.reason, coalesce(given.detail, ''),
        given.field, given.rule, given.seen, coalesce(given.findings, '[]'), given.reading,
        given.extractor_version, given.reading ->> 'ruleset_version'
    FROM unnest(v_rows) AS given
    LEFT JOIN copytaster.capture AS capture
        ON capture.page_id = given.page_id AND capture.batch_id = p_batch_id
    WHERE given.decision IS NULL
    ON CONFLICT (page_id) WHERE decision IS NULL DO UPDATE
    SET
        batch_id = excluded.batch_id, capture_id = excluded.capture_id,
        stage = excluded.stage, reason = excluded.reason, detail = excluded.detail, field = excluded.field,
        rule = excluded.rule, seen = excluded.seen, findings = excluded.findings,
        reading = excluded.reading, extractor_version = excluded.extractor_version,
        ruleset_version = excluded.ruleset_version,
        last_seen_at = CASE
            WHEN quarantine.batch_id = excluded.batch_id THEN quarantine.last_seen_at ELSE now()
        END,
        times_seen = quarantine.times_seen + (quarantine.batch_id IS DISTINCT FROM excluded.batch_id)::integer
    WHERE (
        quarantine.batch_id, quarantine.stage, quarantine.reason, quarantine.detail, quarantine.findings,
        quarantine.reading, quarantine.extractor_version
    ) IS DISTINCT FROM (
        excluded.batch_id, excluded.stage, excluded.reason, excluded.detail, excluded.findings,
        excluded.reading, excluded.extractor_version
    );

    PERFORM pg_notify('copytaster_quarantine', '');

    INSERT INTO copytaster.page_event (page_id, batch_id, stage, outcome, detail)
    SELECT
        given.page_id, p_batch_id, CASE given.stage WHEN 'fetch' THEN 'fetch' ELSE 'load' END, given.reason,
        jsonb_strip_nulls(jsonb_build_object(
            'state', 'quarantined', 'stage', given.stage, 'field', given.field, 'rule', given.rule,
            'detail', nullif(given.detail, '')
        ))
    FROM unnest(v_rows) AS given
    ON CONFLICT (batch_id, stage, page_id) WHERE batch_id IS NOT NULL DO NOTHING;

    UPDATE copytaster.page AS page
    SET
        state = 'quarantined', state_at = now(), reason = given.reason,
        detail = nullif(given.detail, ''), attempts = 0
    FROM unnest(v_rows) AS given
    WHERE page.page_id = given.page_id
    AND (page.state, page.reason) IS DISTINCT FROM ('quarantined', given.reason);

    RETURN QUERY SELECT given.page_id FROM unnest(v_rows) AS given;
END
$function$;
