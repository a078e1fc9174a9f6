"""Parts a "read more" from the end of the line to which it is stuck. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from copytaster.model import Block
from copytaster.strip import phrases
from copytaster.strip.folding import fold
from copytaster.strip.glue import LARGE, SMALL, is_cased, is_caseless_summary, is_glued_text
from copytaster.strip.lines import UNSPACED_SCRIPT

ARROWS = (*"»›→▸▶❯➜", ">>", " >")
_LONGEST = 40  # characters of a button and its arrow
_SHORTEST = 2
_MOST_WORDS = 6
_LEAST_WORD = 7  # letters of a button without arrow, in a script that sets spaces
_STOPS = ".!?。！？．؟۔।॥።։။។៕།:：,;，、\"'”’»)”」』"
_QUOTES = {"»": "«", "›": "‹"}
DOTS = ("…", "...", "⋯")
#: Where a button can begin behind a text: after a sentence, dots or a bracket, or glued to a small letter.
_BOUNDARY = re.compile(
    rf"[.!?…。！？．؟۔।॥።։။។៕།\])”\"»’」』]\s*(?=[^\s.!?…])|(?<=[{SMALL}\d])(?=[{LARGE}])|\s(?=\[)"
)
_PARTING = frozenset('.!?…。！？．؟۔।॥።։။។៕།]”"»’」』)')
_BEFORE = " .!?…。！？।։።။។]"
_FEW = 3
_TITLE = 160  # characters
_LEAST_BEFORE = 15  # characters of a sentence that is broken off
_LEAST_LETTERS = 3  # of what stands before it
_HALF = 2


@dataclass(frozen=True, slots=True)
class Part:
    """A block, or the text or the button that one block holds."""

    block: Block
    place: int  # index of the whole block
    is_tail: bool = False


def points(text: str) -> bool:
    """Tell whether a text ends in an arrow, and not in the second of two quotation marks."""
    text = text.rstrip()
    closes = text[-1:] in _QUOTES and text.count(_QUOTES[text[-1]]) >= text.count(text[-1])
    return text.endswith(ARROWS) and not closes


def part_tails(blocks: Sequence[Block], language: str | None) -> tuple[Part, ...]:
    """Take the blocks apart that end in a button: a phrase of the language, or what ends many of them."""
    recurring = _recurring(blocks)
    parts: list[Part] = []
    for place, block in enumerate(blocks):
        start = _tail(block, recurring, language)
        if start:
            head, tail = block.text[:start].rstrip(), block.text[start:].strip()
            parts.append(Part(Block(text=head, tag=block.tag, link_share=block.link_share), place))
            parts.append(Part(Block(text=tail, tag=block.tag), place, is_tail=True))
        else:
            parts.append(Part(block, place))
    return tuple(parts)


def _can_end_in_button(block: Block) -> bool:
    text = block.text
    if block.tag in {"pre", "code", "td"} or len(text) < _SHORTEST * _LEAST_LETTERS:
        return False
    return text[-1] not in _STOPS or text.endswith(DOTS) or points(text)


def _tail(block: Block, recurring: frozenset[str], language: str | None) -> int:
    """Where in the text of a block its button begins; 0 without one."""
    if not _can_end_in_button(block):
        return 0
    text = block.text
    shown = text[-_LONGEST:]
    for start in range(len(text) - len(shown), len(text) - _SHORTEST + 1) if recurring else ():
        if text[start:] in recurring and _begins_word(text, start):
            return start if _is_text(text[:start]) else 0
    for found in _BOUNDARY.finditer(text, max(0, len(text) - _LONGEST)):
        tail = text[found.end() :]
        if "read-more" in phrases.load().whole_rules(fold(tail), language):
            return found.end() if _is_text(text[: found.end()]) else 0
    return _arrowed(text, language)


def _arrowed(text: str, language: str | None) -> int:
    """Where a known phrase with an arrow begins in the middle of a broken-off sentence."""
    if not points(text):
        return 0
    words = list(re.finditer(r"\S+", text[-_LONGEST:]))
    offset = max(0, len(text) - _LONGEST)
    for word in words[-_MOST_WORDS - 1 :]:
        start = offset + word.start()
        key = fold(text[start:])
        if start >= _LEAST_BEFORE and " " in key and "read-more" in phrases.load().whole_rules(key, language):
            return start if _is_text(text[:start]) else 0
    return 0


def _is_text(text: str) -> bool:
    return sum(map(str.isalnum, text[:_LONGEST])) >= _LEAST_LETTERS


def _recurring(blocks: Sequence[Block]) -> frozenset[str]:
    """Find the ends that many lines have in common, at least where most of them begin behind a boundary."""
    able = [i for i, block in enumerate(blocks) if _can_end_in_button(block)]
    alike: dict[str, list[int]] = defaultdict(list)
    for i in able:
        alike[blocks[i].text[-_LEAST_LETTERS:]].append(i)
    found: set[str] = set()
    for same in alike.values():
        if len(same) >= _HALF:
            found.update(
                tail for tail in _longest(blocks[i].text for i in same) if _is_button(tail, blocks, same)
            )
    return frozenset(found)


def _longest(texts: Iterable[str]) -> frozenset[str]:
    """Find the ends that recur, without those that a longer one of as many lines holds."""
    ends: Counter[str] = Counter()
    for text in texts:
        ends.update(text[-size:] for size in range(_SHORTEST, min(_LONGEST, len(text)) + 1))
    often = {end: count for end, count in ends.items() if count >= _FEW or (count >= _HALF and points(end))}
    longer: dict[str, int] = defaultdict(int)
    for end, count in often.items():
        longer[end[1:]] = max(longer[end[1:]], count)
    longest = [end for end, count in often.items() if longer[end] < count]
    return frozenset(part for end in longest for part in _parts(end))


def _parts(end: str) -> Iterator[str]:
    """Give a common end, and what of it stands behind a sentence: sentences end alike in many languages."""
    yield end.lstrip(_BEFORE)
    for found in _BOUNDARY.finditer(end):
        if found[0][-1:].isspace() or UNSPACED_SCRIPT.match(end, found.end()):
            yield end[found.end() :].lstrip(_BEFORE)


def _is_button(tail: str, blocks: Sequence[Block], ending: Sequence[int]) -> bool:
    """Tell whether it begins behind a boundary most times, and an arrow or what stands above says "teaser"."""
    if not _MOST_WORDS >= len(tail.split()) >= 1 or any(map(str.isdigit, tail)):
        return False
    held = [
        i
        for i in ending
        if (text := blocks[i].text).endswith(tail)
        and _begins_word(text, len(text) - len(tail))
        and _is_text(text[: -len(tail)])
    ]
    arrow = points(tail)
    if not arrow:
        held = [i for i in held if len(blocks[i].text) - len(tail) >= _LEAST_BEFORE]
    if not arrow and (
        (is_cased(tail[0]) and tail[0].islower()) or (tail.isascii() and len(tail) < _LEAST_WORD)
    ):
        return False
    if len(held) < (_HALF if arrow else _FEW):
        return False
    parted = [i for i in held if _is_parted(blocks[i].text, len(blocks[i].text) - len(tail))]
    if _HALF * len(parted) < len(held):
        return False
    held_at = frozenset(held)
    return arrow or sum(_is_teaser(blocks, i, held_at, tail) for i in held) * _FEW >= len(held) * _HALF


def _is_teaser(blocks: Sequence[Block], index: int, held_at: frozenset[int], tail: str) -> bool:
    """Tell whether a line with such an end is, or can be, glued, or a title or another such line stands above."""
    above = blocks[index - 1].text if index else ""
    title = above and len(above) <= _TITLE and above[-1] not in _STOPS
    text = blocks[index].text
    return (
        bool(title)
        or index - 1 in held_at
        or is_glued_text(text)
        or is_caseless_summary(text.removesuffix(tail).rstrip())
    )


def _begins_word(text: str, start: int) -> bool:
    before, first = text[start - 1 : start], text[start]
    if not before or (not first.isalpha() and first not in "[("):
        return False
    if before.isspace() or UNSPACED_SCRIPT.match(first):
        return True
    return first.lower() != first and (not before.isalpha() or before.upper() != before)


def _is_parted(text: str, start: int) -> bool:
    """Tell whether a sentence, dots or a glued joint end before a place."""
    before = text[:start].rstrip()
    return before[-1:] in _PARTING or (before == text[:start] and text[start].lower() != text[start])
