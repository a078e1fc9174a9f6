-- The sitemaps below a source, as far as they are known.
SELECT
    sitemap.url,
    sitemap.parent_url,
    sitemap.lastmod,
    sitemap.etag,
    sitemap.last_modified,
    sitemap.read_at,
    sitemap.next_read_at,
    sitemap.retired_at,
    sitemap.http_status,
    sitemap.fault,
    sitemap.entries
FROM copytaster.sitemap AS sitemap
WHERE sitemap.source_id = %(source_id)s
ORDER BY sitemap.read_at DESC NULLS LAST, sitemap.url ASC
