-- Syndicated copies: articles with the same normalised text.
CREATE OR REPLACE VIEW news.story AS
SELECT
    article.text_digest AS story_id,
    count(*) AS members,
    (array_agg(article.article_id ORDER BY article.first_told_at, article.article_id))[1]
        AS origin_article_id,
    (array_agg(article.canonical_url ORDER BY article.first_told_at, article.article_id))[1] AS origin_url,
    (array_agg(article.headline ORDER BY article.first_told_at, article.article_id))[1] AS headline,
    min(article.first_told_at) AS first_told_at,
    array_agg(article.article_id ORDER BY article.first_told_at, article.article_id) AS article_ids,
    array_agg(article.canonical_url ORDER BY article.first_told_at, article.article_id) AS urls
FROM (
    SELECT
        usable.article_id,
        usable.text_digest,
        usable.canonical_url,
        usable.headline,
        least(usable.date_published, usable.created_at) AS first_told_at
    FROM copytaster.article AS usable
    WHERE usable.pub_status = 'usable' AND usable.text_digest != ''
) AS article
GROUP BY article.text_digest
HAVING count(*) > 1;

COMMENT ON VIEW news.story IS 'Syndication: groups of two or more articles with the same normalised text.';
COMMENT ON COLUMN news.story.story_id IS 'Digest of the text that the members share.';
COMMENT ON COLUMN news.story.members IS 'How many articles.';
COMMENT ON COLUMN news.story.origin_article_id IS 'The member that was published first, as far as is known.';
COMMENT ON COLUMN news.story.origin_url IS 'Its address.';
COMMENT ON COLUMN news.story.headline IS 'Its headline.';
COMMENT ON COLUMN news.story.first_told_at IS 'Its publication, or our first sight of it if that is earlier.';
COMMENT ON COLUMN news.story.article_ids IS 'All members, the origin first.';
COMMENT ON COLUMN news.story.urls IS 'Their addresses in the same order.';
