"""Layout -> its lines and boxes as arrays: what they hold, and where they stand from the main text. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from copytaster.body.layout import Layout
from copytaster.chars import width
from copytaster.strip.folding import fold
from copytaster.strip.lines import CLOSERS, STOPS

Column = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

#: Characters of what may be a phrase.
SHORT = 240
_PROSE = 80  # characters of a paragraph
_LONG = 160  # that is one without a full stop too
_TEXT = 40  # characters of what may be text where there is no paragraph
_MOST = 0.6  # share of the running text that the main box holds
_NEAR = 3  # boxes
_SAMPLE = 80


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says of the article, for comparison with its lines."""

    headline: str | None = None
    abstract: str | None = None
    authors: Sequence[str] = ()
    language: str | None = None
    body: str = ""  # the text that JSON-LD gives


@dataclass(frozen=True)
class Lines:
    """A layout as arrays, and what every group of features asks of it."""

    layout: Layout
    told: Told = field(default_factory=Told)

    def __len__(self) -> int:
        return len(self.layout.texts)

    @cached_property
    def width(self) -> Column:
        """Characters of each line; one of an unspaced script counts as three."""
        return np.fromiter(map(width, self.layout.texts), np.float64, len(self))

    @cached_property
    def link(self) -> Column:
        """Share of each line that stands in links."""
        return np.array(self.layout.links, np.float64)

    @cached_property
    def ends(self) -> Column:
        """Whether a line ends as a sentence does."""
        return np.array([text[-12:].rstrip(CLOSERS)[-1:] in STOPS for text in self.layout.texts], np.float64)

    @cached_property
    def box(self) -> Whole:
        """Box of each line."""
        return np.array(self.layout.boxes, np.int64)

    @cached_property
    def parents(self) -> Whole:
        """Parent of each box; the outermost is its own."""
        return np.maximum(np.array(self.layout.parents, np.int64), 0)

    @cached_property
    def near(self) -> npt.NDArray[np.bool_]:
        """Whether a line stands in the main box or not far from it: what others say is not looked at."""
        return self.place.in_main[self.box] | (self.place.up[self.box] <= _NEAR)

    @cached_property
    def keys(self) -> Sequence[str]:
        """Each line folded, of a long one the beginning; nothing for lines that are far away."""
        texts = self.layout.texts
        return [
            fold(text if len(text) <= SHORT else text[:_SAMPLE]) if near else ""
            for text, near in zip(texts, self.near.tolist(), strict=True)
        ]

    @cached_property
    def prose(self) -> Column:
        """Characters of running text of each line; on a page without paragraphs, of what may be text."""
        own = self.width * (1 - self.link)
        running = (self.width >= _PROSE) & (self.link < 0.4) & ((self.ends > 0) | (self.width >= _LONG))  # noqa: PLR2004
        if running.any():
            return np.where(running, own, 0.0)
        return np.where((self.width >= _TEXT) & (self.link < 0.5), own, 0.0)  # noqa: PLR2004

    @cached_property
    def total(self) -> float:
        """Characters of running text on the page."""
        return max(float(self.prose.sum()), 1.0)

    def within(self, amounts: Column) -> Column:
        """Sum an amount of each line over each box with all that it holds."""
        sums = np.bincount(self.box, weights=amounts, minlength=len(self.layout.parents)).tolist()
        parents = self.layout.parents
        for box in range(len(parents) - 1, 0, -1):
            sums[parents[box]] += sums[box]
        return np.array(sums, np.float64)

    @cached_property
    def prose_within(self) -> Column:
        """Running text that each box holds."""
        return self.within(self.prose)

    @cached_property
    def main(self) -> int:
        """The innermost box that holds most of the running text."""
        holds = np.flatnonzero(self.prose_within >= _MOST * self.total)
        depths = np.array(self.layout.depths)[holds]
        return int(holds[len(depths) - 1 - int(depths[::-1].argmax())]) if len(holds) else 0

    @cached_property
    def best(self) -> int:
        """The box with most running text in itself and in the boxes right below it."""
        own = np.bincount(self.box, weights=self.prose, minlength=len(self.layout.parents))
        below = np.bincount(self.parents[1:], weights=own[1:], minlength=len(own)) if len(own) > 1 else 0.0
        return int((own + below).argmax())

    @cached_property
    def place(self) -> "Places":
        """Where each box stands in relation to the main one."""
        return Places.of(self.layout, self.main, self.best)

    @cached_property
    def strong(self) -> npt.NDArray[np.bool_]:
        """Whether a line is running text of the main box."""
        return (self.prose > 0) & self.place.in_main[self.box]


@dataclass(frozen=True, slots=True)
class Places:
    """For each box: what it is and its boxes up to the main one are, and how far away that is."""

    in_main: npt.NDArray[np.bool_]
    in_best: npt.NDArray[np.bool_]
    roles: Whole  # of the box and of those between it and the main one
    all_roles: Whole  # of the box and all that hold it
    sorts: Whole  # as with roles
    near_sorts: Whole  # of the box and the two above it
    down: Column  # boxes between it and the main one that holds it
    up: Column  # boxes between it and one that holds the main one too
    top: Whole  # the outermost box with it that does not hold the main one

    @classmethod
    def of(cls, layout: Layout, main: int, best: int) -> "Places":
        """Go up from all boxes at once, twice as far each time."""
        parents, depths = np.maximum(np.array(layout.parents), 0), np.array(layout.depths)
        roles, sorted_as = np.array(layout.roles), np.array(layout.sorts)
        around = np.zeros(len(parents), bool)  # whether a box is or holds the main one
        around[_ancestors(layout.parents, main)] = True
        in_main = _within(depths, main)
        own = np.where(np.arange(len(parents)) == main, 0, np.stack([roles, sorted_as]))
        within = parents.copy()
        within[main] = main  # what holds the main box says nothing of it
        below, kinds = _gathered(own, within)
        (everywhere,) = _gathered(roles[None], parents)
        top = np.where(around | around[parents], np.arange(len(parents)), parents)
        while not np.array_equal(further := top[top], top):
            top = further
        away = np.where(around, 0.0, depths - depths[top] + 1)
        return cls(
            in_main=in_main,
            in_best=_within(depths, best),
            roles=below,
            all_roles=everywhere,
            sorts=kinds,
            near_sorts=sorted_as | sorted_as[parents] | sorted_as[parents[parents]],
            down=np.where(in_main, away, 0.0),
            up=np.where(in_main, 0.0, away),
            top=top,
        )


def _ancestors(parents: Sequence[int], box: int) -> list[int]:
    found = []
    while box >= 0:
        found.append(box)
        box = parents[box]
    return found


def _within(depths: Whole, box: int) -> npt.NDArray[np.bool_]:
    """Say which boxes are or stand in this one: those behind it, as far as they are deeper."""
    held = np.zeros(len(depths), bool)
    after = np.flatnonzero(depths[box + 1 :] <= depths[box])
    held[box : box + 1 + int(after[0]) if len(after) else None] = True
    return held


def _gathered(bits: Whole, above: Whole) -> Whole:
    """Give each box the bits of all on its way up, whose end is above itself."""
    while not np.array_equal(further := above[above], above):
        bits, above = bits | bits[:, above], further
    return bits | bits[:, above]
