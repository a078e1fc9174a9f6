"""Finds teasers by the shape that they share: what stands above each of their buttons. Pure."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from copytaster.strip.glue import is_caseless_summary, is_glued, is_loosely_glued
from copytaster.strip.lines import Line
from copytaster.strip.tails import ARROWS

_TALLEST = 4  # lines of a teaser: title, source and date, summary
_SUMMARY_WORDS = 70
_LABEL_WORDS = 10
_DATE_WORDS = 5
_DATED = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}:\d\d\b|\b\d{1,2}[./]\d{1,2}\b|\d[年월]|\s[·|•–-]\s")
_PAIR = 2
_FEW = 3
_MOST = 0.8
_HALF = 0.5
_TWO_THIRDS = 0.66
_ENDS = ("…", "...", "[…]", "[...]")

_Test = Callable[[Line], bool]


@dataclass(frozen=True, slots=True)
class Button:
    """A line that says "read more", and how many lines stand between it and the button above."""

    index: int
    room: int


def find_cards(lines: Sequence[Line], buttons: Collection[int]) -> Iterator[range]:
    """Find the lines of each teaser, without its button."""
    for group in _groups(lines, buttons):
        height = card_height(lines, group)
        alike = len(group) >= _FEW and _share(group, lines, is_loosely_glued, 1) >= _TWO_THIRDS
        for button in group if height else ():
            top = button.index - 1 if alike and height == 1 else _top(lines, button, height)
            if top < button.index:
                yield range(top, button.index)


def rooms(buttons: Collection[int]) -> list[Button]:
    """Say for each button how many lines stand above it before the next one."""
    places = sorted(buttons)
    return [Button(place, place - above - 1) for above, place in zip([-1, *places], places, strict=False)]


def _groups(lines: Sequence[Line], buttons: Collection[int]) -> Collection[Sequence[Button]]:
    """Buttons that say the same go together."""
    by_key: dict[str, list[Button]] = defaultdict(list)
    for button in rooms(buttons):
        if button.room:
            by_key[lines[button.index].key].append(button)
    return by_key.values()


def card_height(lines: Sequence[Line], group: Sequence[Button]) -> int:
    """How many lines the teasers above these buttons have; 0 where they are none."""
    if not group:
        return 0

    share = partial(_share, group, lines)

    if share(is_glued, 1) >= (1 if len(group) <= _PAIR else _HALF) or (
        len(group) >= _FEW and share(is_loosely_glued, 1) >= _MOST
    ):
        return _PAIR if share(is_origin, _PAIR) >= _MOST else 1
    if len(group) == 1:
        return int(_is_lone_title(lines, group[0]))
    for height in range(_TALLEST, 1, -1):
        if share(_is_title, height) >= _MOST and (height == _PAIR or _is_tall(group, share, height)):
            return height
    leads_on = all(lines[button.index].text.endswith((*ARROWS, *_ENDS)) for button in group)
    if share(_is_top, 1) >= _MOST or share(_is_caseless_summary, 1) >= (_TWO_THIRDS if leads_on else _MOST):
        return 1
    return 0


def _share(group: Sequence[Button], lines: Sequence[Line], test: _Test, height: int) -> float:
    """Share of the buttons that have such a line so many lines above."""
    return sum(b.room >= height and test(lines[b.index - height]) for b in group) / len(group)


def _is_tall(group: Sequence[Button], share: Callable[[_Test, int], float], height: int) -> bool:
    """Believe in teasers of more than two lines where they stand close, or say whence and when they are."""
    close = sum(button.room == height for button in group) >= len(group) - 1
    return close or (share(is_origin, height - 1) >= _MOST and share(_is_summary, 1) >= _HALF)


def _is_summary(line: Line) -> bool:
    return line.ends_sentence or line.text.endswith(_ENDS) or line.words > _DATE_WORDS


def _is_lone_title(lines: Sequence[Line], button: Button) -> bool:
    """Tell whether the only button of its kind stands right below a title, and nothing speaks for another use."""
    line, title = lines[button.index], lines[button.index - 1]
    return title.is_linked and not title.is_heading and " " in line.key and title.is_title


def _top(lines: Sequence[Line], button: Button, height: int) -> int:
    """First line of a teaser; the button's own place where the lines above it are the article's."""
    height = min(height, button.room)
    top = button.index - height
    within = lines[top : button.index]
    if any(line.words > _SUMMARY_WORDS and not _is_caseless_summary(line) for line in within):
        return button.index
    if height == button.room or _is_top(within[0]) or any(map(is_loosely_glued, within)):
        return top
    if height == 1 and (not within[0].is_prose or _is_caseless_summary(within[0])):
        return top
    return button.index


def _is_top(line: Line) -> bool:
    """Tell whether a teaser can begin with this line."""
    return (line.is_title and not line.text.rstrip().endswith((":", "："))) or is_origin(line)


def _is_title(line: Line) -> bool:
    """Tell the same, where a heading would be the article's own."""
    return _is_top(line) and not line.is_heading


def is_origin(line: Line) -> bool:
    """Tell whether a line can say from where and when a teaser is."""
    if line.words > _LABEL_WORDS or line.ends_sentence or not any(map(str.isdigit, line.text)):
        return False
    return line.words <= _DATE_WORDS or _DATED.search(line.text) is not None


def _is_caseless_summary(line: Line) -> bool:
    return is_caseless_summary(line.text)
