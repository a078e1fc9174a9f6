"""A small crawl of the invented web, with one host for each trouble and each fault at least once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench" / "crawl.py"


@pytest.fixture(scope="module")
def told(module_database_url) -> str:
    command = [sys.executable, BENCH, "--hosts", "20", "--pages", "300", "--database", module_database_url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.stdout.endswith("}\n"), done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def figures(told) -> dict[str, dict[str, float]]:
    return json.loads(told.splitlines()[-1])


@pytest.mark.parametrize(
    "figure",
    [
        "pages_without_an_end",
        "batches_or_hosts_held",
        "links_not_found",
        "pages_from_nowhere",
        "fates_unexpected",
        "articles_missing_or_doubled",
        "source_faults_unnamed",
        "source_faults_forgotten",
        "new_at_second_poll",
        "robots_rules_broken",
        "crawl_delays_broken",
        "gaps_under_the_delay",
        "busy_hosts_asked_too_soon",
        "forbidden_connections",
    ],
)
def test_nothing_of_it_went_wrong(figures, told, figure) -> None:
    assert figures[figure]["value"] == 0, told


def test_articles_were_loaded_and_hosts_were_asked(figures) -> None:
    assert figures["articles"]["value"] > 100
    assert figures["requests"]["value"] > 300
