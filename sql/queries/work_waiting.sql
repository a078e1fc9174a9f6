-- Is there a page that may be claimed (and might have been for so many seconds), a batch that lost its
-- worker, or an article to look at again? Those wait a quarter of an hour, so as to come together.
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
    )
    OR EXISTS (
        SELECT 1
        FROM copytaster.page AS page
        WHERE
            page.state IN ('loaded', 'gone')
            AND page.revisit_at <= now() - make_interval(mins => 15, secs => %(overdue_seconds)s)
    ) AS work_waiting
