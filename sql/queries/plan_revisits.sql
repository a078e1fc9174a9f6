-- When to look again at the articles of a batch: at the next of so many hours since they last changed, but
-- not before a quarter of their age has passed once more, and no more once they are twice as old as the
-- last of these hours. Imported pages are left alone.
WITH held AS ( -- in the order in which sources lock pages
    SELECT
        done.page_id,
        done.article_id
    FROM copytaster.page AS done
    WHERE
        done.state IN ('loaded', 'gone') AND done.article_id IS NOT NULL
        AND done.page_id IN (
            SELECT capture.page_id
            FROM copytaster.capture AS capture
            WHERE capture.batch_id = %(batch)s
            UNION ALL
            SELECT told.page_id
            FROM unnest(%(page_ids)s::bigint[]) AS told (page_id)
        )
        AND EXISTS (
            SELECT 1
            FROM copytaster.batch AS batch
            WHERE batch.batch_id = %(batch)s AND batch.origin IN ('ingest', 'ingest_urls')
        )
    ORDER BY done.url_digest
    FOR NO KEY UPDATE OF done
),

plan AS (
    SELECT
        held.page_id,
        article.updated_at,
        least(article.created_at, article.date_published) AS since,
        min(look.hours)
        FILTER (WHERE make_interval(hours => 1) * look.hours > now() - article.updated_at)
            AS next_hours,
        max(look.hours) AS last_hours
    FROM held
    INNER JOIN copytaster.article AS article
        ON held.article_id = article.article_id AND held.page_id = article.page_id
    CROSS JOIN unnest(%(hours)s::float8[]) AS look (hours)
    GROUP BY held.page_id, article.article_id
)

UPDATE copytaster.page AS page
SET
    revisit_at = CASE
        WHEN
            plan.next_hours IS NOT NULL
            AND now() - plan.since < make_interval(hours => 1) * 2 * plan.last_hours
            THEN
                greatest(
                    plan.updated_at + make_interval(hours => 1) * plan.next_hours,
                    now() + (now() - plan.since) / 4
                )
    END
FROM plan
WHERE page.page_id = plan.page_id
