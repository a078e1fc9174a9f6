"""The whole of Airflow on this machine: api-server, scheduler, dag-processor, triggerer, as processes."""

import base64
import fcntl
import hashlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from copytaster import processes
from copytaster.airflow_api import AirflowApi
from copytaster.config import PROJECT_ROOT, Settings
from copytaster.errors import CopytasterError
from copytaster.processes import Child

COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")
#: Modules that the scheduler's forkserver imports once, so that no task pays seconds for them.
PRELOADED = (
    "copytaster.validate.custom",  # Great Expectations, without what it needs for distributions
    "pandas",
    "trafilatura",
    "psycopg2",
    "copytaster.steps",
    "airflow.executors.local_executor",
)
START_SECONDS = 300


class StackFailed(CopytasterError):
    """Airflow did not start, or a part of it ended. The message names the part and its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A running Airflow: its API, and its parts."""

    api: AirflowApi
    children: tuple[Child, ...]

    def check(self) -> None:
        """Raise ``StackFailed`` if a part has ended."""
        for child in self.children:
            if child.ended is not None:
                raise StackFailed(
                    f"airflow {child.name} ended with {child.ended}: see {child.log}{_tail(child.log)}"
                )


@contextmanager
def running(
    settings: Settings,
    *,
    airflow_url: str,
    environment: Mapping[str, str],
    say: Callable[[str], None],
    port: int = 8080,
) -> Iterator[Stack]:
    """Run Airflow on its database ``airflow_url`` until the block ends; ``environment`` is for its tasks."""
    home = Path(settings.data_dir).resolve() / "airflow"
    home.mkdir(parents=True, exist_ok=True)
    with _only_one(home):
        sessions = home / "sessions.json"
        if left := processes.stop_leftovers(sessions):
            say(f"ended {left} processes that an earlier run had left")
        port = processes.free_port(port)
        full = {**os.environ, **environment, **_airflow_environment(home, airflow_url, port)}
        _migrate(home, full, airflow_url, say)
        say("starting Airflow: " + ", ".join(COMPONENTS))
        children: list[Child] = []
        try:
            for name in COMPONENTS:
                children.append(_start(name, full, home))
                processes.remember(children, sessions)
            stack = Stack(
                api=AirflowApi(f"http://127.0.0.1:{port}", "admin", _password(home)), children=tuple(children)
            )
            _wait_until_healthy(stack)
            yield stack
        finally:
            processes.stop(children)
            sessions.unlink(missing_ok=True)


def _start(name: str, environment: Mapping[str, str], home: Path) -> Child:
    command = [sys.executable, "-m", "airflow", name]
    return processes.start(name, command, environment=environment, log_dir=home / "component-logs")


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    with (home / "stack.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackFailed(f"another `copytaster up` or `demo` is running on {home.parent}") from None
        yield


def _airflow_environment(home: Path, airflow_url: str, port: int) -> dict[str, str]:
    kept = _secrets(home)
    free = processes.free_port
    options = {
        "CORE__DAGS_FOLDER": PROJECT_ROOT / "dags",
        "CORE__PLUGINS_FOLDER": PROJECT_ROOT / "plugins",
        "CORE__LOAD_EXAMPLES": False,
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": 8,
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": False,
        "CORE__FERNET_KEY": kept["fernet_key"],
        "CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": home / "passwords.json",
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "CORE__MP_START_METHOD": "forkserver",
        "CORE__MP_FORKSERVER_PRELOAD": ",".join(PRELOADED),
        "DATABASE__SQL_ALCHEMY_CONN": airflow_url,
        "API__HOST": "127.0.0.1",
        "API__PORT": port,
        "API__WORKERS": 1,
        "API__BASE_URL": f"http://127.0.0.1:{port}",
        "API__SECRET_KEY": kept["secret_key"],
        "API_AUTH__JWT_SECRET": kept["jwt_secret"],
        "LOGGING__WORKER_LOG_SERVER_PORT": free(8793),
        "LOGGING__TRIGGER_LOG_SERVER_PORT": free(8794),
        "WORKERS__EXECUTION_API_TIMEOUT": 60,
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": 0.1,
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": 60,
        # Tasks that a killed scheduler had queued are taken over by its successor at this pace (default: 300 s).
        "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": 20,
        "SCHEDULER__ENABLE_HEALTH_CHECK": False,
    }
    named = {f"AIRFLOW__{name}": str(value) for name, value in options.items()}
    loopback = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
    return {
        "AIRFLOW_HOME": str(home),
        "GX_ANALYTICS_ENABLED": "false",
        "PYTHONUNBUFFERED": "1",
        **loopback,
        **named,
    }


def _secrets(home: Path) -> dict[str, str]:
    """Make keys once and keep them, readable by us alone: sessions and stored connections outlive a restart."""
    path = home / "secrets.json"
    if not path.exists():
        kept = {
            "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "secret_key": secrets.token_urlsafe(48),
            "jwt_secret": secrets.token_urlsafe(64),
            "admin_password": secrets.token_urlsafe(12),
        }
        _write_private(path, kept)
    found: dict[str, str] = json.loads(path.read_text())
    _write_private(home / "passwords.json", {"admin": found["admin_password"]})
    return found


def _password(home: Path) -> str:
    return str(json.loads((home / "passwords.json").read_text())["admin"])


def _write_private(path: Path, value: Mapping[str, Any]) -> None:
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        json.dump(value, stream)
    part.replace(path)


def _migrate(
    home: Path, environment: Mapping[str, str], airflow_url: str, say: Callable[[str], None]
) -> None:
    """Bring Airflow's own database up to date; remembered by version and address, for it takes 15 s."""
    wanted = f"{version('apache-airflow')} {hashlib.sha256(airflow_url.encode()).hexdigest()[:16]}"
    marker = home / "migrated"
    if marker.exists() and marker.read_text() == wanted:
        return
    say("preparing Airflow's own database (once)")
    log = home / "component-logs" / "db-migrate.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as stream:
        command = [sys.executable, "-m", "airflow", "db", "migrate"]
        done = subprocess.run(command, env=dict(environment), stdout=stream, stderr=stream, check=False)
    if done.returncode:
        raise StackFailed(f"airflow db migrate failed: see {log}{_tail(log)}")
    marker.write_text(wanted)


def _wait_until_healthy(stack: Stack) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        stack.check()
        if stack.api.healthy():
            return
        time.sleep(0.5)
    raise StackFailed(
        f"Airflow is not healthy after {START_SECONDS} s: see the logs in {stack.children[0].log.parent}"
    )


def _tail(log: Path, lines: int = 5) -> str:
    text = log.read_text(errors="replace").splitlines()[-lines:] if log.exists() else []
    return "".join(f"\n  {line}" for line in text)
