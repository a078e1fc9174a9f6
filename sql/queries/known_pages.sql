-- Under which page is each of these links known, if not under its own address? By an alias of an article
-- first, else by an address that means the same by convention, in the order in which they are given.
SELECT DISTINCT ON (given.url)
    given.url,
    known.url AS known_url,
    known.host
FROM jsonb_to_recordset(%(links)s) AS given (url text, form text, place integer)
LEFT JOIN copytaster.url_alias AS alias
    ON sha256(convert_to(given.form, 'UTF8')) = alias.url_digest AND given.place = 0
LEFT JOIN copytaster.article AS article ON alias.article_id = article.article_id
INNER JOIN copytaster.page AS known
    ON
        CASE
            WHEN given.place = 0 THEN article.page_id = known.page_id
            ELSE known.url_digest = sha256(convert_to(given.form, 'UTF8'))
        END
WHERE
    -- what did not work under another address may work under this one
    (given.place = 0 OR known.state NOT IN ('quarantined', 'gone'))
    AND NOT EXISTS (
        SELECT 1
        FROM copytaster.page AS own
        WHERE own.url_digest = sha256(convert_to(given.url, 'UTF8'))
    )
ORDER BY given.url, given.place
