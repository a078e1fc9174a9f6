"""HTTP, politely and safely: the only code that speaks it.

``get`` brings one document (a feed, a sitemap) now. ``fetch_links`` brings the pages of a batch: many
hosts at the same time, each host as slowly as it wishes.
"""

import socket
from collections.abc import Callable
from datetime import UTC, datetime

from copytaster import codings, urls
from copytaster.answer import Answer
from copytaster.config import Settings
from copytaster.fetch.batch import FetchResult, fetch_links
from copytaster.fetch.network import Policy, Resolver
from copytaster.fetch.transport import Fault
from copytaster.fetch.turns import wait_for_turn
from copytaster.fetch.verdicts import NOT_MODIFIED, check_status, not_now
from copytaster.fetch.visit import ACCEPT_FEED, Client, new_visit

__all__ = ["Answer", "FetchResult", "fetch_links", "get"]


def get(
    url: str,
    settings: Settings,
    *,
    etag: str | None = None,
    last_modified: str | None = None,
    accept: str = ACCEPT_FEED,
    attempts: int = 0,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    resolve: Resolver = socket.getaddrinfo,
) -> Answer:
    """Fetch one document, redirects included; the answer is 2xx with a whole body, or 304.

    ``etag`` and ``last_modified`` are sent back verbatim. robots.txt is not looked at: a feed is
    published for programs, and its source has an interval. Several documents of one host wait for
    each other (``host_delay_seconds``, within this process). Raises ``Unusable``, ``Gone`` and
    ``NotNow`` (later the more ``attempts`` there were, or as Retry-After says).
    """
    client = Client(settings=settings, policy=Policy.of(settings), resolve=resolve)
    visit = new_visit(url, settings, accept=accept, etag=etag, last_modified=last_modified)
    try:
        answer = None
        while answer is None:
            wait_for_turn(urls.host_of(visit.url), settings.host_delay_seconds)
            answer = visit.step(client)
        check_status(answer, now=now(), attempts=attempts)
        if answer.status != NOT_MODIFIED:
            _check_whole(answer)
    except Fault as fault:
        raise not_now(fault, now=now(), attempts=attempts) from fault
    return answer


def _check_whole(answer: Answer) -> None:
    try:
        for _ in codings.decoded(answer.wire_body, answer.header("content-encoding"), limit=answer.limit):
            pass
    except codings.BrokenCoding as error:
        raise Fault("broken_response", str(error)) from error
