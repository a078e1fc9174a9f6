"""Blocks -> the article's own blocks, and what was cut by which rule (``rules.RULES``). Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from copytaster.model import Block, Cut
from copytaster.strip import phrases
from copytaster.strip.lines import Line, read_line
from copytaster.strip.page import Standing, Told
from copytaster.strip.rules import BOLD, RULES
from copytaster.strip.tails import Part, part_tails

#: Raise it when a rule's code changes what is cut.
_CODE_VERSION = 5
#: A cut can bring another line to an edge; what many passes do not settle, the next reading will.
_PASSES = 8
#: Bold rules are believed only while at least this share of what they leave and cut is left.
_LEAST_LEFT = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripped:
    """What is left, what was cut, and what a rule would have cut but for lack of other text."""

    kept: tuple[Block, ...]
    cuts: tuple[Cut, ...]
    doubtful: tuple[Cut, ...] = ()  # these lines are in ``kept``


def strip(
    blocks: Sequence[Block],
    *,
    headline: str | None,
    abstract: str | None = None,
    authors: Sequence[str] = (),
    language: str | None = None,
    captions: bool = True,
    picture_credits: bool = False,
    among_teasers: bool = False,
) -> Stripped:
    """Part the article's own blocks from chrome; never raises, never leaves nothing of something.

    ``language`` is a BCP 47 tag. ``Cut.place`` is the index among ``blocks``.
    A block that ends in a button loses the button only: its text is shorter then, and the cut says what went.
    ``captions`` and ``picture_credits`` say whether these are left in; ``among_teasers`` that the page had
    several teasers, which were taken out before.
    """
    told = replace(Told.of(headline, abstract, authors, language), among_teasers=among_teasers)
    parts = part_tails(blocks, told.language)
    lines = [
        read_line(part.block, number, told.language, is_tail=part.is_tail)
        for number, part in enumerate(parts)
    ]
    found = _find(lines, told, frozenset({"picture-credit"} if picture_credits else ()))
    if not captions:
        found |= {line.place: "caption" for line in lines if line.block.tag == "figcaption"}
    doubtful = _doubtful(lines, found)
    rules = {number: rule for number, rule in found.items() if number not in doubtful}
    return Stripped(
        kept=tuple(_kept(blocks, parts, rules)),
        cuts=_cuts(blocks, parts, rules),
        doubtful=_cuts(blocks, parts, doubtful),
    )


def numbered(kept: Mapping[int, Block], cuts: Mapping[int, Cut]) -> dict[str, Any]:
    """Count all lines in reading order, kept and cut, each once: what was cut off a line's end stands behind it.

    The keys say where a line stands. A listing of code is as many lines as it has.
    """
    lines: list[Block] = []
    told: list[Cut] = []
    for place in sorted({*kept, *cuts}):
        if block := kept.get(place):
            lines += (replace(block, text=line) for line in block.text.split("\n"))
        if cut := cuts.get(place):
            told.append(replace(cut, place=len(lines) + len(told)))
    return {"kept": tuple(lines), "cuts": tuple(told)}


def ruleset_version() -> str:
    """Name the state of the rules: changes whenever a phrase or the version of the code does."""
    return f"{_CODE_VERSION}-{phrases.load().digest}"


def _find(lines: Sequence[Line], told: Told, unwanted: frozenset[str]) -> dict[int, str]:
    rules = {line.place: "empty" for line in lines if not line.text.strip()}
    for _ in range(_PASSES):
        page = Standing([line for line in lines if line.place not in rules], told)
        before = len(rules)
        for rule in RULES if not unwanted else [rule for rule in RULES if rule.name not in unwanted]:
            for index in rule.find(page):
                rules.setdefault(page.lines[index].place, rule.name)
        if len(rules) == before:
            break
    return rules


def _doubtful(lines: Sequence[Line], rules: Mapping[int, str]) -> dict[int, str]:
    """Give back what bold rules cut where little is left; everything where nothing is left."""
    left = sum(len(line.text) for line in lines if line.place not in rules)
    bold = {place: rule for place, rule in rules.items() if rule in BOLD}
    cut = sum(len(lines[place].text) for place in bold)
    if bold and left < _LEAST_LEFT * (left + cut) and not _is_article(lines, rules):
        return bold
    if not left:
        return {place: rule for place, rule in rules.items() if rule != "empty"}
    return {}


def _is_article(lines: Sequence[Line], rules: Mapping[int, str]) -> bool:
    """Tell whether what is left can be an article: a paragraph, or two sentences."""
    left = [line for line in lines if line.place not in rules]
    return any(line.is_prose for line in left) or sum(line.ends_sentence for line in left) > 1


def _kept(blocks: Sequence[Block], parts: Sequence[Part], rules: Mapping[int, str]) -> Iterator[Block]:
    """Give the blocks of which something is left, whole where all is."""
    left = [part for number, part in enumerate(parts) if number not in rules]
    for place, same in groupby(left, key=lambda part: part.place):
        one, *more = same
        yield blocks[place] if more else one.block


def _cuts(blocks: Sequence[Block], parts: Sequence[Part], rules: Mapping[int, str]) -> tuple[Cut, ...]:
    """Tell what was cut: a block of which all was is one cut."""
    cuts: dict[int, Cut] = {}
    for number, rule in sorted(rules.items()):
        part = parts[number]
        if part.place in cuts:
            cuts[part.place] = replace(cuts[part.place], line=blocks[part.place].text)
        else:
            evidence = "at the end of the line" if part.is_tail else ""
            cuts[part.place] = Cut(line=part.block.text, rule=rule, place=part.place, evidence=evidence)
    return tuple(cuts.values())
