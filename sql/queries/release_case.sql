-- Release a case as the person who looked at this capture wished.
SELECT
    quarantine.quarantine_id,
    news.release(quarantine.quarantine_id, %(note)s, %(fixes)s::jsonb, %(decided_by)s) AS article_id
FROM copytaster.quarantine AS quarantine
WHERE
    quarantine.quarantine_id = %(quarantine_id)s
    AND quarantine.capture_id IS NOT DISTINCT FROM %(capture_id)s
