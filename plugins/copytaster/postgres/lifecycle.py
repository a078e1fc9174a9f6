"""Attach to the server of a home or start it; leave it, and see it stop if nobody else uses it."""

import logging
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2

from copytaster.postgres import locks
from copytaster.postgres.launch import cluster_name, last_words, launch, remembered_server
from copytaster.postgres.provision import provision
from copytaster.postgres.server import PostgresUnavailable, Server
from copytaster.postgres.warden import STOP_SECONDS

log = logging.getLogger(__name__)

START_SECONDS = 60.0
#: A server that says that it recovers from a crash may take this long.
RECOVERY_SECONDS = 3600.0
_SECONDS_BETWEEN_REPORTS = 5.0
_TRIES = 5
#: All that a home consists of, beside the data where it had to go elsewhere.
_PARTS = ("cluster", "credentials.json", "place", "port", "server.log", "server.log.1")
_LOCKS = ("start.lock", "warden.lock", "users.lock")


@contextmanager
def running(home: Path, *, fsync: bool = True) -> Iterator[Server]:
    """Attach to the server in ``home`` or start it; on leaving it stops if nobody else uses it.

    ``fsync=False`` starts it fast and forgetful, for tests. The caller counts as a user until the
    block ends or the process dies, however that happens; a process that it forks counts as well.
    Raises ``PostgresUnavailable``.
    """
    home = home.resolve()
    try:
        home.mkdir(parents=True, exist_ok=True)
        users = locks.wait_for(home / "users.lock", locks.SHARED)  # a warden that stops has it alone
    except OSError as error:
        raise _unusable(home, error) from error
    try:
        yield _attached_or_started(home, fsync=fsync)
    finally:
        os.close(users)  # and not unlocked: a forked child may still use the server
        _wait_until_stopped(home)


def discard(home: Path) -> None:
    """Delete the data and the passwords of a home. Raises ``PostgresUnavailable`` if it is in use."""
    home = home.resolve()
    if not (home / "users.lock").exists():
        return
    users = locks.opened(home / "users.lock")
    try:
        while not locks.take(users, locks.ALONE):
            if locks.is_free(home / "users.lock", locks.SHARED):
                raise PostgresUnavailable(f"the Postgres server in {home} is in use")
            time.sleep(0.02)  # a warden is about to end
        if (home / "place").exists():
            shutil.rmtree((home / "place").read_text("utf-8").strip(), ignore_errors=True)
        shutil.rmtree(home / "cluster", ignore_errors=True)
        for name in (*_PARTS[1:], *_LOCKS):
            (home / name).unlink(missing_ok=True)
    finally:
        os.close(users)
    if not any(home.iterdir()):
        home.rmdir()


def _attached_or_started(home: Path, *, fsync: bool) -> Server:
    try:
        start = locks.wait_for(home / "start.lock", locks.ALONE)
        try:
            server = remembered_server(home)
            if server and _warden_lives(home) and _refusal(server.database_url, home) is None:
                return server
            return _started(home, fsync=fsync)
        finally:
            os.close(start)
    except (OSError, psycopg2.Error) as error:
        raise _unusable(home, error) from error


def _started(home: Path, *, fsync: bool) -> Server:
    """Have a warden start the server, or wait for the one that is at it.

    Tried again when it fails: its port may have been taken meanwhile, or somebody killed it.
    """
    complaint = "its wardens ended"
    for _ in range(_TRIES):
        began = _launched(home, fsync=fsync)
        server = remembered_server(home)
        if server is None:
            raise PostgresUnavailable(
                f"{home}/credentials.json is gone: end the programs that use its server, then try again"
            )
        try:
            if _comes_up(server, home):
                provision(server)
                return server
        except psycopg2.OperationalError as error:
            complaint = _one_line(error)
        else:
            complaint = complaint if began is None else last_words(home, began)
    raise PostgresUnavailable(f"Postgres did not start: {complaint} (see {home}/server.log)")


def _launched(home: Path, *, fsync: bool) -> int | None:
    """Start a warden unless one lives; return where its words begin in the log."""
    alive = locks.opened(home / "warden.lock")
    try:
        return launch(home, alive, fsync=fsync) if locks.take(alive, locks.ALONE) else None
    finally:
        os.close(alive)  # the warden has it now


def _comes_up(server: Server, home: Path) -> bool:
    """Wait until the server answers; False when its warden gave up."""
    began = told = time.monotonic()
    while refusal := _refusal(server.superuser_url(), home):
        if not _warden_lives(home):
            return False
        waited = time.monotonic() - began
        _give_up(refusal, waited, home)
        if time.monotonic() - told > _SECONDS_BETWEEN_REPORTS:
            told = time.monotonic()
            log.warning("waiting for Postgres since %.0f s: %s", waited, refusal)
        time.sleep(min(0.5, 0.02 + waited / 10))  # each refusal is a line in the server's log
    return True


def _give_up(refusal: str, waited: float, home: Path) -> None:
    """Raise ``PostgresUnavailable`` if waiting on does not help."""
    if "password authentication failed" in refusal:
        raise PostgresUnavailable(
            f"the passwords in {home}/credentials.json are not the server's: end the programs that use "
            "it and delete that file, then try again"
        )
    recovers = "the database system is" in refusal  # "... starting up", "... in recovery mode"
    if waited > (RECOVERY_SECONDS if recovers else START_SECONDS):
        raise PostgresUnavailable(f"Postgres does not answer: {refusal}")


def _refusal(url: str, home: Path) -> str:
    """Say why the server of that home does not answer a query; empty when it does."""
    try:
        # The environment (PGSSLMODE and its kin) has no say in how we look.
        with (
            closing(psycopg2.connect(url, connect_timeout=10, sslmode="disable", gssencmode="disable")) as db,
            db.cursor() as run,
        ):
            run.execute("SELECT current_setting('cluster_name')")
            found = run.fetchone()
    except psycopg2.OperationalError as error:
        return _one_line(error) or "no answer"
    return "" if found == (cluster_name(home),) else "its port belongs to another server"


def _wait_until_stopped(home: Path) -> None:
    """Return when others use the server, or when it has stopped."""
    until = time.monotonic() + STOP_SECONDS
    while time.monotonic() < until and _warden_lives(home) and not _used(home / "users.lock"):
        time.sleep(0.02)


def _warden_lives(home: Path) -> bool:
    return not locks.is_free(home / "warden.lock", locks.ALONE)


def _used(lock: Path) -> bool:
    """Whether somebody shares that lock; a warden that stops the server has it alone."""
    return not locks.is_free(lock, locks.ALONE) and locks.is_free(lock, locks.SHARED)


def _unusable(home: Path, error: Exception) -> PostgresUnavailable:
    return PostgresUnavailable(f"the Postgres in {home} cannot be used: {_one_line(error)}")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
