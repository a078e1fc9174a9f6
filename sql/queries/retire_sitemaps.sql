-- Retire the sitemaps that their index does not name any more.
UPDATE copytaster.sitemap AS sitemap
SET retired_at = now()
WHERE
    sitemap.source_id = %(source_id)s
    AND sitemap.url IN (SELECT gone.url FROM unnest(%(urls)s::text[]) AS gone (url))
    AND sitemap.retired_at IS NULL
