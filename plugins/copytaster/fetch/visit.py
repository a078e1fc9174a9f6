"""The way to one page, hop by hop: who walks it decides when the next hop is due."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from requests.cookies import RequestsCookieJar

from copytaster import codings, urls
from copytaster.answer import Answer
from copytaster.config import Settings
from copytaster.errors import Unusable
from copytaster.fetch.deadline import Deadline
from copytaster.fetch.network import Policy, Resolver
from copytaster.fetch.transport import Fault, ask
from copytaster.fetch.verdicts import next_hop

_SENDABLE = re.compile(r"[!-~\xa1-\xff][\t -~\xa0-\xff]*")
_HEADS = 1_000_000  # bytes that may come in beside the body: heads, the framing of chunks
ACCEPT_PAGE = "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.8,*/*;q=0.1"
ACCEPT_FEED = "application/atom+xml,application/rss+xml,application/feed+json,application/xml;q=0.9,text/xml;q=0.9,*/*;q=0.5"
ACCEPT_JSON = "application/json,*/*;q=0.5"
ACCEPT_ROBOTS = "text/plain,*/*;q=0.5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What all requests of a batch share."""

    settings: Settings
    resolve: Resolver
    policy: Policy


@dataclass(slots=True, kw_only=True)
class Visit:
    """A page under way. ``url`` is the next to ask for, a canonical one."""

    url: str
    headers: Mapping[str, str]
    limit: int
    max_redirects: int
    truncate: bool = False
    answers: list[Answer] = field(default_factory=list)  # redirects so far
    spent: float = 0.0  # seconds of the total deadline
    cookies: dict[str, RequestsCookieJar] = field(default_factory=dict)  # by host, never across
    _seen: set[tuple[str, int]] = field(default_factory=set)

    def step(self, client: Client) -> Answer | None:
        """Ask once. Give the last answer of the way, or None where ``url`` has moved on.

        Raises ``Unusable`` and ``Fault``.
        """
        left = client.settings.fetch_timeout_seconds - self.spent
        deadline = Deadline(left, self.limit + _HEADS)
        jar = self.cookies.setdefault(urls.host_of(self.url), RequestsCookieJar())
        try:
            answer = ask(
                self.url,
                self.headers,
                policy=client.policy,
                resolve=client.resolve,
                deadline=deadline,
                limit=self.limit,
                truncate=self.truncate,
                cookies=jar,
            )
        except Fault as fault:
            if fault.reason == "timeout":
                raise Fault("timeout", f"{client.settings.fetch_timeout_seconds:g} s passed") from fault
            raise
        finally:
            self.spent += deadline.spent
        return self._arrived_or_on(answer)

    def _arrived_or_on(self, answer: Answer) -> Answer | None:
        target = next_hop(answer)
        if target is None:
            first = self.answers[0].url if self.answers else answer.url
            return replace(answer, requested_url=first, redirects=tuple(self.answers))
        cookies = self.cookies.get(urls.host_of(target), ())
        place = (target, len(cookies))  # a page that only wanted to set a cookie may be asked again
        if len(self.answers) >= self.max_redirects or place in self._seen:
            raise Unusable("redirect_loop", f"{len(self.answers) + 1} redirects, to {target[:200]}")
        self._seen.add(place)
        self.answers.append(answer)
        self.url = target
        return None


def new_visit(
    url: str,
    settings: Settings,
    *,
    accept: str = ACCEPT_PAGE,
    etag: str | None = None,
    last_modified: str | None = None,
    limit: int | None = None,
    truncate: bool = False,
    max_redirects: int | None = None,
) -> Visit:
    """Set out for a URL; raises ``Unusable`` as ``urls.canonicalize`` does."""
    given = {
        "User-Agent": settings.agent_header,
        "From": settings.contact if "@" in settings.contact else None,
        "Accept": accept,
        "Accept-Encoding": codings.ACCEPTED,
        "If-None-Match": _sendable(etag),
        "If-Modified-Since": _sendable(last_modified),
        "Connection": "close",
    }
    return Visit(
        url=urls.canonicalize(url),
        headers={name: value for name, value in given.items() if value},
        limit=settings.max_body_bytes if limit is None else limit,
        max_redirects=settings.max_redirects if max_redirects is None else max_redirects,
        truncate=truncate,
    )


def _sendable(validator: str | None) -> str | None:
    """Give a validator back verbatim, None for one that no header could hold."""
    return validator if validator and _SENDABLE.fullmatch(validator) else None
