"""Finds the lines that say no more than "read more". Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from copytaster.strip.cards import card_height, is_origin, rooms
from copytaster.strip.glue import is_glued
from copytaster.strip.lines import CLOSING_QUOTES, QUOTES, Line
from copytaster.strip.tails import DOTS, points

_BUTTON_WORDS = 6
_FEW = 3
_NEAR_END = 3
_LEAST_WORD = 7
_NO_BUTTONS = frozenset({"pre", "code", "td", "h1", "h2", "h3", "h4", "h5", "h6"})


def find_buttons(lines: Sequence[Line]) -> tuple[int, ...]:
    """Index the buttons: known in a language, or short lines that recur and behave as one."""
    known = {
        i
        for i, line in enumerate(lines)
        if line.is_tail or ("read-more" in line.whole and not _is_quoted(line.text))
    }
    tails = {line.key for line in lines if line.is_tail}
    places = _short(lines)
    known.update(i for key in tails for i in places.get(key, ()))
    known.update(_below_glued(lines, places))
    return tuple(sorted(known.union(_recurring(lines, places))))


def _is_quoted(text: str) -> bool:
    """Tell whether somebody is quoted with these words, and nothing points on."""
    return len(text) > 1 and text[0] in QUOTES and text[-1] in CLOSING_QUOTES and not points(text)


def _short(lines: Sequence[Line]) -> Mapping[str, Sequence[int]]:
    """Group the places of short lines by what they say."""
    places: dict[str, list[int]] = defaultdict(list)
    for i, line in enumerate(lines):
        if (
            line.key
            and line.words <= _BUTTON_WORDS
            and "#" not in line.key
            and line.block.tag not in _NO_BUTTONS
        ):
            places[line.key].append(i)
    return places


def _recurring(lines: Sequence[Line], places: Mapping[str, Sequence[int]]) -> Iterator[int]:
    """Find the short lines that stand on the page again with an arrow, or below one teaser after another."""
    for same in places.values():
        if len(same) > 1:
            below = _stand_below_glued(lines, same) or (
                len(same) >= _FEW and _stand_below_titles(lines, same)
            )
            dotted = len(same) >= _FEW and not _is_short(lines[same[-1]])
            yield from (i for i in same if i and (below or _leads_on(lines[i].text, dotted=dotted)))


def _leads_on(text: str, *, dotted: bool) -> bool:
    """Tell whether a text ends in an arrow, or, where that counts, in dots."""
    return points(text) or (dotted and text.endswith(DOTS))


def _stand_below_titles(lines: Sequence[Line], places: Sequence[int]) -> bool:
    """Tell whether such lines stand below teasers that do not show it by a joint."""
    last = lines[places[-1]]
    if _is_short(last) or ((last.ends_sentence or last.last in {":", "："}) and not last.text.endswith(DOTS)):
        return False
    return _stand_below_cards(lines, places) or _stand_between_prose(lines, places)


def _below_glued(lines: Sequence[Line], places: Mapping[str, Sequence[int]]) -> Iterator[int]:
    """Find the only one of its kind, with an arrow, below a glued teaser."""
    for same in places.values():
        if len(same) == 1 and same[0] and points(lines[same[0]].text) and is_glued(lines[same[0] - 1]):
            yield same[0]


def _stand_below_glued(lines: Sequence[Line], places: Sequence[int]) -> bool:
    above = [lines[i - 1] for i in places if i]
    glued = sum(map(is_glued, above))
    return glued >= _FEW - 1 and _FEW * glued >= 2 * len(above)


def _stand_below_cards(lines: Sequence[Line], places: Sequence[int]) -> bool:
    """Tell whether one card after another, each of other words, runs to the end below such lines."""
    if len(lines) - places[-1] > _NEAR_END:
        return False
    gaps = [b - a for a, b in pairwise(places)][-(_FEW - 1) :]
    gap = gaps[-1]
    if len(set(gaps)) > 1 or not 1 < gap <= 1 + 4:
        return False
    run = rooms(places)[-_FEW:]
    run = [run[1], *run[1:]] if run[0].room < gap - 1 else run
    tops = {_title_key(lines, button.index - gap + 1) for button in run}
    return len(tops) >= _FEW - 1 and card_height(lines, run) == gap - 1


def _title_key(lines: Sequence[Line], top: int) -> str:
    """Give what a card says first, or below its date."""
    return lines[top + 1 if is_origin(lines[top]) else top].key


def _stand_between_prose(lines: Sequence[Line], places: Sequence[int]) -> bool:
    """Tell whether plain titles, each with a summary at most, stand above such lines between paragraphs.

    A heading of the article's own is marked as one, and a name above an answer has a question above it.
    """
    group = rooms(places)
    height = card_height(lines, group)
    cards = [range(b.index - height, b.index + 1) for b in group if b.room >= height]
    if not height or len({_title_key(lines, card.start) for card in cards}) < len(cards):
        return False
    plain = [card for card in cards if _is_plain(lines[card.start])]
    strict = _has_marked_parts(lines, cards)
    around = [card for card in cards if _stands_apart(lines, card, cards, strict=strict)]
    return _FEW * min(len(plain), len(around)) >= 2 * len(group)


def _is_plain(line: Line) -> bool:
    return line.block.tag == "p" and line.last not in {"?", "？", "؟", ";"}


def _has_marked_parts(lines: Sequence[Line], cards: Sequence[range]) -> bool:
    """Tell whether an article's headings and lists are marked as such, so that what is not is neither."""
    within = frozenset(i for card in cards for i in card)
    return any(
        i not in within and (line.is_heading or line.block.tag == "li") for i, line in enumerate(lines)
    )


def _stands_apart(lines: Sequence[Line], card: range, cards: Sequence[range], *, strict: bool) -> bool:
    """Tell whether a card has a sentence above and below; or another card, the end, or a plain heading."""
    above, below = card.start - 1, card.stop
    if above < 0:
        return False
    if strict:
        return lines[above].ends_sentence and below < len(lines) and lines[below].ends_sentence
    if not (lines[above].ends_sentence or any(above in other for other in cards)):
        return False
    if below == len(lines) or any(below in other for other in cards):
        return True
    return lines[below].ends_sentence or _resumes(lines, below)


def _resumes(lines: Sequence[Line], index: int) -> bool:
    """Tell whether the article goes on there with a heading."""
    below = index + 1
    return below < len(lines) and lines[index].is_title and lines[below].is_prose


def _is_short(line: Line) -> bool:
    """Tell a greeting or a name from a button, in a script that sets spaces."""
    return line.key.isascii() and len(line.key) < _LEAST_WORD
