-- Load clean readings of a batch.
SELECT
    loaded.page_id,
    loaded.article_id,
    loaded.outcome
FROM copytaster.put_articles(%(batch)s, %(rows)s) AS loaded
