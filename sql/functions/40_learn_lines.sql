-- Learn from articles that were just created: which lines their sites repeat.
-- p_sites: array of {site, articles}; p_lines: array of {site, line_key, line, articles, head, middle, tail,
-- cut}, counted over distinct articles. The caller counts an article once in its life: when it is created.
-- Order of locks: sites by name, then lines by key; the lock on a site keeps others from its lines.
CREATE OR REPLACE FUNCTION copytaster.learn_lines(p_sites jsonb, p_lines jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    -- A site's clock turns once in so many articles and in so many days; each turn halves what is older.
    c_articles CONSTANT double precision := 500;
    c_seconds CONSTANT double precision := 60 * 86400;
    c_longest_line CONSTANT integer := 200;
BEGIN
    INSERT INTO copytaster.site AS site (site, articles, clock, learned_at)
    SELECT given.site, given.articles, given.articles / c_articles, now()
    FROM jsonb_to_recordset(p_sites) AS given (site text, articles double precision)
    ORDER BY given.site
    ON CONFLICT (site) DO UPDATE
    SET
        clock = site.clock + excluded.clock
        + greatest(extract(EPOCH FROM now() - site.learned_at), 0) / c_seconds,
        articles = excluded.articles + site.articles * 2 ^ -(
            excluded.clock + greatest(extract(EPOCH FROM now() - site.learned_at), 0) / c_seconds
        ),
        learned_at = greatest(site.learned_at, now());

    INSERT INTO copytaster.site_line AS line (
        line_key, site_id, clock, first_clock, first_weight, articles, head, middle, tail, articles_cut,
        last_cut_at, line
    )
    SELECT
        given.line_key, site.site_id, site.clock, site.clock, site.articles - learnt.articles,
        given.articles, given.head, given.middle, given.tail, given.cut,
        CASE WHEN given.cut > 0 THEN now() END,
        CASE WHEN given.articles > 1 OR length(given.line) <= c_longest_line THEN left(given.line, 500) END
    FROM jsonb_to_recordset(p_lines) AS given (
        site text, line_key bigint, line text, articles real, head real, middle real, tail real, cut integer
    )
    INNER JOIN copytaster.site AS site ON site.site = given.site
    INNER JOIN jsonb_to_recordset(p_sites) AS learnt (site text, articles real) ON learnt.site = given.site
    ORDER BY given.line_key, site.site_id
    ON CONFLICT (line_key, site_id) DO UPDATE
    SET
        articles = excluded.articles + line.articles * 2 ^ (line.clock - excluded.clock),
        head = excluded.head + line.head * 2 ^ (line.clock - excluded.clock),
        middle = excluded.middle + line.middle * 2 ^ (line.clock - excluded.clock),
        tail = excluded.tail + line.tail * 2 ^ (line.clock - excluded.clock),
        clock = excluded.clock,
        last_seen_at = now(),
        last_cut_at = coalesce(excluded.last_cut_at, line.last_cut_at),
        articles_cut = line.articles_cut + excluded.articles_cut,
        line = coalesce(line.line, excluded.line);
END
$function$;

-- Forget what no longer recurs. As the owner, because the pipeline itself may delete nothing.
CREATE OR REPLACE FUNCTION copytaster.forget_lines(
    p_single_days integer DEFAULT 14, p_days integer DEFAULT 180, p_most_lines integer DEFAULT 5000
)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    v_forgotten bigint;
BEGIN
    WITH ranked AS (
        SELECT
            line.line_key,
            line.site_id,
            line.last_seen_at,
            line.articles,
            row_number() OVER (
                PARTITION BY line.site_id ORDER BY line.articles >= 2 DESC, line.last_seen_at DESC, line.line_key
            ) AS rank
        FROM copytaster.site_line AS line
    ),

    old AS (
        SELECT line.line_key, line.site_id
        FROM ranked
        INNER JOIN copytaster.site_line AS line
            ON line.line_key = ranked.line_key AND line.site_id = ranked.site_id
        WHERE (
            ranked.rank > p_most_lines
            OR ranked.last_seen_at < now() - make_interval(days => p_days)
            OR (ranked.articles < 2 AND ranked.last_seen_at < now() - make_interval(days => p_single_days))
        )
        AND NOT EXISTS (
            SELECT FROM copytaster.line_decision AS decision
            WHERE decision.line_key = line.line_key AND decision.site_id = line.site_id
        )
        FOR UPDATE OF line SKIP LOCKED -- what is being learned right now is not old
    ),

    forgotten AS (
        DELETE FROM copytaster.site_line AS line
        USING old
        WHERE line.line_key = old.line_key AND line.site_id = old.site_id
        RETURNING line.line_key
    )

    SELECT count(*) INTO v_forgotten FROM forgotten;
    RETURN v_forgotten;
END
$function$;

-- A person's word on a line of a site, told by its text; the latest counts, at the next reading.
CREATE OR REPLACE FUNCTION copytaster.decide_line(p_site text, p_line text, p_decision text, p_note text)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    v_decision_id bigint;
BEGIN
    INSERT INTO copytaster.line_decision (line_key, site_id, decision, note, decided_by)
    SELECT line.line_key, line.site_id, p_decision, coalesce(p_note, ''), session_user
    FROM copytaster.site_line AS line
    INNER JOIN copytaster.site AS site ON site.site_id = line.site_id
    WHERE site.site = lower(p_site) AND line.line = left(p_line, 500)
    ORDER BY line.articles DESC
    LIMIT 1
    RETURNING line_decision_id INTO v_decision_id;
    IF v_decision_id IS NULL THEN
        RAISE EXCEPTION 'no such line is remembered of %', p_site
        USING ERRCODE = 'no_data_found',
        HINT = 'SELECT line FROM news.site_line WHERE site = ''…'' ORDER BY articles DESC';
    END IF;
    RETURN v_decision_id;
END
$function$;
