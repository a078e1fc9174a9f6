"""One function per task: claims rows, calls one stage per row, leaves one result per row.

Core and shell are joined here. Every step may run twice, or in two processes at once, on the same
batch: files are written whole under names of their own, and rows are only moved on from the state
in which the step expects them. Heavy libraries are imported where they are used, so that DAG files
parse fast. ``settings`` and ``archive`` come from Airflow (``tasks.as_task``) or the command line.
"""
# ruff: noqa: ARG001, PLC0415 - every step takes the same surroundings; for imports see above

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from posixpath import basename
from time import monotonic
from typing import Any

from copytaster.archive import ArchivePath, beside, new_capture_name, writing
from copytaster.config import BadSetting, Settings
from copytaster.errors import CopytasterError, Unusable
from copytaster.handover import Judgement, Reading, read_rows, write_rows
from copytaster.model import Page, Verdict

log = logging.getLogger(__name__)

#: Most sources that one run polls, and how many at the same time.
POLLS_PER_RUN = 500
POLL_THREADS = 8
PRIORITIES: Mapping[str, int] = {"urgent": 200, "high": 100, "normal": 0}


def poll_sources(*, settings: Settings, archive: ArchivePath) -> int:
    """Ask each due source what it has; put new links on the work list. Return how many are new."""
    from copytaster import store
    from copytaster.polling import poll_all

    with store.connect(settings.database_url) as db:
        sources = store.claim_due_sources(db, limit=POLLS_PER_RUN, lease_seconds=settings.lease_seconds)
    new = poll_all(sources, settings, threads=POLL_THREADS)
    log.info("polled %d sources: %d new pages", len(sources), new)
    return new


def add_source(told: Mapping[str, Any], *, settings: Settings, archive: ArchivePath) -> list[dict[str, Any]]:
    """Find what there is to watch at an address that a person gave, and watch the best of it.

    ``told`` has the fields of ``sources.checked`` and ``everything`` (watch all that is found). Returns what
    was found, the best first; logged as a table. Raises ``CopytasterError`` where there is nothing to watch.
    """
    from copytaster import store
    from copytaster.scouting import scout, watch
    from copytaster.sources import checked

    given = {name: value for name, value in told.items() if name != "everything" and value}
    source = checked(given)
    scouted = scout(source["url"], settings, tell=lambda url: log.info("looking at %s", url))
    with store.connect(settings.database_url) as db:
        watched = watch(db, source, scouted, everything=bool(told.get("everything")))
    rows = [{"watched": found in watched, **found.summary()} for found in scouted.candidates]
    for row in rows:
        log.info("%s", row)
    log.info("best: %s, because %s", scouted.best.url, scouted.why)
    return rows


def announce_pages(new: int, *, settings: Settings, archive: ArchivePath) -> int:
    """Pass on how many pages are new; as a task, this is what tells Airflow of the asset."""
    return new


def claim_batches(*, settings: Settings, archive: ArchivePath) -> list[int]:
    """Claim waiting pages in batches, orphaned batches first. Return the batch ids; none is fine."""
    from copytaster import store

    with store.connect(settings.database_url) as db:
        batches = _claim(db, settings)
    log.info("claimed batches %s", batches)
    return batches


def submit_urls(
    urls: Sequence[str],
    *,
    settings: Settings,
    archive: ArchivePath,
    priority: str = "high",
    note: str | None = None,
) -> int:
    """Put URLs that a person gave on the work list, and claim them in the same breath.

    Returns the submission's id. A page that another run holds stays with it. Raises ``BadSubmission``
    if there is no URL at all, or no such priority.
    """
    from copytaster import store

    if priority not in PRIORITIES:
        raise BadSubmission(f"priority {priority!r} is none of {', '.join(PRIORITIES)}")
    wishes = [_wish(url.strip()) for url in urls if url.strip()]
    if not wishes:
        raise BadSubmission("there is no URL in the list")
    with store.connect(settings.database_url) as db:
        submission = store.submit_urls(
            db, wishes, priority=PRIORITIES[priority], note=note or "", submitted_by="ingest_urls"
        )
        # In one transaction: else the run that the submission wakes might be quicker than ours.
        _claim(db, settings, submission)
    return submission


