"""Page -> NewsArticle fields, each with the signal that won it and those that lost. Pure.

Trust goes from what is written for machines about this article to what merely stands near it:
JSON-LD, Open Graph, meta tags, microdata, the visible page, the feed, the address.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from lxml.html import HtmlElement

from copytaster.addresses import read_addresses, read_image
from copytaster.authors import opens_byline
from copytaster.beside import shown_beside
from copytaster.bylines import Declared, are_settled, choose_authors
from copytaster.chars import field_text, folded
from copytaster.dates import Moment, plausible, zone_named
from copytaster.headline import Candidate, best_headline
from copytaster.jsonld import Node, index_by_id, is_node, pick_article, resolved, strings, types_of
from copytaster.model import Page
from copytaster.publication import (
    DateCandidate,
    choose,
    day_in_data,
    first_written,
    in_local_time,
    modified_candidates,
    published_candidates,
    same_day,
    searched_day,
    seen_changes,
    seen_dates,
)
from copytaster.rights import read_accessibility, read_reservation, read_terms
from copytaster.signals import Signals
from copytaster.visible import Byline, Sights, look, numbered_lines, opening_lines
from copytaster.votes import record

_HEADLINE_META = (
    "og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "dcterms.title", "citation_title",
    "twitter:text:title", "article_title", "article-title", "content_title", "headline", "title",
)  # fmt: skip
_AUTHOR_META = (
    "author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "citation_author",
    "byl", "article:author_name", "dc.author", "rbauthors", "cxenseparse:author",
)  # fmt: skip
_LONGEST_SITE_NAME = 4  # words
_LINES = re.compile(r"\n|<br\s*/?>|</p>", re.IGNORECASE)
_MOST_DATES = 8
_LONGEST_DATE = 40  # characters
_DAY_FIRST = frozenset(
    {"uk", "ie", "au", "nz", "in", "pk", "lk", "za", "ng", "ke", "gh", "sg", "my", "hk", "mt", "eu"}
)
_MAX_KEYWORDS = 50
_MAX_KEYWORD = 100
_MAX_FIELD = 2_000
_MOST_PIECES = 30  # of text in a heading


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """The fields of an article that stand beside its text. None or empty when the page does not say."""

    canonical_url: str
    url_aliases: tuple[str, ...] = ()
    headline: str | None = None
    alternative_headline: str | None = None
    abstract: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    published: Moment | None = None
    modified: Moment | None = None
    article_section: str | None = None
    keywords: tuple[str, ...] = ()
    image: str | None = None
    is_accessible_for_free: bool | None = None
    tdm_reservation: bool | None = None
    usage_terms: str | None = None
    languages: tuple[str, ...] = ()  # as told, most trusted first
    body: str = ""  # the text that JSON-LD gives, one paragraph a line
    provenance: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The page with the JSON-LD node that is about it."""

    page: Page
    signals: Signals
    tree: HtmlElement
    node: Node | None
    index: Mapping[str, Node]

    def told(self, *keys: str) -> list[str]:
        """Texts of the article node under the first of these keys that has any."""
        node = self.node or {}
        return next((texts for key in keys if (texts := strings(node.get(key)))), [])

    def named(self, key: str) -> list[str]:
        """Names under a key of the article node: plain texts, or the names of people and outfits."""
        value = (self.node or {}).get(key)
        names = [name for node in resolved(value, self.index) for name in strings(node.get("name"))[:1]]
        texts = [item for item in value if isinstance(item, str)] if isinstance(value, list) else value
        return names + (strings(texts) if not is_node(value) or not names else [])


