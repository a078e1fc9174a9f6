"""Seconds to parse each DAG file once airflow.sdk is loaded, and the heavy libraries that it loads (none)."""

import json
import multiprocessing
import os
import runpy
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
GOAL_SECONDS = 0.5
ROUNDS = 5
HEAVY = (
    "fastwarc",
    "feedparser",
    "great_expectations",
    "lxml",
    "numpy",
    "pandas",
    "psycopg2",
    "sklearn",
    "trafilatura",
    "warcio",
)


def parse(path: str) -> tuple[float, list[str]]:
    """Parse one DAG file here: wall seconds, and the heavy libraries that it has brought in."""
    before = set(sys.modules)
    began = time.perf_counter()
    runpy.run_path(path)
    seconds = time.perf_counter() - began
    return seconds, sorted((set(sys.modules) - before) & set(HEAVY))


def measure(path: Path) -> tuple[float, list[str]]:
    """Parse a file in fresh processes that have nothing but airflow.sdk: median seconds, heavy libraries."""
    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        runs = [pool.apply(parse, (str(path),)) for _ in range(ROUNDS)]
    return statistics.median(seconds for seconds, _ in runs), runs[0][1]


def report(found: Mapping[str, tuple[float, list[str]]]) -> bool:
    """Print the table and the JSON line; tell whether all goals are met."""
    table = Table("DAG file", "parse s", "heavy libraries", title=f"goal: under {GOAL_SECONDS} s and none")
    for name, (seconds, heavy) in found.items():
        table.add_row(name, f"{seconds:.3f}", ", ".join(heavy) or "none")
    Console().print(table)
    slowest = max(seconds for seconds, _ in found.values())
    count = sum(len(heavy) for _, heavy in found.values())
    figures = {
        "slowest_parse_seconds": {
            "value": round(slowest, 3),
            "goal": GOAL_SECONDS,
            "met": slowest < GOAL_SECONDS,
        },
        "heavy_libraries": {"value": count, "goal": 0, "met": count == 0},
    }
    print(json.dumps(figures))
    return all(figure["met"] for figure in figures.values())


def main() -> int:
    """Measure every file of ``dags/``; 0 if all goals are met."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "AIRFLOW_HOME": home,
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        }
        import airflow.sdk  # noqa: PLC0415 - reads its settings on import

        # A name of its package is only loaded when it is asked for: the first DAG of a process pays, not ours.
        for name in airflow.sdk.__all__:
            getattr(airflow.sdk, name, None)
        return 0 if report({path.name: measure(path) for path in sorted((ROOT / "dags").glob("*.py"))}) else 1


if __name__ == "__main__":
    sys.exit(main())
