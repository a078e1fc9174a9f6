"""What a page says about when it was published and changed -> candidates for both. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import chain

from lxml import etree
from lxml.html import HtmlElement

from copytaster.date_words import of_change, of_publication
from copytaster.dates import Moment, plausible, read_moment
from copytaster.jsonld import Node, strings, types_of
from copytaster.model import Entry
from copytaster.signals import Signals
from copytaster.visible import Dated
from copytaster.votes import family

DateCandidate = tuple[str, Moment]  # where it stands, what it says

_PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "og:published_time", "article:published", "datepublished",
    "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "publish-date", "publish_date",
    "publishdate", "publication_date", "publicationdate", "published-date", "published_time", "pubdate", "pub_date",
    "article.published", "article_date_original", "article:post_date", "originalpublicationdate", "rnews:datepublished",
    "dcterms.created", "dcterms.issued", "dc.date.issued", "dcterms.date", "dc.date", "dc.date.created", "dc.created",
    "citation_publication_date", "citation_date", "citation_online_date", "bt:pubdate", "ptime", "displaydate",
    "vr:published_time", "iso-8601-publish-date", "analyticsattributes.articledate", "shareaholic:article_published_time",
    "datecreated", "date_published", "created", "date", "dateposted", "date.release", "creation_date", "published_at",
    "publisheddate", "vr:published-time", "cxenseparse:publishtime", "prism.publicationdate", "content:publishdate",
    "bepress_citation_date", "date.created", "dc:date", "dc:date.created", "dcterms.available", "created-date",
)  # fmt: skip
_MODIFIED_META = (
    "article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified", "article:modified",
    "article:updated_time", "last-modified", "dcterms.modified", "dc.date.modified", "moddate", "revised", "lastmod",
    "cxenseparse:recs:modtime", "date_modified", "updated_time", "modified_time", "date.modified", "date.updated",
    "last_modified", "modified-date", "dc:date.modified", "article_date_updated",
)  # fmt: skip
_WEIGHTS = {
    "json-ld": 3.0,
    "social": 3.0,
    "meta": 2.0,
    "microdata": 2.0,
    "feed": 2.0,
    "time": 1.5,
    "url": 1.5,
    "visible": 1.0,
}
# Names that say only "date" are given to that of the build or of the visit, too.
_ANY_DATE = {
    f"meta {name}" for name in ("date", "dc.date", "dcterms.date", "created", "dcterms.created", "dc.created")
}
_OF_ANY_DATE = 0.9
_HALF_A_DAY, _QUARTER, _FARTHEST = timedelta(hours=12), timedelta(minutes=15), timedelta(hours=14)
_MARKED_TIMES = etree.XPath("//time/@datetime", smart_strings=False)
_DATA = etree.XPath("//script[not(contains(@type, 'ld+json'))]/text()", smart_strings=False)
_DAY_IN_DATA = re.compile(
    r"""\\?["'](?:first_?)?(?:date_?published|publication_?date|publish(?:ed)?_?(?:at|on|date|time)|pub_?date)\\?["']\s*:\s*"""
    r"""\\?["']((?:19|20)\d\d-\d\d-\d\d[^"'\\]{0,25}|(?=\d{10})\d{13}|\d{10})""",
    re.IGNORECASE,
)
_URL_DATE = re.compile(
    r"(?<!\d)(?P<y>(?:19[9]|20[0-4])\d)(?P<sep>[/_.-]?)(?P<m>0[1-9]|1[0-2])(?P=sep)(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"
)


def published_candidates(
    signals: Signals, node: Node | None, entry: Entry | None, url: str, zone: tzinfo | None
) -> Iterator[DateCandidate]:
    """Publication dates in order of trust."""
    yield from _of_node(node, ("datePublished", "dateCreated", "uploadDate"), zone)
    yield from _of_node(_page_node(signals, node), ("datePublished",), zone)
    yield from _of_meta(signals, _PUBLISHED_META, zone)
    yield from _of_values("microdata", signals.itemprops.get("datepublished", ())[:1], zone)
    yield from _of_values(
        "time", (mark.value or mark.text for mark in signals.times if mark.role == "published"), zone
    )
    if (
        entry
        and entry.date_published
        and (moment := read_moment(entry.date_published, source_zone=zone, told_by="feed"))
    ):
        yield "feed", moment
    if moment := url_date(url, zone):
        yield "url", moment


