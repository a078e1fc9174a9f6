-- What became of each URL of a submission.
SELECT
    submitted.url,
    CASE WHEN submitted.refused IS NOT NULL THEN 'refused' ELSE page.state END AS state,
    coalesce(submitted.refused, page.reason) AS reason,
    page.detail,
    article.headline,
    CASE WHEN page.state = 'waiting' THEN page.next_fetch_at END AS next_fetch_at
FROM copytaster.submitted_url AS submitted
LEFT JOIN copytaster.page AS page ON submitted.page_id = page.page_id
LEFT JOIN copytaster.article AS article ON page.article_id = article.article_id
WHERE submitted.submission_id = %(submission_id)s
ORDER BY submitted.place
