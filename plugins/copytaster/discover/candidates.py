"""Which of a site's feeds, sitemaps and listing pages is the best source, and why. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from copytaster import urls
from copytaster.dates import read_moment
from copytaster.discover.documents import Found
from copytaster.model import Entry, SourceKind

_MOST_HEADLINES = 3
_MOST_DATED = 2_000
_TOO_NEW = timedelta(days=2)  # a date further ahead is a mistake
#: A source whose newest entry is so much older than another's is a dead one.
_DEAD: Final = timedelta(days=14)
_WHY: dict[str, str] = {
    "feed": "a feed is small and tells title, date and author of each link",
    "news sitemap": "no living feed was found; a news sitemap lists all of the last days with dates",
    "listing": "neither a living feed nor a living news sitemap was found; its links are judged by how they look",
    "sitemap": "nothing better was found; a sitemap lists everything, not only what is new",
}
_ORDER = tuple(_WHY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A source that could be watched, and a look into it."""

    url: str
    kind: SourceKind
    how: str  # who named it
    links: frozenset[str] = frozenset()
    children: int = 0  # sitemaps that it names
    newest: datetime | None = None
    in_language: str | None = None
    headlines: tuple[str, ...] = ()
    own: int = 0  # links on its own site
    hosts_elsewhere: tuple[str, ...] = ()  # of its other links, the commonest first
    is_news: bool = False
    fault: str | None = None

    @property
    def sort(self) -> str:
        """``kind``, but "news sitemap" for a sitemap with titles or dates of publication."""
        return "news sitemap" if self.kind == "sitemap" and self.is_news else self.kind

    def summary(self) -> dict[str, Any]:
        """Say what people want to know of it, as what JSON can hold."""
        return {
            "kind": self.sort,
            "url": self.url,
            "entries": len(self.links),
            "sitemaps": self.children,
            "newest": self.newest and self.newest.isoformat(),
            "language": self.in_language,
            "how": self.how,
            "headlines": list(self.headlines),
            "hosts_elsewhere": list(self.hosts_elsewhere),
            "fault": self.fault,
        }


def describe(
    url: str, kind: SourceKind, found: Found, *, how: str, now: datetime, in_language: str | None = None
) -> Candidate:
    """Look into what a source shows. ``in_language`` is what its site declares."""
    entries = found.entries
    elsewhere = Counter(urls.host_of(entry.url) for entry in entries if not urls.same_site(entry.url, url))
    languages = Counter(entry.in_language for entry in entries if entry.in_language)
    told = "several" if len(languages) > 1 else next(iter(languages), None)
    return Candidate(
        url=url,
        kind=kind,
        how=how,
        links=frozenset(entry.url for entry in entries),
        children=len(found.children),
        newest=_newest(entries, now),
        in_language=told or in_language,
        headlines=tuple(islice((entry.title for entry in entries if entry.title), _MOST_HEADLINES)),
        own=len(entries) - elsewhere.total(),
        hosts_elsewhere=tuple(host for host, _ in elsewhere.most_common()),
        is_news=any(entry.title or entry.date_published for entry in entries),
        fault=found.fault,
    )


def _newest(entries: Sequence[Entry], now: datetime) -> datetime | None:
    told = (entry.date_published or entry.date_modified for entry in entries[:_MOST_DATED])
    moments = (read_moment(raw) for raw in told if raw)
    return max((m.at for m in moments if m is not None and m.at - now < _TOO_NEW), default=None)


def ranked(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Give each source once (some have several addresses), the best first.

    A feed comes before a news sitemap, a listing page and a sitemap; a dead one after all that live. Of
    one sort the order stays: sites name their main feed first.
    """
    unique: dict[frozenset[str], Candidate] = {}
    for candidate in candidates:
        if candidate.links or candidate.children:
            unique.setdefault(candidate.links or frozenset([candidate.url]), candidate)
    latest = max((c.newest for c in unique.values() if c.newest), default=None)

    def place(candidate: Candidate) -> tuple[bool, int]:
        return _is_dead(candidate, latest), _ORDER.index(candidate.sort)

    return tuple(sorted(unique.values(), key=place))


def why(best: Candidate, others: Sequence[Candidate]) -> str:
    """Say why this one is the best."""
    dead = next((c for c in others if _ORDER.index(c.sort) < _ORDER.index(best.sort)), None)
    reason = _WHY[best.sort]
    if dead is None or dead.newest is None:
        return reason
    return f"{reason} (the newest entry of {dead.url} is of {dead.newest:%Y-%m-%d})"


def _is_dead(candidate: Candidate, latest: datetime | None) -> bool:
    return latest is not None and candidate.newest is not None and latest - candidate.newest > _DEAD
