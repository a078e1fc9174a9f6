"""Attach to the server of a home or start it; leave it, and see it stop if nobody else uses it."""

import fcntl
import hashlib
import logging
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2

from copytaster.postgres import warden
from copytaster.postgres.account import small_environment
from copytaster.postgres.cluster import Cluster
from copytaster.postgres.provision import provision
from copytaster.postgres.server import (
    HOST,
    PostgresUnavailable,
    Server,
    new_passwords,
    read_passwords,
    save_passwords,
    write_whole,
)

log = logging.getLogger(__name__)

START_SECONDS = 60.0
#: A server that says that it recovers from a crash may take this long.
RECOVERY_SECONDS = 3600.0
STOP_SECONDS = warden.STOP_SECONDS
LOG_BYTES = 5_000_000
_PORTS = range(20_000, 30_000)  # below those that the system gives to outgoing connections
_TRIES = 5


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
        users = _lock(home / "users.lock", fcntl.LOCK_SH)  # waits for a warden that is stopping
    except OSError as error:
        raise PostgresUnavailable(f"{home} cannot be used: {error.strerror}") from error
    try:
        yield _attached_or_started(home, fsync=fsync)
    finally:
        # Closed and not unlocked: a forked child may still use the server.
        os.close(users)
        _wait_until_stopped(home)


