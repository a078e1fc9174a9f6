"""The database of this machine: the one that the settings name, or the embedded server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from copytaster.config import Settings
from copytaster.migrate import migrate


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """Settings with a database URL, and the URLs that only the embedded server has."""

    settings: Settings
    reader_url: str
    airflow_url: str | None = None


@contextmanager
def database(settings: Settings) -> Iterator[Local]:
    """Give a migrated database; an embedded server runs at least as long as the block."""
    if settings.database_url:
        yield Local(settings=settings, reader_url=settings.database_url)
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
