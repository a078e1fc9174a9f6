-- How the sources are, and what flows through.
CREATE OR REPLACE VIEW news.source_health AS
SELECT
    source.source_id,
    source.name,
    source.url,
    source.kind,
    source.polled_at,
    source.next_poll_at,
    make_interval(secs => source.interval_seconds) AS poll_interval,
    source.http_status,
    source.fault,
    source.failures,
    source.new_page_at,
    now() - coalesce(source.new_page_at, source.added_at) AS silent_for,
    coalesce(recent.pages, 0) AS pages_7_days,
    coalesce(recent.loaded, 0) AS loaded_7_days,
    coalesce(recent.quarantined, 0) AS quarantined_7_days,
    coalesce(recent.gone, 0) AS gone_7_days,
    coalesce(recent.waiting, 0) AS waiting_7_days,
    round(recent.residue::numeric / nullif(recent.loaded, 0), 4) AS residue_share_7_days,
    source.polls,
    source.not_modified,
    source.unchanged,
    source.failed,
    source.entries,
    source.taken,
    source.hosts_elsewhere
FROM copytaster.source AS source
LEFT JOIN LATERAL (
    SELECT
        count(*) AS pages,
        count(*) FILTER (WHERE page.state = 'loaded') AS loaded,
        count(*) FILTER (WHERE page.state = 'quarantined') AS quarantined,
        count(*) FILTER (WHERE page.state = 'gone') AS gone,
        count(*) FILTER (WHERE page.state IN ('waiting', 'claimed', 'fetched')) AS waiting,
        count(*) FILTER (
            WHERE page.state = 'loaded' AND EXISTS (
                SELECT FROM copytaster.residue AS residue
                INNER JOIN copytaster.article AS article
                    ON residue.article_id = article.article_id AND residue.version = article.version
                WHERE residue.article_id = page.article_id
            )
        ) AS residue
    FROM copytaster.page AS page
    WHERE page.source_id = source.source_id AND page.discovered_at > now() - interval '7 days'
) AS recent ON TRUE
WHERE source.removed_at IS NULL;

COMMENT ON VIEW news.source_health IS 'One row per watched source: when it last spoke, and what became of the pages that it told of in the last 7 days.';
COMMENT ON COLUMN news.source_health.source_id IS 'The source.';
COMMENT ON COLUMN news.source_health.name IS 'Its name.';
COMMENT ON COLUMN news.source_health.url IS 'What is polled.';
COMMENT ON COLUMN news.source_health.kind IS 'feed, sitemap or listing.';
COMMENT ON COLUMN news.source_health.polled_at IS 'Last poll.';
COMMENT ON COLUMN news.source_health.next_poll_at IS 'Next poll.';
COMMENT ON COLUMN news.source_health.poll_interval IS 'Interval that its rate of news has led to.';
COMMENT ON COLUMN news.source_health.http_status IS 'HTTP status of the last poll.';
COMMENT ON COLUMN news.source_health.fault IS 'What was wrong at the last poll; null if nothing.';
COMMENT ON COLUMN news.source_health.failures IS 'Failed polls since the last good one, by weight.';
COMMENT ON COLUMN news.source_health.new_page_at IS 'When it last told of a new page.';
COMMENT ON COLUMN news.source_health.silent_for IS 'How long it has told nothing new.';
COMMENT ON COLUMN news.source_health.pages_7_days IS 'Pages that it told of first, last 7 days.';
COMMENT ON COLUMN news.source_health.loaded_7_days IS 'Of these, loaded.';
COMMENT ON COLUMN news.source_health.quarantined_7_days IS 'Of these, held back.';
COMMENT ON COLUMN news.source_health.gone_7_days IS 'Of these, gone.';
COMMENT ON COLUMN news.source_health.waiting_7_days IS 'Of these, on their way.';
COMMENT ON COLUMN news.source_health.residue_share_7_days IS
'Of those loaded, the share with a line that looks like residue (0 to 1); see news.residue_line for the lines.';
COMMENT ON COLUMN news.source_health.polls IS 'Polls so far.';
COMMENT ON COLUMN news.source_health.not_modified IS 'Of these, answered with HTTP 304.';
COMMENT ON COLUMN news.source_health.unchanged IS 'Of these, answered with the same bytes as before.';
COMMENT ON COLUMN news.source_health.failed IS 'Of these, failed.';
COMMENT ON COLUMN news.source_health.entries IS 'Links that it showed at the last poll that brought something to read.';
COMMENT ON COLUMN news.source_health.taken IS 'Of these, taken for pages.';
COMMENT ON COLUMN news.source_health.hosts_elsewhere IS 'Hosts whose links were not taken at that poll, because they are none of the source''s.';

CREATE OR REPLACE VIEW news.funnel AS
SELECT
    (event.at AT TIME ZONE 'UTC')::date AS day,
    page.source_id,
    source.name AS source_name,
    event.stage,
    coalesce(event.detail ->> 'state', 'passed') AS fate,
    event.outcome,
    count(*) AS pages
FROM copytaster.page_event AS event
INNER JOIN copytaster.page AS page ON event.page_id = page.page_id
LEFT JOIN copytaster.source AS source ON page.source_id = source.source_id
GROUP BY 1, 2, 3, 4, 5, 6;

COMMENT ON VIEW news.funnel IS 'What happened at each stage, counted by day (UTC), source, stage and outcome.';
COMMENT ON COLUMN news.funnel.day IS 'Day in UTC.';
COMMENT ON COLUMN news.funnel.source_id IS 'Source that told of the pages first; null for submitted and imported ones.';
COMMENT ON COLUMN news.funnel.source_name IS 'Its name.';
COMMENT ON COLUMN news.funnel.stage IS 'discover, submit, fetch, load, review or sweep.';
COMMENT ON COLUMN news.funnel.fate IS 'quarantined where the outcome is a quarantine reason, else passed.';
COMMENT ON COLUMN news.funnel.outcome IS 'new, asked_for; fetched, put_back, gone, unchanged; created, updated, refreshed, unchanged, alias; released, discarded; or a quarantine reason.';
COMMENT ON COLUMN news.funnel.pages IS 'How many times.';
