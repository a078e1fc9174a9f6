-- Which of these links has a source shown before, whether they were taken or not?
SELECT given.url
FROM unnest(%(urls)s::text[]) AS given (url)
WHERE
    EXISTS (
        SELECT 1
        FROM copytaster.link_left_out AS link
        WHERE link.source_id = %(source_id)s AND link.url_digest = sha256(convert_to(given.url, 'UTF8'))
    )
    OR EXISTS (
        SELECT 1
        FROM copytaster.page AS page
        INNER JOIN copytaster.sighting AS sighting ON page.page_id = sighting.page_id
        WHERE
            page.url_digest = sha256(convert_to(given.url, 'UTF8'))
            AND sighting.source_id = %(source_id)s
    )
