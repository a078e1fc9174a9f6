-- The closed set of reasons, with what each means and what can be done. A test keeps it equal to
-- errors.REASONS, and docs/reasons.md equal to it.
CREATE OR REPLACE VIEW news.reason AS
SELECT
    told.stage,
    told.reason,
    told.cause,
    told.cure
FROM (
    VALUES
    (
        'fetch', 'access_denied', 'The site answered 401, 402, 403 or 451.',
        'Ask the publisher for access, or remove the source.'
    ),
    (
        'fetch',
        'bad_certificate',
        'The TLS certificate of the site is expired, self-signed or another host''s.',
        'Wait for the site to renew it; nothing is sent over such a connection.'
    ),
    (
        'fetch', 'blocked_by_robots', 'robots.txt asks us not to fetch the page.',
        'Ask the publisher, or leave it: the rule is obeyed.'
    ),
    (
        'fetch', 'broken_response', 'The answer was torn, could not be decoded or broke the protocol.',
        'It was tried several times; submit the URL again, and look at the site if it stays so.'
    ),
    (
        'fetch', 'forbidden_address', 'The scheme, port or address is one that we refuse to contact.',
        'For a host of your own network: COPYTASTER_ALLOWED_NETWORKS or COPYTASTER_ALLOWED_PORTS.'
    ),
    (
        'fetch', 'http_error', 'The site answered with an error of its own (another 4xx).',
        'Open the URL in a browser; mend or remove what told of it.'
    ),
    (
        'fetch', 'invalid_url', 'The link is no address that can be fetched.',
        'Look at the source that told of it.'
    ),
    (
        'fetch', 'noarchive', 'The page asks that no copy of it is kept (noarchive, nocache).',
        'Leave it, or, if you have the publisher''s leave: COPYTASTER_NOARCHIVE=off.'
    ),
    (
        'fetch', 'not_html', 'The answer is neither HTML nor plain text: a PDF, an image, JSON.',
        'Nothing; the file is not kept.'
    ),
    (
        'fetch', 'redirect_loop', 'The redirects lead in a circle or are too many.',
        'Open the URL in a browser; some sites want a cookie that we do not keep.'
    ),
    (
        'fetch', 'server_error', 'The site answered 5xx at every attempt.',
        'Submit the URL again when the site is well.'
    ),
    (
        'fetch', 'timeout', 'The whole answer did not arrive within the deadline, at every attempt.',
        'COPYTASTER_FETCH_TIMEOUT_SECONDS, or submit the URL again.'
    ),
    (
        'fetch', 'too_large', 'The answer is larger than we take, on the wire or decoded.',
        'COPYTASTER_MAX_BODY_BYTES.'
    ),
    (
        'fetch', 'unreachable', 'No address in DNS or no connection, at every attempt.',
        'Check the host''s name and your network; `copytaster doctor` helps.'
    ),
    (
        'extract', 'bot_challenge', 'The page asks to prove that one is no robot.',
        'Ask the publisher for access; such a page is not worked around.'
    ),
    (
        'extract', 'consent_wall', 'The page asks for consent before it shows the article.',
        'Ask the publisher for a feed with full texts, or release single cases.'
    ),
    (
        'extract', 'error_page', 'The page tells of an error, though the status says otherwise.',
        'Submit the URL again later.'
    ),
    (
        'extract', 'forum', 'A thread of posts, not an article.',
        'Release it if your consumers want such pages.'
    ),
    (
        'extract', 'gallery', 'Pictures with captions.',
        'Release it if your consumers want such pages.'
    ),
    (
        'extract', 'listing', 'Links to articles, not one of them.',
        'Narrow the source''s path rules, or release what was judged wrongly.'
    ),
    (
        'extract', 'live_blog', 'A stream of updates that changes by the minute.',
        'Release it if your consumers want such pages.'
    ),
    (
        'extract', 'login', 'The page asks to log in.',
        'Ask the publisher for access.'
    ),
    (
        'extract', 'media_only', 'Audio or video with hardly a text.',
        'Release it if your consumers want such pages.'
    ),
    (
        'extract', 'needs_javascript', 'The text is drawn by scripts, and their data does not hold it.',
        'Look for a feed or AMP version; a rendering fetcher can be plugged in.'
    ),
    (
        'extract', 'not_an_article', 'The page is something else than an article.',
        'Release what was judged wrongly.'
    ),
    (
        'extract', 'paywall_stub', 'Only the beginning of the article is there.',
        'Ask the publisher for access.'
    ),
    (
        'extract', 'product', 'The page sells something.',
        'Narrow the source''s path rules.'
    ),
    (
        'extract', 'section_front', 'The front of a section.',
        'Narrow the source''s path rules.'
    ),
    (
        'extract', 'soft_404', 'The page says that there is no such page, though the status is 200.',
        'Nothing; it is gone.'
    ),
    (
        'extract', 'bad_encoding', 'The bytes are text in no encoding.',
        'Look at the capture; if the site declares a wrong charset, tell it.'
    ),
    (
        'extract', 'empty', 'There is nothing in the page.',
        'Submit the URL again later.'
    ),
    (
        'extract',
        'payload_missing',
        'The page had not changed since an earlier capture, which the archive no longer holds.',
        'Submit the URL again; keep WARC files as long as later ones refer to them.'
    ),
    (
        'extract',
        'extraction_failed',
        'The extractor failed on the page, or took too long or too much memory.',
        'Keep the capture and report it; a replay with a newer version reads it again.'
    ),
    (
        'validate', 'authors_absurd', 'What stands as an author is a date, an address or a sentence.',
        'The field is emptied; see field_provenance for what stood there.'
    ),
    (
        'validate', 'body_missing', 'There is no text.',
        'Look at the page; its text may be drawn by scripts.'
    ),
    (
        'validate', 'body_shape', 'The text is made of digits, signs or fragments rather than of sentences.',
        'Release it if it is an article, or change the rule''s bound for the source.'
    ),
    (
        'validate', 'body_too_short', 'The text is shorter than the shortest real news item.',
        'Release it if it is whole, or lower min_value of body_length for the source.'
    ),
    (
        'validate', 'canonical_elsewhere', 'The page names an address on another site as its own.',
        'Release it if both sites are one publisher''s.'
    ),
    (
        'validate',
        'date_absurd',
        'The date is before the source can have existed, or a machine''s empty date.',
        'Optional dates are emptied; name the source''s first year in its own rules.'
    ),
    (
        'validate', 'date_in_future', 'The date is in the future.',
        'Optional dates are emptied; check the source''s zone.'
    ),
    (
        'validate', 'date_missing', 'The page does not say when it was published.',
        'Nothing; date_published is null.'
    ),
    (
        'validate', 'duplicate', 'Another page of the batch has the same canonical address.',
        'Nothing; one of them speaks for the article, the others are aliases.'
    ),
    (
        'validate', 'headline_missing', 'There is no headline.',
        'Release it with a headline of yours.'
    ),
    (
        'validate',
        'headline_too_long',
        'The headline is longer than any real one; a summary may be glued to it.',
        'Release it with the headline mended.'
    ),
    (
        'validate', 'language_mismatch', 'The text is in another language than the source is declared to be.',
        'Correct the source''s language, or let the rule withhold for that source.'
    ),
    (
        'validate', 'language_unknown', 'The language could not be told.',
        'Declare the source''s language.'
    ),
    (
        'validate', 'markup_left', 'Tags, styles or template marks are left in the text.',
        'Report the page; a replay with newer rules cleans it.'
    ),
    (
        'validate', 'residue_left', 'Lines of the text look like buttons or labels.',
        'news.cut_line for a line that the site repeats; report others.'
    ),
    (
        'validate', 'undecoded_characters', 'Characters were lost in decoding: a wrong charset.',
        'Report the page; a replay with a newer version reads it again.'
    ),
    (
        'validate', 'url_missing', 'No address of its own could be found for the article.',
        'Look at the page''s canonical link.'
    ),
    (
        'validate', 'zone_unknown', 'The time of publication stands without a zone.',
        'Declare the source''s zone.'
    ),
    (
        'load', 'unstorable', 'Postgres cannot hold a value of the reading.',
        'See detail; the value is replaced in the reading, which can be released.'
    )
) AS told (stage, reason, cause, cure);

COMMENT ON VIEW news.reason IS 'Every reason for which a page can be held back or a finding made: what it means, and what can be done.';
COMMENT ON COLUMN news.reason.stage IS 'Where it arises: fetch, extract, validate or load.';
COMMENT ON COLUMN news.reason.reason IS 'The reason, as in news.quarantine.';
COMMENT ON COLUMN news.reason.cause IS 'What it means.';
COMMENT ON COLUMN news.reason.cure IS 'What can be done.';
