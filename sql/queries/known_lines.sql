-- What is remembered of lines; asked: {site: [line_key, …]}.
SELECT
    line.site,
    line.line_key,
    line.articles,
    line.of_articles AS of,
    line.head,
    line.middle,
    line.tail,
    line.sites,
    line.first_seen_at::date AS since,
    line.decision
FROM jsonb_each(%(asked)s::jsonb) AS asked (site, line_keys)
CROSS JOIN LATERAL jsonb_array_elements(asked.line_keys) AS wanted (line_key)
INNER JOIN news.site_line AS line ON asked.site = line.site AND line.line_key = wanted.line_key::bigint
