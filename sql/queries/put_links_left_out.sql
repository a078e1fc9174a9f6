-- Keep the links that a source showed and that were not taken, with the reason; one that is kept already
-- changes when its reason does. judged_at also tells, to the month, that the source still shows it.
INSERT INTO copytaster.link_left_out AS link (source_id, url, reason)
SELECT
    %(source_id)s,
    given.url,
    given.reason
FROM jsonb_to_recordset(%(links)s) AS given (url text, reason text)
ORDER BY sha256(convert_to(given.url, 'UTF8'))
ON CONFLICT ON CONSTRAINT link_left_out_pk DO UPDATE
    SET reason = excluded.reason, judged_at = now()
    WHERE link.reason <> excluded.reason OR link.judged_at < now() - interval '30 days'
