"""CPU per page of each stage and of the whole pipeline, beside a bare trafilatura loop over the same pages.

Pages are served on loopback, fetched, archived, extracted, validated and loaded into the embedded
Postgres by the steps that Airflow runs. Each step runs in a process forked from this one, as Airflow
forks its tasks; the CPU of all its children counts, and so does that of Postgres; the page server's
does not. The loops alternate batch by batch, so that a drift of the machine meets both alike.

Extract keeps every core busy, and on a machine whose cores share caches and clock the same work then
costs more CPU seconds on each. So the bare loop runs twice: in one process, against which the goal
stands, and in as many processes as extract has, which says what of the difference is the machine's.

    python bench/pipeline.py [--pages 1000] [--batch 500]
"""

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from measuring.cpu import cpu_of, family_cpu
from measuring.samples import Sample, load_samples, serving
from rich.console import Console
from rich.table import Table

from copytaster import steps, store, warc
from copytaster.archive import open_archive
from copytaster.config import Settings
from copytaster.local import embedded
from copytaster.postgres import discard
from copytaster.processes import adopt_orphans
from copytaster.urls import host_of

GOAL = 1.3
STAGES = ("fetch", "extract", "validate", "load")
#: What a task finds loaded, because it is forked from a process that has it.
PRELOADED = "import great_expectations, pandas, trafilatura, psycopg2, copytaster.steps"


def main() -> int:
    """Measure, print, and tell by the exit code whether the goal is met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=1_000)
    parser.add_argument("--batch", type=int, default=500)
    given = parser.parse_args()
    adopt_orphans()  # also what a step leaves behind is waited for, and its CPU counted
    samples = load_samples(given.pages)
    groups = [samples[at : at + given.batch] for at in range(0, len(samples), given.batch)]
    with serving(samples) as port, tempfile.TemporaryDirectory() as folder, database(folder) as url:
        settings = Settings(
            database_url=url,
            data_dir=folder,
            allowed_networks="127.0.0.1/32",
            connect_to=",".join(f"{host}:80=127.0.0.1:{port}" for host in {host_of(s.url) for s in samples}),
            host_delay_seconds=0.0,
            batch_pages=given.batch,
            run_batches=1,
        )
        cold = cpu_of_import()
        exec(PRELOADED, {})  # noqa: S102 - our own constant
        spent, outcomes = alternate(groups, settings)
    return report(spent, outcomes, cold=cold, pages=len(samples), batches=len(groups))


def alternate(groups: Sequence[Sequence[Sample]], settings: Settings) -> tuple[Counter[str], Counter[str]]:
    """Run the loops over each group, the other way round each time: CPU seconds by stage, fates of the pages."""
    spent: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for number, group in enumerate(groups):
        loops: list[Callable[[], None]] = [
            lambda group=group: spent.update(bare=cpu_of(lambda: bare(group))),
            lambda group=group: spent.update({"bare at once": cpu_of(lambda: bare_at_once(group))}),
            lambda group=group: outcomes.update(pipeline(group, settings, spent)),
        ]
        for loop in loops if number % 2 == 0 else reversed(loops):
            loop()
    return spent, outcomes


def bare(samples: Sequence[Sample]) -> None:
    """Do what a script of ten lines does."""
    from trafilatura import bare_extraction

    for sample in samples:
        bare_extraction(sample.html, url=sample.url, with_metadata=True)


def bare_at_once(samples: Sequence[Sample]) -> None:
    """Do the same in as many processes as extract has."""
    count = os.cpu_count() or 1
    loops = [
        multiprocessing.get_context("fork").Process(target=bare, args=(samples[at::count],))
        for at in range(count)
    ]
    for loop in loops:
        loop.start()
    for loop in loops:
        loop.join()
        if loop.exitcode:
            raise SystemExit(f"a bare loop failed: exit status {loop.exitcode}")


def pipeline(samples: Sequence[Sample], settings: Settings, spent: Counter[str]) -> dict[str, int]:
    """Put the pages on the work list and run the steps on them; add CPU seconds by stage; return their fates."""
    archive = open_archive(settings.archive)
    shared: dict[str, Any] = {"settings": settings, "archive": archive}
    server = postmaster(settings)
    before = family_cpu(server)
    captures = set(Path(settings.archive).rglob("*.warc.gz"))
    began = time.process_time()  # claimed in this process: the numbers of the batches are needed here
    submission = steps.submit_urls([sample.url for sample in samples], **shared)
    batches = steps.batches_of_submission(submission, **shared)
    spent["claim"] += time.process_time() - began
    while batches:
        for batch in batches:
            chain = (steps.fetch_pages, steps.extract_articles, steps.validate_articles, steps.load_articles)
            for name, step in zip(STAGES, chain, strict=True):
                spent[name] += cpu_of(lambda step=step, batch=batch: step(batch, **shared))
                spent[f"{name} tasks"] += 1
        batches = steps.claim_batches(**shared)  # what did not fit into the first
    spent["postgres"] += family_cpu(server) - before
    for capture in set(Path(settings.archive).rglob("*.warc.gz")) - captures:
        spent["warc read"] += cpu_of(lambda capture=capture: read_again(capture))
    spent["warc write"] += cpu_of(lambda: write_again(samples, settings))
    return Counter(fate["reason"] or fate["state"] for fate in steps.report_urls(submission, **shared))


def read_again(capture: Path) -> None:
    """Read a WARC file, as extract does first of all."""
    with capture.open("rb") as stream:
        for _ in warc.read(stream):
            pass


def write_again(samples: Sequence[Sample], settings: Settings) -> None:
    """Write the same bodies as a WARC file, as fetch does with each page that it gets."""
    with tempfile.TemporaryFile(dir=settings.data_dir) as stream, warc.Writer(stream) as writer:
        for sample in samples:
            writer.write_text(sample.url, sample.body, datetime.now(UTC))


def cpu_of_import() -> float:
    """CPU seconds of importing Great Expectations and pandas in a new process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "import great_expectations, pandas"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def postmaster(settings: Settings) -> psutil.Process:
    """Find the process that all of the server's processes are children of."""
    with store.connect(settings.database_url) as db, db.cursor() as run:
        run.execute("SELECT pg_backend_pid()")
        (pid,) = run.fetchone() or (0,)
        return psutil.Process(psutil.Process(pid).ppid())


