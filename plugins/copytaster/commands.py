"""What each command does: settings and a database, then the same steps that Airflow runs."""
# ruff: noqa: PLC0415 - a command loads only what it needs

import csv
import json
import os
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from copytaster.archive import open_archive
from copytaster.config import Settings
from copytaster.errors import CopytasterError, Unusable
from copytaster.local import Local, database
from copytaster.model import Verdict
from copytaster.screen import console, progress, table
from copytaster.urls import host_of


def extract(given: Namespace) -> int:
    """Read one file, or a JSONL file of many."""
    from copytaster import extract_cli
    from copytaster.steps import suite_of
    from copytaster.validate import validate

    if given.jsonl:
        if given.file or not given.out:
            given.usage("--jsonl IN needs --out OUT, and takes no FILE")
        if _same_file(given.jsonl, given.out):
            given.usage("OUT would overwrite IN")
        workers = given.workers or os.cpu_count() or 1
        with progress(None) as tell:
            judge = _counting(partial(validate, suite=suite_of(Settings.from_environment())), tell)
            return extract_cli.run_many(given.jsonl, given.out, workers, judge=judge)
    if not given.file or given.out:
        given.usage("give a FILE (or -), or --jsonl IN --out OUT")
    return extract_cli.run_one(given.file, given.url)


def _same_file(source: str, target: str) -> bool:
    return Path(source).exists() and Path(target).exists() and Path(source).samefile(target)


def _counting(judge: Callable[..., Sequence[Verdict]], tell: Callable[[str], None]) -> Any:
    """Say how many articles were read, each time that a portion of them is judged."""
    count = 0

    def counting(articles: Sequence[Any], *, now: datetime) -> Sequence[Verdict]:
        nonlocal count
        verdicts = judge(articles, now=now)
        count += len(articles)
        tell(f"{count} articles")
        return verdicts

    return counting


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
    """Watch what there is at an address; with ``--kind`` the address itself, unseen."""
    from copytaster import store
    from copytaster.sources import checked

    settings = Settings.from_environment()
    source = checked(
        {
            "url": given.url,
            "name": given.name,
            "in_language": given.language,
            "zone": given.zone,
            "interval": given.interval,
            "min_interval": given.min_interval,
            "max_interval": given.max_interval,
            **{name: _listed(getattr(given, name)) for name in ("hosts", "allow", "deny")},
        }
    )
    if not given.kind:
        return _add_found(source, settings, everything=given.all)
    with database(settings) as local, store.connect(local.settings.database_url) as db:
        store.add_source(db, **{**source, "kind": given.kind})
    _say(f"watching {source['url']} as a {given.kind}; discover polls it at once when Airflow runs")
    return 0


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _add_found(source: dict[str, Any], settings: Settings, *, everything: bool) -> int:
    """Look for sources at an address, show them, and watch the best or all."""
    from copytaster import store
    from copytaster.scouting import scout, watch

    with progress(None) as tell:
        scouted = scout(source["url"], settings, tell=tell)
    with database(settings) as local, store.connect(local.settings.database_url) as db:
        watched = watch(db, source, scouted, everything=everything)
    if scouted.is_homepage:
        _show_found(scouted, watched)
    for found in watched:
        links = len(found.links) or found.children
        _say(
            f"watching {found.url} as a {found.kind} with {links} links; discover polls it at once when Airflow runs"
        )
    if scouted.is_homepage and not everything:
        _say(f"why this one: {scouted.why}" + ("; --all watches all" if len(scouted.candidates) > 1 else ""))
    _say_what_is_not_taken(watched, [*source["hosts"], host_of(scouted.url)])
    return 0


def _show_found(scouted: Any, watched: Sequence[Any]) -> None:
    """Show what a search found: a table, headlines, and what robots.txt kept closed."""
    rows = [
        (
            "*" if found in watched else "",
            found.sort,
            found.url,
            len(found.links) or f"{found.children} sitemaps",
            found.newest,
            found.in_language,
            found.how,
        )
        for found in scouted.candidates
    ]
    columns = ("", "kind", "url", "links", "newest", "language", "found")
    console().print(table(columns, rows, whole=("url",), title=scouted.name or scouted.url))
    for headline in scouted.best.headlines:
        _say(f"  · {headline}")
    for url in scouted.closed:
        _say(f"robots.txt closes {url}: not looked at")


def _say_what_is_not_taken(watched: Sequence[Any], hosts: Sequence[str]) -> None:
    from copytaster.urls import registered_domain

    own = {registered_domain(host) for host in hosts}
    for found in watched:
        if other := [host for host in found.hosts_elsewhere if registered_domain(host) not in own]:
            said = "none of its links is taken" if not found.own else "some of its links are not taken"
            _say(f"{said}: they lead to {', '.join(other[:5])}; --hosts {','.join(other[:5])} takes them")


