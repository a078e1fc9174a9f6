"""Child processes that end when we end: started in sessions of their own, stopped with their children."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
#: Environment variable that marks every process of one stack, so that leftovers can be told from strangers.
MARK = "COPYTASTER_STACK"


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
    """Make grandchildren whose parent died our children, so that ``stop`` finds them (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def stop(children: Iterable[Child], *, mark: str, grace_seconds: float = 15.0) -> None:
    """Ask the components to end, then end them and everything that they started."""
    ours = [psutil.Process(child.process.pid) for child in children if child.ended is None]
    family = {p for process in ours for p in [process, *process.children(recursive=True)]}
    _signal(ours, signal.SIGTERM)
    psutil.wait_procs(list(family), timeout=grace_seconds)
    family |= set(_marked(mark))
    _signal(family, signal.SIGKILL)
    psutil.wait_procs(list(family), timeout=5)


def stop_leftovers(mark: str) -> int:
    """End processes of an earlier stack with the same mark, left by a kill -9; return how many."""
    left = [p for p in _marked(mark) if p.pid != os.getpid() and p not in psutil.Process().parents()]
    _signal(left, signal.SIGKILL)
    psutil.wait_procs(left, timeout=10)
    return len(left)


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


def _marked(mark: str) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _mark_of(process) == mark]


def _mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None  # ended meanwhile, or somebody else's


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue
