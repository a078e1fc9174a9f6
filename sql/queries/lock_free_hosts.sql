-- Which of these hosts are still free; locks them.
SELECT host.host
FROM copytaster.host AS host
WHERE host.host = any(%(hosts)s) AND host.batch_id IS NULL
ORDER BY host.host
FOR NO KEY UPDATE SKIP LOCKED
