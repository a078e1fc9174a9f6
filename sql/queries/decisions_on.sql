-- Which of the pages that are about to be held back has a person decided on before, for the same cause? A
-- release stands while nothing else withholds the page (its reading comes back with the same fixes), a
-- discard while the text is the same.
SELECT
    given.page_id,
    decided.decision,
    CASE decided.decision
        WHEN 'released' THEN copytaster.fixed(given.reading, decided.fixes)
    END AS reading
FROM
    jsonb_to_recordset(%(rows)s)
        AS given (page_id bigint, reason text, rule text, findings jsonb, reading jsonb)
CROSS JOIN
    LATERAL (
        SELECT
            quarantine.decision,
            quarantine.fixes,
            quarantine.reading
        FROM copytaster.quarantine AS quarantine
        WHERE
            quarantine.page_id = given.page_id AND quarantine.decision IN ('released', 'discarded')
            AND quarantine.reason = given.reason AND quarantine.rule IS NOT DISTINCT FROM given.rule
        ORDER BY quarantine.decided_at DESC
        LIMIT 1
    ) AS decided
WHERE
    CASE decided.decision
        WHEN 'released'
            THEN
                given.reading IS NOT NULL AND NOT EXISTS (
                    SELECT
                    FROM jsonb_array_elements(given.findings) AS finding (item)
                    WHERE
                        finding.item ->> 'severity' = 'error'
                        AND finding.item ->> 'rule' IS DISTINCT FROM given.rule
                )
        ELSE given.reading ->> 'text_digest' IS NOT DISTINCT FROM decided.reading ->> 'text_digest'
    END
ORDER BY given.page_id
