"""Is every part in order? Each check says what is wrong and what to do."""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from copytaster.config import PROJECT_ROOT, Settings
from copytaster.errors import CopytasterError

Check = Callable[[Settings], None]


def check_all(settings: Settings) -> Iterator[tuple[str, str | None, str]]:
    """Yield for each part its name, what is wrong (None: nothing) and what to do about it."""
    for name, check, advice in CHECKS:
        try:
            check(settings)
        except (CopytasterError, OSError, ImportError) as error:
            yield name, str(error).partition("\n")[0] or type(error).__name__, advice
        else:
            yield name, None, advice


def _python(_: Settings) -> None:
    if not (3, 11) <= sys.version_info < (3, 14):
        raise CopytasterError(f"Python {sys.version_info.major}.{sys.version_info.minor}")


def _settings(settings: Settings) -> None:
    _ = settings.looks  # raises where it cannot be read
    if unknown := Settings.unknown(os.environ):
        raise CopytasterError(f"{', '.join(unknown)}: there is no such setting")


def _database(settings: Settings) -> None:
    from copytaster import store  # noqa: PLC0415 - a check loads what it checks
    from copytaster.local import database  # noqa: PLC0415

    with database(settings) as local, store.connect(local.settings.database_url) as db:
        store.work_waiting(db)
        if missing := _not_applied(db):
            raise CopytasterError(f"not applied as they are now: {', '.join(missing)}")


def _not_applied(db: Any) -> list[str]:
    """Name the files of ``sql/`` that the database has not, or has in another form."""
    from copytaster.migrate import SQL  # noqa: PLC0415 - see _database

    files = [path for folder in ("migrations", "functions", "views") for path in (SQL / folder).glob("*.sql")]
    with db.cursor() as cursor:
        cursor.execute("SELECT path, sha256 FROM copytaster.applied_file")
        applied = dict(cursor.fetchall())
    return sorted(
        name
        for path in (*files, SQL / "grants.sql")
        if applied.get(name := path.relative_to(SQL).as_posix())
        != hashlib.sha256(path.read_bytes()).hexdigest()
    )


def _airflow(_: Settings) -> None:
    from importlib.metadata import version  # noqa: PLC0415

    if version("apache-airflow") != "3.3.2":
        raise CopytasterError(f"apache-airflow {version('apache-airflow')}")


def _plugins(_: Settings) -> None:
    ignored = (PROJECT_ROOT / "plugins" / ".airflowignore").read_text().splitlines()
    if "copytaster/" not in ignored:
        raise CopytasterError("Airflow would load our modules over the standard library's")


def _archive(settings: Settings) -> None:
    from copytaster.archive import open_archive, writing  # noqa: PLC0415

    probe = open_archive(settings.archive) / "doctor.probe"
    with writing(probe) as stream:
        stream.write(b"ok")
    if probe.read_bytes() != b"ok":
        raise CopytasterError(f"{settings.archive} does not give back what was written")
    probe.unlink()


def _network(settings: Settings) -> None:
    from copytaster.fetch.network import Policy  # noqa: PLC0415 - see _database

    Policy.of(settings)
    if not settings.contact:
        raise CopytasterError("sites cannot tell who fetches from them")
    if settings.allowed_networks:
        raise CopytasterError(f"non-public networks may be contacted: {settings.allowed_networks}")


def _disk(settings: Settings) -> None:
    import shutil  # noqa: PLC0415

    folder = Path(settings.data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < _LEAST_BYTES:
        raise CopytasterError(f"{free >> 20} MB free at {folder}")


_LEAST_BYTES = 1 << 30

CHECKS: tuple[tuple[str, Check, str], ...] = (
    ("Python", _python, "use Python 3.11, 3.12 or 3.13: make clean; make setup PYTHON=python3.12"),
    ("settings", _settings, "plugins/copytaster/config.py lists them; unset what is misspelt"),
    ("disk", _disk, "free some space, or set COPYTASTER_DATA_DIR"),
    (
        "Postgres",
        _database,
        "check COPYTASTER_DATABASE_URL, then run `copytaster migrate`; unset it for the embedded server",
    ),
    ("archive", _archive, "check COPYTASTER_ARCHIVE_URL and its rights"),
    ("Airflow", _airflow, "make setup installs the locked version"),
    ("plugins", _plugins, "restore plugins/.airflowignore"),
    (
        "network policy",
        _network,
        "set COPYTASTER_CONTACT to an address that sites can write to; leave COPYTASTER_ALLOWED_NETWORKS empty",
    ),
)
