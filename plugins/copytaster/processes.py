"""Child processes that end when we end: started in sessions of their own, stopped with their children."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A running component and where it writes its log."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def ended(self) -> int | None:
        """The exit code, or None while it runs."""
        return self.process.poll()


def start(name: str, command: Sequence[str], *, environment: Mapping[str, str], log_dir: Path) -> Child:
    """Start a component in a session of its own; it is told to end if we are killed."""
    log_dir.mkdir(parents=True, exist_ok=True)
    log = log_dir / f"{name}.log"
    with log.open("ab") as stream:
        process = subprocess.Popen(
            list(command),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with(os.getpid()),  # noqa: PLW1509 - runs before any thread of the child exists
        )
    return Child(name=name, process=process, log=log)


def adopt_orphans() -> None:
    """Make grandchildren whose parent died our children: their CPU time then counts as ours (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def stop(children: Iterable[Child], *, grace_seconds: float = 15.0) -> None:
    """Ask the components to end, then end every process of their sessions."""
    sessions = [child.process.pid for child in children]
    _signal([p for p in _of_sessions(sessions) if p.pid in sessions], signal.SIGTERM)
    psutil.wait_procs(_of_sessions(sessions), timeout=grace_seconds)
    _kill(lambda: _of_sessions(sessions))


def remember(children: Iterable[Child], path: Path) -> None:
    """Write down the sessions of the components, so that ``stop_leftovers`` finds them after a kill -9."""
    path.write_text(json.dumps([child.process.pid for child in children]))


def stop_leftovers(path: Path) -> int:
    """End what is left of the sessions that ``remember`` wrote down; return how many processes that were.

    A session's number is not given anew while a process of it lives; and ours are Airflow's.
    """
    if not path.exists():
        return 0
    sessions = json.loads(path.read_text())
    ended = _kill(lambda: [process for process in _of_sessions(sessions) if _is_airflow(process)])
    path.unlink()
    return ended


def free_port(preferred: int, host: str = "127.0.0.1") -> int:
    """Give the preferred port if nobody listens there, else any free one."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"no free port on {host}")


def _end_with(parent: int) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def die_with_parent() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return die_with_parent


def _of_sessions(sessions: Collection[int]) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _session_of(process) in sessions]


def _session_of(process: psutil.Process) -> int:
    try:
        return os.getsid(process.pid)
    except (ProcessLookupError, PermissionError):
        return -1  # ended meanwhile, or somebody else's


def _is_airflow(process: psutil.Process) -> bool:
    try:
        command = " ".join(process.cmdline())
    except psutil.Error:
        return False
    return "airflow" in command or "multiprocessing" in command


def _kill(find: Callable[[], list[psutil.Process]]) -> int:
    """Kill what is found until nothing is: a process may have been starting another."""
    killed: set[psutil.Process] = set()
    for _ in range(10):
        alive = [p for p in find() if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
        if not alive:
            break
        _signal(alive, signal.SIGKILL)
        psutil.wait_procs(alive, timeout=5)
        killed.update(alive)
    return len(killed)


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue
