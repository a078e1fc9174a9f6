-- What sites repeat: lines by site, with the articles that they were seen on; decisions on them; and the
-- residue that stored articles still have.

-- articles is weighted: an article counts half after each full turn of the site's clock, which advances
-- with the days and with the articles read (functions/40_learn_lines.sql). Weights are true as of clock.
CREATE TABLE copytaster.site (
    site_id integer GENERATED ALWAYS AS IDENTITY,
    site text NOT NULL,
    articles double precision NOT NULL,
    clock double precision NOT NULL,
    learned_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT site_pk PRIMARY KEY (site_id),
    CONSTRAINT site_key UNIQUE (site),
    CONSTRAINT site_length_check CHECK (length(site) BETWEEN 1 AND 260)
);

-- head, middle and tail: articles with the line there. first_weight is the site's weight before the line
-- appeared, as of first_clock: what was read since then is the site's weight less what is left of it.
CREATE TABLE copytaster.site_line (
    line_key bigint NOT NULL,
    clock double precision NOT NULL,
    first_clock double precision NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    last_cut_at timestamptz,
    site_id integer NOT NULL,
    first_weight real NOT NULL,
    articles real NOT NULL,
    head real NOT NULL,
    middle real NOT NULL,
    tail real NOT NULL,
    articles_cut integer NOT NULL DEFAULT 0,
    -- Null until a long line is seen a second time: most never are.
    line text,
    -- By line first: the same index tells how many sites have a line.
    CONSTRAINT site_line_pk PRIMARY KEY (line_key, site_id),
    CONSTRAINT site_line_site_fk FOREIGN KEY (site_id) REFERENCES copytaster.site (site_id)
);
-- What people look at, and what the meter does: the few lines that recur.
CREATE INDEX site_line_site_idx ON copytaster.site_line (site_id);
CREATE INDEX site_line_recurring_idx ON copytaster.site_line (site_id) WHERE articles >= 2;

-- The latest on a line counts; rows are never changed.
CREATE TABLE copytaster.line_decision (
    line_decision_id bigint GENERATED ALWAYS AS IDENTITY,
    line_key bigint NOT NULL,
    site_id integer NOT NULL,
    decision text NOT NULL,
    note text NOT NULL DEFAULT '',
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT line_decision_pk PRIMARY KEY (line_decision_id),
    CONSTRAINT line_decision_site_fk FOREIGN KEY (site_id) REFERENCES copytaster.site (site_id),
    CONSTRAINT line_decision_check CHECK (decision IN ('keep', 'cut', 'weigh'))
);
CREATE INDEX line_decision_line_idx ON copytaster.line_decision (line_key, site_id, line_decision_id);

-- Versions of articles with a line that looks like residue: the first such line, and what it shows.
CREATE TABLE copytaster.residue (
    article_id bigint NOT NULL,
    version integer NOT NULL,
    sign text NOT NULL,
    line text NOT NULL,
    found_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT residue_pk PRIMARY KEY (article_id, version),
    CONSTRAINT residue_article_fk FOREIGN KEY (article_id) REFERENCES copytaster.article (article_id)
);
