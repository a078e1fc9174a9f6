"""Blocks -> the article's own blocks, and what was cut by which rule (``rules.RULES``). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copytaster.model import Block, Cut
from copytaster.strip import phrases
from copytaster.strip.lines import Line, read_line
from copytaster.strip.page import Standing, Told
from copytaster.strip.rules import BOLD, RULES

#: Raise it when a rule's code changes what is cut.
_CODE_VERSION = 3
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
) -> Stripped:
    """Part the article's own blocks from chrome; never raises, never leaves nothing of something.

    ``language`` is a BCP 47 tag. ``Cut.place`` is the index among ``blocks``.
    """
    told = Told.of(headline, abstract, authors, language)
    lines = [read_line(block, place, told.language) for place, block in enumerate(blocks)]
    found = _find(lines, told)
    doubtful = _doubtful(lines, found)
    rules = {place: rule for place, rule in found.items() if place not in doubtful}
    return Stripped(
        kept=tuple(line.block for line in lines if line.place not in rules),
        cuts=_cuts(lines, rules),
        doubtful=_cuts(lines, doubtful),
    )


def ruleset_version() -> str:
    """Name the state of the rules: changes whenever a phrase or the version of the code does."""
    return f"{_CODE_VERSION}-{phrases.load().digest}"


def _find(lines: Sequence[Line], told: Told) -> dict[int, str]:
    rules = {line.place: "empty" for line in lines if not line.text.strip()}
    for _ in range(_PASSES):
        page = Standing([line for line in lines if line.place not in rules], told)
        before = len(rules)
        for rule in RULES:
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


def _cuts(lines: Sequence[Line], rules: Mapping[int, str]) -> tuple[Cut, ...]:
    return tuple(
        Cut(line=line.text, rule=rules[line.place], place=line.place) for line in lines if line.place in rules
    )