def source_show(given: Namespace) -> int:
    """Show all that is known of one source."""
    from copytaster import store

    with database(Settings.from_environment()) as local, store.connect(local.settings.database_url) as db:
        state = next((row for url in _forms(given.url) if (row := store.source_state(db, url))), None)
        if state is None:
            raise CopytasterError(f"{given.url} is not a source: see `copytaster source list`")
        reasons = store.links_left_out(db, state["source_id"])
        sitemaps = store.known_sitemaps(db, state["source_id"]).values()
    rows = [(name.replace("_", " "), _told(name, value)) for name, value in state.items()]
    console().print(table(("", ""), [row for row in rows if row[1] is not None], whole=("",)))
    if sitemaps:
        columns = ("sitemap", "links", "lastmod", "read", "retired", "fault")
        shown = ((s.url, s.entries, s.lastmod, s.read_at, s.retired_at, s.fault) for s in sitemaps)
        console().print(table(columns, shown, title="Sitemaps below it"))
    if reasons:
        left = ((row["reason"], row["links"], row["example"]) for row in reasons)
        console().print(table(("reason", "links", "for instance"), left, title="Links that were not taken"))
    return 0


def _told(name: str, value: Any) -> Any:
    """Write a value of a source's state for people; None for what there is none of."""
    if name.endswith("_seconds"):
        return timedelta(seconds=value)
    if isinstance(value, list):
        return ", ".join(value) or None
    return None if value == "" else value


def source_list(_: Namespace) -> int:
    """Show the sources that are watched."""
    from copytaster import store

    with database(Settings.from_environment()) as local, store.connect(local.settings.database_url) as db:
        sources = store.list_sources(db)
    if not sources:
        _say("no source yet: `copytaster source add URL`")
        return 0
    rows = [
        (s.url, s.kind, s.name, s.in_language, s.zone, timedelta(seconds=s.interval_seconds), s.hosts)
        for s in sources
    ]
    columns = ("url", "kind", "name", "language", "zone", "every", "also from")
    shown = len(columns) if any(source.hosts for source in sources) else len(columns) - 1
    console().print(table(columns[:shown], (row[:shown] for row in rows), whole=("url",)))
    return 0


def source_remove(given: Namespace) -> int:
    """Stop watching a source."""
    from copytaster import store

    with database(Settings.from_environment()) as local, store.connect(local.settings.database_url) as db:
        if not any(store.remove_source(db, url) for url in _forms(given.url)):
            raise CopytasterError(f"{given.url} is not a source: see `copytaster source list`")
    _say(f"{given.url} is watched no longer; what it brought stays")
    return 0


def source_import(given: Namespace) -> int:
    """Watch the sources that an OPML or YAML file names."""
    from copytaster import store
    from copytaster.sources import read_sources

    told = read_sources(Path(given.path))
    if given.find:
        return _find_all(told, Settings.from_environment())
    with database(Settings.from_environment()) as local, store.connect(local.settings.database_url) as db:
        for source in told:
            store.add_source(db, **source)
    _say(f"watching {len(told)} source{'s' if len(told) > 1 else ''} of {given.path}")
    return 0


def _find_all(told: Sequence[dict[str, Any]], settings: Settings) -> int:
    """Watch the best that is found at each address; 1 if there is one at which nothing is."""
    from copytaster import store
    from copytaster.scouting import scout, watch

    missing = 0
    with database(settings) as local, progress(None) as tell:
        for source in told:
            try:
                scouted = scout(source["url"], settings, tell=tell)
            except CopytasterError as error:
                missing += 1
                _say(f"not watched: {error}")
                continue
            with store.connect(local.settings.database_url) as db:
                (found,) = watch(db, source, scouted)
            _say(f"watching {found.url} as a {found.kind} with {len(found.links) or found.children} links")
    return 1 if missing else 0


def ingest(given: Namespace) -> int:
    """Run the pipeline on URLs, here and now; 1 if one of them was refused or cannot be used."""
    from copytaster import steps
    from copytaster.fetch.network import Policy

    settings = Settings.from_environment()
    Policy.of(settings)  # a setting that cannot be read is told before anything is claimed
    with database(settings) as local:
        around = _around(local)
        submission = steps.submit_urls(given.urls, priority="urgent", note=given.note, **around)
        _run(("fetch", *_AFTER_FETCH), steps.batches_of_submission(submission, **around), around)
        fates = steps.report_urls(submission, **around)
    rows = [(fate["state"], fate["url"], _in_short(fate)) for fate in fates]
    console().print(table(("state", "url", "headline or reason"), rows))
    return 1 if any(fate["state"] in {"refused", "quarantined", "gone"} for fate in fates) else 0


