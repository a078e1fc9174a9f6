"""Get a home ready and start the warden that runs its server."""

import hashlib
import logging
import os
import socket
import subprocess
import sys
from pathlib import Path

from copytaster.postgres import warden
from copytaster.postgres.account import small_environment
from copytaster.postgres.cluster import Cluster
from copytaster.postgres.files import open_private, write_whole
from copytaster.postgres.server import (
    HOST,
    SUPERUSER,
    PostgresUnavailable,
    Server,
    complaint,
    new_passwords,
    read_passwords,
    save_passwords,
)

log = logging.getLogger(__name__)

_LOG_BYTES = 5_000_000
_PORTS = range(20_000, 30_000)  # below those that the system gives to outgoing connections


def launch(home: Path, alive: int, *, fsync: bool) -> int:
    """Make the cluster startable and start a warden, which inherits the lock with descriptor ``alive``.

    Returns the length of the server's log before the start.
    """
    cluster = Cluster.of(home)
    _create_or_repair(home, cluster, fsync=fsync)
    port = _free_port(home)
    write_whole(home / "port", f"{port}\n")
    owner = (cluster.account.uid, cluster.account.gid) if cluster.account else (-1, -1)
    with os.fdopen(_opened_log(home / "server.log"), "ab") as output:
        began = output.tell()
        subprocess.run(
            [
                *(sys.executable, "-I", "-S", warden.__file__, str(home), str(alive), *map(str, owner)),
                *cluster.command(name=cluster_name(home), port=port, fsync=fsync),
            ],
            check=False,  # a warden that did not start is noticed by its lock, like one that ended
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=(alive,),
            start_new_session=True,  # Ctrl-C at the caller's terminal is not for the server
            cwd="/",
            env=small_environment(),
        )
    return began


def remembered_server(home: Path) -> Server | None:
    """Return the server as it was last started in that home, whether it runs or not."""
    passwords = read_passwords(home)
    port = _remembered_port(home)
    return Server(host=HOST, port=port, passwords=passwords) if passwords and port else None


def cluster_name(home: Path) -> str:
    """Return what tells this home's server from any other, also from that of a copy of this home."""
    return f"copytaster-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"


def last_words(home: Path, began: int) -> str:
    """Return the last complaint in the server's log since ``began``, in one line."""
    with (home / "server.log").open("rb") as file:
        file.seek(began)
        return complaint(file.read().decode("utf-8", "replace"))


def _create_or_repair(home: Path, cluster: Cluster, *, fsync: bool) -> None:
    passwords = read_passwords(home)
    if cluster.data.exists():
        cluster.recover()
        if passwords is None:
            passwords = new_passwords()
            cluster.reset_password(passwords[SUPERUSER])
            save_passwords(home, passwords)
        return
    if passwords is None:
        passwords = new_passwords()
        save_passwords(home, passwords)
    log.info("creating a Postgres cluster in %s", cluster.data)
    cluster.create(passwords[SUPERUSER], fsync=fsync)


def _free_port(home: Path) -> int:
    """Choose the port of the last time if it is free, else one that depends on the home."""
    first = int.from_bytes(hashlib.sha256(os.fsencode(home)).digest()[:4], "big")
    candidates = [_PORTS[(first + step) % len(_PORTS)] for step in range(200)]
    for port in [_remembered_port(home) or candidates[0], *candidates]:
        if not _port_is_taken(port):
            return port
    raise PostgresUnavailable(f"no free port on {HOST}")


def _port_is_taken(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Postgres does
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def _remembered_port(home: Path) -> int | None:
    try:
        return int((home / "port").read_text("ascii"))
    except (FileNotFoundError, ValueError):
        return None


def _opened_log(path: Path) -> int:
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_name(f"{path.name}.1"))
    return open_private(path, os.O_WRONLY | os.O_APPEND)
