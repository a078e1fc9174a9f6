-- Which of these articles are no copies (same text) of one that was there before?
SELECT article.article_id
FROM copytaster.article AS article
WHERE
    article.article_id = any(%(article_ids)s)
    AND NOT EXISTS (
        SELECT 1
        FROM copytaster.article AS earlier
        WHERE earlier.text_digest = article.text_digest AND earlier.article_id < article.article_id
    )
