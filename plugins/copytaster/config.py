"""Settings, read once from the environment (prefix ``COPYTASTER_``)."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from copytaster.errors import CopytasterError

PROJECT_ROOT = Path(__file__).resolve().parents[2]
PREFIX = "COPYTASTER_"
#: Numbers that may be zero; every other must be more.
_MAY_BE_ZERO = frozenset(
    {"COPYTASTER_HOST_DELAY_FACTOR", "COPYTASTER_HOST_DELAY_SECONDS", "COPYTASTER_MAX_REDIRECTS"}
)
_SWITCHES = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}
#: Read by the files of docker compose, by the local stack and by the tests, not by ``Settings``.
_OF_OTHERS = frozenset(
    {
        "COPYTASTER_DB_PASSWORD",
        "COPYTASTER_OWNER_PASSWORD",
        "COPYTASTER_STACK",
        "COPYTASTER_TEST_HOME",
    }
)


class BadSetting(CopytasterError):
    """A setting has a value that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting, its default, and what it changes. Set ``COPYTASTER_<NAME>`` to override."""

    #: Postgres to use; empty means the embedded server under ``data_dir``.
    database_url: str = field(default="", repr=False)  # it holds a password
    #: Folder with ``postgres`` and ``initdb`` (16 or newer) instead of those that are installed with us.
    postgres_bin: str = ""
    #: Existing user that the embedded Postgres runs as when we are root; empty: postgres, else nobody.
    postgres_user: str = ""
    #: Where the embedded Postgres, Airflow's home, logs and the default archive live.
    data_dir: str = str(PROJECT_ROOT / ".data")
    #: Archive of captures and hand-over files: a folder or a URL (``s3://bucket/prefix``).
    archive_url: str = ""
    #: Name in the User-Agent header and in robots.txt rules.
    user_agent: str = "Copytaster/0.1"
    #: Address at which a site's operator reaches you; sent in User-Agent and From.
    contact: str = ""
    #: Least seconds between two requests to one host (robots.txt can ask for more).
    host_delay_seconds: float = 2.0
    #: Seconds between two requests for each second that the host takes to answer, where that is more; 0: no matter.
    host_delay_factor: float = 2.0
    #: Most seconds that slow answers, 429 and 503 make of that delay (robots.txt may still ask for more).
    host_delay_limit_seconds: float = 60.0
    #: Seconds from DNS look-up to last byte, redirects included.
    fetch_timeout_seconds: float = 30.0
    #: Largest body that is taken, in bytes, on the wire and decoded.
    max_body_bytes: int = 10_000_000
    #: Redirects followed for one page.
    max_redirects: int = 10
    #: Hours after an article's last change at which its page is looked at again, comma-separated; ``never``: not at all.
    revisit_hours: str = "1,4,24,72,168"
    #: Whether pages that forbid copies of themselves (``noarchive``) are left out of archive and articles (on, off).
    noarchive: bool = True
    #: Whether hosts are asked for ``/.well-known/tdmrep.json``, which says who reserves text and data mining (on, off).
    tdmrep: bool = True
    #: Fetches of one page before a passing fault becomes its quarantine reason.
    max_attempts: int = 4
    #: Ports that pages may be fetched from, comma-separated.
    allowed_ports: str = "80,443"
    #: Non-global networks that may be contacted, comma-separated CIDR; none by default.
    allowed_networks: str = ""
    #: ``name:port=address:port`` pairs, comma-separated: connect there for that name (as curl's --connect-to).
    connect_to: str = ""
    #: ``http://[user:password@]host:port`` of a proxy that everything is fetched through; it looks the names up.
    egress_proxy: str = field(default="", repr=False)  # it may hold a password
    #: Most pages in one batch.
    batch_pages: int = 2_000
    #: Most batches that one run claims.
    run_batches: int = 8
    #: Seconds of fetching that a batch plans per host; what was not reached goes back on the list.
    batch_seconds: float = 60.0
    #: Seconds without a sign of life after which a batch may be taken over.
    lease_seconds: int = 600
    #: File (YAML) with what is different from the rules that an article must keep; see examples/expectations.yaml.
    expectations: str = ""
    #: Seconds for which a group of pages that were held back grows before a person is asked about it.
    review_after_seconds: float = 900.0
    #: Processes that read the pages of one batch; batches run side by side anyway.
    extract_processes: int = 1
    #: Whether lines that a site repeats from article to article are learned and cut (on, off).
    site_memory: bool = True
    #: Hosts fetched from at the same time within a batch.
    fetch_threads: int = 32
    #: Seconds between two looks at the work list by the watchers.
    watch_seconds: float = 30.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; raise ``BadSetting`` for a value of the wrong type or sign."""
        environment = os.environ if environment is None else environment
        given: dict[str, Any] = {}
        for setting in fields(cls):
            name = f"{PREFIX}{setting.name.upper()}"
            if text := environment.get(name, "").strip():
                given[setting.name] = _parse(name, text, type(setting.default))
        return cls(**given)

    @classmethod
    def unknown(cls, environment: Mapping[str, str]) -> list[str]:
        """Name the variables with our prefix that are no settings: misspelt ones would change nothing."""
        known = {f"{PREFIX}{setting.name.upper()}" for setting in fields(cls)} | _OF_OTHERS
        return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)

    @property
    def archive(self) -> str:
        """Where the archive is: ``archive_url``, or the folder ``archive`` under ``data_dir``."""
        return self.archive_url or str(Path(self.data_dir) / "archive")

    @property
    def looks(self) -> tuple[float, ...]:
        """The hours of ``revisit_hours``, in order; raises ``BadSetting``."""
        if self.revisit_hours.strip().lower() == "never":
            return ()
        try:
            hours = sorted(float(hour) for hour in self.revisit_hours.split(",") if hour.strip())
        except ValueError:
            hours = [math.nan]
        if not all(math.isfinite(hour) and hour > 0 for hour in hours):
            raise BadSetting(f"revisit_hours={self.revisit_hours!r} is no list of hours")
        return tuple(hours)

    @property
    def agent_header(self) -> str:
        """The User-Agent header: product and, if given, the contact."""
        return f"{self.user_agent} (+{self.contact})" if self.contact else self.user_agent


def _parse(name: str, text: str, kind: type[Any]) -> Any:
    if kind is str:
        return text
    if kind is bool:
        if text.lower() not in _SWITCHES:
            raise BadSetting(f"{name}={text!r} is neither on nor off")
        return _SWITCHES[text.lower()]
    try:
        number = kind(text)
    except ValueError:
        message = f"{name}={text!r} is not {'a whole number' if kind is int else 'a number'}"
        raise BadSetting(message) from None
    if not math.isfinite(number) or number < 0 or (number == 0 and name not in _MAY_BE_ZERO):
        raise BadSetting(f"{name}={text!r} must be {'0 or more' if name in _MAY_BE_ZERO else 'more than 0'}")
    return number
