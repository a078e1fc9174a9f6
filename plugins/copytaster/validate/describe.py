"""Article -> Row: the fields and figures that the suite tests. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from copytaster.model import Article

if TYPE_CHECKING:
    from copytaster.validate.suite import Suite

Row = Mapping[str, str | float | None]

#: Columns that the suite tests or shows: texts, and figures.
TEXTS = (
    "page_kind",
    "kind_evidence",
    "url",
    "canonical_url",
    "headline",
    "article_body",  # its beginning, as evidence
    "body",  # all of it
    "authors",  # one a line
    "date_published",
    "date_published_raw",
    "date_published_zone",  # of a time of day; null where there is a day only
    "date_modified",
    "in_language",
    "source_language",
    "residue",
)
FIGURES = (
    "body_columns",
    "body_lines",
    "short_line_share",
    "sentence_end_share",
    "digit_share",
    "capital_share",
    "sign_share",
    "residue_share",
    "replaced_per_mille",
    "days_ahead",
    "days_modified_ahead",
    "days_modified_after",
    "year_published",
    "authors_count",
)

#: Characters of evidence that a finding carries.
SEEN = 200
_DAY = 86_400
#: A line of fewer columns is a short one; fewer lines say nothing of the shape of a text.
_SHORT, _FEWEST_LINES, _FEWEST_FRAGMENTS = 40, 8, 20
_LETTER = re.compile(r"[^\W_]")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_SENTENCE_END = re.compile(r"[.!?…。！？।॥۔؟።։;:][\"'»”’›」』）)\]]*$")  # noqa: RUF001 - of every script
SURROGATE = re.compile("[\ud800-\udfff]")
LOST = "\ufffd"
# Code points that take two columns (Unicode's East Asian Width W and F), as ranges.
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff"
    "\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\U0001f300-\U0001faff\U00020000-\U0003fffd]+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The source that told of a page, as far as rules ask for it."""

    source_url: str | None = None
    in_language: str | None = None  # declared by the operator


def describe(article: Article, *, now: datetime, suite: "Suite", origin: Origin | None = None) -> Row:
    """Lay out what the suite tests: the fields (None for blank) and figures derived from them."""
    body = article.article_body
    return {
        "page_kind": article.page_kind,
        "kind_evidence": "; ".join(article.kind_evidence)[:SEEN] or None,
        "url": _told(article.url),
        "canonical_url": _told(article.canonical_url),
        "headline": _told(article.headline),
        "article_body": _told(body, SEEN),
        "body": _told(body),
        "authors": "\n".join(article.authors) or None,
        "authors_count": float(len(article.authors)),
        "in_language": _told(article.in_language),
        "source_language": origin.in_language if origin else None,
        "replaced_per_mille": _replaced_per_mille((article.headline or "") + body),
        **_dates(article, now),
        **_shape(body, suite.residue_lines, suite.residue_endings),
    }


def _dates(article: Article, now: datetime) -> Row:
    published, modified = article.date_published, article.date_modified
    has_time = article.date_published_precision in {"second", "minute"}
    return {
        "date_published": published.isoformat() if published else None,
        "date_published_raw": article.date_published_raw,
        "date_published_zone": article.date_published_zone if has_time else None,
        "days_ahead": _days(now, published),
        "year_published": float(published.year) if published else None,
        "date_modified": modified.isoformat() if modified else None,
        "days_modified_ahead": _days(now, modified),
        "days_modified_after": _days(published, modified),
    }


def _days(earlier: datetime | None, later: datetime | None) -> float | None:
    return (later - earlier).total_seconds() / _DAY if earlier and later else None


def _shape(body: str, residue_lines: Collection[str], residue_endings: tuple[str, ...]) -> Row:
    """Measure a text: how wide, of how many lines, of which characters; null where it is too short to tell."""
    lines = [line for line in body.splitlines() if line.strip()]
    count = len(lines)
    residue = list(_residue(lines, residue_lines, residue_endings))
    ends = sum(1 for line in lines if _SENTENCE_END.search(line.rstrip()[-8:]))
    short = sum(1 for line in lines if columns(line) < _SHORT)
    return {
        "body_columns": float(columns(body)) if _LETTER.search(body) else None,
        "body_lines": float(count),
        "short_line_share": short / count if count >= _FEWEST_FRAGMENTS else None,
        "sentence_end_share": ends / count if count >= _FEWEST_LINES else None,
        "residue": " | ".join(residue)[:SEEN] or None,
        "residue_share": len(residue) / count if count else None,
        **_characters(body),
    }


def _characters(text: str) -> Row:
    """Shares of digits and punctuation among all visible characters, and of capitals among letters with a case."""
    sorts: Counter[str] = Counter()
    for character, times in Counter(text).items():
        sorts[_sort_of(character)] += times
    visible = sorts.total() - sorts["blank"]
    cased = sorts["capital"] + sorts["small"]
    return {
        "digit_share": sorts["digit"] / visible if visible else None,
        "sign_share": sorts["sign"] / visible if visible else None,
        "capital_share": sorts["capital"] / cased if cased else None,
    }


@lru_cache(maxsize=20_000)
def _sort_of(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Lu", "Lt"}:
        return "capital"
    if category == "Ll":
        return "small"
    return {"L": "letter", "M": "letter", "N": "digit", "Z": "blank", "C": "blank"}.get(category[0], "sign")


def columns(text: str) -> int:
    """Width of a text as a terminal shows it: Chinese, Japanese and Korean characters count two.

    So one bound on a length asks about as much of every script.
    """
    if text.isascii():
        return len(text)
    return len(text) + sum(len(run) for run in _WIDE.findall(text))


def _told(text: str | None, most: int | None = None) -> str | None:
    """Return (the beginning of) a text that has a letter or digit, None for any other."""
    if text is None or not _LETTER.search(text):
        return None
    return text.strip()[:most]


def _replaced_per_mille(text: str) -> float | None:
    if not text:
        return None
    lost = text.count(LOST)
    if not text.isascii():
        lost += len(SURROGATE.findall(text))
    return 1000 * lost / len(text)


def _residue(lines: list[str], whole: Collection[str], endings: tuple[str, ...]) -> Iterator[str]:
    for line in lines:
        key = _EDGES.sub("", line[-SEEN:]).casefold()
        if key in whole or key.endswith(endings):
            yield line.strip()[-SEEN:]
