"""What there is to watch at an address: a feed or sitemap itself, or those of the site whose page it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from copytaster import robots, store
from copytaster.answer import Answer
from copytaster.config import Settings
from copytaster.discover import read
from copytaster.discover.candidates import Candidate, describe, ranked, why
from copytaster.discover.documents import Found, recognise, unpacked
from copytaster.discover.homepage import (
    Hint,
    Homepage,
    is_for_news,
    named_sitemaps,
    read_homepage,
    well_known,
)
from copytaster.errors import CopytasterError, Gone, NotNow, Unusable
from copytaster.fetch import get
from copytaster.model import Host, SourceKind
from copytaster.polling import Pace
from copytaster.urls import host_of, registered_domain, same_site

_KIND_OF_FORM: Mapping[str, SourceKind] = {"html": "listing", "sitemap": "sitemap", "urls": "sitemap"}
#: Documents that are asked for on the search: of each sort, and in all.
_MOST_OF_A_SORT = 6
_MOST = 24
_CLOSED = 500  # robots.txt that cannot be had


@dataclass(frozen=True, slots=True, kw_only=True)
class Scouted:
    """What was found at an address: sources, the best first, and why it is that."""

    url: str
    candidates: tuple[Candidate, ...]
    why: str = ""
    name: str | None = None
    is_homepage: bool = False  # the address is a page whose site was searched
    closed: tuple[str, ...] = ()  # not looked at: robots.txt forbids it

    @property
    def best(self) -> Candidate:
        """The source to watch."""
        return self.candidates[0]


def scout(url: str, settings: Settings, *, tell: Callable[[str], None] = lambda _: None) -> Scouted:
    """Find what to watch at a canonical URL. ``tell`` hears of each document that is looked at.

    A feed, a sitemap or a list of URLs is taken for itself. Of a web page, the site is searched: what
    the page names and links to, what robots.txt names, well-known paths, and the page's own links.
    Raises ``CopytasterError`` where there is nothing.
    """
    search = _Search(settings, tell)
    answer = search.open(url)
    form = recognise(unpacked(answer.body)[0], answer.header("content-type"))
    if form == "html":
        return search.site(url, answer)
    kind = _KIND_OF_FORM.get(form, "feed")
    found = _read(kind, answer)
    if not found.entries and not found.children:
        raise CopytasterError(_nothing(url, found.fault or f"as a {kind}"))
    only = describe(url, kind, found, how="given", now=search.now)
    return Scouted(url=url, candidates=(only,), why="it was given")


def watch(
    db: Any, told: Mapping[str, Any], scouted: Scouted, *, everything: bool = False
) -> tuple[Candidate, ...]:
    """Watch the best of what was found, or all of it; return what is watched now.

    ``told`` are arguments of ``store.add_source`` that hold for each. Where a feed lies on another
    site than its page, the page's site is one of its hosts.
    """
    chosen = scouted.candidates if everything else scouted.candidates[:1]
    home = registered_domain(host_of(scouted.url))
    for candidate in chosen:
        hosts = list(told.get("hosts", ()))
        if not same_site(candidate.url, scouted.url) and home not in hosts:
            hosts.append(home)
        given = {**told, "url": candidate.url, "kind": candidate.kind, "hosts": hosts}
        given["name"] = told.get("name") or scouted.name or ""
        store.add_source(db, **given, found_on=scouted.url if scouted.is_homepage else None)
    return chosen


class _Search:
    """One search: asks politely, and no more than a bound."""

    def __init__(self, settings: Settings, tell: Callable[[str], None]) -> None:
        self.settings = settings
        self.tell = tell
        self.now = datetime.now(UTC)
        self.pace = Pace(settings.host_delay_seconds)
        self.asked = 0
        self.robots: dict[str, Host] = {}
        self.closed: list[str] = []

    def open(self, url: str) -> Answer:
        """Ask for the address that somebody gave; raise ``CopytasterError`` with what is wrong with it."""
        try:
            return self._ask(url)
        except NotNow as error:
            raise CopytasterError(
                f"{url} does not answer now ({error.reason}: {error.detail}); --kind adds it unseen"
            ) from error
        except (Unusable, Gone) as error:
            raise CopytasterError(f"{url}: {error}") from error

    def site(self, url: str, answer: Answer) -> Scouted:
        """Search the site of a page."""
        home = read_homepage(unpacked(answer.body)[0], url=answer.url)
        listing = _read("listing", answer)
        candidates = [*self._feeds(answer.url, home), *self._sitemaps(answer.url, home)]
        if listing.entries and self._allowed(url):
            itself = describe(
                url, "listing", listing, how="the page itself", now=self.now, in_language=home.in_language
            )
            candidates.append(itself)
        found = ranked(candidates)
        if not found:
            fault = listing.fault or "robots.txt closes it"
            raise CopytasterError(_nothing(url, fault))
        return Scouted(
            url=url,
            candidates=found,
            why=why(found[0], found[1:]),
            name=home.name,
            is_homepage=True,
            closed=tuple(self.closed),
        )

    def _feeds(self, url: str, home: Homepage) -> list[Candidate]:
        named = list(self._looked_into(home.feeds, "feed", home))
        return named or list(self._looked_into(well_known("feeds", url), "feed", home, most=1))

    def _sitemaps(self, url: str, home: Homepage) -> list[Candidate]:
        robots_txt = self._robots_of(url).robots_txt or ""
        named = list(self._looked_into(named_sitemaps(robots_txt, url), "sitemap", home))
        if any(candidate.is_news for candidate in named):
            return named
        asked = {candidate.url for candidate in named}
        hints = [hint for hint in well_known("sitemaps", url) if hint.url not in asked]
        return named + list(self._looked_into(hints, "sitemap", home, most=1))

    def _looked_into(
        self, hints: Iterable[Hint], kind: SourceKind, home: Homepage, *, most: int = _MOST_OF_A_SORT
    ) -> Iterator[Candidate]:
        """Give the hints that lead to a source of this kind; at most so many."""
        given = 0
        for hint in hints:
            if given >= most or self.asked >= _MOST:
                return
            found = self._look(hint.url, kind)
            if found is None:
                continue
            given += 1
            for child in self._news_below(found):
                inside = self._look(child.url, kind)
                if inside is not None and inside.entries:
                    yield self._described(child, kind, inside, home)
            yield self._described(hint, kind, found, home)

    def _described(self, hint: Hint, kind: SourceKind, found: Found, home: Homepage) -> Candidate:
        return describe(hint.url, kind, found, how=hint.how, now=self.now, in_language=home.in_language)

    def _news_below(self, index: Found) -> tuple[Hint, ...]:
        below = [child.url for child in index.children if is_for_news(child.url)]
        return tuple(Hint(url, "named by a sitemap index") for url in below[:1])

    def _look(self, url: str, kind: SourceKind) -> Found | None:
        """Read a document if robots.txt allows it and it is of the kind; None otherwise."""
        if not self._allowed(url):
            return None
        self.tell(url)
        try:
            answer = self._ask(url)
        except (Unusable, Gone, NotNow):
            return None
        form = recognise(unpacked(answer.body)[0], answer.header("content-type"))
        if form in {"html", "nothing"} or _KIND_OF_FORM.get(form, "feed") != kind:
            return None
        found = _read(kind, answer)
        return found if found.entries or found.children else None

    def _allowed(self, url: str) -> bool:
        allowed = robots.judge(self._robots_of(url), url, self.settings.user_agent).allowed
        if not allowed and url not in self.closed:
            self.closed.append(url)
        return allowed

    def _robots_of(self, url: str) -> Host:
        host = host_of(url)
        if host not in self.robots:
            self.robots[host] = self._read_robots(host, url)
        return self.robots[host]

    def _read_robots(self, host: str, url: str) -> Host:
        try:
            answer = self._ask(url.partition("://")[0] + f"://{host}/robots.txt")
        except (Gone, Unusable) as error:
            return Host(host=host, robots_status=error.http_status or _CLOSED)
        except NotNow:
            return Host(host=host, robots_status=_CLOSED)
        return Host(host=host, robots_status=answer.status, robots_txt=robots.decode(answer.body))

    def _ask(self, url: str) -> Answer:
        self.asked += 1
        self.pace.wait(host_of(url))
        return get(url, self.settings)


def _read(kind: SourceKind, answer: Answer) -> Found:
    return read(kind, answer.body, url=answer.url, content_type=answer.header("content-type"))


def _nothing(url: str, fault: str) -> str:
    return f"{url} shows no link to an article ({fault}); --kind adds it as it is"
