"""Lines and what judges think of them -> the blocks of the article. Pure.

The page itself is judged first. Where that leaves doubt, and only there, trafilatura reads the page
too, and a second judge weighs both: most pages are clear, and its reading is what costs most.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from copytaster.body import judge
from copytaster.body.evidence import Columns, compare, measure
from copytaster.body.layout import HEADINGS
from copytaster.body.lines import Column, Lines
from copytaster.model import Block, Cut
from copytaster.strip import Stripped, numbered

#: Likelihood from which on a line is the article's, and below which it cannot become so.
KEPT = 0.45
POSSIBLE = 0.12
#: Share of a page's text that may be uncertain before another reading is asked.
_DOUBT = 0.15
_SHORT_LINE = 20  # characters that a line counts as on top of its own
_COMPARED = 0.7  # weight of the judge that knows the other reading
_CHROME = 0.75  # share of links from which on a line outside of the main box is a menu's or a list's
_PLAIN = frozenset({"p", "li", "td", "pre", "blockquote", "figcaption", *HEADINGS})
_REPEATED = 80  # characters from which on a line that stands in an earlier one is a repetition
_LUMP = 1_000  # characters of a line that may hold others
_MOST_LUMPS = 10
_NOTE = 0.25  # share of the text that a note in a box has at most
_NAMED_BOXES = {"author-box": "below_author_box", "subscribe": "below_newsletter_box"}
_SAME = 0.8  # share of a lump that stands in earlier lines


@dataclass(frozen=True, slots=True)
class Choice:
    """Lines that may be the article's, in order, and those near them that are not."""

    blocks: tuple[Block, ...] = ()
    places: tuple[int, ...] = ()  # of each block on the page
    doubts: tuple[str, ...] = ()  # what spoke against each block; empty for one that is likely enough
    passed: tuple[Cut, ...] = ()  # lines within the article, or of the other reading, that were left out


def choose(lines: Lines, read: Callable[[], Sequence[Block]]) -> Choice:
    """Judge every line of a page; ``read`` gives trafilatura's reading of it and is called in doubt only."""
    if not len(lines):
        return Choice()
    columns = measure(lines)
    chosen = ~((lines.link > _CHROME) & ~lines.place.in_main[lines.box])
    points = judge.load("alone").weigh(columns, chosen)
    taken = np.zeros(len(lines))
    if _doubt(lines, points) >= _DOUBT:
        columns |= compare(lines, read())
        taken = columns["read"]
        points = (1 - _COMPARED) * points + _COMPARED * judge.load("compared").weigh(columns, chosen)
    return _choice(lines, 1 / (1 + np.exp(-points)), taken, columns)


def settle(choice: Choice, stripped: Stripped) -> Stripped:
    """Keep what is likely enough and what no rule cut; number all lines, kept and cut, from 0 on.

    ``stripped`` is what the rules make of the choice's blocks.
    """
    whole = {cut.place for cut in stripped.cuts if cut.line == choice.blocks[cut.place].text}
    standing = [at for at in range(len(choice.blocks)) if at not in whole]
    kept = {
        choice.places[at]: block
        for at, block in zip(standing, stripped.kept, strict=True)
        if not choice.doubts[at]
    }
    cuts = {cut.place: cut for cut in choice.passed}
    for _at, (place, block, doubt) in enumerate(
        zip(choice.places, choice.blocks, choice.doubts, strict=True)
    ):
        if doubt:
            cuts[place] = Cut(line=block.text, rule="unlikely", place=place, evidence=doubt)
    cuts |= {choice.places[cut.place]: cut for cut in stripped.cuts}
    return Stripped(**numbered(kept, cuts), doubtful=stripped.doubtful)


def _doubt(lines: Lines, points: Column) -> float:
    """Share of the text that the judge is not sure of."""
    likely = 1 / (1 + np.exp(-points))
    sizes = lines.width + _SHORT_LINE
    return float((sizes * np.minimum(likely, 1 - likely)).sum() / max(1.0, sizes[likely > 0.5].sum()))  # noqa: PLR2004


