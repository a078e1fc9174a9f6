"""Whom the server runs as. Postgres refuses root, so root's server runs as an existing other user."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from copytaster.config import Settings
from copytaster.postgres.server import PostgresUnavailable

#: All that the programs need of the environment; PG* variables and secrets stay outside.
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The user that root hands the server to."""

    name: str
    uid: int
    gid: int


def account_for(data: Path) -> Account | None:
    """Find the account of a server on ``data``; None means the caller's own.

    Data that exists is served by its owner, whatever the setting says: Postgres insists on that.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat().st_uid):
        return _owner(data, owner)
    wanted = Settings.from_environment().postgres_user
    for name in [wanted] if wanted else ["postgres", "nobody"]:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return _account(entry)
    tried = wanted or "postgres or nobody"
    message = f"Postgres refuses to run as root, and {tried} will not do: set COPYTASTER_POSTGRES_USER"
    raise PostgresUnavailable(message)


def run_as(
    account: Account | None, command: Sequence[str], *, text: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end as that account, ``text`` on its standard input."""
    return subprocess.run(
        command,
        input=text or "",
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=small_environment(),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def can_enter(account: Account | None, folder: Path) -> bool:
    """Whether the account reaches this folder, asked of the system and not of the mode bits."""
    return run_as(account, ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]).returncode == 0


def small_environment() -> dict[str, str]:
    """Return the environment of every program that we start for the server."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


def _owner(data: Path, uid: int) -> Account:
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:  # an id of another machine or container; its number is enough
        name = str(uid)
    return Account(name=name, uid=uid, gid=data.stat().st_gid)


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
