-- The residue meter: what still looks like chrome in stored articles.
CREATE OR REPLACE VIEW news.residue_line AS
SELECT
    article.article_id,
    article.version,
    article.canonical_url,
    article.source_id,
    residue.sign,
    residue.line,
    article.updated_at
FROM copytaster.residue AS residue
INNER JOIN copytaster.article AS article
    ON residue.article_id = article.article_id AND residue.version = article.version
WHERE article.pub_status = 'usable';

COMMENT ON VIEW news.residue_line IS
'Articles whose current version has a line that looks like residue, with the first such line. Judged by a short list of phrases and shapes that is kept apart from the rules that cut.';
COMMENT ON COLUMN news.residue_line.article_id IS 'The article.';
COMMENT ON COLUMN news.residue_line.version IS 'Its current version.';
COMMENT ON COLUMN news.residue_line.canonical_url IS 'Its address; argument of news.explain.';
COMMENT ON COLUMN news.residue_line.source_id IS 'Source that told of it first.';
COMMENT ON COLUMN news.residue_line.sign IS
'What it looks like: read_more, read_more_ending, share, subscribe, cookies, list_or_advertisement, arrow, address, or recurring (a short line that the site repeats).';
COMMENT ON COLUMN news.residue_line.line IS 'The line.';
COMMENT ON COLUMN news.residue_line.updated_at IS 'When that version was loaded.';

CREATE OR REPLACE VIEW news.residue AS
SELECT
    (article.updated_at AT TIME ZONE 'UTC')::date AS day,
    article.source_id,
    source.name AS source_name,
    count(*) AS articles,
    count(residue.article_id) AS with_residue,
    round(count(residue.article_id)::numeric / count(*), 4) AS share,
    min(residue.line) AS sample_line
FROM copytaster.article AS article
LEFT JOIN copytaster.residue AS residue
    ON article.article_id = residue.article_id AND article.version = residue.version
LEFT JOIN copytaster.source AS source ON article.source_id = source.source_id
WHERE article.pub_status = 'usable'
GROUP BY 1, 2, 3;

COMMENT ON VIEW news.residue IS
'The residue meter: by day and source, how many of the articles stored (in their current version) have a line that looks like residue.';
COMMENT ON COLUMN news.residue.day IS 'Day (UTC) on which the current version was loaded.';
COMMENT ON COLUMN news.residue.source_id IS 'Source that told of the articles first; null for submitted and imported ones.';
COMMENT ON COLUMN news.residue.source_name IS 'Its name.';
COMMENT ON COLUMN news.residue.articles IS 'Articles.';
COMMENT ON COLUMN news.residue.with_residue IS 'Of these, with such a line.';
COMMENT ON COLUMN news.residue.share IS 'with_residue / articles, 0 to 1.';
COMMENT ON COLUMN news.residue.sample_line IS 'One such line; news.residue_line has them all.';
