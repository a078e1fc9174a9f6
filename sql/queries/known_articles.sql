-- Which of these addresses are those of articles that are stored, or have a text that is?
SELECT given.url
FROM unnest(%(urls)s::text[], %(text_digests)s::text[]) AS given (url, text_digest)
WHERE
    EXISTS (
        SELECT 1
        FROM copytaster.article AS article
        WHERE article.canonical_digest = sha256(convert_to(given.url, 'UTF8'))
    )
    OR EXISTS (
        SELECT 1
        FROM copytaster.article AS article
        WHERE article.text_digest = given.text_digest
    )
