"""What each command does: settings and a database, then the same steps that Airflow runs."""
# ruff: noqa: PLC0415 - a command loads only what it needs

import csv
import json
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from copytaster.archive import open_archive
from copytaster.config import Settings
from copytaster.errors import CopytasterError
from copytaster.local import Local, database
from copytaster.screen import console, table


def extract(given: Namespace) -> int:
    """Read one file, or a JSONL file of many."""
    from copytaster import extract_cli
    from copytaster.validate import validate

    if given.jsonl:
        if given.file or not given.out:
            given.usage("--jsonl IN needs --out OUT, and takes no FILE")
        workers = given.workers or os.cpu_count() or 1
        return extract_cli.run_many(given.jsonl, given.out, workers, judge=validate)
    if not given.file or given.out:
        given.usage("give a FILE (or -), or --jsonl IN --out OUT")
    return extract_cli.run_one(given.file, given.url)


def migrate(_: Namespace) -> int:
    """Bring the database up to date."""
    from copytaster import migrate as migration

    settings = Settings.from_environment()
    if not settings.database_url:  # the embedded one is brought up to date whenever it is opened
        with database(settings):
            console().print("the embedded database is up to date")
        return 0
    applied = migration.migrate(settings.database_url)
    console().print("\n".join(["applied:", *applied]) if applied else "up to date")
    return 0


def source_add(given: Namespace) -> int:
    """Watch a source; its kind is found by asking it unless it is given."""
    from copytaster import store
    from copytaster.sources import kind_of

    settings = Settings.from_environment()
    kind = given.kind or kind_of(given.url, settings)
    hosts = [host.strip() for host in given.hosts.split(",") if host.strip()]
    with database(settings) as local, store.connect(local.settings.database_url) as db:
        store.add_source(
            db, given.url, kind, name=given.name, in_language=given.language, zone=given.zone, hosts=hosts
        )
    console().print(f"watching {given.url} as a {kind}; discover polls it at once when Airflow runs")
    return 0


def source_list(_: Namespace) -> int:
    """Show the sources that are watched."""
    from copytaster import store

    with database(Settings.from_environment()) as local, store.connect(local.settings.database_url) as db:
        sources = store.list_sources(db)
    rows = [
        (s.kind, s.url, s.name, s.in_language, s.zone, f"{s.interval_seconds // 60} min") for s in sources
    ]
    console().print(table(("kind", "url", "name", "language", "zone", "every"), rows))
    return 0


def source_remove(given: Namespace) -> int:
    """Stop watching a source."""
    from copytaster import store

    with database(Settings.from_environment()) as local, store.connect(local.settings.database_url) as db:
        if not store.remove_source(db, given.url):
            raise CopytasterError(f"{given.url} is not a source: see `copytaster source list`")
    return 0


def source_import(given: Namespace) -> int:
    """Watch the sources that an OPML or YAML file names."""
    from copytaster import store
    from copytaster.sources import read_sources

    told = read_sources(Path(given.path))
    with database(Settings.from_environment()) as local, store.connect(local.settings.database_url) as db:
        for source in told:
            store.add_source(db, **source)
    console().print(f"watching {len(told)} sources of {given.path}")
    return 0


def ingest(given: Namespace) -> int:
    """Run the pipeline on URLs, here and now; 1 if one of them was refused or cannot be used."""
    from copytaster import steps

    with database(Settings.from_environment()) as local:
        around = _around(local)
        submission = steps.submit_urls(given.urls, priority="urgent", note=given.note, **around)
        for batch in steps.batches_of_submission(submission, **around):
            _run_batch(steps.fetch_pages(batch, **around), around)
        fates = steps.report_urls(submission, **around)
    rows = [
        (fate["state"], fate["url"], fate["headline"] or fate["reason"] or fate["detail"]) for fate in fates
    ]
    console().print(table(("state", "url", ""), rows))
    return 0 if all(fate["state"] in {"loaded", "waiting"} for fate in fates) else 1


def import_path(given: Namespace) -> int:
    """Run the pipeline on WARC files and text dumps."""
    from collections import Counter

    from copytaster import steps

    counts: Counter[str] = Counter()
    with database(Settings.from_environment()) as local:
        around = _around(local)
        for batch in steps.import_captures(given.path, **around):
            counts.update(_run_batch(batch, around))
    console().print(table(("outcome", "pages"), sorted(counts.items())))
    return 0


def explain(given: Namespace) -> int:
    """Show everything that happened to one page."""
    with database(Settings.from_environment()) as local:
        columns, rows = _read(local, "SELECT * FROM news.explain(%s)", (given.url,))
    if not rows:
        raise CopytasterError(f"{given.url} was never seen")
    if given.json:
        for row in rows:
            print(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, default=str))
    else:
        console().print(table(columns, rows))
    return 0


def status(_: Namespace) -> int:
    """Show the work list, the quarantine and the sources."""
    from copytaster.overview import OVERVIEW

    with database(Settings.from_environment()) as local:
        for title, statement in OVERVIEW.items():
            columns, rows = _read(local, statement)
            console().print(table(columns, rows, title=title), "")
    return 0


def doctor(_: Namespace) -> int:
    """Check every part; 1 if one of them needs somebody."""
    from copytaster.doctor import check_all

    trouble = False
    for name, fault, advice in check_all(Settings.from_environment()):
        console().print(
            f"{'ok     ' if fault is None else 'TROUBLE'}  {name}" + (f": {fault}" if fault else "")
        )
        if fault is not None:
            trouble = True
            console().print(f"         {advice}")
    return 1 if trouble else 0


def sql(given: Namespace) -> int:
    """Run one statement as the reader, or open psql."""
    with database(Settings.from_environment()) as local:
        if given.statement is None:
            return _psql(local)
        columns, rows = _read(local, given.statement)
    if given.csv:
        csv.writer(sys.stdout).writerows([columns, *rows])
    else:
        console().print(table(columns, rows))
    return 0


def postgres(_: Namespace) -> int:
    """Keep the embedded Postgres running, for other programs, until Ctrl-C."""
    import signal

    from copytaster.local import embedded

    with embedded(Settings.from_environment()) as local, suppress(KeyboardInterrupt):
        console().print(
            f"readers:  {local.reader_url}\npipeline: {local.settings.database_url}\nCtrl-C stops it."
        )
        signal.pause()
    return 0


def demo(_: Namespace) -> int:
    """Run the whole pipeline on the bundled sample site."""
    from copytaster.demo import run_demo

    return run_demo(Settings.from_environment())


def up(given: Namespace) -> int:
    """Run everything until Ctrl-C."""
    from copytaster.demo import run_up

    return run_up(Settings.from_environment(), port=given.port, samples=not given.no_samples)


def _around(local: Local) -> dict[str, Any]:
    return {"settings": local.settings, "archive": open_archive(local.settings.archive)}


def _run_batch(batch: int, around: dict[str, Any]) -> dict[str, int]:
    from copytaster import steps

    for step in (steps.extract_articles, steps.validate_articles):
        step(batch, **around)
    return steps.load_articles(batch, **around)


def _read(
    local: Local, statement: str, values: tuple[Any, ...] = ()
) -> tuple[list[str], list[tuple[Any, ...]]]:
    from copytaster.overview import read

    return read(local.reader_url, statement, values)


def _psql(local: Local) -> int:
    """Run the bundled psql as the reader; it ends before the server does."""
    import subprocess

    from copytaster.postgres.binaries import binaries_for

    program: Sequence[str] = (str(binaries_for(None) / "psql"), "--dbname", local.reader_url)
    return subprocess.run(program, check=False, stdin=sys.stdin).returncode
