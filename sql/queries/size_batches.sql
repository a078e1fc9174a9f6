-- Note how many pages each new batch holds.
UPDATE copytaster.batch AS batch
SET pages = held.pages
FROM unnest(%(batch_ids)s::bigint[], %(pages)s::integer[]) AS held (batch_id, pages)
WHERE batch.batch_id = held.batch_id
