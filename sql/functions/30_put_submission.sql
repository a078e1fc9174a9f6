-- Put URLs that somebody asks for on the work list, in front; a page that is done is fetched again.
-- p_urls: array of {url, canonical, host} or {url, refused}; raises nothing for a URL known already.
CREATE OR REPLACE FUNCTION copytaster.put_submission(
    p_urls jsonb, p_priority integer, p_note text, p_submitted_by text
)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    v_submission_id bigint;
BEGIN
    INSERT INTO copytaster.submission (submitted_by, priority, note)
    VALUES (p_submitted_by, p_priority, coalesce(p_note, ''))
    RETURNING submission_id INTO v_submission_id;

    INSERT INTO copytaster.host (host)
    SELECT DISTINCT given.host
    FROM jsonb_to_recordset(p_urls) AS given (host text, refused text)
    WHERE given.refused IS NULL
    ORDER BY given.host
    ON CONFLICT ON CONSTRAINT host_pk DO NOTHING;

    INSERT INTO copytaster.page (url, host, priority)
    SELECT DISTINCT ON (sha256(convert_to(given.canonical, 'UTF8'))) given.canonical, given.host, p_priority
    FROM jsonb_to_recordset(p_urls) AS given (canonical text, host text, refused text)
    WHERE given.refused IS NULL
    ORDER BY sha256(convert_to(given.canonical, 'UTF8'))
    ON CONFLICT ON CONSTRAINT page_url_key DO NOTHING;

    -- Pages that a batch holds are on their way; those that it has locked just now are as good as that, and
    -- waiting for it here could end in a deadlock.
    UPDATE copytaster.page AS page
    SET
        priority = greatest(page.priority, p_priority),
        state = 'waiting',
        state_at = CASE page.state WHEN 'waiting' THEN page.state_at ELSE now() END,
        batch_id = NULL,
        reason = NULL,
        attempts = 0,
        next_fetch_at = now()
    FROM (
        SELECT done.page_id
        FROM jsonb_to_recordset(p_urls) AS given (canonical text)
        INNER JOIN copytaster.page AS done ON done.url_digest = sha256(convert_to(given.canonical, 'UTF8'))
        WHERE done.state NOT IN ('claimed', 'fetched')
        FOR NO KEY UPDATE OF done SKIP LOCKED
    ) AS free
    WHERE page.page_id = free.page_id;

    INSERT INTO copytaster.submitted_url (submission_id, place, url, page_id, refused)
    SELECT
        v_submission_id,
        given.place,
        given.item ->> 'url',
        page.page_id,
        given.item ->> 'refused'
    FROM jsonb_array_elements(p_urls) WITH ORDINALITY AS given (item, place)
    LEFT JOIN copytaster.page AS page
        ON given.item ->> 'refused' IS NULL
        AND page.url_digest = sha256(convert_to(given.item ->> 'canonical', 'UTF8'));

    INSERT INTO copytaster.page_event (page_id, stage, outcome, detail)
    SELECT DISTINCT
        submitted.page_id,
        'submit',
        'asked_for',
        jsonb_build_object('submission_id', v_submission_id, 'by', p_submitted_by)
    FROM copytaster.submitted_url AS submitted
    WHERE submitted.submission_id = v_submission_id AND submitted.page_id IS NOT NULL;

    PERFORM pg_notify('copytaster_pages_waiting', v_submission_id::text);
    RETURN v_submission_id;
END
$function$;
