"""The pages of a batch, many hosts at once: no thread waits for a host's delay.

A heap holds the moment at which each host may be asked next; a small pool of threads does what is
due. Every request, also a redirect's next hop and robots.txt, takes its turn in its host's queue, so
the gap between two requests to one host is never shorter than its delay.
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

from copytaster import urls
from copytaster.answer import Answer
from copytaster.config import Settings
from copytaster.errors import Gone, NotNow, Unusable
from copytaster.fetch.lane import Lane, Task
from copytaster.fetch.network import Policy, Remembering, Resolver
from copytaster.fetch.transport import Fault
from copytaster.fetch.verdicts import NOT_MODIFIED, check_page, check_status, not_now
from copytaster.fetch.visit import Client, new_visit
from copytaster.model import Host, Link, Outcome

log = logging.getLogger(__name__)

_BEAT_SECONDS = 5.0
_FATES = (Unusable, Gone, NotNow)

Keep: TypeAlias = Callable[[Link, Answer], str]
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
    resolve: Resolver = socket.getaddrinfo,
) -> FetchResult:
    """Fetch the pages of a batch for at most ``settings.batch_seconds`` (what has begun is finished).

    A link that was not reached has no outcome: put it back. ``keep`` stores a page and returns its
    record id; ``keep`` and ``beat`` (a sign of life, every few seconds) are called from the calling
    thread, never two at a time, and what they raise ends the batch.
    """
    batch = _Batch(hosts, settings, keep=keep, now=now, beat=beat or (lambda: None), resolve=resolve)
    for link in links:
        batch.add(link)
    batch.run()
    counts = Counter(outcome.state for outcome in batch.outcomes)
    asked = [lane for lane in batch.lanes.values() if lane.contacted]
    told = ", ".join(f"{number} {state}" for state, number in sorted(counts.items())) or "nothing reached"
    log.info("asked %d hosts for %d links: %s", len(asked), len(links), told)
    return FetchResult(outcomes=batch.outcomes, hosts=[batch.host_after(lane) for lane in asked])


class _Batch:
    def __init__(
        self,
        hosts: Mapping[str, Host],
        settings: Settings,
        *,
        keep: Keep,
        now: Callable[[], datetime],
        beat: Callable[[], None],
        resolve: Resolver,
    ) -> None:
        self.hosts, self.settings = hosts, settings
        self.keep, self.now, self.beat = keep, now, beat
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
        lane = self.lane(urls.host_of(visit.url))
        lane.pages.append(Task(visit=visit, link=link))
        self.plan(lane)

    def lane(self, host: str) -> Lane:
        """Give the queue of a host; a redirect may bring up a new one."""
        if host not in self.lanes:
            known = self.hosts.get(host) or Host(host=host)
            wait = (known.next_allowed_at - self.now()).total_seconds() if known.next_allowed_at else 0.0
            moment = time.monotonic() + max(wait, 0.0)
            self.lanes[host] = Lane(host=known, settings=self.settings, next_at=moment)
        return self.lanes[host]

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
            if lane.robots:
                return lane.robots.popleft()
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
        lane.next_at = time.monotonic() + lane.delay
        result = future.result()
        if result is None:  # a redirect: the next hop waits for its turn at its own host
            target = self.lane(urls.host_of(task.visit.url))
            target.take_back(task)
            self.plan(target)
        elif task.robots_of is not None:
            task.robots_of.learn(result, task, self.now())
            lane.next_at = time.monotonic() + lane.delay  # by the file that we have just read
            self.plan(task.robots_of)
        elif task.link is not None:
            lane.note(result)
            self.settle(task.link, result)
        self.plan(lane)

    def settle(self, link: Link, result: Answer | Unusable | Gone | NotNow) -> None:
        """Write down what became of a link; a page goes to the archive."""
        if isinstance(result, Answer):
            self.outcomes.append(_outcome(link, result, self.keep(link, result)))
        else:
            self.outcomes.append(_fate(link, result))

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
    try:
        answer = task.visit.step(client)
        if answer is not None and task.link is not None:
            check_status(answer, now=now(), attempts=attempts)
            if answer.status != NOT_MODIFIED:
                check_page(answer)
    except Fault as fault:
        return not_now(fault, now=now(), attempts=attempts)
    except _FATES as fate:
        return fate
    return answer


def _outcome(link: Link, answer: Answer, record: str) -> Outcome:
    unchanged = answer.status == NOT_MODIFIED
    return Outcome(
        page_id=link.page_id,
        state="unchanged" if unchanged else "fetched",
        http_status=answer.status,
        final_url=answer.url,
        fetched_at=answer.fetched_at,
        etag=answer.header("etag") or None,
        last_modified=answer.header("last-modified") or None,
        warc_record_id=record,
        payload_digest=None if unchanged else answer.payload_digest,
    )


def _fate(link: Link, fate: Unusable | Gone | NotNow) -> Outcome:
    told = Outcome(page_id=link.page_id, state="gone", detail=fate.detail, http_status=fate.http_status)
    if isinstance(fate, Gone):
        return told
    if isinstance(fate, NotNow):
        return replace(told, state="waiting", reason=fate.reason, until=fate.until)
    return replace(told, state="quarantined", reason=fate.reason)


def _scheme(task: Task) -> str:
    return urlsplit(task.visit.url).scheme
