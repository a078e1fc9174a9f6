"""An invented web: hosts with every trouble, pages with every fault, and what must become of each. All from one seed."""

# ruff: noqa: PLR2004, S311 - shares are its matter, and no secret its purpose
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from urllib.parse import urlsplit

from copytaster.model import SourceKind
from copytaster.urls import canonicalize, host_of
from measuring import web_text
from measuring.web_documents import FORMS, Document, Told
from measuring.web_faults import FAULTS

CRAWL_DELAY = 0.4
#: Seconds after which busy hosts wish to be asked again.
RETRY_AFTER = 120
ARTICLE, PRIVATE, AMP, TRACKED, UNASKED = (
    "article",
    "forbidden path",
    "AMP twin",
    "tracked twin",
    "forbidden address",
)
_LOADED = frozenset({"loaded"})
_BLOCKED = frozenset({"blocked_by_robots"})
_RULES = "Disallow: /private/\n"

#: What robots.txt may be where pages can be had: name -> status, text. ``None``: see the server.
ROBOTS: Mapping[str, tuple[int, str]] = {
    "some": (200, f"User-agent: *\n{_RULES}"),
    "by name": (200, f"User-agent: *\nDisallow: /\n\nUser-agent: copytaster\n{_RULES}"),
    "404": (404, "none"),
    "wild card": (200, "User-agent: *\nDisallow: /*vate/*-\nAllow: /\n"),
    "403": (403, "none"),
    "BOM and CRLF": (200, f"\ufeffuser-agent : *\r\n{_RULES.strip()}\r\n"),
    "HTML": (200, "<!doctype html><title>Welcome</title><p>User-agents are welcome here"),
    "giant": (200, f"User-agent: *\n{_RULES}" + "# and so on\n" * 60_000),
    "loop": (302, "/robots.txt"),
    "moved": (301, ""),  # to a file of another host
}
_WITHOUT_RULES = frozenset({"404", "403", "HTML", "loop"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong with a whole host: how many pages it has, and their fates."""

    pages: int
    fates: frozenset[str]
    closed: bool = False  # no page of it may ever be asked for


TROUBLES: Mapping[str, Trouble] = {
    "crawl-delay": Trouble(pages=8, fates=_LOADED),
    "busy: 503": Trouble(pages=2, fates=frozenset({"server_error"})),
    "busy: 429": Trouble(pages=2, fates=frozenset({"http_error"})),
    "busy once": Trouble(pages=2, fates=_LOADED),
    "nothing listens": Trouble(pages=2, fates=frozenset({"unreachable"})),
    "bad certificate": Trouble(pages=2, fates=frozenset({"bad_certificate"}), closed=True),
    "robots 500": Trouble(pages=2, fates=frozenset({"server_error"}), closed=True),
    "robots 429": Trouble(pages=2, fates=frozenset({"server_error", "http_error"}), closed=True),
    "robots hangs": Trouble(pages=2, fates=frozenset({"unreachable", "timeout"}), closed=True),
    "robots resets": Trouble(pages=2, fates=frozenset({"unreachable", "broken_response"}), closed=True),
    "robots forbids all": Trouble(pages=2, fates=_BLOCKED, closed=True),
}
#: These have no source of their own: the hub tells of them.
_TOLD_BY_HUB = ("nothing listens", "bad certificate")
#: Sources that give nothing: path -> a word of the fault that must be kept.
SICK = {
    "/sick/html.xml": "html",
    "/sick/empty.xml": "empty",
    "/sick/404.xml": "404",
    "/sick/torn.xml.gz": "torn",
    "/sick/slow.xml": "timeout",
    "/sick/reset.xml": "broken_response",
    "/sick/bomb.xml.gz": "too large",
    "/sick/loop.xml": "redirect_loop",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPage:
    """A page that some source links to. ``answer`` names its fault; ``story`` is the article's address."""

    url: str
    host: str
    answer: str
    fates: frozenset[str]
    story: str
    linked_as: str = ""
    title: str = ""
    published_at: datetime

    @property
    def is_twin(self) -> bool:
        """Say whether the same article has another address, under which it may be taken instead."""
        return self.url != self.story and self.answer in {AMP, TRACKED}


@dataclass(slots=True, kw_only=True)
class Site:
    """One host."""

    name: str
    robots: str
    trouble: str = ""
    form: str = ""  # of its source; none: the hub tells of it
    pages: list[WebPage] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)

    @property
    def scheme(self) -> str:
        """Say how its pages are linked."""
        return "https" if self.trouble == "bad certificate" else "http"

    def forbids(self, path: str) -> bool:
        """Say whether its robots.txt keeps us from a path."""
        if self.trouble:
            return TROUBLES[self.trouble].closed
        return self.robots not in _WITHOUT_RULES and path.startswith("/private/")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSource:
    """A source to watch."""

    url: str
    kind: SourceKind
    hosts: tuple[str, ...] = ()
    fault: str = ""  # a word that must stand in what is kept of its fault


@dataclass(slots=True, kw_only=True)
class Web:
    """The whole of it. ``trap`` is a port of this machine to which nobody may connect."""

    now: datetime
    trap: int
    sites: dict[str, Site] = field(default_factory=dict)
    pages: dict[str, WebPage] = field(default_factory=dict)
    sources: list[WebSource] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)  # hosts that are linked to and must not be followed

    @property
    def plain(self) -> list[Site]:
        """List the hosts without a trouble of their own."""
        return [site for site in self.sites.values() if not site.trouble]


