-- What a host's answers teach of its pace and its rights, when to look again at an article, and removals.

ALTER TABLE copytaster.host
ADD COLUMN response_seconds double precision,
ADD COLUMN adaptive_delay_seconds double precision,
ADD COLUMN tdmrep text,
ADD COLUMN tdmrep_expires_at timestamptz,
-- Hosts that lead to each other share a realm and go into one batch; null: its own.
ADD COLUMN realm text;

-- The rights ledger: what header, robots meta and the host's files said when the page was fetched.
ALTER TABLE copytaster.capture
ADD COLUMN robots_directives text[] NOT NULL DEFAULT '{}',
ADD COLUMN tdm_reservation boolean,
ADD COLUMN usage_terms text;

-- When a page that is done goes back on the list by itself; null: never.
ALTER TABLE copytaster.page ADD COLUMN revisit_at timestamptz;
CREATE INDEX page_revisit_idx ON copytaster.page (revisit_at) WHERE state IN ('loaded', 'gone');

ALTER TABLE copytaster.article
DROP CONSTRAINT article_materiality_check,
ADD CONSTRAINT article_materiality_check CHECK (
    materiality IN ('created', 'headline_change', 'correction', 'update', 'trivial', 'removal')
);
