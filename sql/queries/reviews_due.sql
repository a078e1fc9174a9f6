-- Is there a group of open cases that nobody has been asked about, and that has waited long enough?
SELECT
    exists(
        SELECT
        FROM copytaster.quarantine AS quarantine
        WHERE
            quarantine.decision IS NULL AND quarantine.reading IS NOT NULL
            AND coalesce(quarantine.asked_until, '-infinity') <= now()
            AND quarantine.quarantined_at <= now() - make_interval(secs => %(overdue_seconds)s)
    ) AS reviews_due
