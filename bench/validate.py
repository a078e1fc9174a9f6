"""What it costs to judge articles: the import that everything waits for, a one-page event, a row of a large batch.

CPU seconds of processes of their own, side by side in one run: a plain import of Great Expectations against ours; a task
that is forked from a process which has imported it (as Airflow's forkserver makes them, see ``stack.PRELOADED``)
against one that has not. Absolute times mean little on a busy machine; the ratios do.

    python bench/validate.py [--rows 10000] [--rounds 3]
"""

import argparse
import json
import multiprocessing
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table

from copytaster.model import Article

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SENTENCE = (
    "The harbour board met on Monday and agreed to mend the outer wall before the winter storms come in."
)
GOAL_MS_A_ROW, GOAL_WARM_SHARE = 1.0, 0.1
JUDGE_ONE = (
    "from datetime import UTC, datetime; from bench.validate import articles; from copytaster.validate import validate;"
    "validate(articles(1), now=datetime.now(UTC))"
)
COSTS = {
    "import great_expectations, plain": "import great_expectations",
    "import as we do": "from copytaster.validate import preload; preload()",
    "one page, cold": JUDGE_ONE,
}


def articles(count: int) -> list[Article]:
    """Make articles of 3 KB; every twelfth has a fault."""
    return [_article(number) for number in range(count)]


def _article(number: int) -> Article:
    return Article(
        url=f"https://gull.example/{number}",
        canonical_url=f"https://gull.example/{number}",
        headline=f"Harbour wall to be mended, part {number}" if number % 12 else None,
        article_body="\n".join([SENTENCE] * 30),
        authors=("Wren Alder",),
        date_published=NOW - timedelta(minutes=number),
        date_published_precision="minute",
        date_published_zone="page",
        in_language="en",
    )


def cold(code: str) -> float:
    """CPU seconds of a process of its own that runs the code, without what it takes to start Python."""
    return _cpu_of(code) - _cpu_of("pass")


def _cpu_of(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", f"import sys; sys.path.insert(0, '.'); {code}"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def warm(count: int) -> float:
    """CPU seconds to judge so many articles in a process forked from one that has imported everything."""
    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        return pool.apply(_judge, (count,))


def _judge(count: int) -> float:
    from copytaster.validate import validate  # noqa: PLC0415 - loaded by the parent

    batch = articles(count)
    began = time.process_time()
    validate(batch, now=NOW)
    return time.process_time() - began


def median(measure: Callable[[], float], rounds: int) -> float:
    """Middle of several runs."""
    return statistics.median(measure() for _ in range(rounds))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and tell by the exit code whether all goals are met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(arguments)
    seconds = {name: median(lambda code=code: cold(code), given.rounds) for name, code in COSTS.items()}  # type: ignore[misc]
    from copytaster.validate import preload  # noqa: PLC0415 - after the cold ones

    preload()
    for count in (1, 100, 1_000, given.rows):
        seconds[f"{count} pages, preloaded"] = median(lambda count=count: warm(count), given.rounds)  # type: ignore[misc]
    return report(seconds, given.rows)


def report(seconds: dict[str, float], rows: int) -> int:
    """Print the table and the JSON line."""
    table = Table("", "CPU s", title="judging articles with Great Expectations")
    for name, value in seconds.items():
        table.add_row(name, f"{value:.2f}")
    Console().print(table)
    plain, ours, one_cold = (seconds[name] for name in COSTS)
    values = {
        "one_page_preloaded_share_of_cold": (seconds["1 pages, preloaded"] / one_cold, GOAL_WARM_SHARE),
        "ms_a_row_of_a_large_batch": (1000 * seconds[f"{rows} pages, preloaded"] / rows, GOAL_MS_A_ROW),
    }
    figures = {
        name: {"value": round(value, 3), "goal": goal, "met": value <= goal}
        for name, (value, goal) in values.items()
    }
    besides = {"import_share_of_plain": {"value": round(ours / plain, 3)}}
    print(json.dumps(figures | besides))
    return 0 if all(figure["met"] for figure in figures.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
