"""What the memory of sites brings on the corpus: pages of sites with several, cleaned as one batch."""

import base64
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import mean
from typing import Any
from urllib.parse import urlsplit

from copytaster.errors import Unusable
from copytaster.extract import extract
from copytaster.memory import RULE, observe, site_of, tally, warm
from copytaster.model import Article, Page
from copytaster.recall import recall
from copytaster.strip.folding import letters
from copytaster.urls import registered_domain

_TOKEN = re.compile(
    r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+?(?=[\u3040-\u30ff\u3400-\u9fff]|\b)"
)
_SHINGLE = 4


@dataclass(slots=True)
class Gain:
    """Figures over the pages: lines cut, those of them that the expected text has, shingles before and after."""

    sites: int = 0
    pages: int = 0
    touched: int = 0
    cut: int = 0
    own: int = 0
    precision: tuple[float, float] = (0.0, 0.0)
    recall: tuple[float, float] = (0.0, 0.0)


def site_memory(rows: Iterable[Mapping[str, Any]], *, least_pages: int = 5) -> Gain:
    """Measure on corpus rows (``url``, ``host``, ``html`` or ``html_b64``, ``text``) that have an expected text."""
    by_site: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        host = row.get("host") or urlsplit(row.get("url") or "").hostname
        if host and row.get("text"):
            by_site[registered_domain(host)].append(row)
    gain = Gain()
    scores: list[tuple[float, float, float, float]] = []
    for told in by_site.values():
        if len(told) >= least_pages:
            gain.sites += 1
            scores += _measure(told, gain)
    if scores:
        before, after, found, left = (mean(column) for column in zip(*scores, strict=True))
        gain.precision, gain.recall = (before, after), (found, left)
    return gain


def _measure(rows: Sequence[Mapping[str, Any]], gain: Gain) -> list[tuple[float, float, float, float]]:
    read = [(row["text"], article) for row in rows if (article := _read(row))]
    seen = tally(one for _, article in read if (one := observe(article)))
    memory = warm({}, seen, today=datetime.now(UTC).date())
    scores = []
    for text, article in read:
        clean = recall(article, memory.get(site_of(article.url) or "", {}))
        cuts = [cut for cut in clean.cuts if cut.rule == RULE]
        gain.pages += 1
        gain.touched += bool(cuts)
        gain.cut += len(cuts)
        gain.own += sum(letters(cut.line) in letters(text) for cut in cuts)
        (p, r), (q, s) = (_overlap(text, one.article_body) for one in (article, clean))
        scores.append((p, q, r, s))
    return scores


def _read(row: Mapping[str, Any]) -> Article | None:
    body = (
        base64.b64decode(row["html_b64"]) if row.get("html_b64") else row["html"].encode("utf-8", "replace")
    )
    try:
        return extract(Page(url=row.get("url") or f"http://{row['host']}/{row['id']}", body=body))
    except Unusable:
        return None


def _overlap(expected: str, found: str) -> tuple[float, float]:
    gold, got = _shingles(expected), _shingles(found)
    both = (gold & got).total()
    return both / max(got.total(), 1), both / max(gold.total(), 1)


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    tokens = _TOKEN.findall(text)
    return Counter(tuple(tokens[i : i + _SHINGLE]) for i in range(max(1, len(tokens) - _SHINGLE + 1)))
