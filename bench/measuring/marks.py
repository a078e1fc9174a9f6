"""Readings and what is true of their pages -> figures, whole, by half, and pair by pair."""

import math
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuring.goals import Goal
from measuring.truth import Row, half_of, load_scorer

_FIELDS = frozenset({"title", "author", "date"})
_SAME = 0.001  # a difference between two readings of a page that is none


@dataclass(frozen=True, slots=True)
class Mark:
    """What the scorer says of one page."""

    id: str
    benchmark: str
    half: str
    page: Mapping[str, Any]


def mark(corpus: Path, truths: Sequence[Row], readings: Sequence[Row]) -> list[Mark]:
    """Score every page; one without a reading counts as empty."""
    scorer = load_scorer(corpus)
    by_id = {reading["id"]: reading for reading in readings}
    return [
        Mark(
            id=row["id"],
            benchmark=scorer.bench_key(row),
            half=half_of(row),
            page=scorer.score_page(row, by_id.get(row["id"], {}), row["bench"] == "fundus-eval"),
        )
        for row in truths
    ]


def mark_all(
    corpus: Path, truths: Sequence[Row], readings: Mapping[str, Sequence[Row]], workers: int
) -> dict[str, list[Mark]]:
    """Score the readings of each system."""
    with ProcessPoolExecutor(workers) as processes:
        jobs = {name: processes.submit(mark, corpus, truths, rows) for name, rows in readings.items()}
        return {name: job.result() for name, job in jobs.items()}


def summaries(corpus: Path, marks: Sequence[Mark], half: str | None = None) -> dict[str, Mapping[str, Any]]:
    """Sum up each benchmark, or a half of it."""
    scorer = load_scorer(corpus)
    pages: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for each in marks:
        if half is None or each.half == half:
            pages[each.benchmark].append(each.page)
    return {benchmark: scorer.summarise(found) for benchmark, found in pages.items()}


def value_of(
    goal: Goal, summary: Mapping[str, Mapping[str, Any]], readings: Sequence[Row] | None = None
) -> float | None:
    """Find a goal's figure; none where no page has its truth, or the extractor never tells the field."""
    field = _FIELDS.intersection(goal.of)
    if field and readings is not None and not any(field & row.keys() for row in readings):
        return None
    found: Any = summary
    for key in goal.of:
        if found is None:
            return None
        found = found.get(key)
    return None if found is None else float(found)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two systems over the same pages: on how many the first is better, or worse, and by how much on average."""

    pages: int
    better: int
    worse: int
    mean: float
    error: float

    def __str__(self) -> str:
        return f"{self.better} / {self.worse} of {self.pages}: {self.mean:+.4f} ± {self.error:.4f}"


def paired(
    ours: Sequence[Mark], theirs: Sequence[Mark], benchmark: str, half: str | None = None
) -> Pair | None:
    """Compare page by page in the benchmark's own measure; the standard error is that of the mean difference."""
    base = {each.id: page_value(each.page) for each in theirs}
    differences = [
        value - before
        for each in ours
        if each.benchmark == benchmark and half in (None, each.half)
        if (value := page_value(each.page)) is not None and (before := base.get(each.id)) is not None
    ]
    if not differences:
        return None
    error = statistics.stdev(differences) / math.sqrt(len(differences)) if len(differences) > 1 else 0.0
    return Pair(
        pages=len(differences),
        better=sum(difference > _SAME for difference in differences),
        worse=sum(difference < -_SAME for difference in differences),
        mean=statistics.fmean(differences),
        error=error,
    )


def page_value(page: Mapping[str, Any]) -> float | None:
    """Take one number for a page's text: ROUGE-LSum or shingle F1, or the share of its snippets that are right."""
    if "rouge" in page:
        return float(page["rouge"][2])
    if "shingle_f1" in page:
        return float(page["shingle_f1"])
    if "seg" in page:
        hits, kept, missed, left = page["seg"]
        return float((hits + left) / (hits + kept + missed + left))
    return None
