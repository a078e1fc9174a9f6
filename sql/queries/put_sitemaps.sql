-- What came of reading sitemaps below a source. One that brings nothing is asked again later and later, at
-- most a week later; one that is gone is retired.
INSERT INTO copytaster.sitemap AS sitemap (
    source_id,
    url,
    parent_url,
    lastmod,
    etag,
    last_modified,
    read_at,
    changed_at,
    http_status,
    fault,
    entries,
    retired_at, next_read_at
)
SELECT
    %(source_id)s,
    given.url,
    given.parent_url,
    given.lastmod,
    given.etag,
    given.last_modified,
    now(),
    CASE WHEN given.is_changed THEN now() END,
    given.http_status,
    given.fault,
    given.entries,
    CASE WHEN given.is_gone THEN now() END,
    now()
FROM
    jsonb_to_recordset(%(sitemaps)s)
        AS given (
            url text,
            parent_url text,
            lastmod text,
            etag text,
            last_modified text,
            http_status integer,
            fault text,
            entries integer, is_changed boolean, is_gone boolean
        )
ORDER BY sha256(convert_to(given.url, 'UTF8'))
ON CONFLICT ON CONSTRAINT sitemap_pk DO UPDATE
    SET
        parent_url = excluded.parent_url,
        lastmod = excluded.lastmod,
        etag = excluded.etag,
        last_modified = excluded.last_modified,
        read_at = now(),
        changed_at = coalesce(excluded.changed_at, sitemap.changed_at),
        http_status = excluded.http_status,
        fault = excluded.fault,
        entries = coalesce(excluded.entries, sitemap.entries),
        retired_at = excluded.retired_at,
        quiet = CASE WHEN excluded.changed_at IS NULL THEN sitemap.quiet + 1 ELSE 0 END,
        next_read_at = CASE
            WHEN excluded.changed_at IS NULL
                THEN now() + least(interval '10 minutes' * (2 ^ least(sitemap.quiet, 12)), interval '7 days')
            ELSE now()
        END