def batches_of_submission(submission: int, *, settings: Settings, archive: ArchivePath) -> list[int]:
    """Give the batches that were claimed for a submission."""
    from copytaster import store

    with store.connect(settings.database_url) as db:
        return store.batches_of_submission(db, submission)


def report_urls(submission: int, *, settings: Settings, archive: ArchivePath) -> list[dict[str, Any]]:
    """Report what became of each URL of a submission: logged as a table, returned for XCom."""
    from copytaster import store

    with store.connect(settings.database_url) as db:
        fates = store.submission_report(db, submission)
    for fate in fates:
        log.info("%-11s  %s  %s", fate.state, fate.url, fate.headline or fate.reason or fate.detail or "")
    return [_plain(fate) for fate in fates]


def fetch_pages(batch: int, *, settings: Settings, archive: ArchivePath) -> int:
    """Fetch the pages of a batch into one WARC file, and record what became of each."""
    from copytaster import store, warc
    from copytaster.captures import Keeper, warcinfo
    from copytaster.fetch import fetch_links

    looks = settings.looks  # before the work, should it be unreadable
    with store.connect(settings.database_url) as db:
        links, hosts = store.links_of_batch(db, batch), store.hosts_of_batch(db, batch)
        backgrounds = store.background_of_batch(db, batch)
        now = store.database_clock(db)
    if not links:
        return batch  # an earlier attempt came this far
    name = new_capture_name(batch, datetime.now(UTC))
    with (
        writing(archive / name) as stream,
        warc.Writer(stream, name=basename(name), facts=warcinfo(batch, settings)) as writer,
        _alive(batch, settings) as beat,
        _holding(batch, settings) as hold,
    ):
        keeper = Keeper(writer, batch, backgrounds)
        result = fetch_links(links, hosts, settings, keep=keeper.keep, beat=beat, hold=hold, now=now)
    outcomes = keeper.placed(result.outcomes)
    with store.connect(settings.database_url) as db:
        store.record_fetches(
            db, batch, outcomes, result.hosts, name, max_attempts=settings.max_attempts, looks=looks
        )
    log.info("batch %d: fetched %s", batch, _counts(outcome.state for outcome in outcomes))
    return batch


def extract_articles(batch: int, *, settings: Settings, archive: ArchivePath) -> int:
    """Read an article out of each captured page of a batch; leave the readings beside the WARC."""
    from copytaster import store
    from copytaster.captures import Payloads
    from copytaster.readers import read_all
    from copytaster.site_memory import without_repeated

    pages, name = _work(batch, settings)
    if name is None:
        return batch
    with store.connect(settings.database_url) as db:
        payloads = Payloads(archive, store.payloads_of_batch(db, batch))
    with _alive(batch, settings) as beat, (archive / name).open("rb") as stream:
        readings = read_all(
            _captured(stream, pages, payloads.page_of), beat=beat, workers=settings.extract_processes
        )
        if settings.site_memory:
            readings = without_repeated(readings, database_url=settings.database_url)
        with writing(archive / beside(name, batch, "articles")) as out:
            count = write_rows(out, readings)
    log.info("batch %d: read %d of %d pages", batch, count, len(pages))
    return batch


def validate_articles(batch: int, *, settings: Settings, archive: ArchivePath) -> int:
    """Judge the articles of a batch; leave the verdicts beside the WARC."""
    from copytaster.validate import Origin, validate

    # It tells of temporary folders that it does not make.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    pages, name = _work(batch, settings)
    if name is None:
        return batch
    suite = suite_of(settings)
    told = {
        page.page_id: Origin(source_url=page.source_url, in_language=page.source_language) for page in pages
    }
    with _alive(batch, settings):
        read = [reading for reading in _readings(archive, name, batch) if reading.article]
        verdicts = validate(
            [reading.article for reading in read if reading.article],
            now=datetime.now(UTC),
            origins=[told.get(reading.page_id) for reading in read],
            suite=suite,
        )
        rows = (Judgement(page_id=r.page_id, verdict=v) for r, v in zip(read, verdicts, strict=True))
        with writing(archive / beside(name, batch, "verdicts")) as out:
            write_rows(out, rows)
    log.info("batch %d: %s", batch, _counts("clean" if v.clean else str(v.reason) for v in verdicts))
    return batch


