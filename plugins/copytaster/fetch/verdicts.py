"""What an answer means for the page that was asked for: taken, refused, gone or not now."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from copytaster import codings, robots, sniff, urls
from copytaster.answer import Answer
from copytaster.errors import FetchReason, Gone, NotNow, Unusable
from copytaster.fetch.transport import Fault

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)
_LONGEST_RETRY_AFTER = timedelta(days=1)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_DENIED = frozenset({401, 402, 403, 451})
_GONE = frozenset({404, 410})
_LATER = frozenset({408, 421, 425, 429})
_PARTIAL = 206
NOT_MODIFIED = 304
RESTING = frozenset({429, 503})  # answers that speak for the whole host


def backoff(now: datetime, attempts: int) -> datetime:
    """Say when to try again after so many earlier attempts: 1, 4, 16, 64 minutes … 6 hours."""
    return now + min(_FIRST_WAIT * int(4 ** min(attempts, 8)), _LONGEST_WAIT)


def next_hop(answer: Answer) -> str | None:
    """Give the canonical URL that a redirect points to, None if the answer is no redirect.

    Raises ``Unusable``: ``broken_response`` where it points nowhere, and as ``urls.canonicalize``.
    """
    if answer.status not in _REDIRECTS:
        return None
    location = answer.header("location").strip()
    if not location:
        raise Unusable("broken_response", "a redirect without Location", http_status=answer.status)
    try:
        return urls.canonicalize(urljoin(answer.url, _as_utf8(location)))
    except ValueError as error:
        raise Unusable("invalid_url", f"redirect to {location[:200]!r}: {error}") from None


def check_status(answer: Answer, *, now: datetime, attempts: int) -> None:
    """Raise the fate that the status stands for; return for 2xx and 304."""
    status = answer.status
    if status == _PARTIAL:
        raise Unusable("broken_response", "a part of a page, which nobody asked for", http_status=status)
    if 200 <= status < 300 or status == NOT_MODIFIED:  # noqa: PLR2004
        return
    if status in _GONE:
        raise Gone(status, answer.reason)
    if status in _DENIED:
        raise Unusable("access_denied", answer.reason, http_status=status)
    if status >= 500 or status in _LATER:  # noqa: PLR2004
        reason: FetchReason = "server_error" if status >= 500 else "http_error"  # noqa: PLR2004
        until = retry_after(answer, now) or backoff(now, attempts)
        raise NotNow(until, reason, f"HTTP {status} {answer.reason}".rstrip(), http_status=status)
    raise Unusable("http_error", answer.reason, http_status=status)


def check_page(answer: Answer, user_agent: str) -> tuple[str, ...]:
    """Give what a page tells robots; raise ``Unusable`` or ``Fault`` where its body is no page.

    The body is decoded to its end, in pieces, to see that it is whole and within bounds.
    """
    head = b""
    try:
        for piece in codings.decoded(answer.wire_body, answer.header("content-encoding"), limit=answer.limit):
            if len(head) < robots.HEAD_BYTES:
                head += piece[: robots.HEAD_BYTES]
    except codings.BrokenCoding as error:
        raise Fault("broken_response", str(error)) from error
    if not head:
        raise Unusable("empty", "no body", http_status=answer.status)
    sniff.media_type(answer.header("content-type"), head)
    tagged = (value for name, value in answer.headers if name.lower() == "x-robots-tag")
    return robots.directives(tagged, head, user_agent)


def not_now(fault: Fault, *, now: datetime, attempts: int) -> NotNow:
    """Put a page back whose attempt failed."""
    return NotNow(backoff(now, attempts), fault.reason, fault.detail)


def retry_after(answer: Answer, now: datetime) -> datetime | None:
    """Read Retry-After, in either of its forms; at most a day ahead, None if absent or unreadable."""
    value = answer.header("retry-after").strip()
    try:
        wait = timedelta(seconds=float(value)) if value[:1].isdigit() else _date(value) - now
    except (ValueError, OverflowError, TypeError):
        return None
    return now + min(max(wait, timedelta(0)), _LONGEST_RETRY_AFTER)


def _date(value: str) -> datetime:
    date = parsedate_to_datetime(value)
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _as_utf8(location: str) -> str:
    """Undo the Latin-1 under which header bytes are read: most servers mean UTF-8."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location
