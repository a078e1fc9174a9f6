"""The pages of a batch, many hosts at once: no thread waits for a host's delay.

A heap holds the moment at which each host may be asked next; a small pool of threads does what is
due. Every request, also a redirect's next hop and robots.txt, takes its turn in its host's queue, so
the gap between two requests to one host is never shorter than its delay. A redirect to a host that
another batch holds is not followed: the page waits for that host instead.
"""

import contextlib
import heapq
import logging
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from queue import Empty, SimpleQueue
from typing import TypeAlias
from urllib.parse import urlsplit

from copytaster import robots, urls
from copytaster.answer import Answer
from copytaster.config import Settings
from copytaster.errors import Gone, NotNow, Unusable
from copytaster.fetch.lane import Lane, Task
from copytaster.fetch.network import Policy, Remembering, Resolver
from copytaster.fetch.outcomes import fated, taken, with_rights
from copytaster.fetch.transport import Fault
from copytaster.fetch.verdicts import NOT_MODIFIED, check_page, check_status, not_now
from copytaster.fetch.visit import Client, new_visit
from copytaster.model import Host, Link, Outcome

log = logging.getLogger(__name__)

_BEAT_SECONDS = 5.0
_FATES = (Unusable, Gone, NotNow)

Keep: TypeAlias = Callable[[Link, Answer], str]
Hold: TypeAlias = Callable[[str], Host | None]
Result: TypeAlias = Answer | Unusable | Gone | NotNow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResult:
    """What became of the links that were reached, and what we now know of the hosts that were asked."""

    outcomes: list[Outcome]
    hosts: list[Host]


def fetch_links(
    links: Sequence[Link],
    hosts: Mapping[str, Host],
    settings: Settings,
    *,
    keep: Keep,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    beat: Callable[[], None] | None = None,
    hold: Hold = lambda host: Host(host=host),
    resolve: Resolver = socket.getaddrinfo,
) -> FetchResult:
    """Fetch the pages of a batch for at most ``settings.batch_seconds`` (what has begun is finished).

    A link that was not reached has no outcome: put it back. ``keep`` stores a page and returns its
    record id; ``hold`` gives what is known of a host that is not among ``hosts``, None where the batch
    may not contact it; ``now`` is the time by the clock that ``hosts`` go by. ``keep``, ``hold`` and
    ``beat`` (a sign of life, every few seconds) are called from the calling thread, never two at a
    time, and what they raise ends the batch.
    """
    batch = _Batch(
        hosts, settings, keep=keep, now=now, beat=beat or (lambda: None), hold=hold, resolve=resolve
    )
    for link in links:
        batch.add(link)
    batch.run()
    counts = Counter(outcome.state for outcome in batch.outcomes)
    asked = [lane for lane in batch.lanes.values() if lane.contacted]
    told = ", ".join(f"{number} {state}" for state, number in sorted(counts.items())) or "nothing reached"
    log.info("asked %d hosts for %d links: %s", len(asked), len(links), told)
    return FetchResult(
        outcomes=with_rights(batch.outcomes, {name: lane.host for name, lane in batch.lanes.items()}),
        hosts=[batch.host_after(lane) for lane in asked],
    )


