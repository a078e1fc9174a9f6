-- The work list in plain SQL, for a role that may do nothing else.
CREATE OR REPLACE FUNCTION news.submit(url text, priority integer DEFAULT 100, note text DEFAULT '')
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    v_parts text[];
    v_host text;
BEGIN
    IF url IS NULL OR length(url) > 8192 THEN
        RAISE EXCEPTION 'a URL has 1 to 8192 characters' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    v_parts := regexp_match(
        trim(url), '^(https?)://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(:[0-9]{1,5})?([/?][!"$-~]*)?(#[!-~]*)?$', 'i'
    );
    IF v_parts IS NULL OR length(v_parts[2]) > 253 THEN
        RAISE EXCEPTION 'not a URL that can be fetched: %', left(url, 200)
        USING ERRCODE = 'invalid_parameter_value',
        HINT = 'Give http(s)://host/path in ASCII, without user name or password.';
    END IF;
    v_host := lower(v_parts[2]) || coalesce(nullif(v_parts[3], CASE lower(v_parts[1]) WHEN 'http' THEN ':80' ELSE ':443' END), '');
    RETURN copytaster.put_submission(
        jsonb_build_array(jsonb_build_object(
            'url', url,
            'host', v_host,
            'canonical', lower(v_parts[1]) || '://' || v_host
            || CASE WHEN v_parts[4] IS NULL THEN '/' WHEN v_parts[4] LIKE '?%' THEN '/' || v_parts[4] ELSE v_parts[4] END
        )),
        least(greatest(coalesce(priority, 100), 0), 200),
        left(note, 10000),
        session_user::text
    );
END
$function$;

COMMENT ON FUNCTION news.submit IS
'Ask for a page: it is put in front of the work list (priority 0 to 200) and fetched within seconds where ingest is on; a page that is known is fetched again. Gives the submission_id.';