def discard(home: Path) -> None:
    """Delete a home with all its data, wherever it is. Raises ``PostgresUnavailable`` if it is used."""
    home = home.resolve()
    if not home.exists():
        return
    users = os.open(home / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _try_lock(users, fcntl.LOCK_EX):
            raise PostgresUnavailable(f"the Postgres server in {home} is in use")
        place = home / "place"
        if place.exists():
            shutil.rmtree(Path(place.read_text("utf-8").strip()), ignore_errors=True)
        shutil.rmtree(home)
    finally:
        os.close(users)


def _attached_or_started(home: Path, *, fsync: bool) -> Server:
    try:
        start = _lock(home / "start.lock", fcntl.LOCK_EX)
        try:
            server = _remembered(home)
            if server and _warden_lives(home) and _refusal(server.database_url, home) is None:
                return server
            return _started(home, fsync=fsync)
        finally:
            os.close(start)
    except OSError as error:
        raise PostgresUnavailable(f"{home} cannot be used: {error}") from error


def _started(home: Path, *, fsync: bool) -> Server:
    """Have a warden start the server, or wait for the one that is at it."""
    for _ in range(_TRIES):
        alive = os.open(home / "warden.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if _try_lock(alive, fcntl.LOCK_EX):
                _launch(home, alive, fsync=fsync)
        finally:
            os.close(alive)  # the warden has it now
        server = _remembered(home)
        if server is None:
            message = f"{home}/credentials.json is missing: end the programs that use its server"
            raise PostgresUnavailable(message)
        if _comes_up(server, home):
            provision(server)
            return server
        if not _port_is_taken(server.port):
            break
    raise PostgresUnavailable(f"Postgres did not start: {_last_words(home)} (see {home}/server.log)")


def _launch(home: Path, alive: int, *, fsync: bool) -> None:
    """Make the cluster startable and start the warden, which inherits the lock ``alive``."""
    cluster = Cluster.of(home)
    _create_or_repair(home, cluster)
    port = _free_port(home)
    write_whole(home / "port", f"{port}\n")
    _rotate(home / "server.log")
    owner = (cluster.account.uid, cluster.account.gid) if cluster.account else (-1, -1)
    command = [sys.executable, "-I", "-S", warden.__file__, str(home), str(alive), *map(str, owner)]
    with (home / "server.log").open("ab") as output:
        subprocess.run(
            [*command, *cluster.command(name=_cluster_name(home), port=port, fsync=fsync)],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=(alive,),
            start_new_session=True,  # Ctrl-C at the caller's terminal is not for the server
            cwd="/",
            env=small_environment(),
        )


def _create_or_repair(home: Path, cluster: Cluster) -> None:
    passwords = read_passwords(home)
    if cluster.data.exists():
        cluster.recover()
        if passwords is None:
            passwords = new_passwords()
            cluster.reset_password(passwords["postgres"])
            save_passwords(home, passwords)
        return
    if passwords is None:
        passwords = new_passwords()
        save_passwords(home, passwords)
    log.info("creating a Postgres cluster in %s", cluster.data)
    cluster.create(passwords)


def _comes_up(server: Server, home: Path) -> bool:
    """Wait until the server answers; False when its warden gave up."""
    began = told = time.monotonic()
    while True:
        refusal = _refusal(server.superuser_url(), home)
        waited = time.monotonic() - began
        if refusal is None:
            return True
        if not _warden_lives(home):
            return False
        recovers = "the database system is" in refusal  # "... starting up", "... in recovery mode"
        if waited > (RECOVERY_SECONDS if recovers else START_SECONDS):
            raise PostgresUnavailable(f"Postgres does not answer: {refusal}")
        if time.monotonic() - told > 5:
            told = time.monotonic()
            log.warning("waiting for Postgres since %.0f s: %s", waited, refusal)
        time.sleep(0.02 if waited < 2 else 0.5)  # noqa: PLR2004 - each refusal is a line in its log


def _refusal(url: str, home: Path) -> str | None:
    """Why the server of that home does not answer a query; None when it does."""
    try:
        # The environment has no say in how we connect.
        options = {"sslmode": "disable", "gssencmode": "disable"}
        with closing(psycopg2.connect(url, connect_timeout=10, **options)) as db, db.cursor() as run:
            run.execute("SELECT current_setting('cluster_name')")
            found = run.fetchone()
    except psycopg2.OperationalError as error:
        return " ".join(str(error).split()) or type(error).__name__
    return None if found == (_cluster_name(home),) else "the port belongs to another server"


def _remembered(home: Path) -> Server | None:
    passwords = read_passwords(home)
    port = _remembered_port(home)
    return Server(host=HOST, port=port, passwords=passwords) if passwords and port else None


def _remembered_port(home: Path) -> int | None:
    try:
        return int((home / "port").read_text("ascii"))
    except (FileNotFoundError, ValueError):
        return None


def _free_port(home: Path) -> int:
    """The port of the last time if it is free, else one that depends on the home."""
    first = int.from_bytes(hashlib.sha256(os.fsencode(home)).digest()[:4], "big")
    candidates = [_PORTS[(first + step) % len(_PORTS)] for step in range(200)]
    for port in [_remembered_port(home) or candidates[0], *candidates]:
        if not _port_is_taken(port):
            return port
    raise PostgresUnavailable(f"no free port on {HOST}")


def _port_is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Postgres does
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def _cluster_name(home: Path) -> str:
    """Tells this home's server from any other, also from that of a copy of this home."""
    return f"copytaster-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"


def _wait_until_stopped(home: Path) -> None:
    """Return when others use the server, or when it has stopped."""
    until = time.monotonic() + STOP_SECONDS
    while time.monotonic() < until and _warden_lives(home) and not _used(home / "users.lock"):
        time.sleep(0.02)


def _warden_lives(home: Path) -> bool:
    return not _could_lock(home / "warden.lock", fcntl.LOCK_EX)


def _used(lock: Path) -> bool:
    """Whether somebody shares that lock; a warden that stops the server has it alone."""
    return not _could_lock(lock, fcntl.LOCK_EX) and _could_lock(lock, fcntl.LOCK_SH)


def _could_lock(path: Path, how: int) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:  # the home was deleted
        return True
    try:
        return _try_lock(descriptor, how)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock(path: Path, how: int) -> int:
    """Open and lock a file, waiting for it. The lock ends with the descriptor or the process."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, how)
    return descriptor


def _rotate(path: Path) -> None:
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_name(f"{path.name}.1"))


def _last_words(home: Path) -> str:
    """The last complaint in the server's log."""
    lines = (home / "server.log").read_text("utf-8", "replace").strip().splitlines()[-20:]
    complaints = [line for line in lines if "FATAL" in line or "cannot" in line or "PANIC" in line]
    return (complaints or lines or ["it wrote nothing"])[-1]
