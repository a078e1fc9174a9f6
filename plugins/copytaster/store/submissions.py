"""URLs that a person asks for, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from copytaster.store.connection import Connection
from copytaster.store.queries import as_json, run
from copytaster.store.readings import scrub


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One URL that somebody asks for: with its canonical form and host, or why it is refused."""

    url: str  # as given
    canonical: str | None = None
    host: str | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one submitted URL; ``state`` is a page state or ``refused``."""

    url: str
    state: str
    reason: str | None = None
    detail: str | None = None
    headline: str | None = None
    next_fetch_at: datetime | None = None


def submit_urls(
    db: Connection, wishes: Sequence[Wish], *, priority: int = 100, note: str = "", submitted_by: str
) -> int:
    """Put URLs in front of the work list, wake the watchers on commit; return the submission's id.

    A page that is done is fetched again. Refused URLs are kept with their reason for the report.
    """
    (row,) = run(
        db,
        "put_submission",
        urls=as_json(scrub(list(wishes))),
        priority=priority,
        note=scrub(note),
        submitted_by=scrub(submitted_by),
    )
    return int(row["submission_id"])


def submission_report(db: Connection, submission_id: int) -> list[Fate]:
    """Give what became of each URL so far, in the order of the submission."""
    return [Fate(**row) for row in run(db, "report_submission", submission_id=submission_id)]


def batches_of_submission(db: Connection, submission_id: int) -> list[int]:
    """Give the batches that still work on a submission."""
    return [row["batch_id"] for row in run(db, "batches_of_submission", submission_id=submission_id)]
