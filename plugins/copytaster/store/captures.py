"""Captures: where the archive has what was fetched."""

from collections.abc import Iterable
from dataclasses import dataclass

from copytaster.model import Capture
from copytaster.store.connection import Connection
from copytaster.store.queries import Row, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What the archive tells of a page beside what comes over the wire."""

    source: str | None = None  # URL of the feed, sitemap or listing that named it
    earlier: Capture | None = None  # where the payload of its last capture is


def background_of_batch(db: Connection, batch: int) -> dict[int, Background]:
    """Give the background of each page that a batch has still to fetch, by page."""
    rows = run(db, "background_of_batch", batch=batch)
    return {row.pop("page_id"): _background(row) for row in rows}


def _background(row: Row) -> Background:
    source = row.pop("source")
    return Background(source=source, earlier=None if row["capture_id"] is None else Capture(**row))


def payloads_of_batch(db: Connection, batch: int) -> dict[str, Capture]:
    """Give where the payloads are of the fetched pages of a batch whose record is a revisit, by that record's id."""
    rows = run(db, "payloads_of_batch", batch=batch)
    return {row.pop("revisit"): Capture(**row) for row in rows}


def captures_of_records(db: Connection, record_ids: Iterable[str]) -> dict[str, int]:
    """Give the captures that have the payloads of records; a record that we do not know is left out."""
    rows = run(db, "captures_of_records", records=list(record_ids))
    return {row["warc_record_id"]: row["capture_id"] for row in rows}