def read_metadata(page: Page, signals: Signals, tree: HtmlElement) -> Metadata:
    """Read every field once; each keeps the candidates that lost in ``provenance``."""
    node = pick_article(signals.nodes, (page.url, *signals.links.get("canonical", ())), _titles(signals))
    reading = _Reading(page, signals, tree, node, index_by_id(signals.nodes))
    provenance: dict[str, object] = {}
    canonical, aliases = read_addresses(page.url, page.requested_url, signals)
    publisher = _settle("publisher", _publishers(reading), provenance)
    sites = _site_names(reading, publisher)
    headline = _headline(reading, sites, provenance)
    declared = [(source, texts) for source, texts in _author_candidates(reading) if texts]
    sights = _look(reading, headline, are_settled(declared, sites, partial(opening_lines, tree)))
    free = read_accessibility(signals, node)
    if free:
        provenance["is_accessible_for_free"] = {"from": free[1]}
    return Metadata(
        canonical_url=canonical,
        url_aliases=aliases,
        headline=headline,
        alternative_headline=_other_headline(reading, headline),
        abstract=_settle("abstract", _abstracts(reading), provenance),
        authors=_authors(declared, sights, sites, provenance, partial(shown_beside, tree, headline)),
        publisher=publisher,
        published=_published(reading, sights, provenance),
        modified=_modified(reading, sights, provenance),
        article_section=_settle("article_section", _sections(reading), provenance),
        keywords=_keywords(reading),
        image=_settle("image", read_image(page.url, signals, node), provenance),
        is_accessible_for_free=free[0] if free else None,
        tdm_reservation=read_reservation(page, signals),
        usage_terms=read_terms(signals, node),
        languages=_languages(reading),
        body="\n".join(
            field_text(line) for text in reading.told("articleBody") for line in _LINES.split(text)
        ),
        provenance=provenance,
    )


def _settle(name: str, candidates: Iterable[Candidate], provenance: dict[str, object]) -> str | None:
    """Take the first candidate that says something; the others that say something else are noted."""
    usable = [(source, text) for source, value in candidates if (text := field_text(value)[:_MAX_FIELD])]
    if not usable:
        return None
    record(provenance, name, usable[0], usable[1:])
    return usable[0][1]


def _titles(signals: Signals) -> list[str]:
    told = [signals.title, signals.first("og:title") or "", *(heading.text for heading in signals.headings)]
    return [text for text in told if text]


def _publishers(reading: _Reading) -> Iterator[Candidate]:
    for name in reading.named("publisher") + reading.named("sourceOrganization"):
        yield "json-ld", name
    for key in (
        "og:site_name",
        "publisher",
        "dc.publisher",
        "dcterms.publisher",
        "citation_journal_title",
        "application-name",
    ):
        told = reading.signals.first(key)
        if told and (key == "og:site_name" or told not in reading.signals.meta.get("author", ())):
            yield f"meta {key}", told


def _site_names(reading: _Reading, publisher: str | None) -> list[str]:
    """All names under which the site calls itself."""
    names = [publisher or "", *(text for _, text in _publishers(reading))]
    for node in reading.signals.nodes:
        if strings(node.get("@type")) and {"WebSite", "Organization", "NewsMediaOrganization"} & set(
            strings(node.get("@type"))
        ):
            names += strings(node.get("name")) + strings(node.get("alternateName"))
    host = reading.page.url.partition("://")[2].partition("/")[0].partition(":")[0].removeprefix("www.")
    names += [host, *([host.rsplit(".", 1)[0]] if "." in host else [])]
    # Some sites give the article's title as that of the site.
    titles = {
        key for title in _titles(reading.signals) if len((key := folded(title)).split()) > _LONGEST_SITE_NAME
    }
    return [name for name in dict.fromkeys(map(field_text, names)) if name and folded(name) not in titles]


def _headline(reading: _Reading, sites: Sequence[str], provenance: dict[str, object]) -> str | None:
    headings = sorted(reading.signals.headings, key=lambda heading: not heading.is_marked)
    shown = [heading for heading in headings if not heading.is_chrome]
    told = list(_told_headlines(reading))
    best = best_headline(shown, told, sites, reading.page.url, lambda: _lower_headings(reading.tree))
    if best is None:
        return None
    everything = [*(("h1", heading.text) for heading in shown), *told]
    record(provenance, "headline", best, everything)
    return best[1][:_MAX_FIELD]


def _told_headlines(reading: _Reading) -> Iterator[Candidate]:
    signals, entry = reading.signals, reading.page.entry
    for text in reading.told("headline", "name"):
        yield "json-ld", field_text(text)
    for name in _HEADLINE_META:
        if name not in signals.itemprops and (told := signals.first(name)):
            yield f"meta {name}", told
    for text in signals.itemprops.get("headline", ())[:1]:
        yield "microdata", text
    if signals.title:
        yield "title", signals.title
    if entry and entry.title:
        yield "feed", field_text(entry.title)


