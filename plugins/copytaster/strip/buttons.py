"""Finds the lines that say no more than "read more". Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from copytaster.strip.glue import is_glued
from copytaster.strip.lines import Line

_BUTTON_WORDS = 6
_FEW = 3
_ARROWS = (*"»›→▸▶❯➜", ">>", " >")


def find_buttons(lines: Sequence[Line]) -> tuple[int, ...]:
    """Index the buttons: known in a language, or short lines that recur and behave as one."""
    known = {i for i, line in enumerate(lines) if "read-more" in line.whole}
    return tuple(sorted(known.union(_recurring(lines))))


def _recurring(lines: Sequence[Line]) -> Iterator[int]:
    """Find the short lines that stand on the page again with an arrow, or thrice below glued teasers."""
    places: dict[str, list[int]] = defaultdict(list)
    for i, line in enumerate(lines):
        if line.key and line.words <= _BUTTON_WORDS:
            places[line.key].append(i)
    for same in places.values():
        if len(same) > 1:
            below_glued = len(same) >= _FEW and _stand_below_glued(lines, same)
            yield from (i for i in same if i and (below_glued or lines[i].text.rstrip().endswith(_ARROWS)))


def _stand_below_glued(lines: Sequence[Line], places: Sequence[int]) -> bool:
    above = [lines[i - 1] for i in places if i]
    return _FEW * sum(map(is_glued, above)) >= 2 * len(above)
