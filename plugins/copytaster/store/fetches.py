"""What became of fetched pages: outcomes of the fetch stage, and captures that came from elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from copytaster.model import Host, Outcome
from copytaster.store.connection import Connection
from copytaster.store.queries import as_json, run, run_many


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A capture in a WARC file that we did not fetch ourselves."""

    url: str  # canonical form
    host: str
    warc_record_id: str
    final_url: str | None = None
    http_status: int | None = None
    fetched_at: datetime | None = None
    payload_digest: str | None = None
    payload_capture_id: int | None = None  # of a revisit: the capture that has its payload


def record_fetches(
    db: Connection,
    batch: int,
    outcomes: Sequence[Outcome],
    hosts: Iterable[Host],
    warc_path: str | None,
    *,
    max_attempts: int = 4,
    looks: Sequence[float] = (),
) -> None:
    """Move the claimed pages of a batch on by what became of them, free its hosts, name its WARC.

    A ``waiting`` outcome with a reason counts as an attempt; the last one allowed is quarantined
    under that reason. Pages without an outcome go back on the list unharmed. An article whose page
    is gone, or forbids copies, is taken back. ``looks`` are hours; see ``close_batch``. Does nothing
    to pages when the batch's fetching was recorded before.
    """
    (state,) = run(db, "lock_batch", batch=batch)
    put_hosts(db, hosts)
    if state["stage"] != "fetch" or state["state"] != "open":
        return
    told = as_json(outcomes)
    run_many(db, "put_captures", batch=batch, outcomes=told, warc_path=warc_path, robots_verdict="allowed")
    run(db, "quarantine_fetches", batch=batch, outcomes=told, max_attempts=max_attempts)
    run_many(db, "record_fetch_events", batch=batch, outcomes=told)
    if any(outcome.host for outcome in outcomes):
        run_many(db, "join_hosts", batch=batch, outcomes=told)
    run_many(db, "settle_fetches", batch=batch, outcomes=told)
    run_many(db, "return_pages", batch=batch, states=["claimed"])
    run_many(db, "free_hosts", batch=batch)
    run_many(db, "end_fetching", batch=batch, warc_path=warc_path)
    gone = [outcome.page_id for outcome in outcomes if outcome.state == "gone"]
    hidden = [outcome.page_id for outcome in outcomes if outcome.reason == "noarchive"]
    same = [outcome.page_id for outcome in outcomes if outcome.state == "unchanged"]
    _withdraw(db, batch, gone, "canceled")
    _withdraw(db, batch, hidden, "withheld")
    if looks and (gone or same):
        run_many(db, "plan_revisits", batch=batch, page_ids=[*gone, *same], hours=list(looks))


def _withdraw(db: Connection, batch: int, pages: list[int], pub_status: str) -> None:
    if pages:
        run(db, "withdraw_articles", batch=batch, page_ids=pages, pub_status=pub_status)


def put_hosts(db: Connection, hosts: Iterable[Host]) -> None:
    """Keep what was learnt of hosts (robots.txt, next allowed moment)."""
    run_many(db, "put_hosts", hosts=as_json(hosts))


def import_pages(
    db: Connection,
    captures: Sequence[Import],
    *,
    warc_path: str,
    lease_seconds: float,
    origin: Literal["import", "replay"] = "import",
) -> int:
    """Open a batch of pages that are captured already; return its id.

    Pages that another batch works on are left to it. The caller dedupes nothing: of two captures
    of one URL the later in the sequence counts.
    """
    (opened,) = run(
        db,
        "open_batches",
        count=1,
        origin=origin,
        stage="fetch",
        lease_seconds=lease_seconds,
        submission_id=None,
        warc_path=None,
    )
    batch: int = opened["batch_id"]
    by_url = {capture.url: capture for capture in captures}
    run_many(db, "put_new_hosts", hosts=[capture.host for capture in by_url.values()])
    held = run(db, "put_imported_pages", batch=batch, captures=as_json(by_url.values()))
    outcomes = as_json(_fetched(row["page_id"], by_url[row["url"]]) for row in held)
    run_many(db, "put_captures", batch=batch, outcomes=outcomes, warc_path=warc_path, robots_verdict=None)
    run_many(db, "record_fetch_events", batch=batch, outcomes=outcomes)
    run_many(db, "settle_fetches", batch=batch, outcomes=outcomes)
    run_many(db, "end_fetching", batch=batch, warc_path=warc_path)
    run_many(db, "size_batches", batch_ids=[batch], pages=[len(held)])
    return batch


def _fetched(page_id: int, capture: Import) -> Outcome:
    return Outcome(
        page_id=page_id,
        state="fetched",
        http_status=capture.http_status,
        final_url=capture.final_url,
        fetched_at=capture.fetched_at,
        warc_record_id=capture.warc_record_id,
        payload_digest=capture.payload_digest,
        payload_capture_id=capture.payload_capture_id,
    )
