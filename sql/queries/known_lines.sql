-- What is remembered of these lines of a site.
SELECT
    line.line_key,
    line.articles,
    line.of_articles AS of,
    line.head,
    line.middle,
    line.tail,
    line.sites,
    line.first_seen_at::date AS since,
    line.decision
FROM news.site_line AS line
WHERE line.site = %(site)s AND line.line_key = any(%(line_keys)s)
