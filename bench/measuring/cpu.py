"""CPU seconds of a piece of work, whatever processes it starts."""

import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress

import psutil


def cpu_of(work: Callable[[], object]) -> float:
    """Run work in a forked process: CPU seconds of it, and of all that it started and left behind."""
    others = {child.pid for child in psutil.Process().children()}
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:  # noqa: BLE001 - a forked process must never go on as its parent
            traceback.print_exc()
        finally:
            os._exit(status)
    _, code, usage = os.wait4(pid, 0)
    if code:
        raise SystemExit(f"a step failed: exit status {os.waitstatus_to_exitcode(code)}")
    used = usage.ru_utime + usage.ru_stime
    while left := {child.pid for child in psutil.Process().children()} - others:
        _, _, usage = os.wait4(left.pop(), 0)
        used += usage.ru_utime + usage.ru_stime
    return used


def family_cpu(process: psutil.Process) -> float:
    """CPU seconds so far of a process, of its children, and of those that have ended."""
    own = process.cpu_times()
    used = own.user + own.system + own.children_user + own.children_system
    for child in process.children():
        with suppress(psutil.NoSuchProcess):
            times = child.cpu_times()
            used += times.user + times.system
    return float(used)
