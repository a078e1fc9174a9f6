-- Stop watching a source; what it told stays.
UPDATE copytaster.source AS source
SET removed_at = now()
WHERE source.url_digest = sha256(convert_to(%(url)s, 'UTF8')) AND source.removed_at IS NULL
RETURNING source.source_id
