"""Which sitemaps below an index are worth reading now. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from copytaster.dates import read_moment
from copytaster.model import Entry, KnownSitemap

#: Index in index in index; sitemaps read, and bytes of them, in one poll.
DEEPEST: Final = 3
MOST_SITEMAPS: Final = 20
MOST_BYTES: Final = 50_000_000
#: Sitemaps that last changed longer ago than this hold no news: they are not read.
STALE: Final = timedelta(days=180)
_NAMED = re.compile(r"(?<!\d)(20\d\d)(?:[-_/.]?(0[1-9]|1[0-2])(?!\d{3}))?(?:[-_/.]?([0-2]\d|3[01])(?!\d))?")
_DECEMBER = 12


def to_read(
    listed: Iterable[Entry], known: Mapping[str, KnownSitemap], *, now: datetime
) -> tuple[Entry, ...]:
    """Give the sitemaps of an index that may have something new, those first that changed last.

    ``listed`` are the children of the index, ``date_modified`` their lastmod. Not read are those whose
    lastmod is what it was, those without lastmod whose time has not come, those that are gone (until
    their lastmod changes), and those that are stale.
    """
    dated = [(_changed_at(child), child) for child in listed]
    due = [pair for pair in dated if _is_due(*pair, known.get(pair[1].url), now)]
    undated = datetime.min.replace(tzinfo=UTC)  # after those that say that they are new
    return tuple(child for _, child in sorted(due, key=lambda pair: pair[0] or undated, reverse=True))


def no_longer_listed(
    index_url: str, listed: Iterable[Entry], known: Mapping[str, KnownSitemap]
) -> tuple[str, ...]:
    """Give the sitemaps that an index named once and names no more."""
    named = {child.url for child in listed}
    return tuple(
        sitemap.url
        for sitemap in known.values()
        if sitemap.parent_url == index_url and sitemap.url not in named and sitemap.retired_at is None
    )


def _is_due(changed_at: datetime | None, child: Entry, before: KnownSitemap | None, now: datetime) -> bool:
    if before is None or before.read_at is None:
        return changed_at is None or now - changed_at < STALE
    if child.date_modified:
        return child.date_modified != before.lastmod
    if before.retired_at is not None:
        return False
    return before.next_read_at is None or before.next_read_at <= now


def _changed_at(child: Entry) -> datetime | None:
    """Say when a sitemap changed last: by its lastmod, else by the end of the month that its name tells."""
    if child.date_modified:
        moment = read_moment(child.date_modified)
        return moment.at if moment else None
    found = _NAMED.search(child.url.partition("://")[2].partition("/")[2])
    if found is None:
        return None
    year, month = int(found[1]), int(found[2] or _DECEMBER)
    first_of_next = (year + 1, 1) if month == _DECEMBER else (year, month + 1)
    return datetime(*first_of_next, 1, tzinfo=UTC)
