-- Nobody is being asked about these cases any more; what is still open can be asked again later.
UPDATE copytaster.quarantine AS quarantine
SET asked_until = now() + make_interval(secs => %(pause_seconds)s)
WHERE quarantine.quarantine_id = any(%(cases)s) AND quarantine.decision IS NULL
