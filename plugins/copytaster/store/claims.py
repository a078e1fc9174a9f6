"""Batches: the unit of lease. Hosts: the unit of politeness, each in one fetching batch at most."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from time import monotonic

from copytaster.model import Entry, Host, Link, Page
from copytaster.store.connection import Connection
from copytaster.store.queries import Row, run, run_many

#: A host to which a redirect leads is waited for so many seconds within the batch, else on the list.
_WAIT_FOR_HOST = 30.0


def claim_batches(
    db: Connection,
    *,
    limit: int,
    max_pages: int,
    seconds_per_host: float,
    default_delay_seconds: float,
    lease_seconds: float,
    submission_id: int | None = None,
) -> list[int]:
    """Lease up to ``limit`` batches: first those that lost their worker, then new ones.

    A host gives a batch as many pages as its delay allows within ``seconds_per_host`` (at least
    one), the urgent ones first. Articles that are due for another look go back on the list first.
    An adopted batch goes on where it was. No page or host is ever given twice, however many claim at
    once. The caller commits.
    """
    adopted = run(db, "adopt_batches", wanted=limit, lease_seconds=lease_seconds, submission_id=submission_id)
    batches = [row["batch_id"] for row in adopted]
    wanted = limit - len(batches)
    if wanted <= 0:
        return batches
    run(db, "lock_claims")
    if submission_id is None:
        run_many(db, "wake_revisits", wanted=wanted * max_pages)
    plan = run(
        db,
        "plan_batches" if submission_id is None else "plan_submission",
        pages=wanted * max_pages,
        max_pages=max_pages,
        seconds_per_host=seconds_per_host,
        default_delay_seconds=default_delay_seconds,
        **({} if submission_id is None else {"submission_id": submission_id}),
    )
    free = run(db, "lock_free_hosts", hosts=sorted({row["host"] for row in plan}))
    hosts = {row["host"] for row in free}
    free_plan = _realms_together([row for row in plan if row["host"] in hosts])
    packed = list(pack(free_plan, wanted, max_pages))
    return batches + _open_batches(db, packed, lease_seconds, submission_id)


def pack(plan: Sequence[Row], limit: int, max_pages: int) -> Iterator[list[Row]]:
    """Pack planned pages (rows of ``page_id, host, realm``, one realm's together) into batches.

    At most ``limit`` batches of at most ``max_pages`` pages, in order, each realm in one of them.
    """
    batch: list[Row] = []
    for _, pages in groupby(plan, key=itemgetter("realm")):
        group = list(pages)[:max_pages]
        if len(batch) + len(group) > max_pages:
            yield batch
            limit -= 1
            batch = []
            if limit == 0:
                return
        batch += group
    if batch:
        yield batch


def _realms_together(plan: Sequence[Row]) -> list[Row]:
    """Bring the hosts of a realm together, where the first of them stands."""
    realms: dict[str, list[Row]] = {}
    for row in plan:
        realms.setdefault(row["realm"], []).append(row)
    return [row for rows in realms.values() for row in rows]


def _open_batches(
    db: Connection, packed: Sequence[Sequence[Row]], lease_seconds: float, submission_id: int | None
) -> list[int]:
    if not packed:
        return []
    opened = run(
        db,
        "open_batches",
        count=len(packed),
        origin="ingest" if submission_id is None else "ingest_urls",
        stage="fetch",
        lease_seconds=lease_seconds,
        submission_id=submission_id,
        warc_path=None,
    )
    numbered = [(row["batch_id"], pages) for row, pages in zip(opened, packed, strict=True)]
    by_host = {page["host"]: batch for batch, pages in numbered for page in pages}
    by_page = {page["page_id"]: batch for batch, pages in numbered for page in pages}
    run_many(db, "hold_hosts", hosts=list(by_host), batch_ids=list(by_host.values()))
    held = run(db, "hold_pages", page_ids=list(by_page), batch_ids=list(by_page.values()))
    sizes = Counter(row["batch_id"] for row in held)
    run_many(db, "size_batches", batch_ids=list(sizes), pages=list(sizes.values()))
    for batch, _ in numbered:
        if batch not in sizes:
            close_batch(db, batch)
    return [batch for batch, _ in numbered if batch in sizes]


def renew_lease(db: Connection, batch: int, seconds: float) -> bool:
    """Tell that the worker of a batch lives. False when the batch is closed."""
    return run_many(db, "renew_lease", batch=batch, seconds=seconds) == 1


def links_of_batch(db: Connection, batch: int) -> list[Link]:
    """Give the pages that a batch has still to fetch, the urgent ones first."""
    return [Link(**row) for row in run(db, "links_of_batch", batch=batch)]


def hosts_of_batch(db: Connection, batch: int) -> dict[str, Host]:
    """Give what is known of each host that the batch may contact, by name."""
    return {row["host"]: Host(**row) for row in run(db, "hosts_of_batch", batch=batch)}


def hold_host(db: Connection, batch: int, host: str) -> Host | None:
    """Give a batch that is fetching one more host; None if it is another's, or must rest. The caller commits."""
    run_many(db, "put_new_hosts", hosts=[host])
    held = run(db, "hold_host", batch=batch, host=host, within_seconds=_WAIT_FOR_HOST)
    return next((Host(**row) for row in held), None)


def database_clock(db: Connection) -> Callable[[], datetime]:
    """Give a function that tells the time by the database's clock, without asking it again."""
    (row,) = run(db, "database_time")
    begin, asked = row["database_time"], monotonic()
    return lambda: begin + timedelta(seconds=monotonic() - asked)


def pages_of_batch(db: Connection, batch: int) -> list[Page]:
    """Give the fetched pages of a batch that are not loaded yet; bodies are empty, they are in the WARC."""
    return [_page(row) for row in run(db, "pages_of_batch", batch=batch)]


def _page(row: Row) -> Page:
    entry, requested, status = row.pop("entry"), row.pop("requested_url"), row.pop("http_status")
    return Page(
        **row,
        body=b"",
        requested_url=requested if requested != row["url"] else None,
        http_status=200 if status is None else status,
        entry=_entry(entry) if entry else None,
    )


def _entry(told: Row) -> Entry:
    lists = {name: tuple(told.get(name) or ()) for name in ("authors", "keywords")}
    return Entry(**{**told, **lists})


def warc_of_batch(db: Connection, batch: int) -> str | None:
    """Give the path of the WARC file of a batch; None before it is fetched."""
    return next((row["warc_path"] for row in run(db, "warc_of_batch", batch=batch)), None)


def close_batch(db: Connection, batch: int, *, looks: Sequence[float] = ()) -> None:
    """End a batch: free its hosts, put what it still holds back on the list, wake who waits for the hosts.

    ``looks`` are the hours since its last change at which an article is looked at again.
    """
    run(db, "lock_batch", batch=batch)
    run_many(db, "free_hosts", batch=batch)
    run_many(db, "return_pages", batch=batch, states=["claimed", "fetched"])
    if looks:
        run_many(db, "plan_revisits", batch=batch, page_ids=[], hours=list(looks))
    run_many(db, "close_batch", batch=batch)
    run(db, "wake_watchers", channel="copytaster_pages_waiting")


def work_waiting(db: Connection, *, overdue_seconds: float = 0.0) -> bool:
    """Say whether a claim would find something now, and would have found it so many seconds ago."""
    return bool(run(db, "work_waiting", overdue_seconds=overdue_seconds)[0]["work_waiting"])


def sweep(db: Connection) -> dict[str, int]:
    """Tidy up after what died: counts of closed batches, returned pages and freed hosts."""
    return {
        "batches_closed": run_many(db, "close_empty_batches"),
        "pages_returned": run_many(db, "return_stranded_pages"),
        "hosts_freed": run_many(db, "free_stranded_hosts"),
    }
