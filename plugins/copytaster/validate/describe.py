"""Article -> Row: the fields and figures that the suite tests. Pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from copytaster.model import Article
from copytaster.validate.suite import Suite

Row = Mapping[str, str | float | None]

#: Columns that the suite tests or shows: texts, and figures.
TEXTS = (
    "page_kind",
    "kind_evidence",
    "canonical_url",
    "headline",
    "article_body",
    "date_published",
    "date_published_raw",
    "date_modified",
    "in_language",
    "residue",
)
FIGURES = ("body_columns", "replaced_per_mille", "days_ahead", "days_modified_ahead", "year_published")

#: Characters of evidence that a finding carries.
SEEN = 200
_DAY = 86_400
_LETTER = re.compile(r"[^\W_]")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
SURROGATE = re.compile("[\ud800-\udfff]")
LOST = "\ufffd"
# Code points that take two columns (Unicode's East Asian Width W and F), as ranges.
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff"
    "\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\U0001f300-\U0001faff\U00020000-\U0003fffd]+"
)


def describe(article: Article, *, now: datetime, suite: Suite) -> Row:
    """Lay out what the suite tests: the fields (None for blank) and figures derived from them."""
    headline, body = article.headline or "", article.article_body
    published, modified = article.date_published, article.date_modified
    return {
        "page_kind": article.page_kind,
        "kind_evidence": "; ".join(article.kind_evidence)[:SEEN] or None,
        "canonical_url": _told(article.canonical_url),
        "headline": _told(headline),
        "article_body": _told(body, SEEN),
        "body_columns": float(columns(body)) if _LETTER.search(body) else None,
        "replaced_per_mille": _replaced_per_mille(headline + body),
        "date_published": published.isoformat() if published else None,
        "date_published_raw": article.date_published_raw,
        "days_ahead": (published - now).total_seconds() / _DAY if published else None,
        "year_published": float(published.year) if published else None,
        "date_modified": modified.isoformat() if modified else None,
        "days_modified_ahead": (modified - now).total_seconds() / _DAY if modified else None,
        "in_language": _told(article.in_language),
        "residue": " | ".join(_residue(body, suite))[:SEEN] or None,
    }


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


def _residue(body: str, suite: Suite) -> Iterator[str]:
    for line in body.splitlines():
        key = _EDGES.sub("", line[-SEEN:]).casefold()
        if key in suite.residue_lines or key.endswith(suite.residue_endings):
            yield line.strip()[-SEEN:]
