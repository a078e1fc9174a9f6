"""Readings of a batch -> the same without what their sites repeat: the memory in Postgres, warmed by the batch.

All readings are seen before the first is cleaned. They wait in a file; of their lines only hashes are
held, so that a batch of 2,000 pages takes some megabytes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from tempfile import TemporaryFile

from copytaster import store
from copytaster.handover import Reading, read_rows, write_rows
from copytaster.memory import Memory, Observed, observe, site_of, tally, warm
from copytaster.recall import recall


def without_repeated(readings: Iterable[Reading], *, database_url: str) -> Iterator[Reading]:
    """Yield the readings in their order, articles without the lines that their sites repeat."""
    observed: list[Observed] = []
    with TemporaryFile() as spool:
        write_rows(spool, _noting(readings, observed))
        spool.seek(0)
        memory = _remember(observed, database_url)
        for reading in read_rows(spool, Reading):
            yield _recalled(reading, memory)


def _noting(readings: Iterable[Reading], observed: list[Observed]) -> Iterator[Reading]:
    """Pass readings on; what is no article (a listing, a consent wall) shows nothing of articles."""
    for reading in readings:
        if _is_article(reading) and reading.article and (seen := observe(reading.article)):
            observed.append(seen)
        yield reading


def _remember(observed: Sequence[Observed], database_url: str) -> Mapping[str, Memory]:
    """Join what is stored of the batch's lines to what the batch itself shows; nothing is counted twice."""
    if not observed:
        return {}
    with store.connect(database_url) as db:
        known = store.known_articles(db, observed)
        keys: dict[str, set[int]] = {}
        for one in observed:
            keys.setdefault(one.site, set()).update(sighting.key for sighting in one.sightings)
        stored = store.known_lines(db, keys)
    fresh = tally(one for one in observed if one.canonical_url not in known)
    return warm(stored, fresh, today=datetime.now(UTC).date())


def _recalled(reading: Reading, memory: Mapping[str, Memory]) -> Reading:
    if reading.article is None or not _is_article(reading):
        return reading
    known = memory.get(site_of(reading.article.url) or "")
    return replace(reading, article=recall(reading.article, known)) if known else reading


def _is_article(reading: Reading) -> bool:
    return reading.article is not None and reading.article.page_kind == "article"
