"""How many articles are held back, and how many lists and threads are let through."""

import base64
import json
import lzma
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml.html import HtmlElement

from copytaster.decode import decode
from copytaster.errors import Unusable
from copytaster.kind import judge
from copytaster.model import Page
from copytaster.parse import parse_html
from copytaster.signals import Signals, read_signals

#: Types of page in the corpus that are no articles.
NO_ARTICLES = frozenset({"listing", "collection", "forum"})


@dataclass(frozen=True, slots=True)
class Case:
    """A page and what the corpus says of it; pages whose type it does not say are articles."""

    id: str
    url: str
    host: str
    page_type: str
    is_typed: bool  # from a set that has pages of several types

    @property
    def is_no_article(self) -> bool:
        """Whether the corpus says that this is a list or a thread."""
        return self.page_type in NO_ARTICLES

    @property
    def label(self) -> str:
        """The type; all that are no lists or threads are articles."""
        return self.page_type if self.is_no_article else "article"


def page_kinds(corpus: Path) -> dict[str, int]:
    """Judge every page of a corpus: articles, held_back, non_articles, let_through, and for each type both."""
    counts: Counter[str] = Counter(articles=0, held_back=0, non_articles=0, let_through=0)
    for case, tree, signals in read_cases(corpus):
        kind, _ = judge(tree, Page(url=case.url, body=b""), signals)
        missed = (kind == "article") is case.is_no_article
        counts["non_articles" if case.is_no_article else "articles"] += 1
        counts["let_through" if case.is_no_article else "held_back"] += missed
        counts[case.label] += 1
        counts[f"{case.label}_missed"] += missed
        if case.is_typed and not case.is_no_article:
            counts["typed_articles"] += 1
            counts["typed_articles_missed"] += missed
    return dict(counts)


def read_cases(corpus: Path) -> Iterator[tuple[Case, HtmlElement, Signals]]:
    """Read and parse every page that can be."""
    for file in sorted(corpus.glob("*/pages.jsonl.xz")):
        with lzma.open(file, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        types = {row.get("page_type") for row in rows}
        for row in rows:
            try:
                tree = _tree(row)
            except Unusable:
                continue
            yield _case(row, is_typed=len(types) > 1), tree, read_signals(tree)


def _tree(row: dict[str, str]) -> HtmlElement:
    if "html_b64" in row:
        return parse_html(decode(base64.b64decode(row["html_b64"]), None).text)
    return parse_html(decode(row["html"].encode("utf-8", "surrogatepass"), "text/html; charset=utf-8").text)


def _case(row: dict[str, str], *, is_typed: bool) -> Case:
    url = row.get("url") or ""
    return Case(row["id"], url, row.get("host") or row["id"], row.get("page_type") or "article", is_typed)