def _lower_headings(tree: HtmlElement) -> Iterator[str]:
    for element in tree.iter("h2", "h3"):
        if text := field_text("".join(islice(element.itertext(), _MOST_PIECES))[:_MAX_FIELD]):
            yield text


def _other_headline(reading: _Reading, headline: str | None) -> str | None:
    told = [field_text(text) for text in reading.told("alternativeHeadline", "alternateName")]
    return next((text for text in told if text and folded(text) != folded(headline or "")), None)


def _abstracts(reading: _Reading) -> Iterator[Candidate]:
    for text in reading.told("abstract", "description"):
        yield "json-ld", text
    for name in ("og:description", "description", "twitter:description", "dc.description"):
        if told := reading.signals.first(name):
            yield f"meta {name}", told
    if reading.page.entry and reading.page.entry.summary:
        yield "feed", reading.page.entry.summary


def _author_candidates(reading: _Reading) -> Iterator[tuple[str, Sequence[str]]]:
    signals = reading.signals
    yield "json-ld", reading.named("author") or reading.named("creator")
    for name in _AUTHOR_META:
        yield f"meta {name}", signals.meta.get(name, ())
    yield "meta twitter:data", _labelled(signals)
    yield "microdata", signals.itemprops.get("author", ())
    yield "feed", reading.page.entry.authors if reading.page.entry else ()
    yield "json-ld person", _lone_person(signals.nodes)


def _labelled(signals: Signals) -> tuple[str, ...]:
    """Read the writer from ``twitter:data1`` where ``twitter:label1`` says "Written by"."""
    return tuple(
        told
        for number in ("1", "2")
        if opens_byline(f"{signals.first(f'twitter:label{number}') or ''}:")
        and (told := signals.first(f"twitter:data{number}"))
    )


def _lone_person(nodes: Sequence[Node]) -> list[str]:
    """Name the person of whom JSON-LD tells beside the article, if there is only one."""
    names = {name for node in nodes if "Person" in types_of(node) for name in strings(node.get("name"))[:1]}
    return list(names) if len(names) == 1 else []


def _authors(
    declared: Sequence[Declared],
    sights: Sights,
    sites: Sequence[str],
    provenance: dict[str, object],
    beside: Callable[[], Byline | None],
) -> tuple[str, ...]:
    found = choose_authors(declared, sights.bylines, sites, beside)
    if found is None:
        return ()
    voices = [(source, "; ".join(names)) for source, names in found.voices]
    record(provenance, "authors", (found.source, "; ".join(found.names)), voices)
    return found.names


def _look(reading: _Reading, headline: str | None, has_authors: bool) -> Sights:  # noqa: FBT001
    """Look at the page as a reader does, where markup leaves something open."""
    page, signals = reading.page, reading.signals
    dated = any(True for _ in published_candidates(signals, reading.node, page.entry, page.url, None))
    return Sights() if has_authors and dated else look(reading.tree, headline, openings=not has_authors)


def _published(reading: _Reading, sights: Sights, provenance: dict[str, object]) -> Moment | None:
    page, zone, american = reading.page, zone_named(reading.page.source_zone), _is_american(reading)
    candidates = list(published_candidates(reading.signals, reading.node, page.entry, page.url, zone))
    seen = [dated for dated in sights.dates if dated.is_near or (dated.is_behind and not candidates)]
    candidates += islice(seen_dates(seen, zone, month_first=american), 1 if candidates else _MOST_DATES)
    if not candidates:
        candidates = next(filter(None, _last_resorts(reading, sights)), [])
    best = choose(candidates, page.fetched_at)
    best = in_local_time(best, candidates, reading.tree) if best else None
    return _settled_date("date_published", best, candidates, provenance)


