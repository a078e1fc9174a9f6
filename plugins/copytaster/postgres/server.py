"""Where the embedded server is and how to log in to it."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from copytaster.errors import CopytasterError
from copytaster.postgres.files import write_whole

HOST = "127.0.0.1"
SUPERUSER = "postgres"
#: ``copytaster`` owns the database ``copytaster``, ``airflow`` owns ``airflow``, ``analyst`` reads.
LOGINS = (SUPERUSER, "copytaster", "airflow", "analyst")
_WORDS_OF_COMPLAINT = ("FATAL", "PANIC", "error:", "Error:", "cannot")


class PostgresUnavailable(CopytasterError):
    """The embedded Postgres cannot be used. The message says why, in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server: its address and the URLs of its logins. ``repr`` shows no password."""

    host: str
    port: int
    passwords: Mapping[str, str] = field(repr=False)

    @property
    def database_url(self) -> str:
        """The pipeline's login, owner of the database ``copytaster``."""
        return self._url("copytaster", "copytaster")

    @property
    def airflow_url(self) -> str:
        """Airflow's login, owner of the database ``airflow``; a SQLAlchemy URL."""
        return self._url("airflow", "airflow").replace("postgresql", "postgresql+psycopg2", 1)

    @property
    def reader_url(self) -> str:
        """The login ``analyst``: reads ``news`` and may submit URLs, nothing else."""
        return self._url("analyst", "copytaster")

    def superuser_url(self, database: str = "postgres") -> str:
        """Return the superuser's login to ``database``, for creating and dropping databases."""
        return self._url(SUPERUSER, database)

    def _url(self, login: str, database: str) -> str:
        return f"postgresql://{login}:{self.passwords[login]}@{self.host}:{self.port}/{database}"


def new_passwords() -> dict[str, str]:
    """Draw one random password for each login, of characters that need no quoting in a URL."""
    return {login: secrets.token_urlsafe(24) for login in LOGINS}


def read_passwords(home: Path) -> dict[str, str] | None:
    """Read the passwords kept in ``home``; None where there are none yet."""
    path = home / "credentials.json"
    try:
        passwords = json.loads(path.read_text("utf-8"))
        return {login: str(passwords[login]) for login in LOGINS}
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        message = f"{path} is damaged: delete it to get new passwords"
        raise PostgresUnavailable(message) from None


def save_passwords(home: Path, passwords: Mapping[str, str]) -> None:
    """Keep the passwords in ``home``, readable by their owner alone; whole or not at all."""
    write_whole(home / "credentials.json", json.dumps(dict(passwords), indent=1) + "\n")


def complaint(text: str) -> str:
    """Return the line of a program's output that says what went wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    wrong = [line for line in lines if any(word in line for word in _WORDS_OF_COMPLAINT)]
    return (wrong or lines or ["it wrote nothing"])[-1]
