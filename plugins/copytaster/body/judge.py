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

#: Log-odds of a line that is no part of the article.
RULED_OUT = -7.0
_MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Judge:
    """Trees of three levels: what each node asks, over which number, and the points of each answer.

    The nodes below node n are 2n + 1 for "no" and 2n + 2 for "yes"; the last eight are the answers.
    """

    features: tuple[str, ...]
    ask: npt.NDArray[np.int64]  # trees by 7 nodes
    over: npt.NDArray[np.float32]  # trees by 7 nodes
    points: Column  # trees by 15 nodes: above the answers, the mean of the two nodes below

    def weigh(self, columns: Columns, chosen: npt.NDArray[np.bool_]) -> Column:
        """Give the log-odds that each line is the article's; lines that are not chosen are as good as ruled out."""
        points = np.full(len(chosen), RULED_OUT)
        if chosen.any():
            answers = self._paths(columns, np.flatnonzero(chosen))[-1]
            points[chosen] = self.points[np.arange(len(self.ask)), answers].sum(axis=1)
        return points

    def reasons(self, columns: Columns, places: Sequence[int], kept: npt.NDArray[np.bool_]) -> list[str]:
        """Name for each of these lines what spoke most against it, of that in which it differs from kept ones."""
        if not places:
            return []
        trees, rows = np.arange(len(self.ask)), np.arange(len(places))[:, None]
        told = np.zeros((len(places), len(self.features)))
        above = np.zeros((len(places), len(self.ask)), np.int64)
        for node in self._paths(columns, np.array(places)):
            moved = self.points[trees, node] - self.points[trees, above]
            np.add.at(told, (rows, self.ask[trees, above]), moved)
            above = node
        usual = [np.nan] * len(self.features)
        if kept.any():
            usual = np.median([columns[name][kept] for name in self.features], axis=1).tolist()
        return [self._named(columns, place, row, usual) for place, row in zip(places, told, strict=True)]

    def _named(self, columns: Columns, place: int, told: Column, usual: Sequence[float]) -> str:
        against = [at for at in told.argsort().tolist() if told[at] < 0]
        worst = [at for at in against if columns[self.features[at]][place] != usual[at]][:_MOST_REASONS]
        return ", ".join(f"{self.features[at]} {columns[self.features[at]][place]:.3g}" for at in worst)

    def _paths(self, columns: Columns, places: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
        """Nodes that each line comes to in each tree, level by level."""
        matrix = np.column_stack([columns[name][places] for name in self.features]).astype(np.float32)
        says = (matrix[:, self.ask.ravel()] > self.over.ravel()).reshape(len(matrix), *self.ask.shape)
        first = says[:, :, 0]
        second = np.where(first, says[:, :, 2], says[:, :, 1])
        third = np.where(
            first,
            np.where(second, says[:, :, 6], says[:, :, 5]),
            np.where(second, says[:, :, 4], says[:, :, 3]),
        )
        one = 1 + first
        two = 2 * one + 1 + second
        return [one, two, 2 * two + 1 + third]


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
        over=np.array([tree["over"] for tree in trees], np.float32),
        points=np.array([_filled(tree["points"]) for tree in trees]),
    )


def _filled(answers: Sequence[float]) -> list[float]:
    """Give each node the mean of the two below it, from the answers up."""
    levels = [list(answers)]
    while len(levels[0]) > 1:
        below = levels[0]
        levels.insert(0, [(no + yes) / 2 for no, yes in zip(below[::2], below[1::2], strict=True)])
    return [points for level in levels for points in level]