def _last_resorts(reading: _Reading, sights: Sights) -> Iterator[list[DateCandidate]]:
    """Where no date of publication is told: that in data, of the last change, in titles, found by search or first."""
    page, zone, american = reading.page, zone_named(reading.page.source_zone), _is_american(reading)

    def guess(source: str, told: Moment | None) -> list[DateCandidate]:
        return [(source, told)] if told and plausible(told, page.fetched_at) else []

    yield guess("data", day_in_data(reading.tree, zone))
    yield [("visible update", day) for _, day in _seen_changes(reading, sights)]
    changes = modified_candidates(reading.signals, reading.node, page.entry, zone)
    yield [(f"{source} update", day) for source, day in islice(changes, 1)]
    yield guess("title", first_written(_titles(reading.signals), zone, month_first=american))
    yield guess("search", searched_day(reading.tree, page.url, page.fetched_at, zone))
    lines = sorted(numbered_lines(reading.tree), key=lambda line: len(line) > _LONGEST_DATE)
    yield guess("text", first_written(lines, zone, month_first=american))  # that stands alone, if one does


def _modified(reading: _Reading, sights: Sights, provenance: dict[str, object]) -> Moment | None:
    page, zone = reading.page, zone_named(reading.page.source_zone)
    candidates = list(modified_candidates(reading.signals, reading.node, page.entry, zone))
    candidates += _seen_changes(reading, sights)
    return _settled_date("date_modified", choose(candidates, page.fetched_at), candidates, provenance)


def _seen_changes(reading: _Reading, sights: Sights) -> list[DateCandidate]:
    """Give the first date near the headline that is said to be that of a change."""
    near = [dated for dated in sights.dates if dated.is_near]
    zone = zone_named(reading.page.source_zone)
    return list(islice(seen_changes(near, zone, month_first=_is_american(reading)), 1))


def _is_american(reading: _Reading) -> bool:
    """Say whether 3/4/2026 is a day in March: in English, unless the address is that of a country that counts otherwise."""
    told = {tag.lower().replace("_", "-") for tag in _languages(reading)[:2]}
    host = reading.page.url.partition("://")[2].partition("/")[0].partition(":")[0]
    return "en-us" in told or ("en" in told and host.rpartition(".")[2] not in _DAY_FIRST)


def _settled_date(
    name: str, best: DateCandidate | None, candidates: list[DateCandidate], provenance: dict[str, object]
) -> Moment | None:
    if best is None:
        return None
    days = {moment.raw: moment for _, moment in candidates} | {best[1].raw: best[1]}
    record(
        provenance,
        name,
        (best[0], best[1].raw),
        [(source, moment.raw) for source, moment in candidates],
        same=lambda one, other: same_day(days[one], days[other]),
    )
    return best[1]


def _sections(reading: _Reading) -> Iterator[Candidate]:
    for text in reading.told("articleSection"):
        yield "json-ld", text
    for name in ("article:section", "og:article:section", "section", "parsely-section", "dc.subject"):
        if told := reading.signals.first(name):
            yield f"meta {name}", told
    for text in reading.signals.itemprops.get("articlesection", ())[:1]:
        yield "microdata", text


def _keywords(reading: _Reading) -> tuple[str, ...]:
    """Keywords of the first place that gives some; one text may hold several."""
    places: tuple[Callable[[], Iterable[str]], ...] = (
        lambda: reading.told("keywords"),
        lambda: reading.signals.meta.get("article:tag", ()),
        lambda: reading.signals.meta.get("news_keywords", ()) or reading.signals.meta.get("keywords", ()),
        lambda: reading.page.entry.keywords if reading.page.entry else (),
    )
    for place in places:
        words = [field_text(word) for text in place() for word in text.replace(";", ",").split(",")]
        if found := dict.fromkeys(word for word in words if 1 < len(word) <= _MAX_KEYWORD):
            return tuple(found)[:_MAX_KEYWORDS]
    return ()


def _languages(reading: _Reading) -> tuple[str, ...]:
    signals, page = reading.signals, reading.page
    told = [
        *reading.told("inLanguage"),
        signals.html_lang,
        signals.first("og:locale", "content-language", "dc.language", "dcterms.language", "language"),
        page.entry.in_language if page.entry else None,
        page.source_language,
    ]
    return tuple(tag for tag in told if tag)
