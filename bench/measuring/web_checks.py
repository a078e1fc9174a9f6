"""What a crawl of the invented web left in the database and in the servers' log -> what is wrong with it. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from measuring.web import RETRY_AFTER, UNASKED, Site, Web, WebPage
from measuring.web_server import OTHERS_ROBOTS, Seen

_ROBOTS = "/robots.txt"
_FINAL = frozenset({"loaded", "quarantined", "gone"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A page as the database has it."""

    url: str
    state: str
    reason: str | None

    @property
    def fate(self) -> str:
        """Give the reason of a quarantine, else the state."""
        return self.reason if self.state == "quarantined" and self.reason else self.state


def unsettled(kept: Iterable[Kept]) -> list[str]:
    """List the pages that did not come to an end."""
    return [f"{page.url}: {page.state}" for page in kept if page.state not in _FINAL]


def not_found(web: Web, kept: Mapping[str, Kept]) -> list[str]:
    """List the linked pages that discovery missed; a twin is found where its article is."""
    return [
        f"{page.url} in {web.sites[page.host].form or 'the hub'}" if page.host in web.sites else page.url
        for page in web.pages.values()
        if page.url not in kept and not (page.is_twin and page.story in kept)
    ]


def from_nowhere(web: Web, kept: Iterable[str]) -> list[str]:
    """List the pages that no source may have told of."""
    told = {page.url for page in web.pages.values()}
    return [url for url in kept if url not in told]


def fates(web: Web, kept: Mapping[str, Kept]) -> dict[str, Counter[str]]:
    """Count what became of the pages, by their fault or their host's trouble."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for page in web.pages.values():
        if page.url in kept:
            counts[_cause(web, page)][kept[page.url].fate] += 1
    return dict(counts)


def unexpected(web: Web, kept: Mapping[str, Kept]) -> list[str]:
    """List the pages that came to another end than their fault explains."""
    return [
        f"{page.url}: {kept[page.url].fate}, not {' or '.join(sorted(page.fates))} ({_cause(web, page)})"
        for page in web.pages.values()
        if page.url in kept and kept[page.url].fate not in page.fates
    ]


def _cause(web: Web, page: WebPage) -> str:
    trouble = web.sites[page.host].trouble if page.host in web.sites else ""
    return f"host: {trouble}" if trouble else page.answer


def articles_off(web: Web, canonical: Counter[str]) -> list[str]:
    """List the articles that are missing, are there twice, or should not be there."""
    expected = {
        page.story
        for page in web.pages.values()
        if page.fates == {"loaded"} and not page.answer.startswith("redirect to")
    }
    wrong = [f"{url} {times} times" for url, times in canonical.items() if times > 1]
    wrong += [f"{url} is missing" for url in expected - canonical.keys()]
    possible = {page.story for page in web.pages.values() if "loaded" in page.fates}
    return wrong + [f"{url} is none" for url in canonical.keys() - possible]


def of_pages(web: Web, requests: Sequence[Seen]) -> dict[str, list[Seen]]:
    """Sort requests by host, in order of time; without those for sources, which have an interval of their own."""
    by_host: dict[str, list[Seen]] = defaultdict(list)
    for request in requests:
        site = web.sites.get(request.host)
        is_source = site is not None and (
            request.target in site.documents or request.target.startswith("/sick/")
        )
        if request.place != "trap" and not is_source:
            by_host[request.host].append(request)
    return dict(by_host)


def broken_rules(web: Web, by_host: Mapping[str, Sequence[Seen]]) -> list[str]:
    """List the requests for forbidden paths, and those that came before robots.txt was asked for."""
    found = []
    for host, requests in by_host.items():
        site, is_known = web.sites.get(host), False
        for request in requests:
            is_known = is_known or request.target == _ROBOTS
            if _is_of_robots(request):
                continue
            if site is None or site.forbids(urlsplit(request.target).path):
                found.append(f"{host}{request.target} is forbidden")
            if not is_known:
                found.append(f"{host}{request.target} before robots.txt")
    return found


def _is_of_robots(request: Seen) -> bool:
    return request.target in {_ROBOTS, OTHERS_ROBOTS} or request.target.startswith("/.well-known/")


def gaps(
    web: Web, by_host: Mapping[str, Sequence[Seen]], *, crawl_delay: bool
) -> Iterator[tuple[float, str]]:
    """Give the seconds between requests to one host, of hosts with a Crawl-delay (once it was read) or without."""
    for host, requests in by_host.items():
        site = web.sites.get(host)
        if (site is not None and site.trouble == "crawl-delay") == crawl_delay:
            yield from (
                (later.at - earlier.at, f"{host}{later.target}") for earlier, later in pairwise(requests)
            )


def under(gaps_: Iterable[tuple[float, str]], least: float) -> list[str]:
    """List the gaps that are shorter than they may be."""
    return [f"{gap:.4f} s before {where}" for gap, where in gaps_ if gap < least]


def too_soon(web: Web, by_host: Mapping[str, Sequence[Seen]], jumps: Sequence[float]) -> list[str]:
    """List the requests to busy hosts before the time that they had named, unless the clock was put forward."""
    found = []
    for site in _busy(web):
        requests = [request for request in by_host.get(site.name, ()) if not _is_of_robots(request)]
        for earlier, later in pairwise(requests):
            jumped = any(earlier.at < jump < later.at for jump in jumps)
            if (
                not jumped
                and later.at - earlier.at < RETRY_AFTER
                and not _has_recovered(site, requests, earlier)
            ):
                found.append(f"{site.name}{later.target} after {later.at - earlier.at:.1f} s")
    return found


def _busy(web: Web) -> list[Site]:
    return [site for site in web.sites.values() if site.trouble.startswith("busy")]


def _has_recovered(site: Site, requests: Sequence[Seen], asked: Seen) -> bool:
    """Say whether a host that is busy once had served this request."""
    before = [request for request in requests if request.target == asked.target and request.at < asked.at]
    return site.trouble == "busy once" and bool(before)


def trespasses(web: Web, requests: Iterable[Seen]) -> list[str]:
    """List the connections to where nobody may connect, and to hosts that no source may name."""
    unasked = {page.host for page in web.pages.values() if page.answer == UNASKED} | set(web.elsewhere)
    return [
        f"{seen.place}: {seen.host}{seen.target}"
        for seen in requests
        if seen.place == "trap" or seen.host in unasked
    ]


def unexplained(web: Web, faults: Mapping[str, str | None]) -> list[str]:
    """List the sources whose fault does not say what is wrong with them."""
    return [
        f"{source.url}: {faults.get(source.url)!r} says nothing of {source.fault!r}"
        for source in web.sources
        if source.fault and source.fault not in (faults.get(source.url) or "")
    ]