def _choice(lines: Lines, likely: Column, taken: Column, columns: Columns) -> Choice:
    layout = lines.layout
    repeated, boxed = _repeated(layout.texts, likely), _in_named_boxes(lines, likely, columns)
    possible = [
        at for at in np.flatnonzero(likely >= POSSIBLE).tolist() if at not in repeated and at not in boxed
    ]
    passed = _passed(lines, likely, taken)
    unlikely = [at for at in possible if likely[at] < KEPT]
    doubts = dict(zip((*unlikely, *passed), _doubts(columns, likely, [*unlikely, *passed]), strict=True))
    cuts = {at: ("unlikely", doubts[at]) for at in passed}
    cuts |= {at: (rule, "the box is named so") for at, rule in boxed.items()}
    cuts |= dict.fromkeys(repeated, ("repeated-line", "was said before"))
    return Choice(
        blocks=tuple(
            Block(text=layout.texts[at], tag=_tag(layout.tags[at]), link_share=round(layout.links[at], 3))
            for at in possible
        ),
        places=tuple(possible),
        doubts=tuple(doubts.get(at, "") for at in possible),
        passed=tuple(
            Cut(line=layout.texts[at], rule=rule, place=at, evidence=evidence)
            for at, (rule, evidence) in sorted(cuts.items())
        ),
    )


def _passed(lines: Lines, likely: Column, taken: Column) -> list[int]:
    """Find the lines that a reader would look for: within the article, or in the other reading, and left out."""
    kept = np.flatnonzero(likely >= KEPT)
    within = np.zeros(len(lines), bool)
    if len(kept):
        within[kept[0] : kept[-1]] = True
    within &= lines.place.in_main[lines.box]
    found: list[int] = np.flatnonzero((within | (taken > 0)) & (likely < POSSIBLE)).tolist()
    return found


def _doubts(columns: Columns, likely: Column, places: Sequence[int]) -> list[str]:
    """Say how likely these lines are, and what spoke most against each."""
    told = judge.load("compared" if "read" in columns else "alone").reasons(columns, places, likely >= KEPT)
    return [f"{100 * likely[at]:.0f} % likely: {reasons}" for at, reasons in zip(places, told, strict=True)]


def _repeated(texts: Sequence[str], likely: Column) -> frozenset[int]:
    """Find what was said before: long lines that stand in an earlier one, and lumps made of earlier lines."""
    found: set[int] = set()
    told: set[str] = set()
    lumps: list[str] = []
    for at in np.flatnonzero(likely >= KEPT).tolist():
        key = "".join(texts[at].split())
        if len(key) < _REPEATED:
            continue
        if key in told or any(key in lump for lump in lumps) or _is_made_of(key, told):
            found.add(at)
        elif len(key) >= _LUMP and len(lumps) < _MOST_LUMPS:
            lumps.append(key)
        told.add(key)
    return frozenset(found)


def _in_named_boxes(lines: Lines, likely: Column, columns: Columns) -> dict[int, str]:
    """Find the lines of boxes that are named for what they hold, where these are no more than a note."""
    kept, found = likely >= KEPT, dict[int, str]()
    for rule, name in _NAMED_BOXES.items():
        boxed = kept & (columns.get(name, np.zeros(len(lines))) > 0)
        if lines.width[boxed].sum() <= _NOTE * lines.width[kept].sum():
            found |= dict.fromkeys(np.flatnonzero(boxed).tolist(), rule)
    return found


def _is_made_of(key: str, told: Collection[str]) -> bool:
    """Say whether a long line is the article once more, such as sites hide on a page for machines."""
    if len(key) < _LUMP // 2:
        return False
    return sum(len(line) for line in told if line in key) >= _SAME * len(key)


def _tag(tag: str) -> str:
    return tag if tag in _PLAIN else "td" if tag == "th" else "p"
