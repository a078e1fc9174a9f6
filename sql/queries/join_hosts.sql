-- Note which hosts lead to each other, so that one batch gets them together. Hosts that are locked are left
-- for the next time: waiting for them here could end in a deadlock.
UPDATE copytaster.host AS host
SET realm = pair.realm
FROM (
    SELECT
        free.host,
        told.realm
    FROM (
        SELECT
            side.host,
            min(least(
                coalesce(own.realm, own.host), coalesce(other.realm, other.host)
            )) AS realm
        FROM jsonb_to_recordset(%(outcomes)s) AS given (page_id bigint, host text)
        INNER JOIN copytaster.page AS page ON given.page_id = page.page_id
        INNER JOIN copytaster.host AS own ON page.host = own.host
        INNER JOIN copytaster.host AS other ON given.host = other.host
        CROSS JOIN unnest(ARRAY[own.host, other.host]) AS side (host)
        WHERE page.batch_id = %(batch)s AND page.state = 'claimed'
        GROUP BY side.host
    ) AS told
    INNER JOIN copytaster.host AS free ON told.host = free.host
    WHERE free.realm IS DISTINCT FROM told.realm
    FOR NO KEY UPDATE OF free SKIP LOCKED
) AS pair
WHERE host.host = pair.host
