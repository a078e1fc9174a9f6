-- Hold back readings of a batch.
SELECT held_back.page_id
FROM copytaster.quarantine_pages(%(batch)s, %(rows)s) AS held_back (page_id)
