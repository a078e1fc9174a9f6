"""The whole of it, as a stranger runs it: ``copytaster demo`` and ``copytaster up`` with a real Airflow. Minutes."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import psutil
import pytest
from examples.manifest import read_pages
from examples.serve import SampleSite

from copytaster.airflow_api import AirflowApi

pytestmark = [pytest.mark.timeout(900), pytest.mark.whole]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    yield folder
    kill_all(folder)


@pytest.fixture(scope="module")
def first_demo(home):
    return run(home, "demo")


@pytest.fixture
def start(home):
    """Start ``copytaster up`` as often as the test likes; nothing of it is left afterwards, also if the test fails."""
    started = []
    yield lambda: started.append(Up(home)) or started[-1]
    kill_all(home)
    for up in started:
        up.process.wait(timeout=30)


def environment(home):
    ours = {
        name: value for name, value in os.environ.items() if not name.startswith(("COPYTASTER_", "AIRFLOW"))
    }
    return {**ours, "COPYTASTER_DATA_DIR": str(home), "NO_COLOR": "1"}


def run(home, *command):
    return subprocess.run(
        [sys.executable, "-m", "copytaster", *command],
        env=environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def ask(home, statement):
    done = run(home, "sql", "--csv", statement)
    assert done.returncode == 0, done.stderr
    return [tuple(line.split(",")) for line in done.stdout.splitlines()[1:]]


def processes_of(home):
    """Every process that has a file below ``home`` open, or names it."""
    return [
        process
        for process in psutil.process_iter()
        if process.pid != os.getpid() and _uses(process, str(home))
    ]


def kill_all(home):
    """Kill -9 whatever belongs to ``home``, until there is nothing: a process may have been starting another."""
    while found := [p for p in processes_of(home) if p.status() != psutil.STATUS_ZOMBIE]:
        for process in found:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(found, timeout=5)


def _uses(process, home):
    try:
        return home in " ".join(process.cmdline()) or any(home in file.path for file in process.open_files())
    except psutil.Error:
        return False


class Up:
    """``copytaster up`` in the background."""

    def __init__(self, home):
        self.home = home
        with (home / "up.out").open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "copytaster", "up"],
                env=environment(home),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self, seconds=300):
        deadline = time.monotonic() + seconds
        while "Ctrl-C stops" not in (said := (self.home / "up.out").read_text()):
            assert self.process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.5)
        found = re.search(r"Airflow +(\S+) +user (\S+) +password (\S+)", said)
        return AirflowApi(*found.groups())

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=120)


def test_the_demo_ends_well_and_shows_what_it_did(first_demo):
    assert first_demo.returncode == 0, first_demo.stdout[-4000:] + first_demo.stderr[-2000:]
    for shown in (
        "read-more",
        "keyword-line",
        "consent_wall",
        "from that event to the row",
        "FROM news.story",
    ):
        assert shown in first_demo.stdout


def test_its_rows_are_in_postgres_afterwards(first_demo, home):
    loaded = {url for (url,) in ask(home, "SELECT canonical_url FROM news.article")}
    held = dict(ask(home, "SELECT url, reason FROM news.quarantine WHERE decision IS NULL"))
    for page in read_pages(SampleSite(datetime.now(UTC))):
        if page.state == "loaded":
            assert (page.loaded_as or page.url) in loaded
        elif page.state == "quarantined":
            assert held[page.url] in page.reasons


def test_no_process_is_left(first_demo, home):
    assert processes_of(home) == []


def test_a_second_demo_adds_no_row(first_demo, home):
    before = ask(home, "SELECT canonical_url, version FROM news.article ORDER BY 1")
    again = run(home, "demo")
    assert again.returncode == 0, again.stdout[-4000:] + again.stderr[-2000:]
    assert ask(home, "SELECT canonical_url, version FROM news.article ORDER BY 1") == before
    assert processes_of(home) == []


def test_everything_killed_in_the_middle_of_a_run_ends_in_one_state_and_nothing_twice(
    first_demo, home, start
):
    versions = ask(home, "SELECT count(*), sum(version) FROM news.article")
    up = start()
    api = up.wait()
    urls = [page.url for page in read_pages(SampleSite(datetime.now(UTC)))]
    run_id = api.trigger("ingest_urls", {"urls": urls})
    while not ask(home, "SELECT 1 FROM news.work_list WHERE state IN ('claimed', 'fetched')"):
        time.sleep(0.2)
    kill_all(home)
    up.process.wait(timeout=30)

    up = start()
    api = up.wait()
    assert api.wait("ingest_urls", run_id, seconds=600) == "success"
    assert ask(home, "SELECT 1 FROM news.work_list WHERE state IN ('waiting', 'claimed', 'fetched')") == []
    assert ask(home, "SELECT count(*), sum(version) FROM news.article") == versions
    assert ask(home, "SELECT canonical_url FROM news.article GROUP BY 1 HAVING count(*) > 1") == []
    assert up.interrupt() == 0
    assert processes_of(home) == []
