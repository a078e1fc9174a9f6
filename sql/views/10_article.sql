-- The articles as consumers see them: current, earlier versions, changes.
CREATE OR REPLACE VIEW news.article AS
SELECT
    article.article_id,
    article.version,
    article.pub_status,
    article.canonical_url,
    article.headline,
    article.alternative_headline,
    article.abstract,
    article.article_body,
    article.word_count,
    article.authors,
    article.publisher,
    article.date_published,
    article.date_published_raw,
    article.date_published_precision,
    article.date_published_zone,
    article.date_modified,
    article.in_language,
    article.article_section,
    article.keywords,
    article.image,
    article.is_accessible_for_free,
    array(
        SELECT alias.url
        FROM copytaster.url_alias AS alias
        WHERE alias.article_id = article.article_id
        ORDER BY alias.url
    ) AS url_aliases,
    article.source_id,
    source.name AS source_name,
    article.field_provenance,
    article.extractor_version,
    article.ruleset_version,
    article.text_digest,
    capture.warc_path,
    capture.warc_record_id,
    capture.payload_digest,
    capture.fetched_at,
    capture.http_status,
    capture.robots_verdict,
    capture.robots_directives,
    coalesce(article.tdm_reservation, capture.tdm_reservation) AS tdm_reservation,
    coalesce(article.usage_terms, capture.usage_terms) AS usage_terms,
    article.created_at,
    article.updated_at
FROM copytaster.article AS article
LEFT JOIN copytaster.capture AS capture ON article.capture_id = capture.capture_id
LEFT JOIN copytaster.source AS source ON article.source_id = source.source_id
WHERE article.pub_status = 'usable';

COMMENT ON VIEW news.article IS
'The current usable version of each article, one row per canonical URL. Fields are schema.org NewsArticle in snake case; null means that the page does not say.';
COMMENT ON COLUMN news.article.article_id IS 'Stable key; the same through all versions.';
COMMENT ON COLUMN news.article.version IS 'Number of this version, from 1; see news.article_version.';
COMMENT ON COLUMN news.article.pub_status IS 'IPTC ninjs status: always usable here.';
COMMENT ON COLUMN news.article.canonical_url IS 'The address that the page itself names (RFC 6596), else the address fetched. Unique.';
COMMENT ON COLUMN news.article.headline IS 'Headline, without the name of the site.';
COMMENT ON COLUMN news.article.alternative_headline IS 'A second headline, where the page gives one.';
COMMENT ON COLUMN news.article.abstract IS 'Summary or teaser that the publisher wrote.';
COMMENT ON COLUMN news.article.article_body IS 'Clean text, one paragraph a line; the headline is not repeated in it.';
COMMENT ON COLUMN news.article.word_count IS 'Words in article_body.';
COMMENT ON COLUMN news.article.authors IS 'Names in the order of the byline; empty when there is none.';
COMMENT ON COLUMN news.article.publisher IS 'Name of the publishing organisation as the page tells it.';
COMMENT ON COLUMN news.article.date_published IS 'First publication. How exact it is: date_published_precision; how sure its zone: date_published_zone.';
COMMENT ON COLUMN news.article.date_published_raw IS 'The date as it is written in the page.';
COMMENT ON COLUMN news.article.date_published_precision IS 'second, minute or day: what the page gave.';
COMMENT ON COLUMN news.article.date_published_zone IS 'Where the time zone comes from: page, feed, source_default or unknown (then read as UTC).';
COMMENT ON COLUMN news.article.date_modified IS 'Last change as the page tells it; many sites renew it without a change.';
COMMENT ON COLUMN news.article.in_language IS 'Language tag (BCP 47).';
COMMENT ON COLUMN news.article.article_section IS 'Section of the site.';
COMMENT ON COLUMN news.article.keywords IS 'Keywords that the page declares.';
COMMENT ON COLUMN news.article.image IS 'Address of the lead image.';
COMMENT ON COLUMN news.article.is_accessible_for_free IS 'False behind a paywall; null when the page does not say.';
COMMENT ON COLUMN news.article.url_aliases IS 'Further addresses of the same article.';
COMMENT ON COLUMN news.article.source_id IS 'The source that told of the page first; null for submitted and imported pages.';
COMMENT ON COLUMN news.article.source_name IS 'Name of that source.';
COMMENT ON COLUMN news.article.field_provenance IS 'Which signal won each field, and the losers.';
COMMENT ON COLUMN news.article.extractor_version IS 'Version of the code that read the page.';
COMMENT ON COLUMN news.article.ruleset_version IS 'Version of the rules that cleaned it.';
COMMENT ON COLUMN news.article.text_digest IS 'Digest of the normalised text: equal for syndicated copies; see news.story.';
COMMENT ON COLUMN news.article.warc_path IS 'WARC file in the archive that holds the page as it was served.';
COMMENT ON COLUMN news.article.warc_record_id IS 'Record in that file.';
COMMENT ON COLUMN news.article.payload_digest IS 'Digest of the page as it was served.';
COMMENT ON COLUMN news.article.fetched_at IS 'When the page was fetched.';
COMMENT ON COLUMN news.article.http_status IS 'HTTP status of that answer.';
COMMENT ON COLUMN news.article.robots_verdict IS 'allowed: robots.txt let us fetch it; null: not known (imported).';
COMMENT ON COLUMN news.article.robots_directives IS 'What X-Robots-Tag and robots meta told us when the page was fetched, such as noindex or max-snippet:50.';
COMMENT ON COLUMN news.article.tdm_reservation IS 'True where the publisher reserves text and data mining, by the page, its header or tdmrep.json; null when none says.';
COMMENT ON COLUMN news.article.usage_terms IS 'Licence or terms that the page names, else its header, tdmrep.json or robots.txt.';
COMMENT ON COLUMN news.article.created_at IS 'When version 1 was loaded.';
COMMENT ON COLUMN news.article.updated_at IS 'When this version was loaded.';

