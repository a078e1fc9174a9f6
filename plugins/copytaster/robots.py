"""What robots.txt allows us, by RFC 9309. Pure: `fetch` brings the file, we read it."""

import math
from dataclasses import dataclass
from functools import lru_cache

from protego import Protego

from copytaster.model import Host

#: Bytes of a robots.txt that are read; RFC 9309 asks for at least this many.
MOST_BYTES = 500 * 1024
_TOO_MANY = 429
_KEPT = 64 * 1024
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
