"""A crawl of an invented web in which everything goes wrong that can, by the steps that Airflow runs.

Hosts and pages are made from one seed, each fault with the fate that its page must meet, and are served on
loopback from a process of their own. Sources are polled, and batches claimed, fetched, read, judged and
loaded, several at a time, each in a process of its own, until the work list is empty; where only time would
help, the clock of the work list is put forward. Then the database and the servers' log are looked through.

    python bench/crawl.py [--hosts 200] [--pages 10000] [--seed 1] [--workers 2]
"""

import argparse
import json
import logging
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measuring import web_checks
from measuring.web import CRAWL_DELAY, Web, make_web
from measuring.web_checks import Kept
from measuring.web_faults import LIMIT, PATIENCE
from measuring.web_server import Seen, serving, trap
from rich.console import Console
from rich.table import Table

from copytaster import steps, store
from copytaster.archive import open_archive
from copytaster.config import Settings
from copytaster.local import embedded
from copytaster.postgres import discard

DELAY = 0.05
#: Where slow answers make a host's delay longer: at most so much, else a slow page in every ten takes hours.
MOST_DELAY = 0.25
GOAL_MB = 600.0
_MOST_JUMPS = 40
_SHOWN = 8
#: What a task finds loaded, because it is forked from a process that has it.
PRELOADED = "import great_expectations, pandas, trafilatura, feedparser, psycopg2, copytaster.steps"
#: Time passes: what waits for its moment is due, and robots.txt that could not be had may be asked for again.
_FORWARD = (
    "UPDATE copytaster.page SET next_fetch_at = now() WHERE state = 'waiting' AND next_fetch_at > now()",
    "UPDATE copytaster.host SET next_allowed_at = least(next_allowed_at, now() + interval '0.5 seconds')",
    "UPDATE copytaster.host SET robots_expires_at = now() WHERE robots_status IN (0, 429) OR robots_status >= 500",
)
_REST = 0.6  # seconds until hosts may be asked after that


@dataclass(slots=True, kw_only=True)
class Run:
    """What was noted while it went on."""

    jumps: list[float] = field(default_factory=list)  # time.monotonic() when the clock was put forward
    batches: int = 0
    peak_kib: int = 0
    faults_at_first_poll: dict[str, str | None] = field(default_factory=dict)
    new_at_second_poll: int = 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Crawl, look through what came of it, print; 0 if all goals are met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, help="batches at a time")
    parser.add_argument(
        "--database", help="URL of an empty, migrated database to use instead of one of its own"
    )
    given = parser.parse_args(arguments)
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as name, trap() as traps:
        web = make_web(hosts=given.hosts, pages=given.pages, seed=given.seed, trap=traps[0].getsockname()[1])
        folder = Path(name)
        with serving(web, folder, traps) as served, _database(folder, given.database) as url:
            settings = _settings(url, folder, served.connect_to(web), web.trap)
            began = time.monotonic()
            run = crawl(web, settings, workers=given.workers)
            print(
                f"{len(web.pages)} pages of {len(web.sites)} hosts in {time.monotonic() - began:.0f} s, {run.batches} batches; the clock was put forward {len(run.jumps)} times"
            )
            return report(web, run, look_up(settings), served.requests())


def _settings(url: str, folder: Path, connect_to: str, trap_port: int) -> Settings:
    """Give settings under which the faults are faults, and the trap's port would do but for its address."""
    given: dict[str, object] = {
        "database_url": url,
        "data_dir": folder,
        "connect_to": connect_to,
        "allowed_ports": f"80,443,{trap_port}",
        "contact": "desk@crawl.example",
        "host_delay_seconds": DELAY,
        "host_delay_limit_seconds": MOST_DELAY,
        "fetch_timeout_seconds": PATIENCE,
        "max_body_bytes": LIMIT,
        "max_attempts": 2,
        "batch_pages": 1_000,
        "run_batches": 4,
    }
    return Settings.from_environment(
        {f"COPYTASTER_{name.upper()}": str(told) for name, told in given.items()}
    )


@contextmanager
def _database(folder: Path, url: str | None) -> Iterator[str]:
    if url:
        yield url
        return
    try:
        with embedded(Settings(data_dir=str(folder))) as local:
            yield local.settings.database_url
    finally:
        discard(folder / "postgres")


# The crawl


def crawl(web: Web, settings: Settings, *, workers: int) -> Run:
    """Run the steps until no page waits any more, then poll all sources once more."""
    run = Run()
    around: dict[str, Any] = {"settings": settings, "archive": open_archive(settings.archive)}
    exec(PRELOADED, {})  # noqa: S102 - our own constant
    with store.connect(settings.database_url) as db:
        for source in web.sources:
            store.add_source(db, source.url, source.kind, hosts=source.hosts)
    _at_once(run, [lambda: steps.poll_sources(**around)])
    while len(run.jumps) < _MOST_JUMPS:
        if batches := _claim(around):
            run.batches += len(batches)
            for place in range(0, len(batches), workers):
                _at_once(run, [_chain(batch, around) for batch in batches[place : place + workers]])
        elif _count(settings, "state = 'waiting'"):
            _put_forward(settings)
            run.jumps.append(time.monotonic())
            time.sleep(_REST)
        else:
            break
    run.faults_at_first_poll = _faults(settings)
    before = _count(settings)
    _do(settings, "UPDATE copytaster.source SET next_poll_at = now()")
    _at_once(run, [lambda: steps.poll_sources(**around)])
    run.new_at_second_poll = _count(settings) - before + _count(settings, "state = 'waiting'")
    return run


