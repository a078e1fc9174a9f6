-- Take groups of open cases for review: one for each source, reason and rule, the largest first. Only what
-- could be read can be decided on. A group whose first case is younger than the settling time grows on.
WITH open_case AS (
    SELECT
        quarantine.quarantine_id,
        quarantine.reason,
        quarantine.rule,
        page.source_id,
        quarantine.quarantined_at
    FROM copytaster.quarantine AS quarantine
    INNER JOIN copytaster.page AS page ON quarantine.page_id = page.page_id
    WHERE
        quarantine.decision IS NULL AND quarantine.reading IS NOT NULL
        AND coalesce(quarantine.asked_until, '-infinity') <= now()
    FOR NO KEY UPDATE OF quarantine SKIP LOCKED
),

placed AS (
    SELECT
        open_case.*,
        row_number() OVER alike AS place
    FROM open_case
    WINDOW alike AS (
        PARTITION BY open_case.reason, open_case.rule, open_case.source_id
        ORDER BY open_case.quarantine_id
    )
),

cluster AS (
    SELECT
        placed.reason,
        placed.rule,
        placed.source_id,
        array_agg(placed.quarantine_id) FILTER (WHERE placed.place <= %(most_cases)s) AS cases
    FROM placed
    GROUP BY placed.reason, placed.rule, placed.source_id
    HAVING min(placed.quarantined_at) <= now() - make_interval(secs => %(settle_seconds)s)
    ORDER BY count(*) DESC, placed.reason
    LIMIT %(most_groups)s
),

asked AS (
    UPDATE copytaster.quarantine AS quarantine
    SET asked_until = now() + make_interval(secs => %(patience_seconds)s)
    FROM cluster
    WHERE quarantine.quarantine_id = any(cluster.cases)
    RETURNING quarantine.quarantine_id
)

SELECT
    cluster.reason,
    cluster.rule,
    source.name AS source_name,
    told.cause,
    told.cure,
    jsonb_agg(
        jsonb_build_object(
            'quarantine_id', quarantine.quarantine_id,
            'capture_id', quarantine.capture_id,
            'url', page.url,
            'headline', quarantine.reading ->> 'headline',
            'body', left(quarantine.reading ->> 'article_body', 1500),
            'cuts', quarantine.reading -> 'cuts',
            'findings', quarantine.findings,
            'seen', quarantine.seen,
            'detail', quarantine.detail
        )
        ORDER BY quarantine.quarantine_id
    ) AS cases
FROM cluster
INNER JOIN copytaster.quarantine AS quarantine ON quarantine.quarantine_id = any(cluster.cases)
INNER JOIN copytaster.page AS page ON quarantine.page_id = page.page_id
INNER JOIN asked ON quarantine.quarantine_id = asked.quarantine_id
LEFT JOIN copytaster.source AS source ON cluster.source_id = source.source_id
LEFT JOIN news.reason AS told ON cluster.reason = told.reason
GROUP BY cluster.reason, cluster.rule, source.name, told.cause, told.cure
ORDER BY count(*) DESC, cluster.reason
