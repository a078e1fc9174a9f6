"""``make demo`` and ``make up``: everything on this machine, with the bundled sample news site."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from copytaster import showcase, stack, store
from copytaster.config import PROJECT_ROOT, Settings
from copytaster.errors import CopytasterError
from copytaster.local import Local, embedded
from copytaster.overview import read
from copytaster.screen import Steps, console
from copytaster.stack import Stack

#: What the demo may take, in seconds, before it says that something is wrong.
PATIENCE = 420
#: The sample site is ours and on this machine: no need to be slow with it.
DEMO_PACE = {"COPYTASTER_HOST_DELAY_SECONDS": "0.05", "COPYTASTER_WATCH_SECONDS": "10"}
CONTACT = "demo@copytaster.example"


def run_demo(settings: Settings) -> int:
    """Run the real DAGs over the sample site and show what came of it; 0 only if all is as expected."""
    to = console()
    say = Steps(to)
    showcase.introduce(to)
    with _stopped_by_signals(), ExitStack() as cleanup:
        local = cleanup.enter_context(embedded(replace(settings, database_url="")))
        say(f"Postgres is up ({local.settings.data_dir}/postgres)")
        site, served = cleanup.enter_context(_sample_site(settings))
        say(f"the sample news site is up: http://127.0.0.1:{served.port}/")
        began = datetime.now(UTC)
        _watch_samples(local)
        environment = _environment(local.settings, served.connect_to) | DEMO_PACE
        airflow_url = local.airflow_url or ""
        with stack.running(settings, airflow_url=airflow_url, environment=environment, say=say) as airflow:
            say(f"Airflow is up: {airflow.api.url}")
            _let_it_work(local, airflow, site, began=began, to=to, say=say)
            say("stopping Airflow")
        wrong = showcase.differences(local.reader_url, site)
        showcase.show_all(to, local.reader_url, site)
    say("all stopped")
    showcase.next_commands(to)
    return _verdict(to, wrong)


def _let_it_work(
    local: Local, airflow: Stack, site: Any, *, began: datetime, to: Console, say: Steps
) -> None:
    say("its watchers have seen that sources are due: discover and ingest run")
    _follow(to, local, airflow, site, began)
    say("every page has found its place")
    _submit_by_form(airflow, site, say)
    _publish_update(local, airflow, site, say)


def run_up(settings: Settings, *, port: int, samples: bool) -> int:
    """Run Airflow and all that it needs until Ctrl-C."""
    to = console()
    say = Steps(to)
    with _stopped_by_signals(), ExitStack() as cleanup:
        local = cleanup.enter_context(embedded(replace(settings, database_url="")))
        wanted = local.settings if not settings.database_url else settings
        environment = _environment(wanted, "")
        if samples:
            _, served = cleanup.enter_context(_sample_site(settings))
            environment |= _environment(wanted, served.connect_to)
            _watch_samples(replace(local, settings=wanted))
            say(f"the sample news site is up: http://127.0.0.1:{served.port}/")
        metadata = os.environ.get("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN") or local.airflow_url or ""
        airflow = cleanup.enter_context(
            stack.running(settings, airflow_url=metadata, environment=environment, say=say, port=port)
        )
        showcase.greet(to, airflow.api, local.reader_url)
        try:
            while True:
                airflow.check()
                time.sleep(1)
        except KeyboardInterrupt:
            say("stopping")
    say("all stopped")
    return 0


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Make SIGTERM and SIGHUP end us as Ctrl-C does: by leaving every block, so that nothing is left running."""

    def interrupt(number: int, _: Any) -> None:
        raise KeyboardInterrupt(signal.Signals(number).name)

    before = {
        number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _sample_site(settings: Settings) -> Iterator[tuple[Any, Any]]:
    """Serve the sample site. Its clock starts once, so that a second demo sees the same articles."""
    if str(PROJECT_ROOT) not in sys.path:
        sys.path.insert(0, str(PROJECT_ROOT))
    from examples.serve import SampleSite  # noqa: PLC0415 - the samples are no part of the package

    started, updated = _clock(settings), _updated(settings)
    if not started.exists():
        started.parent.mkdir(parents=True, exist_ok=True)
        started.write_text(datetime.now(UTC).isoformat())
    site = SampleSite(datetime.fromisoformat(started.read_text()), updated=updated.exists())
    with site.serving() as served:
        yield site, served
    if site.updated:
        updated.touch()


def _clock(settings: Settings) -> Path:
    return Path(settings.data_dir) / "samples" / "started_at"


def _updated(settings: Settings) -> Path:
    return Path(settings.data_dir) / "samples" / "updated"


def _watch_samples(local: Local) -> None:
    from examples.manifest import read_sources  # noqa: PLC0415 - see _sample_site

    with store.connect(local.settings.database_url) as db:
        for source in read_sources():
            store.add_source(db, **source)


def _environment(settings: Settings, connect_to: str) -> dict[str, str]:
    """Give what Airflow's tasks are to know; a contact is needed to fetch politely from anybody."""
    given = {
        "COPYTASTER_DATABASE_URL": settings.database_url,
        "COPYTASTER_DATA_DIR": str(Path(settings.data_dir).resolve()),
        "COPYTASTER_CONNECT_TO": ",".join(filter(None, (settings.connect_to, connect_to))),
    }
    return {"COPYTASTER_CONTACT": settings.contact or CONTACT, **{k: v for k, v in given.items() if v}}


def _follow(to: Console, local: Local, airflow: Stack, site: Any, began: datetime) -> None:
    """Show how the pages settle until all have, and each source has been asked since ``began``."""
    from examples.manifest import read_pages  # noqa: PLC0415 - see _sample_site

    expected = sum(1 for page in read_pages(site) if page.found_in)
    with _progress(to, expected) as show:
        deadline = time.monotonic() + PATIENCE
        while True:
            airflow.check()
            settled, moving, unasked = _counts(local, began)
            show(settled, max(settled, expected))
            if settled and not moving and not unasked:
                return
            if time.monotonic() > deadline:
                raise CopytasterError(
                    f"after {PATIENCE} s {moving} pages are still on their way: {_logs(airflow)}"
                )
            time.sleep(1)


def _counts(local: Local, began: datetime) -> tuple[int, int, int]:
    _, rows = read(
        local.reader_url,
        """
        SELECT
            (SELECT coalesce(sum(pages), 0) FROM news.work_list WHERE state IN ('loaded', 'quarantined', 'gone')),
            (SELECT coalesce(sum(pages), 0) FROM news.work_list WHERE state IN ('waiting', 'claimed', 'fetched')),
            (SELECT count(*) FROM news.source_health WHERE polled_at IS NULL OR polled_at < %s)
        """,
        (began,),
    )
    settled, moving, unasked = rows[0]
    return int(settled), int(moving), int(unasked)


def _progress(to: Console, expected: int) -> AbstractContextManager[Any]:
    """Give a function that shows progress: a bar on a terminal, a line for each change elsewhere."""
    if not to.is_terminal:
        return nullcontext(_Lines(to))
    return _bar(to, expected)


@contextmanager
def _bar(to: Console, expected: int) -> Iterator[Any]:
    columns = (TextColumn("        pages settled"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=to, transient=True) as progress:
        task = progress.add_task("pages", total=expected)
        yield lambda settled, total: progress.update(task, completed=settled, total=max(settled, total))


class _Lines:
    def __init__(self, to: Console) -> None:
        self._to, self._last = to, -1

    def __call__(self, settled: int, expected: int) -> None:
        if settled != self._last:
            self._last = settled
            self._to.print(f"        {settled} of {expected} pages settled")


def _submit_by_form(airflow: Stack, site: Any, say: Steps) -> None:
    """Run ``ingest_urls`` for the pages that no source names, as its form in the UI would."""
    from examples.manifest import read_pages  # noqa: PLC0415 - see _sample_site

    urls = [page.url for page in read_pages(site) if not page.found_in and page.status == _OK]
    say(f"ingest_urls: {len(urls)} pages that no source names, as somebody would paste them into the form")
    run = airflow.api.trigger("ingest_urls", {"urls": urls, "priority": "urgent", "note": "make demo"})
    state = airflow.api.wait("ingest_urls", run, seconds=PATIENCE)
    if state != "success":
        raise CopytasterError(f"the run of ingest_urls ended as {state}: {_logs(airflow)}")


_OK = 200


def _publish_update(local: Local, airflow: Stack, site: Any, say: Steps) -> None:
    """Change an article at its source, call ``news.submit``, and time the way into the warehouse."""
    from examples.serve import UPDATED_URL  # noqa: PLC0415 - see _sample_site

    began = _now(local)
    site.update()
    read(local.settings.database_url, "SELECT news.submit(%s)", (UPDATED_URL,), role="copytaster_submitter")
    say(f"an article changed at its source; somebody calls SELECT news.submit('{UPDATED_URL}')")
    start = time.monotonic()
    while not _is_done(local, UPDATED_URL, began):
        airflow.check()
        if time.monotonic() - start > PATIENCE:
            raise CopytasterError(f"the submitted page was not loaded within {PATIENCE} s: {_logs(airflow)}")
        time.sleep(0.1)
    say(f"from that event to the row: {time.monotonic() - start:.1f} s")


def _now(local: Local) -> Any:
    _, rows = read(local.reader_url, "SELECT now()")
    return rows[0][0]


def _is_done(local: Local, url: str, since: Any) -> bool:
    """Tell whether a page was fetched since then and has found its place (an unchanged one makes no version)."""
    trail = "SELECT bool_or(stage = 'fetch' AND at > %s), bool_or(stage = 'now' AND what = 'loaded') FROM news.explain(%s)"
    _, rows = read(local.reader_url, trail, (since, url))
    fetched, loaded = rows[0]
    return bool(fetched and loaded)


def _logs(airflow: Stack) -> str:
    return f"see {airflow.children[0].log.parent.parent / 'logs'}"


def _verdict(to: Console, wrong: list[str]) -> int:
    if not wrong:
        return 0
    to.print("Not as expected:", *(f"  {line}" for line in wrong), sep="\n", style="bold red", markup=False)
    return 1
