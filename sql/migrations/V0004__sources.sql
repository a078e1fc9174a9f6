-- How sources answer, what is taken of them, the sitemaps below an index, and links that were left out.

ALTER TABLE copytaster.source
-- Patterns of paths as in robots.txt; without any that allows, every path is allowed that none denies.
ADD COLUMN allow text[] NOT NULL DEFAULT '{}',
ADD COLUMN deny text[] NOT NULL DEFAULT '{}',
ADD COLUMN found_on text,
ADD COLUMN answered_url text,
-- SHA-256 of the document as it was last read: servers without validators repeat themselves too.
ADD COLUMN document_digest text,
ADD COLUMN polls bigint NOT NULL DEFAULT 0,
ADD COLUMN not_modified bigint NOT NULL DEFAULT 0,
ADD COLUMN unchanged bigint NOT NULL DEFAULT 0,
ADD COLUMN failed bigint NOT NULL DEFAULT 0,
ADD COLUMN entries integer,
ADD COLUMN taken integer,
ADD COLUMN hosts_elsewhere text[] NOT NULL DEFAULT '{}';

-- A sitemap that an index names; url_digest as in copytaster.source.
CREATE TABLE copytaster.sitemap (
    source_id bigint NOT NULL,
    url text NOT NULL,
    url_digest bytea NOT NULL GENERATED ALWAYS AS (sha256(decode(replace(url, '\', '\\'), 'escape'))) STORED,
    parent_url text NOT NULL,
    lastmod text,
    etag text,
    last_modified text,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    read_at timestamptz,
    changed_at timestamptz,
    quiet integer NOT NULL DEFAULT 0,
    next_read_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    http_status integer,
    fault text,
    entries integer,
    CONSTRAINT sitemap_pk PRIMARY KEY (source_id, url_digest),
    CONSTRAINT sitemap_source_fk FOREIGN KEY (source_id) REFERENCES copytaster.source (source_id)
);

-- A link that a source showed and that was not taken for a page, and why.
CREATE TABLE copytaster.link_left_out (
    source_id bigint NOT NULL,
    url text NOT NULL,
    url_digest bytea NOT NULL GENERATED ALWAYS AS (sha256(decode(replace(url, '\', '\\'), 'escape'))) STORED,
    reason text NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    judged_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT link_left_out_pk PRIMARY KEY (source_id, url_digest),
    CONSTRAINT link_left_out_source_fk FOREIGN KEY (source_id) REFERENCES copytaster.source (source_id)
);
CREATE INDEX link_left_out_url_idx ON copytaster.link_left_out (url_digest);

-- What became of the latest pages of a host: from this it is learned what its articles' addresses look like.
CREATE INDEX page_host_judged_idx ON copytaster.page (host, state_at DESC)
WHERE state IN ('loaded', 'quarantined');