CREATE OR REPLACE VIEW news.article_version AS
SELECT
    article.article_id,
    article.version,
    article.materiality,
    article.pub_status,
    article.canonical_url,
    article.headline,
    article.alternative_headline,
    CASE WHEN article.pub_status != 'withheld' THEN article.abstract END AS abstract,
    CASE WHEN article.pub_status != 'withheld' THEN article.article_body END AS article_body,
    article.word_count,
    article.authors,
    article.publisher,
    article.date_published,
    article.date_modified,
    article.in_language,
    article.article_section,
    article.keywords,
    article.image,
    article.is_accessible_for_free,
    article.tdm_reservation,
    article.usage_terms,
    article.text_digest,
    article.extractor_version,
    article.ruleset_version,
    article.capture_id,
    article.updated_at AS valid_from,
    NULL::timestamptz AS valid_to
FROM copytaster.article AS article
UNION ALL
SELECT
    version.article_id,
    version.version,
    version.materiality,
    version.pub_status,
    article.canonical_url,
    version.headline,
    version.alternative_headline,
    CASE WHEN article.pub_status != 'withheld' THEN version.abstract END AS abstract,
    CASE WHEN article.pub_status != 'withheld' THEN version.article_body END AS article_body,
    version.word_count,
    version.authors,
    version.publisher,
    version.date_published,
    version.date_modified,
    version.in_language,
    version.article_section,
    version.keywords,
    version.image,
    version.is_accessible_for_free,
    version.tdm_reservation,
    version.usage_terms,
    version.text_digest,
    version.extractor_version,
    version.ruleset_version,
    version.capture_id,
    version.valid_from,
    version.valid_to
FROM copytaster.article_version AS version
INNER JOIN copytaster.article AS article ON version.article_id = article.article_id;

COMMENT ON VIEW news.article_version IS
'Every version of every article, the current one too (valid_to is null). Fields as in news.article.';
COMMENT ON COLUMN news.article_version.article_id IS 'The article; key together with version.';
COMMENT ON COLUMN news.article_version.version IS 'From 1, without gaps.';
COMMENT ON COLUMN news.article_version.materiality IS
'What this version changed: created, headline_change, correction, update, trivial (the normalised text is the same), or removal (see pub_status).';
COMMENT ON COLUMN news.article_version.pub_status IS
'IPTC ninjs status: usable; canceled (the publisher removed the page); withheld (the page now forbids copies: no text is shown).';
COMMENT ON COLUMN news.article_version.valid_from IS 'When this version was loaded.';
COMMENT ON COLUMN news.article_version.valid_to IS 'When the next version was loaded; null for the current one.';
COMMENT ON COLUMN news.article_version.capture_id IS 'The capture that it was read from.';

CREATE OR REPLACE VIEW news.article_change AS
SELECT
    change.change_id,
    change.article_id,
    change.version,
    change.kind,
    change.materiality,
    article.canonical_url,
    change.changed_at
FROM copytaster.article_change AS change
INNER JOIN copytaster.article AS article ON change.article_id = article.article_id;

COMMENT ON VIEW news.article_change IS
'The change log for incremental readers: keep the highest change_id that you have read and ask for what is above it. NOTIFY articles tells of new ones.';
COMMENT ON COLUMN news.article_change.change_id IS
'Cursor. Appears in increasing order: a lower number never becomes visible after a higher one. Numbers can be missing, and then never appear.';
COMMENT ON COLUMN news.article_change.article_id IS 'The article that changed.';
COMMENT ON COLUMN news.article_change.version IS 'The version that the change made.';
COMMENT ON COLUMN news.article_change.kind IS 'created, updated (also: back again) or removed (no more in news.article; why: pub_status of that version).';
COMMENT ON COLUMN news.article_change.materiality IS 'As in news.article_version.';
COMMENT ON COLUMN news.article_change.canonical_url IS 'Address of the article.';
COMMENT ON COLUMN news.article_change.changed_at IS 'Start of the transaction that made the change.';
