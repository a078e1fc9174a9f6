"""CPU of our whole reading of a page to that of trafilatura with its own defaults and metadata, page by page in turn."""

import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measuring.systems import AS_IT_COMES, OURS, System, standing_by
from measuring.truth import Row

_WARM_UP = 20  # pages


@dataclass(frozen=True, slots=True)
class Round:
    """CPU seconds of both over the same pages."""

    ours: float
    base: float

    @property
    def ratio(self) -> float:
        """Divide ours by the other's: less than one is cheaper."""
        return self.ours / self.base


def run_round(pages: Sequence[Row]) -> Round:
    """Read every page with both, each in a new process of its own: no cache of one serves the other.

    Which of them goes first changes with every page, so that a drift of the machine meets both alike.
    """
    python = Path(sys.executable)
    lines = [json.dumps(page) + "\n" for page in pages]
    spent = {OURS: 0.0, AS_IT_COMES: 0.0}
    with standing_by(System(OURS, python)) as ours, standing_by(System(AS_IT_COMES, python)) as base:
        turns = [(OURS, ours), (AS_IT_COMES, base)]
        for line in lines[:_WARM_UP]:
            for _, process in turns:
                process.seconds(line)
        for line in lines:
            for name, process in turns:
                spent[name] += process.seconds(line)
            turns.reverse()
    return Round(spent[OURS], spent[AS_IT_COMES])


def describe(rounds: Sequence[Round], pages: int) -> str:
    """Put the rounds into one line."""
    ratios = ", ".join(f"{each.ratio:.2f}" for each in rounds)
    ours, base = (1000 * statistics.median(values) / pages for values in _columns(rounds))
    least = min(each.ratio for each in rounds)
    return (
        f"CPU over {pages} news pages: {ours:.1f} ms to trafilatura's {base:.1f} ms a page; "
        f"ratio by round {ratios} (least {least:.2f})"
    )


def _columns(rounds: Sequence[Round]) -> tuple[list[float], list[float]]:
    return [each.ours for each in rounds], [each.base for each in rounds]


def median_ratio(rounds: Sequence[Round]) -> float:
    """Take the round in the middle."""
    return statistics.median(each.ratio for each in rounds)
