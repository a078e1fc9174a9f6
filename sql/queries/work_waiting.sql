-- Is there a page that may be claimed (and might have been for so many seconds), or a batch that lost its
-- worker?
SELECT
    EXISTS (
        SELECT 1
        FROM copytaster.host AS host
        WHERE
            host.batch_id IS NULL AND coalesce(host.next_allowed_at, '-infinity') <= now()
            AND EXISTS (
                SELECT 1
                FROM copytaster.page AS page
                WHERE
                    page.host = host.host AND page.state = 'waiting'
                    AND page.next_fetch_at <= now() - make_interval(secs => %(overdue_seconds)s)
            )
    )
    OR EXISTS (
        SELECT 1
        FROM copytaster.batch AS batch
        WHERE batch.state = 'open' AND batch.lease_expires_at <= now()
    ) AS work_waiting
