"""Asking sources what they have: each is read, sifted and kept; a fault of one does not stop the others."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any

from copytaster import store
from copytaster.answer import Answer, digest
from copytaster.config import Settings
from copytaster.discover import Found, judged, read, read_links, walk
from copytaster.discover.documents import recognise, unpacked
from copytaster.discover.shapes import learn
from copytaster.discover.sift import Sifted, joined, sift
from copytaster.errors import Gone, NotNow, Unusable
from copytaster.fetch import get
from copytaster.model import Entry, KnownSitemap, SitemapVisit, Source
from copytaster.urls import host_of, other_forms

_NOT_MODIFIED = 304
#: What a fault weighs: the source is gone or is none; it is troubled; it only asks us to wait.
_HARD, _SOFT, _PASSING = 1.0, 0.5, 0.25
_PASSING_REASONS = frozenset({"timeout", "unreachable", "http_error"})  # http_error: 408, 421, 425, 429
_MOST_LEFT_OUT = 2_000  # links of one poll whose reason is kept
_MOST_HOSTS = 10
_LONGEST_FRESH = timedelta(hours=1)


class Pace:
    """Lets requests to one host lie a delay apart, whichever thread makes them."""

    def __init__(self, delay_seconds: float) -> None:
        self._delay = delay_seconds
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = defaultdict(float)

    def wait(self, host: str) -> None:
        """Sleep until the host may be asked again, and take that moment."""
        with self._lock:
            moment = max(monotonic(), self._free_at[host])
            self._free_at[host] = moment + self._delay
        sleep(max(0.0, moment - monotonic()))


@dataclass(slots=True)
class _Poll:
    """One source under way: what it answered so far."""

    source: Source
    ask: Callable[..., Answer]
    now: datetime
    told: dict[str, Any] = field(default_factory=dict)  # as store.record_poll takes it
    found: list[Entry] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    visits: list[SitemapVisit] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    bytes_left: int = walk.MOST_BYTES


def poll_all(sources: Sequence[Source], settings: Settings, *, threads: int) -> int:
    """Poll sources, those of one host one after the other; return how many pages went on the work list."""
    pace = Pace(settings.host_delay_seconds)
    by_host: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        by_host[host_of(source.url)].append(source)

    def poll_in_turn(group: Iterable[Source]) -> int:
        return sum(poll(source, settings, pace) for source in group)

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(poll_in_turn, by_host.values()))


def poll(source: Source, settings: Settings, pace: Pace) -> int:
    """Poll one source and keep what came of it; return how many pages went on the work list."""

    def ask(url: str, *, etag: str | None = None, last_modified: str | None = None) -> Answer:
        pace.wait(host_of(url))
        return get(url, settings, etag=etag, last_modified=last_modified)

    this = _Poll(source=source, ask=ask, now=datetime.now(UTC))
    try:
        _read_source(this, settings)
    except NotNow as error:
        weight = _PASSING if error.reason in _PASSING_REASONS or error.http_status == 503 else _SOFT  # noqa: PLR2004
        this.told |= {"fault": str(error), "failure": weight, "not_before": error.until}
        this.told["http_status"] = error.http_status
    except (Unusable, Gone) as error:
        this.told |= {"fault": str(error), "failure": _HARD, "http_status": error.http_status}
    with store.connect(settings.database_url) as db:
        return _keep(db, this)


def _read_source(this: _Poll, settings: Settings) -> None:
    """Ask the source itself, and the sitemaps that it names."""
    source = this.source
    answer = this.ask(source.url, etag=source.etag, last_modified=source.last_modified)
    this.told = _facts(answer, this.now)
    if answer.status == _NOT_MODIFIED:
        found = Found()
    elif this.told["document_digest"] == source.document_digest:
        this.told["is_unchanged"] = True
        found = Found()
    else:
        found = _read(source, answer, settings)
        this.told["entries"] = len(found.entries) + len(found.left_out)
        this.found.extend(found.entries)
        this.left_out.update(found.left_out)
        this.faults += [found.fault] if found.fault else []
    if source.kind == "sitemap":
        _read_sitemaps(this, found, settings)


def _facts(answer: Answer, now: datetime) -> dict[str, Any]:
    is_new = answer.status != _NOT_MODIFIED
    return {
        "http_status": answer.status,
        "etag": answer.header("etag") or None,
        "last_modified": answer.header("last-modified") or None,
        "answered_url": answer.url if answer.url != answer.requested_url else None,
        "document_digest": digest(answer.body) if is_new else None,
        "not_before": _fresh_until(answer, now),
    }


def _fresh_until(answer: Answer, now: datetime) -> datetime | None:
    """Say how long caches on the way would repeat this answer: asking before that is for nothing."""
    told = dict(
        part.strip().lower().partition("=")[::2] for part in answer.header("cache-control").split(",")
    )
    age, lasts = answer.header("age").strip() or "0", told.get("s-maxage") or told.get("max-age") or ""
    if not (lasts.isdecimal() and age.isdecimal() and len(lasts + age) < 20):  # noqa: PLR2004
        return None
    return now + min(max(timedelta(seconds=int(lasts) - int(age)), timedelta(0)), _LONGEST_FRESH)


def _read(source: Source, answer: Answer, settings: Settings) -> Found:
    """Read the source's document; the links of a listing page by what its site has taught."""
    body, content_type = answer.body, answer.header("content-type")
    if source.kind != "listing" or recognise(unpacked(body)[0], content_type) != "html":
        return read(source.kind, body, url=answer.url, content_type=content_type)
    links = read_links(unpacked(body)[0], url=answer.url, content_type=content_type, hosts=source.hosts)
    if isinstance(links, Found):
        return links
    addresses = [link.url for link in links]
    with store.connect(settings.database_url) as db:
        shapes = learn(store.judged_pages(db, map(host_of, addresses)))
        known = store.known_links(db, source.source_id, addresses)
    return judged(links, shapes=shapes, known=known or None)  # nothing is known: the first visit


