-- What to fetch, from whom, and what happened: sources, hosts, batches, pages, captures, events.

CREATE SCHEMA news;

CREATE TABLE copytaster.source (
    source_id bigint GENERATED ALWAYS AS IDENTITY,
    url text NOT NULL,
    -- URLs can be longer than a btree key may be, so that they are unique by their SHA-256.
    -- decode(..., 'escape') is the immutable spelling of convert_to(url, 'UTF8').
    url_digest bytea NOT NULL GENERATED ALWAYS AS (sha256(decode(replace(url, '\', '\\'), 'escape'))) STORED,
    kind text NOT NULL,
    name text NOT NULL DEFAULT '',
    in_language text,
    zone text,
    hosts text[] NOT NULL DEFAULT '{}',
    etag text,
    last_modified text,
    interval_seconds integer NOT NULL DEFAULT 900,
    min_interval_seconds integer NOT NULL DEFAULT 300,
    max_interval_seconds integer NOT NULL DEFAULT 86400,
    next_poll_at timestamptz NOT NULL DEFAULT now(),
    lease_expires_at timestamptz,
    polled_at timestamptz,
    new_page_at timestamptz,
    failures double precision NOT NULL DEFAULT 0,
    http_status integer,
    fault text,
    added_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz,
    CONSTRAINT source_pk PRIMARY KEY (source_id),
    CONSTRAINT source_url_key UNIQUE (url_digest),
    CONSTRAINT source_kind_check CHECK (kind IN ('feed', 'sitemap', 'listing')),
    CONSTRAINT source_interval_check CHECK (
        min_interval_seconds > 0 AND interval_seconds BETWEEN min_interval_seconds AND max_interval_seconds
    )
);
CREATE INDEX source_due_idx ON copytaster.source (next_poll_at) WHERE removed_at IS NULL;

CREATE TABLE copytaster.submission (
    submission_id bigint GENERATED ALWAYS AS IDENTITY,
    submitted_at timestamptz NOT NULL DEFAULT now(),
    submitted_by text NOT NULL,
    priority integer NOT NULL,
    note text NOT NULL DEFAULT '',
    CONSTRAINT submission_pk PRIMARY KEY (submission_id)
);

-- The unit of lease, and one WARC file.
CREATE TABLE copytaster.batch (
    batch_id bigint GENERATED ALWAYS AS IDENTITY,
    origin text NOT NULL,
    state text NOT NULL DEFAULT 'open',
    stage text NOT NULL DEFAULT 'fetch',
    lease_expires_at timestamptz,
    adoptions integer NOT NULL DEFAULT 0,
    submission_id bigint,
    warc_path text,
    pages integer NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL DEFAULT now(),
    fetched_at timestamptz,
    closed_at timestamptz,
    CONSTRAINT batch_pk PRIMARY KEY (batch_id),
    CONSTRAINT batch_submission_fk FOREIGN KEY (submission_id)
    REFERENCES copytaster.submission (submission_id),
    CONSTRAINT batch_origin_check CHECK (origin IN ('ingest', 'ingest_urls', 'import', 'replay')),
    CONSTRAINT batch_state_check CHECK (state IN ('open', 'closed')),
    CONSTRAINT batch_stage_check CHECK (stage IN ('fetch', 'load')),
    CONSTRAINT batch_closed_check CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CONSTRAINT batch_lease_check CHECK (state = 'closed' OR lease_expires_at IS NOT NULL)
);
CREATE INDEX batch_open_idx ON copytaster.batch (lease_expires_at) WHERE state = 'open';

-- The unit of politeness: batch_id names the one batch that may contact it now.
CREATE TABLE copytaster.host (
    host text NOT NULL,
    batch_id bigint,
    next_allowed_at timestamptz,
    crawl_delay_seconds double precision,
    robots_txt text,
    robots_status integer,
    robots_expires_at timestamptz,
    CONSTRAINT host_pk PRIMARY KEY (host),
    CONSTRAINT host_batch_fk FOREIGN KEY (batch_id) REFERENCES copytaster.batch (batch_id),
    CONSTRAINT host_length_check CHECK (length(host) BETWEEN 1 AND 260)
);
CREATE INDEX host_batch_idx ON copytaster.host (batch_id) WHERE batch_id IS NOT NULL;

CREATE TABLE copytaster.page (
    page_id bigint GENERATED ALWAYS AS IDENTITY,
    url text NOT NULL,
    url_digest bytea NOT NULL GENERATED ALWAYS AS (sha256(decode(replace(url, '\', '\\'), 'escape'))) STORED,
    host text NOT NULL,
    source_id bigint,
    state text NOT NULL DEFAULT 'waiting',
    state_at timestamptz NOT NULL DEFAULT now(),
    priority smallint NOT NULL DEFAULT 0,
    next_fetch_at timestamptz DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    idle_fetches integer NOT NULL DEFAULT 0,
    batch_id bigint,
    capture_id bigint,
    article_id bigint,
    reason text,
    detail text,
    http_status integer,
    etag text,
    last_modified text,
    discovered_at timestamptz NOT NULL DEFAULT now(),
    fetched_at timestamptz,
    CONSTRAINT page_pk PRIMARY KEY (page_id),
    CONSTRAINT page_url_key UNIQUE (url_digest),
    CONSTRAINT page_host_fk FOREIGN KEY (host) REFERENCES copytaster.host (host),
    CONSTRAINT page_source_fk FOREIGN KEY (source_id) REFERENCES copytaster.source (source_id),
    CONSTRAINT page_batch_fk FOREIGN KEY (batch_id) REFERENCES copytaster.batch (batch_id),
    CONSTRAINT page_state_check CHECK (
        state IN ('waiting', 'claimed', 'fetched', 'loaded', 'quarantined', 'gone')
    ),
    CONSTRAINT page_waiting_check CHECK (
        state != 'waiting' OR (batch_id IS NULL AND next_fetch_at IS NOT NULL)
    ),
    CONSTRAINT page_held_check CHECK (state NOT IN ('claimed', 'fetched') OR batch_id IS NOT NULL),
    CONSTRAINT page_fetched_check CHECK (state != 'fetched' OR capture_id IS NOT NULL),
    CONSTRAINT page_loaded_check CHECK (state != 'loaded' OR article_id IS NOT NULL),
    CONSTRAINT page_reason_check CHECK ((state = 'quarantined') = (reason IS NOT NULL)),
    CONSTRAINT page_gone_check CHECK (state != 'gone' OR http_status IS NOT NULL)
);
-- What a claim reads: the most urgent pages of one host.
CREATE INDEX page_waiting_idx ON copytaster.page (host, priority DESC, next_fetch_at) WHERE state = 'waiting';
-- What a batch holds; small, because done pages leave it.
CREATE INDEX page_held_idx ON copytaster.page (batch_id) WHERE state IN ('claimed', 'fetched');
CREATE INDEX page_article_idx ON copytaster.page (article_id) WHERE article_id IS NOT NULL;
CREATE INDEX page_source_idx ON copytaster.page (source_id, discovered_at);
CREATE INDEX page_quarantined_idx ON copytaster.page (reason) WHERE state = 'quarantined';

CREATE TABLE copytaster.submitted_url (
    submission_id bigint NOT NULL,
    place integer NOT NULL,
    url text NOT NULL,
    page_id bigint,
    refused text,
    CONSTRAINT submitted_url_pk PRIMARY KEY (submission_id, place),
    CONSTRAINT submitted_url_submission_fk FOREIGN KEY (submission_id)
    REFERENCES copytaster.submission (submission_id),
    CONSTRAINT submitted_url_page_fk FOREIGN KEY (page_id) REFERENCES copytaster.page (page_id),
    CONSTRAINT submitted_url_fate_check CHECK ((page_id IS NULL) != (refused IS NULL))
);
CREATE INDEX submitted_url_page_idx ON copytaster.submitted_url (page_id);

-- Which source told of which page when, and what it said of it.
CREATE TABLE copytaster.sighting (
    page_id bigint NOT NULL,
    source_id bigint NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz,
    entry jsonb NOT NULL,
    CONSTRAINT sighting_pk PRIMARY KEY (page_id, source_id),
    CONSTRAINT sighting_page_fk FOREIGN KEY (page_id) REFERENCES copytaster.page (page_id),
    CONSTRAINT sighting_source_fk FOREIGN KEY (source_id) REFERENCES copytaster.source (source_id)
);
CREATE INDEX sighting_source_idx ON copytaster.sighting (source_id, seen_at);

CREATE TABLE copytaster.capture (
    capture_id bigint GENERATED ALWAYS AS IDENTITY,
    page_id bigint NOT NULL,
    batch_id bigint NOT NULL,
    final_url text,
    http_status integer,
    fetched_at timestamptz,
    warc_path text,
    warc_record_id text,
    payload_digest text,
    robots_verdict text,
    CONSTRAINT capture_pk PRIMARY KEY (capture_id),
    CONSTRAINT capture_page_key UNIQUE (page_id, batch_id),
    CONSTRAINT capture_page_fk FOREIGN KEY (page_id) REFERENCES copytaster.page (page_id),
    CONSTRAINT capture_batch_fk FOREIGN KEY (batch_id) REFERENCES copytaster.batch (batch_id)
);
CREATE INDEX capture_batch_idx ON copytaster.capture (batch_id);
CREATE INDEX capture_fetched_idx ON copytaster.capture (fetched_at);

ALTER TABLE copytaster.page ADD CONSTRAINT page_capture_fk
FOREIGN KEY (capture_id) REFERENCES copytaster.capture (capture_id);

-- The trail of a page: one row for each stage of each batch that it went through.
CREATE TABLE copytaster.page_event (
    page_event_id bigint GENERATED ALWAYS AS IDENTITY,
    page_id bigint NOT NULL,
    batch_id bigint,
    at timestamptz NOT NULL DEFAULT now(),
    stage text NOT NULL,
    outcome text NOT NULL,
    detail jsonb,
    CONSTRAINT page_event_pk PRIMARY KEY (page_event_id),
    CONSTRAINT page_event_page_fk FOREIGN KEY (page_id) REFERENCES copytaster.page (page_id),
    CONSTRAINT page_event_stage_check CHECK (
        stage IN ('discover', 'submit', 'fetch', 'load', 'review', 'sweep')
    )
);
CREATE INDEX page_event_page_idx ON copytaster.page_event (page_id, at);
CREATE INDEX page_event_at_idx ON copytaster.page_event USING brin (at);
-- The same batch twice leaves the same trail.
CREATE UNIQUE INDEX page_event_batch_key ON copytaster.page_event (batch_id, stage, page_id)
WHERE batch_id IS NOT NULL;
