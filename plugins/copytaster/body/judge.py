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

from copytaster.body.evidence import Columns
from copytaster.body.lines import Column

Answers = npt.NDArray[np.bool_]

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
    points: Column  # trees by 15 nodes: above the answers, the mean of the two nodes below
    asked: npt.NDArray[np.int64]  # the feature of each question: many nodes ask the same
    edges: npt.NDArray[np.float32]  # over which number it is sought
    questions: npt.NDArray[np.int64]  # 7 nodes by trees: which of them each asks

    @classmethod
    def of(cls, features: Sequence[str], trees: Sequence[Mapping[str, Any]]) -> "Judge":
        """Make a judge of trees that each give 7 features (``ask``), 7 numbers (``over``) and the points of 8 answers."""
        ask = np.array([tree["ask"] for tree in trees])
        over = np.array([tree["over"] for tree in trees], np.float32)
        pairs, questions = np.unique(
            np.stack([ask.T, over.T], axis=-1).reshape(-1, 2), axis=0, return_inverse=True
        )
        return cls(
            features=tuple(features),
            ask=ask,
            points=np.array([_filled(tree["points"]) for tree in trees]),
            asked=pairs[:, 0].astype(np.int64),
            edges=pairs[:, 1].astype(np.float32),
            questions=questions.reshape(ask.T.shape),
        )

    def weigh(self, columns: Columns, chosen: npt.NDArray[np.bool_]) -> Column:
        """Give the log-odds that each line is the article's; lines that are not chosen are as good as ruled out."""
        points = np.full(len(chosen), RULED_OUT)
        if chosen.any():
            answers = self._paths(self._rows(columns)[:, chosen])[-1]
            first = np.arange(0, self.points.size, self.points.shape[1])[:, None]
            points[chosen] = np.take(self.points, first + answers).sum(axis=0)
        return points

    def reasons(self, columns: Columns, places: Sequence[int], kept: npt.NDArray[np.bool_]) -> list[str]:
        """Name for each of these lines what spoke most against it, of that in which it differs from kept ones."""
        if not places:
            return []
        rows = self._rows(columns)
        values = rows[:, places]
        told = self._told(values)
        order, telling = told.argsort(axis=1), told < 0
        if kept.any():
            telling &= _medians(rows[:, kept]) != values.T
        worst = [
            [at for at in line if is_telling[at]][:_MOST_REASONS]
            for line, is_telling in zip(order.tolist(), telling.tolist(), strict=True)
        ]
        return [
            ", ".join(f"{self.features[at]} {values[at, line]:.3g}" for at in found)
            for line, found in enumerate(worst)
        ]

    def _told(self, values: Column) -> Column:
        """Share out the points of each line among the features that were asked on the way: lines by features."""
        trees, (count, lines) = np.arange(len(self.ask))[:, None], values.shape
        told = np.zeros(lines * count)
        above = np.zeros((len(self.ask), lines), np.uint8)
        for node in self._paths(values):
            moved = self.points[trees, node] - self.points[trees, above]
            cells = np.arange(lines) * count + self.ask[trees, above]
            np.add.at(told, cells.ravel(), moved.ravel())
            above = node
        return told.reshape(lines, count)

    def _rows(self, columns: Columns) -> Column:
        """Put the columns below each other: features by lines."""
        return np.array([columns[name] for name in self.features])

    def _paths(self, values: Column) -> list[npt.NDArray[np.uint8]]:
        """Nodes that each line comes to in each tree, level by level: trees by lines."""
        says = np.take(
            np.take(values.astype(np.float32), self.asked, 0) > self.edges[:, None], self.questions, 0
        )
        first = says[0]
        second = _either(first, says[2], says[1])
        third = _either(first, _either(second, says[6], says[5]), _either(second, says[4], says[3]))
        one = first + np.uint8(1)
        two = 2 * one + 1 + second
        return [one, two, 2 * two + 1 + third]


def _either(which: Answers, one: Answers, other: Answers) -> Answers:
    """Choose between answers; a tenth of the time of ``np.where``."""
    return (which & one) | (~which & other)


def _medians(rows: Column) -> Column:
    """Give the median of each row; NumPy's own looks for holes first, which takes longer than to sort."""
    middle = rows.shape[1] // 2
    ordered = np.sort(rows, axis=1)
    return (ordered[:, middle] + ordered[:, -middle - 1]) / 2


@cache
def load(name: str) -> Judge:
    """Read a judge, once a process: ``alone`` looks at the page only, ``compared`` at another reading too."""
    told: Mapping[str, Any] = json.loads(
        files("copytaster").joinpath("data", "body.json").read_text(encoding="utf-8")
    )
    return Judge.of(told[name]["features"], told[name]["trees"])


def _filled(answers: Sequence[float]) -> list[float]:
    """Give each node the mean of the two below it, from the answers up."""
    levels = [list(answers)]
    while len(levels[0]) > 1:
        below = levels[0]
        levels.insert(0, [(no + yes) / 2 for no, yes in zip(below[::2], below[1::2], strict=True)])
    return [points for level in levels for points in level]