def _read_sitemaps(this: _Poll, index: Found, settings: Settings) -> None:
    """Read the sitemaps below an index that may have something new, newest first, within bounds."""
    with store.connect(settings.database_url) as db:
        known = store.known_sitemaps(db, this.source.source_id)
    if not index.children and not known:
        return
    asked: set[str] = set()
    queue = _next_sitemaps(this, this.source.url, index, known, depth=1)
    # Those without lastmod have times of their own, also where the index stayed as it was.
    own_time = [k for k in known.values() if k.lastmod is None and k.retired_at is None]
    queue += [(entry, k.parent_url, 2) for k in own_time for entry in _if_due(k, this.now)]
    while queue and len(asked) < walk.MOST_SITEMAPS and this.bytes_left > 0:
        child, parent, depth = queue.pop(0)
        if child.url in asked or child.url in this.unlisted or child.url == this.source.url:
            continue
        asked.add(child.url)
        found = _read_sitemap(this, child, parent, known.get(child.url))
        queue = _next_sitemaps(this, child.url, found, known, depth=depth + 1) + queue
    if queue:  # ask for the whole index again, to go on with the rest
        this.told |= {"etag": None, "last_modified": None, "document_digest": None}


def _next_sitemaps(
    this: _Poll, parent: str, found: Found, known: dict[str, KnownSitemap], *, depth: int
) -> list[tuple[Entry, str, int]]:
    if not found.children or depth > walk.DEEPEST:
        return []
    if not found.fault:
        this.unlisted += walk.no_longer_listed(parent, found.children, known)
    return [(child, parent, depth) for child in walk.to_read(found.children, known, now=this.now)]


def _if_due(sitemap: KnownSitemap, now: datetime) -> tuple[Entry, ...]:
    return walk.to_read([Entry(url=sitemap.url)], {sitemap.url: sitemap}, now=now)


def _read_sitemap(this: _Poll, child: Entry, parent: str, before: KnownSitemap | None) -> Found:
    """Read one sitemap and note what came of it. Raises ``NotNow`` where its host asks us to wait."""
    told: dict[str, Any] = {"url": child.url, "parent_url": parent, "lastmod": before and before.lastmod}
    found = Found()
    try:
        answer = this.ask(
            child.url, etag=before and before.etag, last_modified=before and before.last_modified
        )
    except Gone as error:
        told |= {"lastmod": child.date_modified, "http_status": error.http_status, "is_gone": True}
        told["fault"] = str(error)
    except (Unusable, NotNow) as error:
        told |= {"http_status": error.http_status, "fault": str(error)}
        this.faults.append(f"{child.url}: {error}")
        if isinstance(error, NotNow) and error.http_status is not None:
            this.bytes_left = 0  # the host is troubled: leave the others for the next poll
            this.told["not_before"] = max(error.until, this.told.get("not_before") or error.until)
    else:
        found = _taken_in(this, answer)
        told |= {
            "lastmod": child.date_modified,
            "http_status": answer.status,
            "etag": answer.header("etag") or (before and before.etag),
            "last_modified": answer.header("last-modified") or (before and before.last_modified),
            "entries": len(found.entries) if answer.status != _NOT_MODIFIED else None,
            "is_changed": answer.status != _NOT_MODIFIED,
            "fault": found.fault,
        }
    this.visits.append(SitemapVisit(**told))
    return found


def _taken_in(this: _Poll, answer: Answer) -> Found:
    if answer.status == _NOT_MODIFIED:
        return Found()
    body = answer.body
    this.bytes_left -= len(body)
    found = read("sitemap", body, url=answer.url, content_type=answer.header("content-type"))
    this.found.extend(found.entries)
    this.faults += [f"{answer.url}: {found.fault}"] if found.fault else []
    this.told["entries"] = (this.told.get("entries") or 0) + len(found.entries)
    return found


def _keep(db: Any, this: _Poll) -> int:
    """Put what was found on the work list, and what was not taken beside it."""
    source_id, sifted = this.source.source_id, sift(this.found, this.source)
    forms = {url: other_forms(url) for _, url, _ in sifted.taken}
    taken = joined(sifted.taken, store.known_pages(db, forms))
    new = store.put_entries(db, source_id, taken)
    left_out = {**this.left_out, **sifted.left_out}
    store.put_links_left_out(db, source_id, dict(list(left_out.items())[:_MOST_LEFT_OUT]))
    store.put_sitemaps(db, source_id, this.visits, this.unlisted)
    store.record_poll(db, source_id, new=new, seen=len(taken), **_outcome(this, sifted))
    return new


def _outcome(this: _Poll, sifted: Sifted) -> dict[str, Any]:
    """Say how the poll went, as ``store.record_poll`` takes it."""
    told = {"fault": this.faults[0] if this.faults else None, **this.told}
    if this.faults:
        told["document_digest"] = None  # what could not be read may be readable next time
        # A document that is none weighs more than a good one with a bad part.
        told.setdefault("failure", 0.0 if sifted.taken or sifted.left_out or this.visits else _HARD)
    if told.get("entries") is not None:
        told["hosts_elsewhere"] = [host for host, _ in sifted.elsewhere.most_common(_MOST_HOSTS)]
    return told
