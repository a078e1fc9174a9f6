"""Sources: when to ask each again, and what they told."""

from collections.abc import Sequence
from datetime import datetime

from copytaster.model import Entry, Source, SourceKind
from copytaster.store.connection import Connection
from copytaster.store.queries import Row, as_json, run, run_many
from copytaster.store.readings import scrub

_NOT_MODIFIED = 304


def add_source(
    db: Connection,
    url: str,
    kind: SourceKind,
    *,
    name: str = "",
    in_language: str | None = None,
    zone: str | None = None,
    hosts: Sequence[str] = (),
    interval_seconds: int = 900,
    min_interval_seconds: int = 300,
    max_interval_seconds: int = 86_400,
) -> int:
    """Watch a source, or change one that is watched already (its URL says which); return its id."""
    (row,) = run(
        db,
        "put_source",
        url=url,
        kind=kind,
        name=name,
        in_language=in_language,
        zone=zone,
        hosts=list(hosts),
        interval_seconds=interval_seconds,
        min_interval_seconds=min_interval_seconds,
        max_interval_seconds=max_interval_seconds,
    )
    run(db, "wake_watchers", channel="copytaster_sources_due")
    return int(row["source_id"])


def remove_source(db: Connection, url: str) -> bool:
    """Stop watching a source; what it told stays. False when it is not watched."""
    return bool(run(db, "remove_source", url=url))


def list_sources(db: Connection) -> list[Source]:
    """Give the sources that are watched, in the order in which they were added."""
    return [_source(row) for row in run(db, "list_sources")]


def claim_due_sources(db: Connection, *, limit: int, lease_seconds: float) -> list[Source]:
    """Lease sources whose time has come; each is free again after ``record_poll`` or the lease."""
    return [_source(row) for row in run(db, "claim_due_sources", wanted=limit, lease_seconds=lease_seconds)]


def _source(row: Row) -> Source:
    return Source(**{**row, "hosts": tuple(row["hosts"])})


def record_poll(
    db: Connection,
    source_id: int,
    *,
    http_status: int | None = None,
    new: int = 0,
    fault: str | None = None,
    failure: float | None = None,
    seen: int = 0,
    etag: str | None = None,
    last_modified: str | None = None,
    not_before: datetime | None = None,
) -> None:
    """Keep what a poll brought and set the next one.

    The interval halves after news and grows by half after none, within the source's bounds; each
    failure doubles the wait. ``failure`` is the weight of this one (0 = none); left out, a fault
    weighs 1 if nothing was seen. A 304 keeps the validators; ``not_before`` is a Retry-After.
    """
    weight = (1.0 if fault and not seen else 0.0) if failure is None else failure
    run_many(
        db,
        "record_poll",
        source_id=source_id,
        http_status=http_status,
        new=new,
        fault=scrub(fault),
        failure=weight,
        etag=etag,
        last_modified=last_modified,
        keep_validators=weight > 0 or http_status == _NOT_MODIFIED,
        not_before=not_before,
    )


def put_entries(db: Connection, source_id: int, entries: Sequence[tuple[Entry, str, str]]) -> int:
    """Put entries, each with its canonical URL and host, on the work list; return how many it put there.

    New pages, and pages whose entry changed since this source last told of it (title or a date).
    Of two entries with one canonical URL the first counts.
    """
    by_url = {url: (entry, host) for entry, url, host in reversed(entries)}
    if not by_url:
        return 0
    told = as_json({"url": url, "host": host, "entry": scrub(entry)} for url, (entry, host) in by_url.items())
    run_many(db, "put_new_hosts", hosts=[host for _, host in by_url.values()])
    new = run(db, "put_pages", source_id=source_id, entries=told)
    seen = run(db, "put_sightings", source_id=source_id, entries=told)
    return len(new) + sum(1 for row in seen if row["is_done"])


def sources_due(db: Connection, *, overdue_seconds: float = 0.0) -> bool:
    """Say whether there is a source to ask now, and was so many seconds ago."""
    return bool(run(db, "sources_due", overdue_seconds=overdue_seconds)[0]["sources_due"])
