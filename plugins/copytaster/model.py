"""The nouns: Source, Entry, Link, Page, Article, Finding, Verdict. Plain frozen data.

Field names are schema.org ``NewsArticle`` in snake case, WARC for captures, RFC 9309 for robots.
Every ``datetime`` is timezone-aware. Nothing here imports more than the standard library.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from copytaster.errors import Reason

SourceKind = Literal["feed", "sitemap", "listing"]
PageState = Literal["waiting", "claimed", "fetched", "loaded", "quarantined", "gone"]
PageKind = Literal[
    "article",
    "bot_challenge",
    "consent_wall",
    "error_page",
    "forum",
    "gallery",
    "listing",
    "live_blog",
    "login",
    "media_only",
    "needs_javascript",
    "not_an_article",
    "paywall_stub",
    "product",
    "section_front",
    "soft_404",
]
Precision = Literal["second", "minute", "day"]
ZoneSource = Literal["page", "feed", "source_default", "unknown"]
#: What a finding does: withholds the article, has emptied its field, or is noted beside it.
Severity = Literal["error", "nulled", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A place where links to articles are published. One row of ``copytaster.source``."""

    source_id: int
    url: str
    kind: SourceKind
    name: str = ""
    in_language: str | None = None  # BCP 47; what the operator declares
    zone: str | None = None  # IANA zone of dates that carry none
    hosts: tuple[str, ...] = ()  # further hosts whose links are taken; the source's own always is
    allow: tuple[str, ...] = ()  # patterns of paths, as in robots.txt; none: every path
    deny: tuple[str, ...] = ()
    etag: str | None = None  # verbatim, for If-None-Match
    last_modified: str | None = None  # verbatim, for If-Modified-Since
    document_digest: str | None = None  # of what it served last
    failures: float = 0.0
    interval_seconds: int = 900
    min_interval_seconds: int = 300
    max_interval_seconds: int = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One link as a feed, sitemap or listing tells of it: candidates for the article's fields."""

    url: str
    title: str | None = None
    date_published: str | None = None  # as written there
    date_modified: str | None = None
    authors: tuple[str, ...] = ()
    summary: str | None = None
    in_language: str | None = None
    keywords: tuple[str, ...] = ()
    evidence: str | None = None  # why a listing page's link was taken for an article's


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSitemap:
    """A sitemap below a sitemap index, as it was when it was read last. One row of ``copytaster.sitemap``."""

    url: str
    parent_url: str
    lastmod: str | None = None  # as the index had it then
    etag: str | None = None
    last_modified: str | None = None
    read_at: datetime | None = None
    next_read_at: datetime | None = None  # matters where the index gives no lastmod
    retired_at: datetime | None = None
    http_status: int | None = None
    fault: str | None = None
    entries: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapVisit:
    """What came of reading one sitemap below an index."""

    url: str
    parent_url: str
    lastmod: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    http_status: int | None = None
    fault: str | None = None
    entries: int | None = None  # None: nothing was read
    is_changed: bool = False
    is_gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A page on the work list that a batch has claimed and is to fetch."""

    page_id: int
    url: str
    host: str
    attempts: int = 0  # fetches tried before this one
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Where an earlier capture of a page has its payload, for revisits to refer to."""

    capture_id: int
    url: str  # the WARC-Target-URI there
    fetched_at: datetime
    payload_digest: str
    warc_path: str
    warc_record_id: str
    warc_offset: int | None = None  # bytes before its record; None: unknown, the file has to be searched


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What we know of a host; the unit of politeness. One row of ``copytaster.host``."""

    host: str
    next_allowed_at: datetime | None = None
    crawl_delay_seconds: float | None = None  # from robots.txt
    robots_txt: str | None = None  # body of the last 2xx answer
    robots_status: int | None = None  # 0 = could not be fetched
    robots_expires_at: datetime | None = None
    response_seconds: float | None = None  # smoothed
    adaptive_delay_seconds: float | None = None  # what its answers made of the delay
    tdmrep: str | None = None  # its tdmrep.json, as sent
    tdmrep_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as captured: bytes and facts, nothing read out of it yet."""

    url: str  # the address after redirects
    body: bytes
    page_id: int | None = None
    requested_url: str | None = None  # the address that we asked for, where it differs
    http_status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    media_type: str = "text/html"  # "text/plain" for text dumps
    fetched_at: datetime | None = None
    warc_record_id: str | None = None
    payload_digest: str | None = None  # "sha256:<base32>"
    entry: Entry | None = None
    source_url: str | None = None
    source_language: str | None = None
    source_zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one link in the fetch stage.

    ``state`` is ``fetched`` (a response record is in the WARC), ``waiting`` (put back until
    ``until``), ``quarantined`` (with ``reason``), ``gone`` (404, 410) or ``unchanged`` (304).
    """

    page_id: int
    state: Literal["fetched", "waiting", "quarantined", "gone", "unchanged"]
    reason: Reason | None = None
    detail: str = ""
    until: datetime | None = None
    http_status: int | None = None
    final_url: str | None = None
    fetched_at: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    warc_record_id: str | None = None
    warc_offset: int | None = None
    payload_capture_id: int | None = None  # the capture that has the payload, where the record is a revisit
    payload_digest: str | None = None
    host: str | None = None  # where a page must wait: a redirect led to a host that another batch holds
    robots_directives: tuple[str, ...] = ()  # X-Robots-Tag and robots meta, as far as they concern us
    tdm_reservation: bool | None = None  # by header or tdmrep.json
    usage_terms: str | None = None  # licence or policy that header, tdmrep.json or robots.txt name


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One line of a reading: a paragraph, heading, list item … with what its markup tells."""

    text: str
    tag: str = "p"  # p, h1-h6, li, blockquote, pre, td, figcaption
    link_share: float = 0.0  # share of the characters that stand in links, 0..1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A line that was taken out, by which rule, and where it stood (0 = first line read)."""

    line: str
    rule: str
    place: int
    evidence: str = ""  # what the rule went by, where its name does not say it all


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What was read out of a page. Optional fields are None or empty when the page does not say."""

    url: str
    canonical_url: str
    article_body: str  # one paragraph a line, headline not repeated
    page_kind: PageKind = "article"
    kind_evidence: tuple[str, ...] = ()
    url_aliases: tuple[str, ...] = ()
    headline: str | None = None
    alternative_headline: str | None = None
    abstract: str | None = None
    word_count: int = 0
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    date_published: datetime | None = None
    date_published_raw: str | None = None
    date_published_precision: Precision | None = None
    date_published_zone: ZoneSource | None = None
    date_modified: datetime | None = None
    date_modified_raw: str | None = None
    in_language: str | None = None
    article_section: str | None = None
    keywords: tuple[str, ...] = ()
    image: str | None = None
    is_accessible_for_free: bool | None = None
    tdm_reservation: bool | None = None
    usage_terms: str | None = None
    cuts: tuple[Cut, ...] = ()
    field_provenance: Mapping[str, object] = field(default_factory=dict)
    replacement_characters: int = 0  # U+FFFD met while decoding
    text_digest: str = ""  # of the normalised text: equal for syndicated copies
    extractor_version: str = ""
    ruleset_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with an article."""

    field: str
    rule: str
    reason: Reason
    seen: str = ""
    severity: Severity = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the checks found. Clean means: nothing that withholds the article."""

    findings: tuple[Finding, ...] = ()

    @property
    def clean(self) -> bool:
        """True when no finding is an error."""
        return all(finding.severity != "error" for finding in self.findings)

    @property
    def reason(self) -> Reason | None:
        """The reason of the first error: the one under which the page is quarantined."""
        return next((f.reason for f in self.findings if f.severity == "error"), None)
