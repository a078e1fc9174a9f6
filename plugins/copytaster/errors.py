"""The three fates of a page, and the closed set of reasons.

A stage returns (it worked), raises ``Unusable`` (this page can never work: quarantine it, the run
stays green), raises ``Gone`` (the server says that there is no such page) or raises ``NotNow`` (put
the page back, with a time). Anything else is a bug or an outage and rises to the scheduler.
"""

from datetime import datetime
from typing import Literal, get_args

FetchReason = Literal[
    "access_denied",  # 401, 402, 403, 451
    "bad_certificate",
    "blocked_by_robots",
    "broken_response",  # torn, undecodable or protocol-violating answer
    "forbidden_address",  # scheme, port or address that we refuse to contact
    "http_error",  # another 4xx
    "invalid_url",
    "noarchive",  # the page forbids copies of itself
    "not_html",  # neither HTML nor plain text
    "redirect_loop",
    "server_error",  # 5xx at every attempt
    "timeout",  # the total deadline passed at every attempt
    "too_large",
    "unreachable",  # no DNS answer or no connection at every attempt
]
KindReason = Literal[
    "bot_challenge",
    "consent_wall",
    "error_page",
    "forum",
    "gallery",
    "listing",
    "live_blog",
    "login",
    "media_only",
    "needs_javascript",
    "not_an_article",
    "paywall_stub",
    "product",
    "section_front",
    "soft_404",
]
ExtractReason = Literal[
    "bad_encoding",
    "empty",
    "extraction_failed",
    "payload_missing",  # a revisit whose earlier capture the archive no longer has
]
CheckReason = Literal[
    "authors_absurd",
    "body_missing",
    "body_shape",  # of digits, signs or fragments rather than sentences
    "body_too_short",
    "canonical_elsewhere",
    "date_absurd",
    "date_in_future",
    "date_missing",
    "duplicate",
    "headline_missing",
    "headline_too_long",
    "language_mismatch",
    "language_unknown",
    "markup_left",
    "residue_left",
    "undecoded_characters",
    "url_missing",
    "zone_unknown",
]
LoadReason = Literal["unstorable"]
Reason = FetchReason | KindReason | ExtractReason | CheckReason | LoadReason

REASONS: frozenset[str] = frozenset(
    reason
    for group in (FetchReason, KindReason, ExtractReason, CheckReason, LoadReason)
    for reason in get_args(group)
)


class CopytasterError(Exception):
    """Something that a user can act on went wrong. The message is one clear line."""


class Unusable(CopytasterError):
    """This page can never become an article: keep it, with the reason, for people to look at.

    ``reason`` is what dashboards count; ``detail`` is free text for the person who looks.
    """

    def __init__(self, reason: Reason, detail: str = "", *, http_status: int | None = None) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: Reason = reason
        self.detail = detail
        self.http_status = http_status


class Gone(CopytasterError):
    """The server says that there is no such page (404, 410)."""

    def __init__(self, http_status: int, detail: str = "") -> None:
        super().__init__(f"HTTP {http_status}" + (f": {detail}" if detail else ""))
        self.http_status = http_status
        self.detail = detail


class NotNow(CopytasterError):
    """Not possible now (429, 503, a host that must rest, a passing fault): try again at ``until``.

    ``reason`` is the reason under which the page is quarantined once its attempts are used up.
    """

    def __init__(
        self, until: datetime, reason: Reason, detail: str = "", *, http_status: int | None = None
    ) -> None:
        super().__init__(f"not before {until.isoformat()}: {reason} {detail}".rstrip())
        self.until = until
        self.reason: Reason = reason
        self.detail = detail
        self.http_status = http_status
