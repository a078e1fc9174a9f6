"""Processes that use the embedded Postgres, and what tests ask about them."""

import os
import pwd
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import psycopg2

from copytaster.postgres import Server
from copytaster.postgres.launch import cluster_name

PATIENCE = 60.0

USER = """
import sys
from pathlib import Path
from copytaster.postgres import running
with running(Path(sys.argv[1]), fsync=False) as server:
    print(server.superuser_url(), flush=True)
    sys.stdin.read()
"""


@contextmanager
def user_process(
    home: Path, *, python: str = sys.executable, account: str = "", path: str = "", stderr: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the server until its standard input ends."""
    user = subprocess.Popen(
        [python, "-c", USER, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        start_new_session=True,
        cwd="/",
        env=environment(path),
        user=account or None,
        group=pwd.getpwnam(account).pw_gid if account else None,
        extra_groups=[] if account else None,
    )
    with user:
        try:
            yield user
        finally:
            user.stdin.close()
            user.wait(timeout=PATIENCE)


def environment(path: str = "") -> dict[str, str]:
    """Enough for a Python that is not ours to find the package and its libraries; ``path`` goes first."""
    folders = [path, str(Path(__file__).parents[1] / "plugins"), str(Path(psycopg2.__file__).parents[1])]
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(filter(None, folders)),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def url_of(user: subprocess.Popen[str]) -> str:
    return user.stdout.readline().strip()


@contextmanager
def session(url: str):
    with closing(psycopg2.connect(url)) as db:
        db.autocommit = True
        with db.cursor() as run:
            yield run


def ask(url: str, query: str) -> tuple:
    with session(url) as run:
        run.execute(query)
        return run.fetchone()


def answers(server: Server) -> bool:
    try:
        return ask(server.database_url, "SELECT 1") == (1,)
    except psycopg2.OperationalError:
        return False


@contextmanager
def busy_query(server: Server) -> Iterator[None]:
    """A query that computes for minutes and looks at no signal of its client meanwhile."""
    psql = "import psycopg2, sys; psycopg2.connect(sys.argv[1]).cursor().execute('SELECT count(*) FROM generate_series(1, 100000000000)')"
    client = subprocess.Popen([sys.executable, "-c", psql, server.superuser_url()], stderr=subprocess.DEVNULL)
    try:
        busy = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%%100000000000%%' AND pid <> pg_backend_pid()"
        eventually(lambda: ask(server.superuser_url(), busy) == (1,))
        yield
    finally:
        client.kill()
        client.wait()


def postmaster_pid(server: Server) -> int:
    return postmaster_pid_at(server.superuser_url())


def postmaster_pid_at(url: str) -> int:
    with session(url) as run:
        run.execute("SELECT pg_backend_pid()")
        return psutil.Process(run.fetchone()[0]).ppid()


def pid_file(home: Path) -> Path:
    place = home / "place"
    cluster = Path(place.read_text().strip()) if place.exists() else home / "cluster"
    return cluster / "data" / "postmaster.pid"


def processes_of(home: Path) -> list[psutil.Process]:
    """The warden, the server and all that the server started: each shows the cluster's name."""
    name = cluster_name(home.resolve())
    return [p for p in psutil.process_iter(["cmdline"]) if name in " ".join(p.info["cmdline"] or [])]


def warden_of(home: Path) -> psutil.Process:
    (warden,) = [p for p in processes_of(home) if "warden.py" in " ".join(p.cmdline())]
    return warden


def eventually(condition: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def assert_ended(home: Path) -> None:
    eventually(lambda: not processes_of(home))
