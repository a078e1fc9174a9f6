"""What the addresses of a site's articles look like, learned from what became of its pages. Pure.

A shape is a path with what differs from page to page replaced: ``/2026/11/ferry-runs-aground-48213.html``
and ``/2026/10/toll-for-ships-48119.html`` are both ``/Y/M/words-N.html``.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, get_args
from urllib.parse import parse_qsl, unquote, urlsplit

from copytaster.errors import KindReason

_YEAR = re.compile(r"(?:19|20)\d\d")
_SHORT_NUMBER = re.compile(r"\d\d?")
_FULL_DATE = re.compile(r"(?:19|20)\d\d[-_.]?[01]?\d(?:[-_.]?[0-3]?\d)?")
_EXTENSION = re.compile(r"\.(?:html?|shtml|php|aspx?|jsp|cms|ece|do)$", re.IGNORECASE)
_LONGEST_WORD = 24  # letters of a folder's name; longer ones are somebody's words
_WIDE = 2  # hyphens that make words of a word

#: Reasons that say that a page is another kind of page, not that something was wrong with it.
_OTHER_KINDS: Final = frozenset(get_args(KindReason)) - {
    "bot_challenge",
    "consent_wall",
    "live_blog",
    "media_only",
    "needs_javascript",
    "paywall_stub",
}
_ENOUGH = 3
_FEW, _MOST = 0.1, 0.8


@dataclass(frozen=True, slots=True)
class Learned:
    """What is known of addresses with one shape."""

    shape: str
    articles: int
    pages: int

    @property
    def is_article(self) -> bool | None:
        """True where nearly all such pages were articles, False where hardly any was, else None."""
        if self.pages < _ENOUGH:
            return None
        share = self.articles / self.pages
        return True if share >= _MOST else False if share <= _FEW else None

    def __str__(self) -> str:
        return f"{self.articles} of {self.pages} pages like {self.shape} were articles"


@dataclass(frozen=True, slots=True)
class Shapes:
    """Shapes of addresses of one site, each with how many pages and how many articles had it."""

    pages: Counter[str] = field(default_factory=Counter)
    articles: Counter[str] = field(default_factory=Counter)

    def of(self, url: str) -> Learned | None:
        """Give what is known of a URL's shape; where that is little, of its shape in any folder."""
        exact, anywhere = shape_of(url), _anywhere(shape_of(url))
        shape = exact if self.pages[exact] >= _ENOUGH or anywhere == exact else anywhere
        return Learned(shape, self.articles[shape], self.pages[shape]) if self.pages[shape] else None


def learn(judged: Iterable[tuple[str, str | None]]) -> Shapes:
    """Learn from pages: canonical URL, and the quarantine reason or None for an article.

    Pages that were held back for something else than their kind tell nothing.
    """
    shapes = Shapes()
    for url, reason in judged:
        if reason is not None and reason not in _OTHER_KINDS:
            continue
        exact = shape_of(url)
        for shape in {exact, _anywhere(exact)}:
            shapes.pages[shape] += 1
            shapes.articles[shape] += reason is None
    return shapes


def shape_of(url: str) -> str:
    """Give the shape of a URL's path, with the names of its query's parameters."""
    parts = urlsplit(url)
    segments = unquote(parts.path).split("/")[1:]
    shaped = [_segment(segment, is_last=place == len(segments)) for place, segment in enumerate(segments, 1)]
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return "/" + "/".join(shaped) + ("?" + "&".join(names) if names else "")


def _segment(segment: str, *, is_last: bool) -> str:
    ending = found[0].lower() if (found := _EXTENSION.search(segment)) else ""
    stem = segment[: len(segment) - len(ending)] if ending else segment
    return (_stem(stem, is_last=is_last) if stem else "") + ending


def _stem(stem: str, *, is_last: bool) -> str:
    if _YEAR.fullmatch(stem):
        return "Y"
    if _SHORT_NUMBER.fullmatch(stem):
        return "M"
    if _FULL_DATE.fullmatch(stem):
        return "Y-M"
    if stem.isdigit():
        return "N"
    pieces = [piece for piece in re.split(r"[-_,.+ ]", stem) if piece]
    number = any(piece.isdigit() and len(piece) > _WIDE for piece in pieces) or re.search(r"\d{5}", stem)
    if len(pieces) > _WIDE or len(stem) > _LONGEST_WORD or number:
        return "words-N" if number else "words"
    return "word" if is_last else stem.lower()


def _anywhere(shape: str) -> str:
    path, mark, names = shape.partition("?")
    *folders, last = path.split("/")
    marks = {"Y", "M", "Y-M", "N", "words", "words-N", ""}
    return "/".join([*(part if part in marks else "*" for part in folders), last]) + mark + names