class _Batch:
    def __init__(
        self,
        hosts: Mapping[str, Host],
        settings: Settings,
        *,
        keep: Keep,
        now: Callable[[], datetime],
        beat: Callable[[], None],
        hold: Hold,
        resolve: Resolver,
    ) -> None:
        self.hosts, self.settings = hosts, settings
        self.keep, self.now, self.beat, self.hold = keep, now, beat, hold
        self.client = Client(settings=settings, policy=Policy.of(settings), resolve=Remembering(resolve))
        self.lanes: dict[str, Lane] = {}
        self.outcomes: list[Outcome] = []
        self.heap: list[tuple[float, int, Lane]] = []
        self.tickets = count()  # ties in the heap go first come, first served
        self.done: SimpleQueue[tuple[Lane, Task, Future[Result]]] = SimpleQueue()
        self.running = 0
        self.end = time.monotonic() + settings.batch_seconds
        self.last_beat = time.monotonic()

    def add(self, link: Link) -> None:
        """Put a link in its host's queue."""
        try:
            visit = new_visit(link.url, self.settings, etag=link.etag, last_modified=link.last_modified)
        except Unusable as fate:
            self.settle(link, fate)
            return
        task = Task(visit=visit, link=link)
        if (lane := self.lane(host := urls.host_of(visit.url))) is None:
            self.send_away(task, host)
            return
        lane.pages.append(task)
        self.plan(lane)

    def lane(self, host: str) -> Lane | None:
        """Give the queue of a host; a redirect may bring up a new one. None if another batch holds it."""
        if host not in self.lanes:
            known = self.hosts.get(host) or self.hold(host)
            if known is None:
                return None
            wait = (known.next_allowed_at - self.now()).total_seconds() if known.next_allowed_at else 0.0
            moment = time.monotonic() + max(wait, 0.0)
            self.lanes[host] = Lane(host=known, settings=self.settings, next_at=moment)
        return self.lanes[host]

    def send_away(self, task: Task, host: str) -> None:
        """Let a page wait for a host that is busy elsewhere, and with a robots.txt that is there, all its pages."""
        if task.robots_of is not None:
            lane = task.robots_of
            lane.asking_robots = False
            waiting = [page.link for page in lane.pages]
            lane.pages.clear()
        else:
            waiting = [task.link]
        self.outcomes += [
            Outcome(page_id=link.page_id, state="waiting", host=host, detail=f"{host} is in another batch")
            for link in waiting
            if link is not None
        ]

    def plan(self, lane: Lane) -> None:
        """Note when the lane is due, unless it has nothing to ask."""
        if lane.ready and not lane.planned:
            lane.planned = True
            heapq.heappush(self.heap, (lane.next_at, next(self.tickets), lane))

    def run(self) -> None:
        """Work until nothing is left that may still begin."""
        threads = max(1, min(self.settings.fetch_threads, len(self.lanes)))
        pool = ThreadPoolExecutor(threads, thread_name_prefix="fetch")
        try:
            while True:
                self.launch(pool, threads)
                if not self.running and not self.heap:
                    break
                self.wait(threads)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def launch(self, pool: ThreadPoolExecutor, threads: int) -> None:
        """Start what is due, as far as there are threads and time."""
        if time.monotonic() >= self.end or (self.heap and self.heap[0][0] >= self.end):
            self.heap.clear()
        while self.heap and self.running < threads and self.heap[0][0] <= time.monotonic():
            _, _, lane = heapq.heappop(self.heap)
            lane.planned = False
            task = self.next_task(lane)
            if task is None:
                continue
            lane.busy = lane.contacted = True
            self.running += 1
            future = pool.submit(_fetch, task, self.client, self.now)
            future.add_done_callback(partial(self._report, lane, task))

    def _report(self, lane: Lane, task: Task, future: Future[Result]) -> None:
        self.done.put((lane, task, future))

    def next_task(self, lane: Lane) -> Task | None:
        """Take the lane's next task that needs a request; settle those that need none."""
        while lane.ready:
            if lane.files:
                return lane.files.popleft()
            if (ask := lane.robots_task(self.now(), _scheme(lane.pages[0]))) is not None:
                return ask
            task = lane.pages.popleft()
            if self.may_ask(lane, task):
                return task
        return None

    def may_ask(self, lane: Lane, task: Task) -> bool:
        """Say whether a page may be asked for; settle it if not."""
        try:
            lane.check(task.visit.url, self.now())
        except (Unusable, NotNow) as fate:
            if task.link is not None:
                self.settle(task.link, fate)
            return False
        return True

    def wait(self, threads: int) -> None:
        """Wait for a result, for the next moment of a host, or for the next sign of life."""
        pause = self.last_beat + _BEAT_SECONDS - time.monotonic()
        if self.heap and self.running < threads:
            pause = min(pause, self.heap[0][0] - time.monotonic())
        with contextlib.suppress(Empty):
            self.take(*self.done.get(timeout=max(pause, 0.0)))
        if time.monotonic() - self.last_beat >= _BEAT_SECONDS:
            self.beat()
            self.last_beat = time.monotonic()

    def take(self, lane: Lane, task: Task, future: Future[Result]) -> None:
        """Take in the result of one request."""
        self.running -= 1
        lane.busy = False
        ended = time.monotonic()
        result = future.result()
        lane.note_time(result, task.seconds)
        if result is not None:
            self.learn(lane, task, result)
        lane.next_at = ended + lane.delay  # by what we have just learned
        if result is None:
            self.move_on(task)
        elif task.robots_of is not None:
            self.plan(task.robots_of)
        self.plan(lane)

    def learn(self, lane: Lane, task: Task, result: Answer | Unusable | Gone | NotNow) -> None:
        """Take in where the way of a task has ended."""
        if task.robots_of is not None:
            task.robots_of.learn(result, task, self.now())
        elif task.tdmrep_of is not None:
            task.tdmrep_of.learn_tdmrep(result, self.now())
        elif task.link is not None:
            lane.note(result)
            self.settle(task.link, result, task.directives)
            lane.ask_tdmrep(self.now(), _scheme(task))

    def move_on(self, task: Task) -> None:
        """Follow a redirect: the next hop waits for its turn at its own host."""
        target = self.lane(host := urls.host_of(task.visit.url))
        if target is None:
            self.send_away(task, host)
        else:
            target.take_back(task)
            self.plan(target)

    def settle(
        self, link: Link, result: Answer | Unusable | Gone | NotNow, directives: tuple[str, ...] = ()
    ) -> None:
        """Write down what became of a link; a page goes to the archive."""
        if isinstance(result, Answer):
            outcome = taken(link, result, self.keep(link, result))
        else:
            outcome = fated(link, result)
        self.outcomes.append(replace(outcome, robots_directives=directives))

    def host_after(self, lane: Lane) -> Host:
        """Give what we know of a host, with the moment at which it may be asked again."""
        wait = timedelta(seconds=max(lane.next_at - time.monotonic(), 0.0))
        moment = self.now() + wait
        if lane.resting and lane.host.next_allowed_at is not None:
            moment = max(moment, lane.host.next_allowed_at)
        return replace(lane.host, next_allowed_at=moment)


def _fetch(task: Task, client: Client, now: Callable[[], datetime]) -> Result:
    """Do one request in a thread of the pool: the answer, the page's fate, or None for a redirect."""
    attempts = task.link.attempts if task.link is not None else 0
    before = task.visit.spent
    try:
        answer = task.visit.step(client)
        task.seconds = task.visit.spent - before
        if answer is not None and task.link is not None:
            check_status(answer, now=now(), attempts=attempts)
            if answer.status != NOT_MODIFIED:
                task.directives = _read_directives(answer, client.settings)
    except Fault as fault:
        task.seconds = task.visit.spent - before
        return not_now(fault, now=now(), attempts=attempts)
    except _FATES as fate:
        return fate
    return answer


def _read_directives(answer: Answer, settings: Settings) -> tuple[str, ...]:
    told = check_page(answer, settings.user_agent)
    if settings.noarchive and robots.forbids_copies(told):
        raise Unusable("noarchive", ", ".join(told), http_status=answer.status)
    return told


def _scheme(task: Task) -> str:
    return urlsplit(task.visit.url).scheme