@contextmanager
def database(folder: str) -> Iterator[str]:
    """Run an embedded Postgres of its own, migrated; give its URL."""
    settings = Settings(data_dir=folder)
    try:
        with embedded(settings) as local:
            yield local.settings.database_url
    finally:
        discard(Path(folder) / "postgres")


def report(spent: Counter[str], outcomes: Counter[str], *, cold: float, pages: int, batches: int) -> int:
    """Print the table and the JSON line; 0 if the goal is met."""
    stages = ("claim", *STAGES, "postgres")
    whole = sum(spent[stage] for stage in stages)
    ratio, cold_ratio = whole / spent["bare"], (whole + cold * spent["validate tasks"]) / spent["bare"]
    table = Table("stage", "CPU ms/page", "of bare", title=f"{pages} pages in {batches} batches")
    rows = [(stage, spent[stage]) for stage in stages]
    rows += [("  of fetch: WARC write", spent["warc write"]), ("  of extract: WARC read", spent["warc read"])]
    rows += [("whole", whole), ("bare trafilatura loop, one process", spent["bare"])]
    rows += [("bare trafilatura loop, as many processes as extract", spent["bare at once"])]
    rows += [(f"whole, Great Expectations imported anew ({cold:.1f} s a batch)", cold_ratio * spent["bare"])]
    for name, seconds in rows:
        table.add_row(name, f"{1000 * seconds / pages:.2f}", f"{seconds / spent['bare']:.3f}")
    Console().print(table)
    Console().print(", ".join(f"{fate} {count}" for fate, count in outcomes.most_common()))
    figures: dict[str, dict[str, object]] = {
        "whole_over_bare": {"value": round(ratio, 3), "goal": GOAL, "met": ratio <= GOAL},
        "whole_over_bare_at_once": {"value": round(whole / spent["bare at once"], 3)},
        "whole_over_bare_cold": {"value": round(cold_ratio, 3)},
        "great_expectations_import_seconds": {"value": round(cold, 2)},
        "bare_ms_per_page": {"value": round(1000 * spent["bare"] / pages, 2)},
        **{
            f"{stage.replace(' ', '_')}_ms_per_page": {"value": round(1000 * spent[stage] / pages, 2)}
            for stage in (*stages, "warc write", "warc read")
        },
    }
    print(json.dumps(figures))
    return 0 if ratio <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
