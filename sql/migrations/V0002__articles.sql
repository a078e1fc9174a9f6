-- What was read: the current articles, their earlier versions, the change log, what was held back.

-- The text search configuration of a language (BCP 47); 'simple' for one that Postgres cannot stem.
CREATE FUNCTION copytaster.text_config(in_language text) RETURNS regconfig
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE split_part(lower(in_language), '-', 1)
    WHEN 'ar' THEN 'pg_catalog.arabic'::regconfig
    WHEN 'ca' THEN 'pg_catalog.catalan'::regconfig
    WHEN 'da' THEN 'pg_catalog.danish'::regconfig
    WHEN 'de' THEN 'pg_catalog.german'::regconfig
    WHEN 'el' THEN 'pg_catalog.greek'::regconfig
    WHEN 'en' THEN 'pg_catalog.english'::regconfig
    WHEN 'es' THEN 'pg_catalog.spanish'::regconfig
    WHEN 'eu' THEN 'pg_catalog.basque'::regconfig
    WHEN 'fi' THEN 'pg_catalog.finnish'::regconfig
    WHEN 'fr' THEN 'pg_catalog.french'::regconfig
    WHEN 'ga' THEN 'pg_catalog.irish'::regconfig
    WHEN 'hi' THEN 'pg_catalog.hindi'::regconfig
    WHEN 'hu' THEN 'pg_catalog.hungarian'::regconfig
    WHEN 'hy' THEN 'pg_catalog.armenian'::regconfig
    WHEN 'id' THEN 'pg_catalog.indonesian'::regconfig
    WHEN 'it' THEN 'pg_catalog.italian'::regconfig
    WHEN 'lt' THEN 'pg_catalog.lithuanian'::regconfig
    WHEN 'nb' THEN 'pg_catalog.norwegian'::regconfig
    WHEN 'ne' THEN 'pg_catalog.nepali'::regconfig
    WHEN 'nl' THEN 'pg_catalog.dutch'::regconfig
    WHEN 'nn' THEN 'pg_catalog.norwegian'::regconfig
    WHEN 'no' THEN 'pg_catalog.norwegian'::regconfig
    WHEN 'pt' THEN 'pg_catalog.portuguese'::regconfig
    WHEN 'ro' THEN 'pg_catalog.romanian'::regconfig
    WHEN 'ru' THEN 'pg_catalog.russian'::regconfig
    WHEN 'sr' THEN 'pg_catalog.serbian'::regconfig
    WHEN 'sv' THEN 'pg_catalog.swedish'::regconfig
    WHEN 'ta' THEN 'pg_catalog.tamil'::regconfig
    WHEN 'tr' THEN 'pg_catalog.turkish'::regconfig
    WHEN 'yi' THEN 'pg_catalog.yiddish'::regconfig
    ELSE 'pg_catalog.simple'::regconfig
END;

