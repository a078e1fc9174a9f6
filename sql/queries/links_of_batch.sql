-- What a batch has still to fetch. Validators only where a 304 would leave us with an article that is usable.
SELECT
    page.page_id,
    page.url,
    page.host,
    page.attempts,
    CASE WHEN article.article_id IS NOT NULL THEN page.etag END AS etag,
    CASE WHEN article.article_id IS NOT NULL THEN page.last_modified END AS last_modified
FROM copytaster.page AS page
LEFT JOIN copytaster.article AS article
    ON page.article_id = article.article_id AND article.pub_status = 'usable'
WHERE page.batch_id = %(batch)s AND page.state = 'claimed'
ORDER BY page.priority DESC, page.next_fetch_at ASC, page.page_id ASC