def _claim(around: dict[str, Any]) -> list[int]:
    return steps.claim_batches(**around)


def _chain(batch: int, around: dict[str, Any]) -> Callable[[], None]:
    def work() -> None:
        for step in (steps.fetch_pages, steps.extract_articles, steps.validate_articles, steps.load_articles):
            step(batch, **around)

    return work


def _at_once(run: Run, jobs: Sequence[Callable[[], object]]) -> None:
    """Do each job in a process of its own, as Airflow does; note the largest of them and of what they started."""
    pids = [_forked(job) for job in jobs]
    for pid in pids:
        _, status, usage = os.wait4(pid, 0)
        run.peak_kib = max(run.peak_kib, usage.ru_maxrss)
        if status:
            raise SystemExit(f"a step failed: exit status {os.waitstatus_to_exitcode(status)}")


def _forked(job: Callable[[], object]) -> int:
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        job()
        status = 0
    except BaseException:  # noqa: BLE001 - a forked process must never go on as its parent
        traceback.print_exc()
    finally:
        os._exit(status)


def _put_forward(settings: Settings) -> None:
    for statement in _FORWARD:
        _do(settings, statement)


def _do(settings: Settings, statement: str) -> None:
    with store.connect(settings.database_url) as db, db.cursor() as run:
        run.execute(statement)


def _rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with store.connect(settings.database_url) as db, db.cursor() as run:
        run.execute(query)
        return list(run.fetchall())


def _count(settings: Settings, condition: str = "true") -> int:
    return int(_rows(settings, f"SELECT count(*) FROM copytaster.page WHERE {condition}")[0][0])


# What came of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What the database holds in the end."""

    pages: list[Kept]
    articles: Counter[str]
    faults: Mapping[str, str | None]  # of the sources
    open_ends: int  # batches that are open, hosts that are held


def look_up(settings: Settings) -> Left:
    """Read from the database all that is judged."""
    return Left(
        pages=[
            Kept(url=url, state=state, reason=reason)
            for url, state, reason in _rows(settings, "SELECT url, state, reason FROM copytaster.page")
        ],
        articles=Counter(url for (url,) in _rows(settings, "SELECT canonical_url FROM news.article")),
        faults=_faults(settings),
        open_ends=_rows(
            settings,
            "SELECT (SELECT count(*) FROM copytaster.batch WHERE state = 'open')"
            " + (SELECT count(*) FROM copytaster.host WHERE batch_id IS NOT NULL)",
        )[0][0],
    )


def _faults(settings: Settings) -> dict[str, str | None]:
    return {url: fault for url, fault in _rows(settings, "SELECT url, fault FROM copytaster.source")}  # noqa: C416 - typed


def judge(web: Web, run: Run, left: Left, requests: Sequence[Seen]) -> dict[str, list[str]]:
    """List what is wrong, under the name of the figure that must be nought."""
    kept = {page.url: page for page in left.pages}
    by_host = web_checks.of_pages(web, requests)
    return {
        "pages_without_an_end": web_checks.unsettled(left.pages),
        "batches_or_hosts_held": ["one"] * left.open_ends,
        "links_not_found": web_checks.not_found(web, kept),
        "pages_from_nowhere": web_checks.from_nowhere(web, kept),
        "fates_unexpected": web_checks.unexpected(web, kept),
        "articles_missing_or_doubled": web_checks.articles_off(web, left.articles),
        "source_faults_unnamed": web_checks.unexplained(web, run.faults_at_first_poll),
        "source_faults_forgotten": web_checks.unexplained(web, left.faults),
        "new_at_second_poll": ["one"] * run.new_at_second_poll,
        "robots_rules_broken": web_checks.broken_rules(web, by_host),
        "crawl_delays_broken": web_checks.under(web_checks.gaps(web, by_host, crawl_delay=True), CRAWL_DELAY),
        "gaps_under_the_delay": web_checks.under(web_checks.gaps(web, by_host, crawl_delay=False), DELAY),
        "busy_hosts_asked_too_soon": web_checks.too_soon(web, by_host, run.jumps),
        "forbidden_connections": web_checks.trespasses(web, requests),
    }


def report(web: Web, run: Run, left: Left, requests: Sequence[Seen]) -> int:
    """Print what became of each fault, what is wrong, and the JSON line; 0 if all goals are met."""
    kept = {page.url: page for page in left.pages}
    table = Table("fault", "what became of its pages")
    for cause, counts in sorted(web_checks.fates(web, kept).items()):
        table.add_row(cause, ", ".join(f"{fate} {times}" for fate, times in counts.most_common()))
    Console(width=110).print(table)
    wrong = judge(web, run, left, requests)
    for name, cases in wrong.items():
        for case in cases[:_SHOWN]:
            print(f"{name}: {case}")
    peak = run.peak_kib / 1024
    gaps = [gap for gap, _ in web_checks.gaps(web, web_checks.of_pages(web, requests), crawl_delay=False)]
    figures: dict[str, dict[str, object]] = {
        **{name: {"value": len(cases), "goal": 0, "met": not cases} for name, cases in wrong.items()},
        "peak_rss_mb": {"value": round(peak, 1), "goal": GOAL_MB, "met": peak <= GOAL_MB},
        "least_gap_seconds": {"value": round(min(gaps, default=0.0), 4)},
        "pages": {"value": len(left.pages)},
        "articles": {"value": left.articles.total()},
        "requests": {"value": len(requests)},
    }
    print(json.dumps(figures))
    return 0 if all(figure.get("met", True) for figure in figures.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
