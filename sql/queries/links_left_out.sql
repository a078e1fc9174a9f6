-- Why links of a source were left out: each reason, how often, and an example.
SELECT
    link.reason,
    count(*) AS links,
    min(link.url) AS example
FROM copytaster.link_left_out AS link
WHERE link.source_id = %(source_id)s
GROUP BY link.reason
ORDER BY count(*) DESC, link.reason
LIMIT %(most)s