def gather_reviews(*, settings: Settings, archive: ArchivePath) -> list[dict[str, Any]]:
    """Group the open cases that nobody has been asked about; give a question for each group."""
    from copytaster import store
    from copytaster.review import question

    with store.connect(settings.database_url) as db:
        groups = store.claim_reviews(db, settle_seconds=settings.review_after_seconds)
    log.info("%d groups of cases to ask about", len(groups))
    return [question(group) for group in groups]


def decide_cases(
    answer: Mapping[str, Any], *, settings: Settings, archive: ArchivePath
) -> list[dict[str, Any]]:
    """Carry out a person's answer, case by case. Return what became of each; one that moved on is left as it is."""
    from copytaster import store
    from copytaster.review import BadAnswer, decision

    with store.connect(settings.database_url) as db:
        try:
            decided = decision(answer)
        except BadAnswer:
            store.end_review(db, [case["quarantine_id"] for case in answer["cases"]], again_in_seconds=0)
            db.commit()
            raise
        report = [{**case, "outcome": store.decide_case(db, case, decided)} for case in decided.cases]
        store.end_review(db, [case["quarantine_id"] for case in answer["cases"]])
    for case in report:
        log.info("case %s: %s  %s", case["quarantine_id"], case["outcome"], case["url"])
    return report


def suite_of(settings: Settings) -> Any:
    """Give the rules that an article must keep, with what this deployment changes of them.

    Raises ``BadSetting`` where the file cannot be read, and ``BrokenSuite`` where it cannot be followed.
    """
    from copytaster.validate import load_suite

    if not settings.expectations:
        return load_suite()
    try:
        return load_suite(Path(settings.expectations).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"COPYTASTER_EXPECTATIONS: {settings.expectations}: {error}") from error


def load_articles(batch: int, *, settings: Settings, archive: ArchivePath) -> dict[str, int]:
    """Load what is clean, quarantine the rest, end the batch. Return the counts."""
    from copytaster import store

    _, name = _work(batch, settings)
    with store.connect(settings.database_url) as db:
        rows = _load_rows(archive, name, batch) if name else ()
        counts = store.load_batch(db, batch, rows, learn=settings.site_memory)
        store.close_batch(db, batch, looks=settings.looks)
    log.info("batch %d: %s", batch, dict(counts))
    return dict(counts)


def import_captures(path: str, *, settings: Settings, archive: ArchivePath) -> list[int]:
    """Take WARC files and text dumps into the archive, as batches that are fetched already."""
    from copytaster.imports import capture_batches

    return list(capture_batches(path, settings=settings, archive=archive))


def sweep(*, settings: Settings, archive: ArchivePath) -> dict[str, int]:
    """Put back what nobody works on any more, and remove unfinished files. Return the counts."""
    from copytaster import store
    from copytaster.archive import remove_unfinished

    with store.connect(settings.database_url) as db:
        counts = store.sweep(db)
        counts["lines_forgotten"] = store.forget_lines(db)
        counts["links_forgotten"] = store.forget_links(db)
    counts["files_removed"] = remove_unfinished(archive, older_than_seconds=2 * settings.lease_seconds)
    log.info("sweep: %s", counts)
    return counts


def _claim(db: Any, settings: Settings, submission: int | None = None) -> list[int]:
    from copytaster import store

    return store.claim_batches(
        db,
        limit=settings.run_batches,
        max_pages=settings.batch_pages,
        seconds_per_host=settings.batch_seconds,
        default_delay_seconds=settings.host_delay_seconds,
        lease_seconds=settings.lease_seconds,
        submission_id=submission,
    )


