"""One host within a batch: what waits for it, when it may be asked again, what its robots.txt says.

Beside its pages a host is asked for two files: robots.txt before the first page, tdmrep.json after the last.
"""

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from copytaster import codings, tdmrep
from copytaster.answer import Answer
from copytaster.config import Settings
from copytaster.errors import FetchReason, NotNow, Unusable
from copytaster.fetch import pace
from copytaster.fetch.verdicts import RESTING, backoff, retry_after
from copytaster.fetch.visit import ACCEPT_JSON, ACCEPT_ROBOTS, Visit, new_visit
from copytaster.model import Host, Link
from copytaster.robots import MOST_BYTES, decode, judge

_ROBOTS_LIFE = timedelta(hours=24)  # RFC 9309 §2.4
_ROBOTS_LIMIT = 2 * MOST_BYTES  # on the wire; the rest of a longer file is not read
_ROBOTS_REDIRECTS = 5  # RFC 9309 §2.3.1.2
_TDMREP_LIFE = timedelta(hours=24)
_NO_TDMREP_LIFE = timedelta(days=7)  # most hosts have none
_TDMREP_AGAIN = timedelta(hours=1)
_REFUSALS = frozenset({"forbidden_address", "bad_certificate", "invalid_url"})  # hold for pages as well
_PATIENCE = 2  # timeouts in a row after which a host rests


@dataclass(slots=True, kw_only=True)
class Task:
    """One thing to fetch: a page, or the robots.txt or tdmrep.json of a lane."""

    visit: Visit
    link: Link | None = None
    robots_of: "Lane | None" = None
    tdmrep_of: "Lane | None" = None
    seconds: float = 0.0  # that the last request took
    directives: tuple[str, ...] = ()  # what the page tells robots


