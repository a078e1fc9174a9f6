-- What sites repeat, and a person's word on it.
CREATE OR REPLACE VIEW news.site_line AS
SELECT
    site.site,
    line.line,
    line.line_key,
    aged.articles,
    greatest(aged.of_articles, aged.articles) AS of_articles,
    aged.articles / greatest(aged.of_articles, aged.articles) AS share,
    line.head * 2 ^ (line.clock - today.clock) AS head,
    line.middle * 2 ^ (line.clock - today.clock) AS middle,
    line.tail * 2 ^ (line.clock - today.clock) AS tail,
    (
        SELECT count(*)
        FROM copytaster.site_line AS other
        WHERE other.line_key = line.line_key
    ) AS sites,
    line.first_seen_at,
    line.last_seen_at,
    line.articles_cut,
    line.last_cut_at,
    nullif(decided.decision, 'weigh') AS decision,
    decided.decided_by,
    decided.decided_at,
    decided.note AS decision_note
FROM copytaster.site_line AS line
INNER JOIN copytaster.site AS site ON line.site_id = site.site_id
LEFT JOIN LATERAL (
    SELECT
        decision.decision,
        decision.decided_by,
        decision.decided_at,
        decision.note
    FROM copytaster.line_decision AS decision
    WHERE decision.line_key = line.line_key AND decision.site_id = line.site_id
    ORDER BY decision.line_decision_id DESC
    LIMIT 1
) AS decided ON TRUE
-- To this moment: a site's clock turns in 60 days (as in learn_lines) also while nothing is read of it.
LEFT JOIN LATERAL (
    VALUES (site.clock + extract(EPOCH FROM now() - site.learned_at)::double precision / (60 * 86400))
) AS today (clock) ON TRUE
LEFT JOIN LATERAL (
    VALUES (
        line.articles * 2 ^ (line.clock - today.clock),
        site.articles * 2 ^ (site.clock - today.clock)
        - line.first_weight * 2 ^ (line.first_clock - today.clock)
    )
) AS aged (articles, of_articles) ON TRUE;

COMMENT ON VIEW news.site_line IS
'What is remembered of the lines of each site. Lines that recur enough are cut (articles_cut says from how many articles); news.keep_line, news.cut_line and news.weigh_line override that.';
COMMENT ON COLUMN news.site_line.site IS 'Registered domain.';
COMMENT ON COLUMN news.site_line.line IS 'The line as it was first seen; null for a long one that was seen once.';
COMMENT ON COLUMN news.site_line.line_key IS 'Hash of the folded line: case, accents, numbers and edge signs do not matter.';
COMMENT ON COLUMN news.site_line.articles IS 'Distinct articles with the line; older ones count for less.';
COMMENT ON COLUMN news.site_line.of_articles IS 'Articles of the site that were read since the line appeared; older ones count for less.';
COMMENT ON COLUMN news.site_line.share IS 'articles / of_articles.';
COMMENT ON COLUMN news.site_line.head IS 'Articles with the line among the first three.';
COMMENT ON COLUMN news.site_line.middle IS 'Articles with the line between.';
COMMENT ON COLUMN news.site_line.tail IS 'Articles with the line among the last five.';
COMMENT ON COLUMN news.site_line.sites IS 'Sites that have the line: a paragraph that many have is wire copy and is not cut.';
COMMENT ON COLUMN news.site_line.first_seen_at IS 'Since when the line is known.';
COMMENT ON COLUMN news.site_line.last_seen_at IS 'When it was last on an article that was new to us.';
COMMENT ON COLUMN news.site_line.articles_cut IS 'From how many of them it was cut.';
COMMENT ON COLUMN news.site_line.last_cut_at IS 'When an article without it was last loaded.';
COMMENT ON COLUMN news.site_line.decision IS 'keep or cut, where a person has decided; null where the evidence decides.';
COMMENT ON COLUMN news.site_line.decided_by IS 'Login of that person.';
COMMENT ON COLUMN news.site_line.decided_at IS 'When.';
COMMENT ON COLUMN news.site_line.decision_note IS 'What that person noted.';

CREATE OR REPLACE FUNCTION news.keep_line(site text, line text, note text DEFAULT '')
RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
RETURN copytaster.decide_line(site, line, 'keep', note);

COMMENT ON FUNCTION news.keep_line IS
'Never cut this line of this site, from the next reading on; line as in news.site_line. Gives the number of the decision.';

CREATE OR REPLACE FUNCTION news.cut_line(site text, line text, note text DEFAULT '')
RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
RETURN copytaster.decide_line(site, line, 'cut', note);

COMMENT ON FUNCTION news.cut_line IS
'Always cut this line of this site, from the next reading on, unless nothing else would be left. Gives the number of the decision.';

CREATE OR REPLACE FUNCTION news.weigh_line(site text, line text, note text DEFAULT '')
RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
RETURN copytaster.decide_line(site, line, 'weigh', note);

COMMENT ON FUNCTION news.weigh_line IS 'Take a decision on a line back: the evidence decides again.';