class BadSubmission(CopytasterError):
    """The list of URLs cannot be taken as a whole."""


def _wish(url: str) -> Any:
    from copytaster.store import Wish
    from copytaster.urls import canonicalize, host_of

    try:
        canonical = canonicalize(url)
    except Unusable as error:
        return Wish(url=url, refused=str(error))
    return Wish(url=url, canonical=canonical, host=host_of(canonical))


def _work(batch: int, settings: Settings) -> tuple[list[Page], str | None]:
    """Give the pages that a batch has still to bring home, and its WARC; None if there are no pages."""
    from copytaster import store

    with store.connect(settings.database_url) as db:
        pages = store.pages_of_batch(db, batch)
        return pages, store.warc_of_batch(db, batch) if pages else None


def _captured(stream: Any, pages: Sequence[Page], payload_of: Any) -> Iterator[Page | Reading]:
    """Join what Postgres knows of each page to its body in the WARC; a damaged record is a reading already."""
    from copytaster import warc

    wanted: dict[str | None, list[Page]] = {}
    for page in pages:  # several, where one payload was imported for several addresses
        wanted.setdefault(page.warc_record_id, []).append(page)
    damaged: list[warc.DamagedRecord] = []
    for captured in warc.read(stream, on_damage=damaged.append, payload_of=payload_of):
        for page in wanted.pop(captured.warc_record_id, ()):
            yield _joined(page, captured)
        if not wanted:
            break  # an imported WARC may hold the pages of many batches
    for damage in damaged:
        for page in wanted.pop(damage.record_id, ()):
            yield Reading(page_id=page.page_id or 0, reason=damage.reason, detail=damage.detail)
    if wanted:
        raise MissingCapture(
            f"{len(wanted)} pages have no record in the WARC file, first {next(iter(wanted))}"
        )


def _joined(page: Page, captured: Page) -> Page:
    names = ("page_id", "url", "fetched_at", "entry", "source_url", "source_language", "source_zone")
    return replace(captured, **{name: getattr(page, name) for name in names})


class MissingCapture(CopytasterError):
    """The archive does not hold what the database says that it holds."""


def _readings(archive: ArchivePath, name: str, batch: int) -> Iterator[Reading]:
    with (archive / beside(name, batch, "articles")).open("rb") as stream:
        yield from read_rows(stream, Reading)


def _load_rows(archive: ArchivePath, name: str, batch: int) -> Iterator[Any]:
    from copytaster.store import LoadRow
    from copytaster.validate import mend

    with (archive / beside(name, batch, "verdicts")).open("rb") as stream:
        verdicts = {row.page_id: row.verdict for row in read_rows(stream, Judgement)}
    for reading in _readings(archive, name, batch):
        verdict = verdicts.get(reading.page_id, Verdict())
        yield LoadRow(
            page_id=reading.page_id,
            article=mend(reading.article, verdict) if reading.article else None,
            verdict=verdict,
            reason=reading.reason,
            detail=reading.detail,
        )


@contextmanager
def _alive(batch: int, settings: Settings) -> Iterator[Any]:
    """Renew the lease of a batch now, and whenever the stage says that it still moves."""
    from copytaster import store

    last = float("-inf")

    def beat() -> None:
        nonlocal last
        if monotonic() - last > settings.lease_seconds / 5:
            last = monotonic()
            with store.connect(settings.database_url) as db:
                store.renew_lease(db, batch, settings.lease_seconds)

    beat()
    yield beat


@contextmanager
def _holding(batch: int, settings: Settings) -> Iterator[Any]:
    """Claim the hosts to which redirects lead, one at a time, for the batch."""
    from copytaster import store

    with store.connect(settings.database_url) as db:

        def hold(host: str) -> Any:
            known = store.hold_host(db, batch, host)
            db.commit()
            return known

        yield hold


def _counts(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names).most_common())


def _plain(fate: Any) -> dict[str, Any]:
    """Make a row that XCom can carry."""
    row = asdict(fate)
    row["next_fetch_at"] = row["next_fetch_at"] and row["next_fetch_at"].isoformat()
    return row
