"""The data folder of the server: where it is, creating it, making it startable after a crash."""

import contextlib
import os
import secrets
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from copytaster.postgres.account import Account, account_for, can_enter, run_as
from copytaster.postgres.binaries import SHARED, binaries_for
from copytaster.postgres.files import write_whole
from copytaster.postgres.server import HOST, SUPERUSER, PostgresUnavailable, complaint

#: Postgres holds paths in 1,024 bytes, and adds file names to that of the data folder.
MAX_PATH_BYTES = 980
#: Written to postgresql.conf once, so that ALTER SYSTEM or an editor can change them.
_TUNING = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    "log_min_error_statement": "panic",  # statements hold the texts of articles
}
#: Survives the death of any process, not that of the machine. Hence no synchronous_commit=off here.
_FORGETFUL = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """One data folder, the programs that serve it, and whom they run as (None: the caller)."""

    data: Path
    binaries: Path
    account: Account | None

    @classmethod
    def of(cls, home: Path) -> "Cluster":
        """Find the cluster of that home, or choose the place for it."""
        remembered = _remembered(home)
        folder = remembered or home / "cluster"
        account = account_for(folder / "data")
        if remembered is None and not (folder / "data").exists():
            folder = _new_folder(home, account)
        if len(os.fsencode(folder)) > MAX_PATH_BYTES:
            raise PostgresUnavailable(f"the path is too long for Postgres: {folder}")
        if not can_enter(account, folder):
            who = f"the user {account.name}" if account else "this user"
            raise PostgresUnavailable(f"{who} cannot reach the Postgres data in {folder}")
        return cls(data=folder / "data", binaries=binaries_for(account), account=account)

    def command(self, *, name: str, port: int, fsync: bool) -> list[str]:
        """Return what starts the server; ``name`` tells this cluster from any other."""
        settings = {
            "cluster_name": name,
            "port": str(port),
            "listen_addresses": HOST,
            "unix_socket_directories": "",  # no socket: no path limit, and passwords for everybody
            "lc_messages": "C",  # its refusals are recognised by their words
        } | ({} if fsync else _FORGETFUL)
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [str(self.binaries / "postgres"), "-D", str(self.data), *options]

    def create(self, password: str, *, fsync: bool) -> None:
        """Create the cluster with that password of the superuser: whole or not at all."""
        draft = self.data.with_name("data.new")
        shutil.rmtree(draft, ignore_errors=True)
        password_file = self.data.with_name("password.new")
        write_whole(password_file, password)
        try:
            self._initdb(draft, password_file, fsync=fsync)
        finally:
            password_file.unlink()
        draft.rename(self.data)

    def recover(self) -> None:
        """End what a killed warden or server left, and remove its pid file. Only while no warden lives."""
        for number, seconds in ((signal.SIGINT, 60.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            if not (left := self._processes()):
                break
            servers = [process for process in left if not _is_backend(process)]
            # A server ends its backends. Those that lost it take SIGINT for "cancel the query".
            orphans = [] if servers else left
            _signal(servers, number)
            _signal(orphans, signal.SIGQUIT if number == signal.SIGINT else number)
            psutil.wait_procs(left, timeout=seconds)
        if left := self._processes():
            raise PostgresUnavailable(f"process {left[0].pid} of a former server does not end")
        # Postgres believes any live process of its user to be the server that this file names.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def reset_password(self, password: str) -> None:
        """Give the superuser a new password while no server runs (its old one was lost)."""
        command = [str(self.binaries / "postgres"), "--single", "-D", str(self.data), "postgres"]
        done = run_as(self.account, command, text=f"ALTER ROLE {SUPERUSER} PASSWORD '{password}'\n")
        if done.returncode != 0 or "ERROR" in done.stderr:
            raise PostgresUnavailable(f"the password could not be reset: {complaint(done.stderr)}")

    def _initdb(self, folder: Path, password_file: Path, *, fsync: bool) -> None:
        # The same order and letters everywhere; macOS knows C.UTF-8 under another name.
        locale = ["--locale=C", "--lc-ctype=UTF-8"] if sys.platform == "darwin" else ["--locale=C.UTF-8"]
        settings = [part for key, value in _TUNING.items() for part in ("--set", f"{key}={value}")]
        command = [
            *(str(self.binaries / "initdb"), "--pgdata", str(folder), "--username", SUPERUSER),
            *("--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8"),
            *("--no-instructions", *([] if fsync else ["--no-sync"]), *locale, *settings),
        ]
        done = run_as(self.account, command)
        if done.returncode != 0:
            raise PostgresUnavailable(f"initdb failed: {complaint(done.stderr)}")

    def _processes(self) -> list[psutil.Process]:
        """Find the live processes of any server on this data: all of them work in its folder."""
        found = psutil.process_iter(["name", "cwd"])
        return [p for p in found if p.info["name"] == "postgres" and p.info["cwd"] == str(self.data)]


def _is_backend(process: psutil.Process) -> bool:
    try:
        return "".join(process.cmdline()).startswith("postgres:")
    except psutil.NoSuchProcess:
        return True


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def _remembered(home: Path) -> Path | None:
    """Read the data's place outside home, if it had to go there; follows a home that was moved."""
    place = home / "place"
    if not place.exists():
        return None
    folder = Path(place.read_text("utf-8").strip())
    owner = folder / "home"
    if not owner.exists():
        raise PostgresUnavailable(f"the Postgres data of {home} is gone from {folder}")
    former = Path(owner.read_text("utf-8").strip())
    if former == home:
        return folder
    if (former / "place").exists() and (former / "place").read_text("utf-8") == place.read_text("utf-8"):
        place.unlink()  # home is a copy: the data stays with the original
        return None
    write_whole(owner, f"{home}\n")
    return folder


def _new_folder(home: Path, account: Account | None) -> Path:
    folder = home / "cluster"
    folder.mkdir(mode=0o700, exist_ok=True)
    if account is None:
        return folder
    os.chown(folder, account.uid, account.gid)
    if can_enter(account, folder):
        return folder
    # Home lies below a private folder, such as /root. We open no folder that is not ours.
    shutil.rmtree(folder)
    SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    _prune()
    project = next((name for name in reversed(home.parts[:-1]) if name[0] not in "./"), "data")
    folder = SHARED / f"{project}-{secrets.token_hex(6)}"
    folder.mkdir(mode=0o700)
    write_whole(folder / "home", f"{home}\n")
    os.chown(folder, account.uid, account.gid)
    write_whole(home / "place", f"{folder}\n")
    return folder


def _prune() -> None:
    """Delete data whose home lay in the folder of temporary files and is gone, as after tests."""
    for owner in SHARED.glob("*/home"):
        home = Path(owner.read_text("utf-8").strip())
        if home.is_relative_to(tempfile.gettempdir()) and not home.exists():
            shutil.rmtree(owner.parent, ignore_errors=True)
