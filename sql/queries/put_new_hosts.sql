-- Make hosts known.
INSERT INTO copytaster.host (host)
SELECT DISTINCT given.host
FROM unnest(%(hosts)s::text[]) AS given (host)
WHERE
    NOT EXISTS (
        SELECT 1 FROM copytaster.host AS host
        WHERE host.host = given.host
    )
ORDER BY given.host
ON CONFLICT ON CONSTRAINT host_pk DO NOTHING