CREATE TABLE copytaster.article (
    article_id bigint GENERATED ALWAYS AS IDENTITY,
    version integer NOT NULL DEFAULT 1,
    pub_status text NOT NULL DEFAULT 'usable',
    materiality text NOT NULL DEFAULT 'created',
    canonical_url text NOT NULL,
    canonical_digest bytea NOT NULL
    GENERATED ALWAYS AS (sha256(decode(replace(canonical_url, '\', '\\'), 'escape'))) STORED,
    page_id bigint NOT NULL,
    source_id bigint,
    capture_id bigint NOT NULL,
    headline text,
    alternative_headline text,
    abstract text,
    article_body text NOT NULL,
    word_count integer NOT NULL,
    authors text[] NOT NULL,
    publisher text,
    date_published timestamptz,
    date_published_raw text,
    date_published_precision text,
    date_published_zone text,
    date_modified timestamptz,
    date_modified_raw text,
    in_language text,
    article_section text,
    keywords text[] NOT NULL,
    image text,
    is_accessible_for_free boolean,
    tdm_reservation boolean,
    usage_terms text,
    page_kind text NOT NULL,
    kind_evidence text[] NOT NULL,
    cuts jsonb NOT NULL,
    findings jsonb NOT NULL,
    field_provenance jsonb NOT NULL,
    replacement_characters integer NOT NULL,
    text_digest text NOT NULL,
    extractor_version text NOT NULL,
    ruleset_version text NOT NULL,
    -- What makes a new version when it differs, and all that was read.
    content_hash bytea NOT NULL,
    reading_hash bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    -- Cut at 250,000 characters: a tsvector holds at most 1 MB.
    search_vector tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector(copytaster.text_config(in_language), left(coalesce(headline, ''), 9999)), 'A')
        || setweight(
            to_tsvector(copytaster.text_config(in_language), left(coalesce(abstract, ''), 9999)), 'B'
        )
        || to_tsvector(copytaster.text_config(in_language), left(article_body, 250000))
    ) STORED,
    CONSTRAINT article_pk PRIMARY KEY (article_id),
    CONSTRAINT article_canonical_key UNIQUE (canonical_digest),
    CONSTRAINT article_page_fk FOREIGN KEY (page_id) REFERENCES copytaster.page (page_id),
    CONSTRAINT article_source_fk FOREIGN KEY (source_id) REFERENCES copytaster.source (source_id),
    CONSTRAINT article_capture_fk FOREIGN KEY (capture_id) REFERENCES copytaster.capture (capture_id),
    CONSTRAINT article_pub_status_check CHECK (pub_status IN ('usable', 'withheld', 'canceled')),
    CONSTRAINT article_materiality_check CHECK (
        materiality IN ('created', 'headline_change', 'correction', 'update', 'trivial')
    ),
    CONSTRAINT article_precision_check CHECK (date_published_precision IN ('second', 'minute', 'day')),
    CONSTRAINT article_zone_check CHECK (
        date_published_zone IN ('page', 'feed', 'source_default', 'unknown')
    ),
    -- Dates that Python's datetime can hold in every zone, so that no reader trips over one.
    CONSTRAINT article_date_published_check CHECK (
        date_published BETWEEN '0001-01-02T00:00:00Z' AND '9999-12-30T00:00:00Z'
    ),
    CONSTRAINT article_date_modified_check CHECK (
        date_modified BETWEEN '0001-01-02T00:00:00Z' AND '9999-12-30T00:00:00Z'
    )
);
CREATE INDEX article_published_idx ON copytaster.article (date_published DESC);
CREATE INDEX article_updated_idx ON copytaster.article (updated_at);
CREATE INDEX article_source_idx ON copytaster.article (source_id, date_published);
CREATE INDEX article_text_digest_idx ON copytaster.article USING hash (text_digest);
CREATE INDEX article_search_idx ON copytaster.article USING gin (search_vector);

ALTER TABLE copytaster.page ADD CONSTRAINT page_article_fk
FOREIGN KEY (article_id) REFERENCES copytaster.article (article_id);

-- Superseded versions; the current one stands in article. Rows are never changed.
CREATE TABLE copytaster.article_version (
    article_id bigint NOT NULL,
    version integer NOT NULL,
    pub_status text NOT NULL,
    materiality text NOT NULL,
    capture_id bigint NOT NULL,
    headline text,
    alternative_headline text,
    abstract text,
    article_body text NOT NULL,
    word_count integer NOT NULL,
    authors text[] NOT NULL,
    publisher text,
    date_published timestamptz,
    date_modified timestamptz,
    in_language text,
    article_section text,
    keywords text[] NOT NULL,
    image text,
    is_accessible_for_free boolean,
    tdm_reservation boolean,
    usage_terms text,
    text_digest text NOT NULL,
    extractor_version text NOT NULL,
    ruleset_version text NOT NULL,
    content_hash bytea NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT article_version_pk PRIMARY KEY (article_id, version),
    CONSTRAINT article_version_article_fk FOREIGN KEY (article_id)
    REFERENCES copytaster.article (article_id),
    CONSTRAINT article_version_capture_fk FOREIGN KEY (capture_id)
    REFERENCES copytaster.capture (capture_id)
);
CREATE INDEX article_version_valid_idx ON copytaster.article_version (valid_to);

-- The cursor of incremental readers. Numbers are drawn under an advisory lock that is held to the
-- commit (functions/record_changes.sql), so that a lower one never appears after a higher one.
CREATE TABLE copytaster.article_change (
    change_id bigint GENERATED ALWAYS AS IDENTITY,
    article_id bigint NOT NULL,
    version integer NOT NULL,
    kind text NOT NULL,
    materiality text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT article_change_pk PRIMARY KEY (change_id),
    CONSTRAINT article_change_article_fk FOREIGN KEY (article_id)
    REFERENCES copytaster.article (article_id),
    CONSTRAINT article_change_kind_check CHECK (kind IN ('created', 'updated', 'removed'))
);
CREATE INDEX article_change_article_idx ON copytaster.article_change (article_id, change_id);

-- Further addresses of an article: pages that name it as canonical, redirects.
CREATE TABLE copytaster.url_alias (
    url text NOT NULL,
    url_digest bytea NOT NULL GENERATED ALWAYS AS (sha256(decode(replace(url, '\', '\\'), 'escape'))) STORED,
    article_id bigint NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT url_alias_pk PRIMARY KEY (url_digest),
    CONSTRAINT url_alias_article_fk FOREIGN KEY (article_id) REFERENCES copytaster.article (article_id)
);
CREATE INDEX url_alias_article_idx ON copytaster.url_alias (article_id);

-- What was held back: open while decision is null, history afterwards.
CREATE TABLE copytaster.quarantine (
    quarantine_id bigint GENERATED ALWAYS AS IDENTITY,
    page_id bigint NOT NULL,
    batch_id bigint,
    capture_id bigint,
    stage text NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL DEFAULT '',
    field text,
    rule text,
    seen text,
    findings jsonb NOT NULL DEFAULT '[]',
    -- One row of article as it would have been loaded; null where nothing could be read.
    reading jsonb,
    extractor_version text,
    quarantined_at timestamptz NOT NULL DEFAULT now(),
    decision text,
    decided_at timestamptz,
    decided_by text,
    decision_note text,
    CONSTRAINT quarantine_pk PRIMARY KEY (quarantine_id),
    CONSTRAINT quarantine_page_fk FOREIGN KEY (page_id) REFERENCES copytaster.page (page_id),
    CONSTRAINT quarantine_batch_fk FOREIGN KEY (batch_id) REFERENCES copytaster.batch (batch_id),
    CONSTRAINT quarantine_capture_fk FOREIGN KEY (capture_id) REFERENCES copytaster.capture (capture_id),
    CONSTRAINT quarantine_stage_check CHECK (stage IN ('fetch', 'extract', 'validate', 'load')),
    CONSTRAINT quarantine_decision_check CHECK (decision IN ('released', 'discarded', 'superseded')),
    CONSTRAINT quarantine_decided_check CHECK (
        (decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL)
    )
);
CREATE UNIQUE INDEX quarantine_open_key ON copytaster.quarantine (page_id) WHERE decision IS NULL;
CREATE INDEX quarantine_page_idx ON copytaster.quarantine (page_id, quarantined_at);
CREATE INDEX quarantine_reason_idx ON copytaster.quarantine (reason, quarantined_at) WHERE decision IS NULL;
