"""Numbers of lines -> how likely each is the article's, and why. Pure.

The judge is a few hundred small trees (``data/body.json``, made by ``tools/learn_body.py``): each asks
three questions, "is this feature over that number?", and its answer is worth points for or against.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from copytaster.body.evidence import Column, Columns

_LEVELS = 3
_MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Judge:
    """Trees of three levels: what each node asks, over which number, and the points of each answer."""

    features: tuple[str, ...]
    ask: npt.NDArray[np.int64]  # of each tree seven nodes, the node below at 2n + 1 (no) and 2n + 2 (yes)
    over: Column  # the same
    points: Column  # of each tree fifteen: of answers, and of nodes the mean of what is below them

    def weigh(self, columns: Columns) -> Column:
        """Give the log-odds that each line is the article's."""
        matrix = np.column_stack([columns[name] for name in self.features])
        rows, trees = np.arange(len(matrix))[:, None], np.arange(len(self.ask))[None, :]
        node = np.zeros((len(matrix), len(self.ask)), np.int64)
        for _ in range(_LEVELS):
            node = 2 * node + 1 + (matrix[rows, self.ask[trees, node]] > self.over[trees, node])
        return np.asarray(self.points[trees, node].sum(axis=1))

    def reasons(self, columns: Columns, place: int) -> str:
        """Name the features that spoke most against a line, with what was seen of each."""
        told = np.zeros(len(self.features))
        values = [float(columns[name][place]) for name in self.features]
        for ask, over, points in zip(
            self.ask.tolist(), self.over.tolist(), self.points.tolist(), strict=True
        ):
            node = 0
            for _ in range(_LEVELS):
                below = 2 * node + 1 + (values[ask[node]] > over[node])
                told[ask[node]] += points[below] - points[node]
                node = below
        worst = [at for at in told.argsort()[:_MOST_REASONS] if told[at] < 0]
        return ", ".join(f"{self.features[at]} {values[at]:.3g}" for at in worst)


@cache
def load(name: str) -> Judge:
    """Read a judge, once a process: ``alone`` looks at the page only, ``compared`` at another reading too."""
    told: Mapping[str, Any] = json.loads(
        files("copytaster").joinpath("data", "body.json").read_text(encoding="utf-8")
    )
    trees: Sequence[Mapping[str, Any]] = told[name]["trees"]
    return Judge(
        features=tuple(told[name]["features"]),
        ask=np.array([tree["ask"] for tree in trees]),
        over=np.array([tree["over"] for tree in trees]),
        points=np.array([_filled(tree["points"]) for tree in trees]),
    )


def _filled(answers: Sequence[float]) -> list[float]:
    """Give each node the mean of the two below it, from the answers up."""
    levels = [list(answers)]
    while len(levels[0]) > 1:
        below = levels[0]
        levels.insert(0, [(no + yes) / 2 for no, yes in zip(below[::2], below[1::2], strict=True)])
    return [points for level in levels for points in level]