def make_web(*, hosts: int, pages: int, seed: int, trap: int, now: datetime | None = None) -> Web:
    """Invent a web of so many hosts and pages; at least as many hosts as there are troubles, and four."""
    if hosts < len(TROUBLES) + 4:
        raise ValueError(f"at least {len(TROUBLES) + 4} hosts, so that each trouble has one")
    chance = random.Random(seed)
    web = Web(now=(now or datetime.now(UTC)).replace(microsecond=0), trap=trap)
    _add_sites(web, hosts)
    _add_pages(web, pages, chance)
    _add_documents(web)
    return web


def _add_sites(web: Web, hosts: int) -> None:
    troubled = max(1, hosts // 100) * len(TROUBLES)
    forms, robots = cycle(FORMS), cycle(ROBOTS)
    for number in range(hosts):
        trouble = list(TROUBLES)[number % len(TROUBLES)] if number < troubled else ""
        name = f"www.{trouble.replace(' ', '-').replace(':', '') or 'paper'}-{number}.example"
        site = Site(name=name, robots="some" if trouble else next(robots), trouble=trouble)
        site.form = "" if trouble in _TOLD_BY_HUB else next(forms)
        web.sites[name] = site


def _add_pages(web: Web, pages: int, chance: random.Random) -> None:
    for site in web.sites.values():
        for _ in range(TROUBLES[site.trouble].pages if site.trouble else 0):
            _add(web, site, ARTICLE, TROUBLES[site.trouble].fates, chance)
    for url in _forbidden(web.trap):
        url = canonicalize(url)  # noqa: PLW2901 - IPv6 is written differently from version to version
        page = _page(web, url, UNASKED, frozenset({"forbidden_address"}), host=host_of(url), chance=chance)
        web.pages[url] = page
    faults = cycle(FAULTS)
    plain = cycle(web.plain)
    for number in count():
        if len(web.pages) >= pages:
            break
        site = next(plain)
        answer = _answer(site, number // len(web.plain), faults)
        _add(web, site, answer, _fates(site, answer), chance)


def _answer(site: Site, place: int, faults: Iterator[str]) -> str:
    """Choose what the next page of a host is: every third has a fault, every tenth is a twin, some are forbidden."""
    if place == 0 or not site.pages:
        return ARTICLE
    if place % 3 == 1:
        return next(faults)
    if place % 10 == 3 and site.pages[-1].answer == ARTICLE:
        return AMP if place % 20 == 3 else TRACKED
    return PRIVATE if place % 10 == 5 else ARTICLE


def _fates(site: Site, answer: str) -> frozenset[str]:
    if answer == PRIVATE:
        return _LOADED if site.robots in _WITHOUT_RULES else _BLOCKED
    return FAULTS[answer].fates if answer in FAULTS else _LOADED


def _add(web: Web, site: Site, answer: str, fates: frozenset[str], chance: random.Random) -> None:
    base = f"{site.scheme}://{site.name}"
    path = f"/{web.now:%Y/%m/%d}/{web_text.slug(chance)}"
    url, story, linked_as = base + path, base + path, ""
    if answer == PRIVATE:
        url = story = f"{base}/private{path}"
    if answer in {AMP, TRACKED}:
        story = site.pages[-1].story
        url = story.replace(base, f"{base}/amp", 1) if answer == AMP else story
        linked_as = (
            url if answer == AMP else f"{story}?utm_source=feed&utm_medium=rss&fbclid=x{len(web.pages)}"
        )
    page = _page(web, url, answer, fates, host=site.name, chance=chance, story=story, linked_as=linked_as)
    web.pages[linked_as or url] = page
    site.pages.append(page)


def _page(
    web: Web,
    url: str,
    answer: str,
    fates: frozenset[str],
    *,
    host: str,
    chance: random.Random,
    story: str = "",
    linked_as: str = "",
) -> WebPage:
    published_at = web.now - timedelta(minutes=chance.randrange(5, 2_000))
    title = web_text.story(story or url, published_at).headline
    return WebPage(
        url=url, host=host, answer=answer, fates=fates, story=story or url, linked_as=linked_as, title=title, published_at=published_at
    )  # fmt: skip


def _forbidden(trap: int) -> tuple[str, ...]:
    path = "/2026/11/24/what-nobody-may-ask-for-123456"
    hosts = ("127.0.0.1", "[::1]", "localhost", "127.1.2.3", "[::ffff:7f00:1]")
    far = ("169.254.169.254", "10.1.2.3", "192.168.0.1", "172.16.9.9", "100.64.0.1", "[fd00::1]", "[fe80::1]")
    return tuple(f"http://{host}:{trap}{path}" for host in hosts) + tuple(
        f"http://{host}{path}" for host in far
    )


def links_of(web: Web, page: WebPage) -> dict[str, str]:
    """Say where the redirects of a page lead, by name."""
    site = web.sites[page.host]
    plain = web.plain
    after = plain[(plain.index(site) + 1) % len(plain)] if site in plain else plain[0]
    path = urlsplit(page.url).path
    base = f"http://{site.name}"
    return {
        "self": page.url,
        "other of loop": f"{base}/loop{path}",
        "next": f"{base}/next/1",
        "article": site.pages[0].url,
        "article elsewhere": after.pages[0].url,
        "private": f"http://{plain[0].name}/private{path}",
        "metadata": "http://169.254.169.254/latest/meta-data/",
        "loopback": f"http://127.0.0.1:{web.trap}/",
        "loopback6": f"http://[::1]:{web.trap}/",
        "localhost": f"http://localhost:{web.trap}/",
        "private network": "http://10.0.0.1/admin",
        "disguised": f"http://2130706433:{web.trap}/",
        "user name": f"http://{site.name}@127.0.0.1:{web.trap}/",
        "ftp": f"ftp://{site.name}/story",
        "script": "javascript:alert(1)",
        "tls": next(
            f"https://{other.name}/" for other in web.sites.values() if other.trouble == "bad certificate"
        ),
    }


# What tells of the pages


def _add_documents(web: Web) -> None:
    for number, site in enumerate(web.sites.values()):
        if not site.form:
            continue
        kind, form = FORMS[site.form]
        foreign = f"www.elsewhere-{number}.example"
        web.elsewhere.append(foreign)
        base = f"http://{site.name}"
        site.documents = dict(form(base, [*_told(site.pages), *_odd(web, site, foreign)]))
        web.sources.append(WebSource(url=f"{base}/latest", kind=kind))
    _add_hub(web)
    _add_sick(web)


def _told(pages: Sequence[WebPage]) -> list[Told]:
    return [
        Told(url=page.linked_as or page.url, title=page.title, published_at=page.published_at)
        for page in pages
    ]


def _odd(web: Web, site: Site, foreign: str) -> Iterator[Told]:
    """Give links that no source may put on the list: to other sites, and to what is no page."""
    path = "/2026/11/24/not-to-be-taken-from-here-765432"
    odd = (f"http://{foreign}{path}", f"http://127.0.0.1:{web.trap}{path}", f"http://user@{site.name}{path}", f"ftp://{site.name}{path}", f"http://2130706433{path}", "javascript:alert(1)", "mailto:desk@paper.example", "http://[bad/")  # fmt: skip
    for url in odd:
        yield Told(url=url, title="Not to be taken from here, whatever they say", published_at=web.now)


def _add_hub(web: Web) -> None:
    """Add a source that may name hosts of others: those that cannot be asked, and those that must not be."""
    told = [page for page in web.pages.values() if page.answer == UNASKED]
    told += [page for site in web.sites.values() if not site.form for page in site.pages]
    site = web.plain[0]
    document = next(iter(FORMS["RSS"][1]("", _told(told)).values()))
    site.documents["/hub.xml"] = document
    hosts = tuple(dict.fromkeys(page.host for page in told))
    web.sources.append(WebSource(url=f"http://{site.name}/hub.xml", kind="feed", hosts=hosts))


def _add_sick(web: Web) -> None:
    """Add sources that give nothing; what most of them say is the server's part."""
    site = web.plain[1]
    listing = next(iter(FORMS["listing"][1]("", list(_odd(web, site, site.name))).values()))
    site.documents["/sick/html.xml"] = listing
    site.documents["/sick/empty.xml"] = Document(content_type="application/rss+xml", body=b"")
    for path, word in SICK.items():
        web.sources.append(WebSource(url=f"http://{site.name}{path}", kind="feed", fault=word))
