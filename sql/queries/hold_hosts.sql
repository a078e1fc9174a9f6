-- Give hosts to batches.
UPDATE copytaster.host AS host
SET batch_id = plan.batch_id
FROM unnest(%(hosts)s::text[], %(batch_ids)s::bigint[]) AS plan (host, batch_id)
WHERE host.host = plan.host