def modified_candidates(
    signals: Signals, node: Node | None, entry: Entry | None, zone: tzinfo | None
) -> Iterator[DateCandidate]:
    """Dates of the last change in order of trust."""
    yield from _of_node(node, ("dateModified",), zone)
    yield from _of_meta(signals, _MODIFIED_META, zone)
    yield from _of_values("microdata", signals.itemprops.get("datemodified", ())[:1], zone)
    yield from _of_values("time", (mark.value for mark in signals.times if mark.role == "modified"), zone)
    if (
        entry
        and entry.date_modified
        and (moment := read_moment(entry.date_modified, source_zone=zone, told_by="feed"))
    ):
        yield "feed", moment


def seen_dates(dates: Iterable[Dated], zone: tzinfo | None, *, month_first: bool) -> Iterator[DateCandidate]:
    """Dates that a reader sees in places named for it, or near the headline."""
    for dated in dates:
        if told := of_publication(dated.text) if dated.text else dated.value:
            found = (
                read_moment(text, source_zone=zone, month_first=month_first)
                for text in (dated.value, told)
                if text
            )
            if moment := next(filter(None, found), None):
                yield "visible", moment


def seen_changes(
    dates: Iterable[Dated], zone: tzinfo | None, *, month_first: bool
) -> Iterator[DateCandidate]:
    """Dates behind a word like "Updated"."""
    for dated in dates:
        if (told := of_change(dated.text)) and (
            moment := read_moment(told, source_zone=zone, month_first=month_first)
        ):
            yield "visible", moment


def day_in_data(tree: HtmlElement, zone: tzinfo | None) -> Moment | None:
    """Read the first date that the data of scripts call that of the publication."""
    told = (found[1] for text in _DATA(tree) for found in _DAY_IN_DATA.finditer(text))
    return next((moment for text in told if (moment := read_moment(text, source_zone=zone))), None)


def searched_day(
    tree: HtmlElement, url: str, fetched_at: datetime | None, zone: tzinfo | None
) -> Moment | None:
    """Search for the day of publication in places that are none of ours: slow, and right less often."""
    from htmldate import find_date  # noqa: PLC0415 - slow to load

    try:
        day = find_date(
            tree,
            url=url or None,
            original_date=True,
            extensive_search=False,
            max_date=fetched_at.date().isoformat() if fetched_at else None,
        )
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return None  # a last resort that fails leaves the date unknown, which the page's row shows
    return read_moment(day, source_zone=zone) if day else None


def first_written(texts: Iterable[str], zone: tzinfo | None, *, month_first: bool) -> Moment | None:
    """Read the first of these texts that tells a day."""
    read = (read_moment(text, source_zone=zone, month_first=month_first) for text in texts)
    return next(filter(None, read), None)


def choose(candidates: list[DateCandidate], fetched_at: datetime | None) -> DateCandidate | None:
    """Choose the plausible day for which most independent signals speak, the more trusted where they tie.

    Of that day the most trusted candidate is taken, or one that has a time, or the page's own zone.
    Where none is plausible the first is given all the same, so that the checks can say what is wrong.
    """
    sane = [candidate for candidate in candidates if plausible(candidate[1], fetched_at)]
    if not sane:
        return candidates[0] if candidates else None
    first = max(sane, key=lambda candidate: _support(candidate[1], sane))
    same = [other for other in sane if same_day(other[1], first[1])]
    if first[1].precision == "day":
        first = next(
            (
                other
                for other in same
                if other[1].precision != "day" and other[1].at.date() == first[1].at.date()
            ),
            first,
        )
    if not first[1].at.utcoffset():  # the same moment told in local time says more
        first = next(
            (other for other in same if other[1].at == first[1].at and other[1].at.utcoffset()), first
        )
    return first


