-- Is there a source whose time has come (so many seconds ago)?
SELECT
    exists(
        SELECT 1
        FROM copytaster.source AS source
        WHERE
            source.removed_at IS NULL
            AND source.next_poll_at <= now() - make_interval(secs => %(overdue_seconds)s)
            AND coalesce(source.lease_expires_at, '-infinity') <= now()
    ) AS sources_due
