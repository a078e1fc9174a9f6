-- A case knows when it was seen last, how often, by which rules it was read, and what a person mended.

ALTER TABLE copytaster.quarantine
ADD COLUMN ruleset_version text,
ADD COLUMN last_seen_at timestamptz,
ADD COLUMN times_seen integer NOT NULL DEFAULT 1,
ADD COLUMN fixes jsonb,
-- A person is being asked about it until then (DAG review).
ADD COLUMN asked_until timestamptz;

UPDATE copytaster.quarantine
SET last_seen_at = quarantined_at, ruleset_version = reading ->> 'ruleset_version';

ALTER TABLE copytaster.quarantine
ALTER COLUMN last_seen_at SET DEFAULT now(),
ALTER COLUMN last_seen_at SET NOT NULL,
ADD CONSTRAINT quarantine_fixes_check CHECK (fixes IS NULL OR decision = 'released');

-- What a later reading of the page is compared with: a decision stands for the same page and cause.
CREATE INDEX quarantine_decided_idx ON copytaster.quarantine (page_id, decided_at DESC)
WHERE decision IN ('released', 'discarded');

-- They get further arguments.
DROP FUNCTION IF EXISTS news.release(bigint, text);
DROP FUNCTION IF EXISTS news.discard(bigint, text);
