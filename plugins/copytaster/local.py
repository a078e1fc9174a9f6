"""The database of this machine: the one that the settings name, or the embedded server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg2
from psycopg2 import errors

from copytaster.config import Settings
from copytaster.errors import CopytasterError
from copytaster.migrate import migrate

#: What Postgres says where the schema is not there, or is an older one.
NOT_MIGRATED = (
    errors.InvalidSchemaName,
    errors.UndefinedTable,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
)
_NOT_OURS_TO_DO = (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)
_AWAY = (psycopg2.OperationalError, psycopg2.InterfaceError)


class DatabaseUnfit(CopytasterError):
    """The database is there, but lacks our schema, denies us a right, or went away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """Settings with a database URL, and the URLs that only the embedded server has."""

    settings: Settings
    reader_url: str
    reader_role: str | None = None  # None: the login of ``reader_url`` has a reader's rights and no others
    airflow_url: str | None = None


@contextmanager
def database(settings: Settings) -> Iterator[Local]:
    """Give a database; an embedded server is migrated and runs at least as long as the block.

    Raises ``DatabaseUnfit`` for what the owner of a real server has to put right.
    """
    with _named_faults():
        if settings.database_url:
            yield Local(settings=settings, reader_url=settings.database_url, reader_role="copytaster_reader")
            return
        with embedded(settings) as local:
            yield local


@contextmanager
def embedded(settings: Settings) -> Iterator[Local]:
    """Give the embedded server, migrated; it stops when its last user leaves."""
    from copytaster.postgres import running  # noqa: PLC0415 - a real server may be in use

    with running(Path(settings.data_dir) / "postgres") as server:
        migrate(server.database_url)
        yield Local(
            settings=replace(settings, database_url=server.database_url),
            reader_url=server.reader_url,
            airflow_url=server.airflow_url,
        )


@contextmanager
def _named_faults() -> Iterator[None]:
    """Say in one line what somebody can put right; a wrong statement of ours stays the bug that it is."""
    try:
        yield
    except NOT_MIGRATED as error:
        raise DatabaseUnfit(f"{_first_line(error)} (has `copytaster migrate` been run?)") from error
    except (*_NOT_OURS_TO_DO, *_AWAY) as error:
        raise DatabaseUnfit(f"the database says: {_first_line(error)}") from error


def _first_line(error: psycopg2.Error) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
