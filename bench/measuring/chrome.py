"""Readings of aggregator pages -> how many keep chrome, and how many lose a paragraph."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from measuring.aggregator import AggregatorPage, score
from measuring.truth import Row


@dataclass(frozen=True, slots=True)
class Shares:
    """Pages, and the share of them that keep any chrome and that lose a paragraph of the article."""

    pages: int
    keeping: float
    losing: float

    def __str__(self) -> str:
        return f"{self.keeping:.1%} · {self.losing:.1%}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one page."""

    page: AggregatorPage
    keeps: bool
    loses: bool


def is_text(page: AggregatorPage) -> bool:
    """Tell plain text, which only we take, from HTML."""
    return "text" in page.form


def row_of(page: AggregatorPage) -> Row:
    """Make a page a row as ``copytaster extract --jsonl`` takes it."""
    return {"id": page.name, "text" if is_text(page) else "html": page.content}


def outcomes(pages: Sequence[AggregatorPage], readings: Iterable[Row]) -> list[Outcome]:
    """Compare every page with its reading; without one its whole article is lost."""
    texts = {reading["id"]: reading.get("text") or "" for reading in readings}
    scores = [(page, score(page, texts.get(page.name, ""))) for page in pages]
    return [Outcome(page, bool(found.kept), bool(found.lost)) for page, found in scores]


def shares(found: Sequence[Outcome]) -> Shares | None:
    """Sum up; none where there are no pages."""
    if not found:
        return None
    count = len(found)
    return Shares(count, sum(each.keeps for each in found) / count, sum(each.loses for each in found) / count)


def shares_by(found: Sequence[Outcome], key: Callable[[AggregatorPage], str]) -> Mapping[str, Shares | None]:
    """Sum up each form, or each language."""
    names = dict.fromkeys(key(each.page) for each in found)
    return {name: shares([each for each in found if key(each.page) == name]) for name in names}
