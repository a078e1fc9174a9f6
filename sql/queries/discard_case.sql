-- Discard a case as the person who looked at this capture wished.
SELECT
    quarantine.quarantine_id,
    news.discard(quarantine.quarantine_id, %(note)s, %(decided_by)s)
FROM copytaster.quarantine AS quarantine
WHERE
    quarantine.quarantine_id = %(quarantine_id)s
    AND quarantine.capture_id IS NOT DISTINCT FROM %(capture_id)s
