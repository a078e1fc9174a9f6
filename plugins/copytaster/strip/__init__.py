"""Blocks -> the article's own blocks, and what was cut by which rule. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from copytaster.model import Block, Cut
from copytaster.strip import chrome, phrases, teasers
from copytaster.strip.lines import Line
from copytaster.strip.page import Standing, Told

#: Raise it when a rule's code changes what is cut.
_CODE_VERSION = 1
_PASSES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripped:
    """What is left, what was cut, and what a rule would have cut but for lack of other text."""

    kept: tuple[Block, ...]
    cuts: tuple[Cut, ...]
    doubtful: tuple[Cut, ...] = ()  # these lines are in ``kept``


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A name that users see, what it cuts, and the finder of its lines."""

    name: str
    cuts: str
    find: Callable[[Standing], Iterable[int]]


#: Every rule, in the order in which a line is credited to one.
RULES: tuple[Rule, ...] = (
    Rule(name="repeated-headline", cuts="the headline again", find=chrome.repeated_headline),
    Rule(name="keyword-line", cuts="site keywords between commas", find=teasers.keyword_lines),
    Rule(name="read-more", cuts="a line that says read more", find=teasers.read_more),
    Rule(name="teaser", cuts="a teaser with read more below", find=teasers.teasers_before_read_more),
    Rule(name="related-list", cuts="a list of other stories", find=teasers.related_tail),
    *(
        Rule(name=name, cuts=cuts, find=chrome.lines_saying(name))
        for name, cuts in {
            "share": "share and follow buttons",
            "subscribe": "offers of newsletters, apps, subscriptions",
            "advertisement": "marks of advertisements",
            "continued": "story continues below",
            "comments": "heads and buttons of comments",
            "cookies": "consent text",
            "copyright": "rights notices",
            "navigation": "menus and page numbers",
        }.items()
    ),
)


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
    lines = [Line(block, place) for place, block in enumerate(blocks)]
    rules = _find(lines, told)
    kept = tuple(line.block for line in lines if line.place not in rules)
    if not kept:
        return Stripped(kept=tuple(blocks), cuts=(), doubtful=_cuts(lines, rules))
    return Stripped(kept=kept, cuts=_cuts(lines, rules))


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


def _cuts(lines: Sequence[Line], rules: dict[int, str]) -> tuple[Cut, ...]:
    return tuple(
        Cut(line=line.text, rule=rules[line.place], place=line.place) for line in lines if line.place in rules
    )