def _in_short(fate: dict[str, Any]) -> str:
    if fate["state"] in {"claimed", "fetched"}:
        return "another run works on it"
    return fate["headline"] or ": ".join(filter(None, (fate["reason"], fate["detail"])))


def import_path(given: Namespace) -> int:
    """Run the pipeline on WARC files and text dumps."""
    from copytaster import steps

    with database(Settings.from_environment()) as local:
        around = _around(local)
        counts = _run(_AFTER_FETCH, steps.import_captures(given.path, **around), around)
    console().print(table(("outcome", "pages"), sorted(counts.items())))
    return 0


def explain(given: Namespace) -> int:
    """Show everything that happened to one page."""
    from copytaster.overview import told_for_people

    with database(Settings.from_environment()) as local:
        for url in _forms(given.url):
            columns, rows = _read(local, "SELECT * FROM news.explain(%s)", (url,))
            if rows:
                break
    if not rows:
        raise CopytasterError(f"{given.url} was never seen")
    if given.json:
        for at, *row in rows:
            told = dict(zip(columns, (at and at.isoformat(), *row), strict=True))
            sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        console().print(table(columns, told_for_people(rows)))
    return 0


def _forms(url: str) -> list[str]:
    """Give the address as it was typed, and as it would be known."""
    from copytaster.urls import canonicalize

    with suppress(Unusable):
        return [url, canonicalize(url)]
    return [url]


def status(_: Namespace) -> int:
    """Show the work list, the quarantine and the sources."""
    from copytaster.overview import OVERVIEW

    with database(Settings.from_environment()) as local:
        for title, statement in OVERVIEW.items():
            columns, rows = _read(local, statement)
            shown = table(columns, rows, title=title) if rows else f"{title}: none yet"
            console().print(shown, "")
    return 0


def doctor(_: Namespace) -> int:
    """Check every part; 1 if one of them needs somebody."""
    from copytaster.doctor import check_all

    trouble = False
    for name, fault, advice in check_all(Settings.from_environment()):
        _say(f"{'ok     ' if fault is None else 'TROUBLE'}  {name}" + (f": {fault}" if fault else ""))
        if fault is not None:
            trouble = True
            _say(f"         {advice}")
    return 1 if trouble else 0


def sql(given: Namespace) -> int:
    """Run one statement with a reader's rights, or open psql."""
    from copytaster.overview import read
    from copytaster.psql import run_psql

    with database(Settings.from_environment()) as local:
        if given.statement is None:
            return run_psql(local.reader_url, local.reader_role, csv=given.csv)
        columns, rows = read(local.reader_url, given.statement, role=local.reader_role)
    if given.csv:
        csv.writer(sys.stdout, lineterminator="\n").writerows([columns, *rows])
    elif columns:
        console().print(table(columns, rows))
    return 0


def postgres(_: Namespace) -> int:
    """Keep the embedded Postgres running, for other programs, until Ctrl-C."""
    import signal

    from copytaster.local import embedded

    with embedded(Settings.from_environment()) as local, suppress(KeyboardInterrupt):
        _say(f"readers:  {local.reader_url}\npipeline: {local.settings.database_url}\nCtrl-C stops it.")
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


_AFTER_FETCH = ("extract", "validate", "load")


def _run(stages: Sequence[str], batches: Sequence[int], around: dict[str, Any]) -> Counter[str]:
    """Take each batch through the stages; return what became of the pages."""
    from copytaster import steps

    doing = {
        "fetch": steps.fetch_pages,
        "extract": steps.extract_articles,
        "validate": steps.validate_articles,
    }
    counts: Counter[str] = Counter()
    with progress(len(batches) * len(stages)) as tell:
        for number, batch in enumerate(batches, 1):
            for stage in stages:
                tell(f"{stage}, batch {number} of {len(batches)}")
                if stage == "load":
                    counts.update(steps.load_articles(batch, **around))
                else:
                    doing[stage](batch, **around)
    return counts


def _read(
    local: Local, statement: str, values: tuple[Any, ...] = ()
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run a statement of ours as the reader."""
    from copytaster.local import NOT_MIGRATED, DatabaseUnfit
    from copytaster.overview import read

    try:
        return read(local.reader_url, statement, values, role=local.reader_role)
    except CopytasterError as error:
        if isinstance(error.__cause__, NOT_MIGRATED):
            raise DatabaseUnfit(f"{error} (has `copytaster migrate` been run?)") from error
        raise


def _say(line: str) -> None:
    console().print(line, soft_wrap=True)
