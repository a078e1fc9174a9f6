-- Where every page is: each is in exactly one state.
CREATE OR REPLACE VIEW news.work_list AS
SELECT
    page.state,
    page.reason,
    count(*) AS pages,
    min(page.state_at) AS oldest_at,
    max(page.state_at) AS newest_at
FROM copytaster.page AS page
GROUP BY page.state, page.reason;

COMMENT ON VIEW news.work_list IS
'Where every page is now: counts by state (waiting, claimed, fetched, loaded, quarantined, gone) and reason.';
COMMENT ON COLUMN news.work_list.state IS 'Every page is in exactly one state.';
COMMENT ON COLUMN news.work_list.reason IS 'Why: of quarantined pages.';
COMMENT ON COLUMN news.work_list.pages IS 'How many pages.';
COMMENT ON COLUMN news.work_list.oldest_at IS 'Since when the first of them is in this state.';
COMMENT ON COLUMN news.work_list.newest_at IS 'Since when the last of them is in this state.';
