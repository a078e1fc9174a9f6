-- Forget links that were left out and that no source shows any more. As the owner, because the pipeline
-- itself may delete nothing.
CREATE OR REPLACE FUNCTION copytaster.forget_links(p_days integer DEFAULT 180)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $function$
    WITH forgotten AS (
        DELETE FROM copytaster.link_left_out AS link
        WHERE link.judged_at < now() - make_interval(days => p_days)
        RETURNING link.source_id
    )

    SELECT count(*) FROM forgotten
$function$;
