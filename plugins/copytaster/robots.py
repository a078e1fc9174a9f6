"""What robots.txt, X-Robots-Tag and robots meta allow us, by RFC 9309 and habit. Pure: `fetch` brings, we read."""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from protego import Protego

from copytaster.model import Host

#: Bytes of a robots.txt that are read; RFC 9309 asks for at least this many.
MOST_BYTES = 500 * 1024
_TOO_MANY = 429
_KEPT = 64 * 1024
#: Bytes at the beginning of a page in which robots meta are looked for.
HEAD_BYTES = 128 * 1024
_COPIES_FORBIDDEN = frozenset({"noarchive", "nocache"})
_VALUED = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})
_MOST_DIRECTIVES, _LONGEST_DIRECTIVE = 20, 80
_ROBOT = re.compile(r"\s*([a-z*][\w*.-]*)\s*:", re.IGNORECASE)
_END_OF_HEAD = re.compile(rb"</head|<body", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_META = re.compile(rb"<meta\s([^>]{1,1000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""(name|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_LICENCE = re.compile(r"^[ \t]*license[ \t]*:[ \t]*(https?://\S{1,1000})", re.IGNORECASE | re.MULTILINE)
_SLOWEST = 3_600.0  # seconds; a longer Crawl-delay is a mistake or a way to say "stay away"


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsVerdict:
    """May this URL be fetched, and how many seconds must lie between two requests (None: no wish)."""

    allowed: bool
    crawl_delay_seconds: float | None = None


def judge(host: Host, url: str, user_agent: str) -> RobotsVerdict:
    """Judge a URL by what is known of its host's robots.txt.

    ``user_agent`` is our product (``Copytaster/0.1``); rules are matched by its name. A file that was
    read decides; a 4xx or a redirect that leads nowhere means that there are no rules; a 429 or
    5xx, or a file that could not be fetched, or was not asked for yet, closes the host.
    """
    status = host.robots_status or 0
    if 300 <= status < 500 and status != _TOO_MANY:  # noqa: PLR2004 - RFC 9309 §2.3.1.2-3
        return RobotsVerdict(allowed=True)
    if not 200 <= status < 300:  # noqa: PLR2004
        return RobotsVerdict(allowed=False)
    name = user_agent.partition("/")[0].strip()
    text = host.robots_txt or ""
    rules = _parse(text) if len(text) <= _KEPT else Protego.parse(text)  # giants would fill the cache
    return RobotsVerdict(allowed=bool(rules.can_fetch(url, name)), crawl_delay_seconds=_delay(rules, name))


def decode(body: bytes) -> str:
    """Make storable text of a robots.txt: its first 500 KiB, UTF-8 or what can be read as such."""
    return body[:MOST_BYTES].decode("utf-8-sig", "replace").replace("\x00", "")


@lru_cache(maxsize=512)
def _parse(text: str) -> Protego:
    return Protego.parse(text)


def _delay(rules: Protego, name: str) -> float | None:
    delay = rules.crawl_delay(name)
    rate = rules.request_rate(name)
    waits = [delay] if delay is not None else []
    waits += [rate.seconds / rate.requests] if rate is not None and rate.requests else []
    waits = [float(wait) for wait in waits if math.isfinite(wait) and wait >= 0]
    return min(max(waits), _SLOWEST) if waits else None


def licence(robots_txt: str | None) -> str | None:
    """Give the address of the licence that a robots.txt names (RSL), the first if there are several."""
    found = _LICENCE.search(robots_txt or "")
    return found[1] if found else None


def directives(headers: Iterable[str], head: bytes, user_agent: str) -> tuple[str, ...]:
    """List what X-Robots-Tag headers and a page's robots meta tell all robots, or us by name; lower case.

    ``headers`` are the values as sent, one for each header; ``head`` is the beginning of the page
    (``HEAD_BYTES`` of it are looked at).
    """
    ours = frozenset({"robots", "*", user_agent.partition("/")[0].strip().lower()})
    told = [word for value in headers for word in _of_header(value, ours)]
    told += [word for value in _metas(head, ours) for word in value.split(",")]
    words = (re.sub(r"[^\x21-\x7e]+", " ", word).strip().lower()[:_LONGEST_DIRECTIVE] for word in told)
    return tuple(dict.fromkeys(word for word in words if word[:1].isalnum()))[:_MOST_DIRECTIVES]


def forbids_copies(told: Iterable[str]) -> bool:
    """Say whether these directives forbid to keep and show copies of the page."""
    return not _COPIES_FORBIDDEN.isdisjoint(told)


def _of_header(value: str, ours: frozenset[str]) -> Iterator[str]:
    """Give the directives of one header that concern us: ``name:`` limits what follows to that robot."""
    concerned = True
    for part in value.split(","):
        named = _ROBOT.match(part)
        if named and named[1].lower() not in _VALUED:
            concerned = named[1].lower() in ours
            part = part[named.end() :]  # noqa: PLW2901 - the name is dealt with
        if concerned:
            yield part


def _metas(head: bytes, ours: frozenset[str]) -> Iterator[str]:
    wanted = [name.encode("ascii", "replace") for name in ours]
    for found in _META.finditer(
        _head_of(head[:HEAD_BYTES].replace(b"\x00", b""))
    ):  # UTF-16 becomes readable so
        tag = found[1].lower()
        if not any(name in tag for name in wanted):
            continue
        given = {
            name.lower(): (double or single or bare).decode("latin-1")
            for name, double, single, bare in _ATTRIBUTE.findall(found[1])
        }
        if given.get(b"name", "").strip().lower() in ours:
            yield given.get(b"content", "")


def _head_of(page: bytes) -> bytes:
    """Cut a page at the end of its head, without comments; most pages are cut before comments are looked for."""
    end = _END_OF_HEAD.search(page)
    before = page[: end.start()] if end else page
    if before.rfind(b"<!--") > before.rfind(b"-->"):  # the end stands in a comment
        page = _COMMENT.sub(b"", page)
        end = _END_OF_HEAD.search(page)
        return page[: end.start()] if end else page
    return _COMMENT.sub(b"", before)