def in_local_time(
    chosen: DateCandidate, candidates: Sequence[DateCandidate], tree: HtmlElement
) -> DateCandidate:
    """Write a moment that is told in UTC as the newsroom's clock showed it, where the page shows another day.

    The clock is any time on the page that differs from the moment as zones do, and stands on that other day.
    """
    source, moment = chosen
    if moment.precision != "day" and moment.zone == "unknown":  # a clock: is the moment told, too?
        told = ((place, _seen_on(moment.at, other)) for place, other in candidates if _is_in_utc(other))
        return next(((place, local) for place, local in told if local), chosen)
    if not _is_in_utc(moment):
        return chosen
    walls = [other for _, other in candidates if other.precision == "day" or other.zone == "unknown"]
    days = {wall.at.date() for wall in walls if abs(wall.at.date() - moment.at.date()) == timedelta(days=1)}
    if not days:
        return chosen
    shown = (wall.at for wall in walls if wall.precision != "day")
    locals_ = (_seen_on(clock, moment) for clock in chain(shown, _clocks(f"{moment.at:%M:%S}", tree)))
    return next(((source, local) for local in locals_ if local and local.at.date() in days), chosen)


def _is_in_utc(moment: Moment) -> bool:
    return moment.precision != "day" and moment.zone == "page" and not moment.at.utcoffset()


def _clocks(ending: str, tree: HtmlElement) -> Iterator[datetime]:
    """Find the times in marks and data whose minute and second are these."""
    clock = re.compile(rf"(?:19|20)\d\d-\d\d-\d\d[T ]\d\d:{ending}(?!\d)")
    for text in chain(_MARKED_TIMES(tree), _DATA(tree)):
        for found in clock.finditer(text):
            with suppress(ValueError):  # digits that are no time
                yield datetime.fromisoformat(found[0])


def _seen_on(clock: datetime, moment: Moment) -> Moment | None:
    """Give the moment in the zone whose clock shows it so, to the minute; None if there is no such zone."""
    told = moment.at.replace(second=0, microsecond=0)
    offset = clock.replace(second=0, microsecond=0, tzinfo=UTC) - told
    if offset % _QUARTER or abs(offset) > _FARTHEST:
        return None
    return replace(moment, at=moment.at.astimezone(timezone(offset)))


def same_day(one: Moment, other: Moment) -> bool:
    """Say whether two may mean the same day: they do in some zone, or are less than half a day apart."""
    return one.at.date() == other.at.date() or abs(one.at - other.at) <= _HALF_A_DAY


def _support(moment: Moment, candidates: Iterable[DateCandidate]) -> float:
    given: dict[str, float] = {}
    for source, other in candidates:
        if same_day(moment, other):
            hand = "microdata" if source == "time" else family(source)  # often one element
            weight = _OF_ANY_DATE if source in _ANY_DATE else _WEIGHTS.get(hand, 1.0)
            given[hand] = max(given.get(hand, 0.0), weight)
    return sum(given.values())


def url_date(url: str, zone: tzinfo | None = None) -> Moment | None:
    """Read the day that stands in an address."""
    found = _URL_DATE.search(url.partition("://")[2])
    return read_moment(f"{found['y']}-{found['m']}-{found['d']}", source_zone=zone) if found else None


def _page_node(signals: Signals, node: Node | None) -> Node | None:
    """Find the node that stands for the page, where none stands for the article or it has no date."""
    if node is not None and strings(node.get("datePublished")):
        return None
    return next(
        (other for other in signals.nodes if "WebPage" in types_of(other) and "datePublished" in other), None
    )


def _of_node(node: Node | None, keys: tuple[str, ...], zone: tzinfo | None) -> Iterator[DateCandidate]:
    for key in keys if node else ():
        yield from _of_values("json-ld", strings((node or {}).get(key)), zone)


def _of_meta(signals: Signals, names: tuple[str, ...], zone: tzinfo | None) -> Iterator[DateCandidate]:
    for name in names:  # a meta element may be microdata, and is then no second witness
        source = "microdata" if name in signals.itemprops else f"meta {name}"
        yield from _of_values(source, signals.meta.get(name, ())[:1], zone)


def _of_values(source: str, values: Iterable[str], zone: tzinfo | None) -> Iterator[DateCandidate]:
    for value in values:
        if moment := read_moment(value, source_zone=zone):
            yield source, moment
