"""Own one Postgres server for as long as somebody holds a shared lock on ``HOME/users.lock``.

    warden.py HOME USERS_LOCK_ALIVE_FD UID GID COMMAND...

Run by its path with the standard library alone, so that it starts in milliseconds and needs nothing
on ``sys.path``. A lock dies with its process, so a user that is killed with -9 is noticed like one
that leaves; a list of process ids would not do that. UID and GID are -1 for "as we are".
"""

import ctypes
import fcntl
import math
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

#: One thread watches two things (the server's life, the lock), so it looks instead of waiting.
POLL_SECONDS = 0.1
STOP_SECONDS = 60.0
LONG_LIFE_SECONDS = 10.0
MAX_SHORT_LIVES = 8

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def main() -> NoReturn:
    """Detach from the caller and keep the server until nobody uses it."""
    home, alive, uid, gid, *command = sys.argv[1:]
    if os.fork():
        os._exit(0)  # the caller waits for this process only, and never has to reap the other
    os.set_inheritable(int(alive), False)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    # Whatever the server leaves behind when it is killed becomes ours, to be ended and reaped.
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    code = Warden(Path(home), command, int(uid), int(gid)).watch()
    os._exit(code)  # at once: the locks end with the process, so who waits for them finds us gone


class Warden:
    """One server and the lock of its users."""

    def __init__(self, home: Path, command: list[str], uid: int, gid: int) -> None:
        self.lock_path = home / "users.lock"
        self.lock = os.open(self.lock_path, os.O_RDWR)
        self.command = command
        self.uid = uid
        self.gid = gid
        self.pid = 0
        self.exit_code: int | None = None

    def watch(self) -> int:
        """Start the server, start it again when it dies, stop it when it is not used any more."""
        starts = short_lives = 0
        while True:
            starts += 1
            started = time.monotonic()
            self.spawn()
            try:
                self.wait_until(lambda: self.ended() or self.unused())
            finally:
                self.stop()
            if self.exit_code is None or self.unused():
                return 0
            say(f"the server ended with {self.exit_code}")
            lived_long = time.monotonic() - started > LONG_LIFE_SECONDS
            short_lives = 0 if lived_long else short_lives + 1
            if short_lives == MAX_SHORT_LIVES or (starts == 1 and self.exit_code > 0):
                return 1  # it cannot start; who waits for it reads the log
            self.wait_until(self.unused, min(5.0, 0.05 * 2**short_lives))

    def spawn(self) -> None:
        """Start the server as our child; it is told to stop should we be killed."""
        warden = os.getpid()
        self.exit_code = None
        self.pid = os.fork()
        if self.pid:
            return
        try:
            if self.uid >= 0:
                os.setgroups([])
                os.setgid(self.gid)
                os.setuid(self.uid)
            # After the change of user, which would clear it. SIGINT is Postgres' fast shutdown.
            _prctl(PR_SET_PDEATHSIG, signal.SIGINT)
            if os.getppid() == warden:
                os.execv(self.command[0], self.command)  # noqa: S606 - no shell is the point
        except OSError as error:
            say(f"cannot start {self.command[0]}: {error}")
        finally:
            os._exit(127)

    def ended(self) -> bool:
        """Whether the server has ended. Reaps it, and whatever it left to us."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if pid == self.pid:
                self.exit_code = os.waitstatus_to_exitcode(status)
        return self.exit_code is not None

    def unused(self) -> bool:
        """Take the users' lock if nobody has it; also true when the home was deleted."""
        try:
            if not os.path.samestat(self.lock_path.stat(), os.fstat(self.lock)):
                return True
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return True
        except BlockingIOError:
            return False
        return True

    def stop(self) -> None:
        """Shut the server down if it runs, then end every process that it left."""
        for number, seconds in (
            (signal.SIGINT, STOP_SECONDS),
            (signal.SIGQUIT, 10.0),
            (signal.SIGKILL, 10.0),
        ):
            if self.ended():
                break
            os.kill(self.pid, number)
            self.wait_until(self.ended, seconds)
        for number in (signal.SIGQUIT, signal.SIGKILL):
            for child in children():
                os.kill(child, number)
            self.wait_until(lambda: self.ended() and not children(), 5.0)

    def wait_until(self, condition: Callable[[], bool], seconds: float = math.inf) -> None:
        """Look until the condition holds, or until the time is over."""
        until = time.monotonic() + seconds
        while not condition() and time.monotonic() < until:
            time.sleep(POLL_SECONDS if seconds == math.inf else 0.01)


def children() -> list[int]:
    """Our children, where the system tells (Linux); elsewhere a restart waits until they are gone."""
    path = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(pid) for pid in path.read_text("ascii").split()] if path.exists() else []


def say(text: str) -> None:
    """One line in the server's log."""
    sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} warden [{os.getpid()}] {text}\n")
    sys.stderr.flush()


def _leave(_signal: int, _frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise SystemExit(0)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    main()
