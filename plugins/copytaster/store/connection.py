"""Connections to Postgres: one transaction each, with the writer's rights only."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import psycopg2.extras
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class with a lower-case name

from copytaster.errors import CopytasterError

__all__ = ["Connection", "DatabaseAway", "connect", "open_connection"]


class DatabaseAway(CopytasterError):
    """Postgres could not be reached, or did not let us in."""


@contextmanager
def connect(
    database_url: str, *, role: str | None = "copytaster_writer", application_name: str = "copytaster"
) -> Iterator[Connection]:
    """Give a connection; commit when the block ends well, roll back when it raises, then close.

    Raises ``DatabaseAway`` when there is no connection to be had. Session time zone is UTC.
    """
    db = open_connection(database_url, role=role, application_name=application_name)
    try:
        yield db
        db.commit()
    finally:
        db.close()  # rolls back what was not committed; a lost connection must not hide why it was lost


def open_connection(database_url: str, *, role: str | None = None, application_name: str) -> Connection:
    """Connect, in the role and in UTC; the caller closes. Raises ``DatabaseAway``."""
    options = "-c timezone=UTC" + (f" -c role={role}" if role else "")
    try:
        return psycopg2.connect(
            database_url,
            options=options,
            application_name=application_name,
            connect_timeout=10,
            keepalives_idle=30,
        )
    except psycopg2.ProgrammingError:
        # The library's message repeats the URL, and with it the password.
        raise DatabaseAway("the database URL is not one that Postgres understands") from None
    except psycopg2.OperationalError as error:
        raise DatabaseAway(f"no connection to the database: {_reason(error)}") from None


def _reason(error: psycopg2.OperationalError) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = lines[0] if lines else "no answer"
    if "role" in reason and ("does not exist" in reason or "permission denied" in reason):
        return f"{reason} (has `copytaster migrate` been run?)"
    return reason