@dataclass(slots=True, kw_only=True)
class Lane:
    """The queue of one host. Moments are seconds of the monotonic clock."""

    host: Host
    settings: Settings
    next_at: float
    pages: deque[Task] = field(default_factory=deque)
    files: deque[Task] = field(default_factory=deque)  # robots.txt, tdmrep.json: other hosts' may lead here
    busy: bool = False
    planned: bool = False  # stands in the batch's heap
    asking_robots: bool = False
    contacted: bool = False
    taken: bool = False  # a page of it was fetched
    resting: bool = False
    timeouts: int = 0
    refusal: Unusable | None = None  # holds for every page of this host

    @property
    def ready(self) -> bool:
        """Say whether something could be asked, were it time."""
        if self.busy or self.resting:
            return False
        return bool(self.files) or (bool(self.pages) and not self.asking_robots)

    def take_back(self, task: Task) -> None:
        """Put a task that has moved to this host first in its queue."""
        (self.files if task.link is None else self.pages).appendleft(task)

    @property
    def delay(self) -> float:
        """Seconds between two requests."""
        return pace.delay(self.host, self.settings)

    def note_time(self, result: Answer | Exception | None, seconds: float) -> None:
        """Take in how long the host took to answer, or not to; to say no is quick and tells nothing."""
        if isinstance(result, NotNow) and (result.http_status in RESTING or result.reason == "unreachable"):
            return
        if not isinstance(result, Unusable) or result.reason not in _REFUSALS:
            self.host = pace.after_answer(self.host, seconds, self.settings)

    def rest(self, until: datetime) -> None:
        """Ask this host nothing more in this batch; what waited goes back on the work list."""
        self.resting = True
        self.host = replace(self.host, next_allowed_at=until)

    def note(self, result: Answer | Exception) -> None:
        """Rest where the result of a page speaks for the whole host."""
        self.timeouts = self.timeouts + 1 if _is(result, "timeout") else 0
        self.taken = self.taken or isinstance(result, Answer)
        if not isinstance(result, NotNow):
            return
        if result.http_status in RESTING:
            self.host = pace.after_refusal(self.host, self.settings)
        if result.http_status in RESTING or result.reason == "unreachable" or self.timeouts >= _PATIENCE:
            self.rest(result.until)

    def robots_task(self, now: datetime, scheme: str) -> Task | None:
        """Begin to fetch robots.txt: give the task, None if the one we have is fresh."""
        fresh = self.host.robots_expires_at is not None and self.host.robots_expires_at > now
        if (fresh and self.host.robots_status is not None) or self.refusal is not None:
            return None
        url = f"{scheme}://{self.host.host}/robots.txt"
        self.asking_robots = True
        visit = new_visit(
            url,
            self.settings,
            accept=ACCEPT_ROBOTS,
            limit=_ROBOTS_LIMIT,
            truncate=True,
            max_redirects=_ROBOTS_REDIRECTS,
        )
        return Task(visit=visit, robots_of=self)

    def ask_tdmrep(self, now: datetime, scheme: str) -> None:
        """Queue the question for tdmrep.json, if pages were taken, none waits, and the answer is not known."""
        fresh = self.host.tdmrep_expires_at is not None and self.host.tdmrep_expires_at > now
        if not self.settings.tdmrep or fresh or not self.taken or self.pages or self.resting:
            return
        self.host = replace(self.host, tdmrep_expires_at=now + _TDMREP_AGAIN)
        url = f"{scheme}://{self.host.host}{tdmrep.PATH}"
        if judge(self.host, url, self.settings.user_agent).allowed:
            visit = new_visit(url, self.settings, accept=ACCEPT_JSON, limit=tdmrep.MOST_BYTES, truncate=True)
            self.files.append(Task(visit=visit, tdmrep_of=self))

    def learn_tdmrep(self, result: Answer | Exception, now: datetime) -> None:
        """Take in what became of that question; what failed is asked again after a while."""
        if not isinstance(result, Answer) or result.status in RESTING or result.status >= 500:  # noqa: PLR2004
            return
        text = None
        if 200 <= result.status < 300:  # noqa: PLR2004
            try:
                text = decode(_beginning(result, tdmrep.MOST_BYTES))
            except (codings.BrokenCoding, Unusable):
                return
        life = _NO_TDMREP_LIFE if text is None else _TDMREP_LIFE
        self.host = replace(self.host, tdmrep=text, tdmrep_expires_at=now + life)

    def check(self, url: str, now: datetime) -> None:
        """Raise what stands against asking for this URL: ``Unusable``, or ``NotNow`` if robots.txt is unknown."""
        if self.refusal is not None:
            raise self.refusal
        status = self.host.robots_status or 0
        if judge(self.host, url, self.settings.user_agent).allowed:
            return
        if 200 <= status < 300:  # noqa: PLR2004
            raise Unusable("blocked_by_robots", "robots.txt")
        reason: FetchReason = "server_error" if status else "unreachable"
        until = self.host.robots_expires_at or self._soon(now)
        raise NotNow(until, reason, f"robots.txt: {f'HTTP {status}' if status else 'no answer'}")

    def learn(self, result: Answer | Exception, task: Task, now: datetime) -> None:
        """Take in what became of fetching this host's robots.txt."""
        self.asking_robots = False
        moved = bool(task.visit.answers)
        if isinstance(result, Unusable) and not moved and result.reason in _REFUSALS:
            self.refusal = result
        elif isinstance(result, Unusable):  # a redirect that leads nowhere: no rules (RFC 9309 §2.3.1.2)
            self._know(302, None, now + _ROBOTS_LIFE)
        elif isinstance(result, Answer):
            self._read(result, now)
        else:
            self._know(0, None, self._soon(now))

    def _read(self, answer: Answer, now: datetime) -> None:
        if answer.status in RESTING or answer.status >= 500:  # noqa: PLR2004
            self.host = pace.after_refusal(self.host, self.settings)
            self._know(answer.status, None, retry_after(answer, now) or self._soon(now))
        elif not 200 <= answer.status < 300:  # noqa: PLR2004
            self._know(answer.status, None, now + _ROBOTS_LIFE)
        else:
            try:
                self._know(answer.status, decode(_beginning(answer, MOST_BYTES)), now + _ROBOTS_LIFE)
            except (codings.BrokenCoding, Unusable):
                self._know(0, None, self._soon(now))

    def _soon(self, now: datetime) -> datetime:
        waiting = (task.link.attempts for task in self.pages if task.link is not None)
        return backoff(now, next(waiting, 0))

    def _know(self, status: int, text: str | None, expires: datetime) -> None:
        host = replace(self.host, robots_status=status, robots_txt=text, robots_expires_at=expires)
        wish = judge(host, f"http://{host.host}/", self.settings.user_agent).crawl_delay_seconds
        self.host = replace(host, crawl_delay_seconds=wish)


def _beginning(answer: Answer, most: int) -> bytes:
    """Decode as much of a body as is looked at; what is torn behind that does no harm."""
    head = b""
    limit = most + _ROBOTS_LIMIT  # of one more piece
    for piece in codings.decoded(answer.wire_body, answer.header("content-encoding"), limit=limit):
        head += piece
        if len(head) >= most:
            break
    return head


def _is(result: Answer | Exception, reason: FetchReason) -> bool:
    return isinstance(result, NotNow) and result.reason == reason
