"""Work done in processes that are recycled, each job under a time and a memory limit.

A job that hangs, or takes its process down with it, costs one result and no more. Results come in
the order of the jobs, and only a bounded number of jobs is ever taken in advance.
"""

import gc
import importlib
import multiprocessing
import resource
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext, ForkServerContext
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Generic, Literal, TypeAlias, TypeVar

import psutil

Job = TypeVar("Job")
Result = TypeVar("Result")
Trouble = Literal["timeout", "crashed", "out_of_memory"]
Context: TypeAlias = ForkContext | ForkServerContext

_AHEAD = 16  # jobs in flight or waiting for an earlier one, for each worker
_START_SECONDS = 120.0  # a busy machine may take long to import everything
_TIDY_JOBS = 100
_PATIENCE = 4  # times the seconds of a job that may pass by the clock while others have the processors


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one job may take, and when a process is replaced: after so many jobs, or once it has grown so much."""

    seconds: float = 30.0  # of CPU; by the clock four times as many
    bytes: int = 1 << 30
    jobs: int = 500
    growth: int = 112 << 20  # bytes that stay resident beyond those with which it began


@dataclass(frozen=True, slots=True)
class Lost:
    """In place of a result: the job hung, asked for too much memory, or took its process down."""

    trouble: Trouble


def in_order(
    work: Callable[[Job], Result],
    jobs: Iterable[Job],
    *,
    workers: int,
    limits: Limits,
    preload: Iterable[str] = (),
    fork: bool = False,
    tidy: Callable[[], None] | None = None,
) -> "Iterator[tuple[Job, Result | Lost]]":
    """Yield each job with its result, in order.

    ``work`` is a module-level function that reports its own failures in its result; ``preload``
    names modules that are imported once for all processes. ``fork`` takes over what this process
    has imported, in milliseconds: only for a process that has no other thread. ``tidy`` is called
    in each process now and then, between jobs.
    """
    context = _forking(preload) if fork else _serving(preload)
    pool = _Pool(work, limits, context, max(1, workers), tidy)
    try:
        yield from pool.run(iter(jobs))
    finally:
        pool.close()


def _serving(preload: Iterable[str]) -> Context:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    return context


def _forking(preload: Iterable[str]) -> Context:
    for name in preload:
        importlib.import_module(name)
    return multiprocessing.get_context("fork")


@dataclass(slots=True)
class _Slot(Generic[Job, Result]):
    """A job on its way, and what came of it."""

    job: Job
    result: "list[Result | Lost]" = field(default_factory=list)


@dataclass(slots=True)
class _Worker(Generic[Job, Result]):
    process: BaseProcess
    pipe: Connection
    is_ready: bool = False  # has said that it is up: only then a job's time runs
    began_with: int = 0  # bytes resident when it said so
    done: int = 0
    deadline: float = 0.0
    last_deadline: float = 0.0
    used_before: float = 0.0  # seconds of CPU when its job began
    slot: "_Slot[Job, Result] | None" = None


class _Pool(Generic[Job, Result]):
    """Workers and the queue of slots, in order."""

    def __init__(
        self,
        work: Callable[[Job], Result],
        limits: Limits,
        context: Context,
        workers: int,
        tidy: Callable[[], None] | None,
    ) -> None:
        self._work, self._limits, self._context, self._tidy = work, limits, context, tidy
        self._workers: list[_Worker[Job, Result]] = [self._start() for _ in range(workers)]
        self._queue: deque[_Slot[Job, Result]] = deque()

    def run(self, jobs: Iterator[Job]) -> "Iterator[tuple[Job, Result | Lost]]":
        more = True
        while more or self._queue:
            more = more and self._hand_out(jobs)
            while self._queue and self._queue[0].result:
                slot = self._queue.popleft()
                yield slot.job, slot.result[0]
            if self._queue:
                self._collect()

    def close(self) -> None:
        for worker in self._workers:
            self._stop(worker)

    def _hand_out(self, jobs: Iterator[Job]) -> bool:
        """Give every idle worker a job; False once there are none left."""
        for worker in self._workers:
            if worker.slot is None and len(self._queue) < _AHEAD * len(self._workers):
                try:
                    job = next(jobs)
                except StopIteration:
                    return False
                self._give(worker, _Slot(job))
        return True

    def _give(self, worker: _Worker[Job, Result], slot: _Slot[Job, Result]) -> None:
        self._queue.append(slot)
        worker.slot, worker.deadline = slot, monotonic() + _START_SECONDS
        if worker.is_ready:
            self._clock(worker)
        with suppress(BrokenPipeError, ConnectionResetError):  # its death is noticed when collecting
            worker.pipe.send(slot.job)

    def _collect(self) -> None:
        """Take in what is ready; replace what is dead, late or worn."""
        busy = [worker for worker in self._workers if worker.slot is not None]
        if not busy:
            return
        patience = max(0.0, min(worker.deadline for worker in busy) - monotonic())
        ready = wait([worker.pipe for worker in busy], patience)
        for worker in busy:
            if worker.pipe in ready:
                self._receive(worker)
            elif monotonic() >= worker.deadline and not self._extend(worker):
                self._settle(worker, Lost("timeout"), worn=True)

    def _clock(self, worker: _Worker[Job, Result]) -> None:
        """Begin to count the time of a job."""
        now, seconds = monotonic(), self._limits.seconds
        worker.deadline, worker.last_deadline = now + seconds, now + _PATIENCE * seconds
        worker.used_before = _cpu_seconds(worker)

    def _extend(self, worker: _Worker[Job, Result]) -> bool:
        """Give a job more time where it had none of the processor's: a busy machine loses no page."""
        left = self._limits.seconds - (_cpu_seconds(worker) - worker.used_before)
        if not worker.is_ready or left <= 0 or monotonic() >= worker.last_deadline:
            return False
        worker.deadline = min(monotonic() + max(left, 0.1), worker.last_deadline)
        return True

    def _receive(self, worker: _Worker[Job, Result]) -> None:
        try:
            result = worker.pipe.recv()
        except (EOFError, ConnectionResetError):
            self._settle(worker, Lost("crashed"), worn=True)
            return
        if not worker.is_ready:
            worker.is_ready, worker.began_with = True, _resident(worker)
            self._clock(worker)
        else:
            self._settle(worker, result, worn=isinstance(result, Lost) or self._is_worn(worker))

    def _is_worn(self, worker: _Worker[Job, Result]) -> bool:
        grown = _resident(worker) - worker.began_with
        return worker.done + 1 >= self._limits.jobs or grown > self._limits.growth

    def _settle(self, worker: _Worker[Job, Result], result: "Result | Lost", *, worn: bool) -> None:
        if worker.slot is not None:
            worker.slot.result.append(result)
        worker.slot = None
        worker.done += 1
        if worn:
            self._stop(worker)
            self._workers[self._workers.index(worker)] = self._start()

    def _start(self) -> _Worker[Job, Result]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_serve, args=(theirs, self._work, self._limits.bytes, self._tidy), daemon=True
        )
        process.start()
        theirs.close()
        return _Worker(process=process, pipe=ours)

    def _stop(self, worker: _Worker[Job, Result]) -> None:
        """End a worker: it holds nothing that is worth waiting for."""
        worker.pipe.close()
        worker.process.kill()
        worker.process.join()
        worker.process.close()


def _resident(worker: _Worker[Job, Result]) -> int:
    try:
        return int(psutil.Process(worker.process.pid).memory_info().rss)
    except psutil.NoSuchProcess:  # its death is noticed with the next job
        return 0


def _cpu_seconds(worker: _Worker[Job, Result]) -> float:
    try:
        times = psutil.Process(worker.process.pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _serve(
    pipe: Connection, work: Callable[[Job], Result], most_bytes: int, tidy: Callable[[], None] | None
) -> None:
    """Say that we are up, then answer jobs until the other end closes."""
    most_bytes += psutil.Process().memory_info().vms  # what was inherited is not the job's
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.freeze()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        pipe.send(None)
        for done in count(1):
            pipe.send(_answer(work, pipe.recv()))
            if tidy and done % _TIDY_JOBS == 0:
                tidy()


def _answer(work: Callable[[Job], Result], job: Job) -> "Result | Lost":
    try:
        return work(job)
    except MemoryError:  # the process is replaced: what a library left half done is not gone on with
        return Lost("out_of_memory")
