"""Pages of an aggregator around articles of a corpus: what was added is known, so what is kept of it can be counted.

An aggregator prints an article and below it, or between its paragraphs, teasers of other stories, each with a
"read more". Here both come from a corpus with known texts: an article is printed whole, titles and first
sentences of others in its language are the teasers. The words of the chrome are in ``aggregator.yaml``.
"""

import html
import json
import lzma
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import Literal, get_args

import yaml

from copytaster.language import read_language
from copytaster.strip.lines import count_words

Form = Literal["text", "text woven", "aside", "divs", "inside", "woven"]
FORMS: tuple[Form, ...] = get_args(Form)
_WORDS = Path(__file__).with_suffix(".yaml")
_PARAGRAPH_WORDS = 12
_FEWEST_PARAGRAPHS = 3
_MOST_LETTERS = 12_000
_FEW = 12  # teasers a language must have before whole articles can be spared for pages
_SENTENCE = re.compile(r".+?(?:[.!?…]+[\"”»’)]*(?=\s|$)|[。！？।։።။។]+[」』”]*|$)")
_STOPS = tuple('.!?…。！？।։።။។"”»’)」』')
_HEADLINE_WORDS = range(5, 12)
_TELLING = 12  # letters from which on a part of a line is looked for anywhere
_NAMELESS = ("", ' class="x7f2"', ' class="css-1q0"', ' class="b b--3"', ' id="n41"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An article of the corpus."""

    name: str
    host: str
    language: str
    headline: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregatorPage:
    """A page, the article's lines in it, and each line, or part of a line, that is none of it."""

    name: str
    host: str  # of the article
    language: str
    form: Form
    headline: str
    own: tuple[str, ...]
    added: tuple[str, ...]
    content: str  # text or HTML


@dataclass(frozen=True, slots=True)
class _Line:
    """A printed line of chrome: its parts, glued together with nothing or a space between."""

    parts: tuple[str, ...]
    joint: str = " "
    linked: bool = False

    @property
    def text(self) -> str:
        return self.joint.join(self.parts)


_Card = tuple[_Line, ...]


@dataclass(frozen=True, slots=True)
class _Chrome:
    """Everything that a page prints beside its article."""

    above: _Card  # between headline and first paragraph
    opening: _Card  # keywords, heading, share lines: between article and teasers
    cards: tuple[_Card, ...]
    closing: _Card

    def added(self) -> tuple[str, ...]:
        lines = chain(self.above, self.opening, *self.cards, self.closing)
        return tuple(dict.fromkeys(part for line in lines for part in line.parts))


def aggregator_pages(
    corpus: Path, *, seed: int = 0, most: int = 40, languages: Sequence[str] | None = None
) -> Iterator[AggregatorPage]:
    """Build pages of every form around at most so many articles of each language that has words and articles."""
    words = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    for language, stories in sorted(_stories(corpus).items()):
        if language not in words or (languages is not None and language not in languages):
            continue
        for story in islice(stories, most):
            for form in FORMS:
                choice = random.Random(f"{seed} {form} {story.name}")  # noqa: S311 - pages, not secrets
                if page := _page(story, form, _other(stories, story), words[language], choice):
                    yield page


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What of the chrome was kept, and which of the article's paragraphs and lines are lost."""

    kept: tuple[str, ...]
    lost: tuple[str, ...]  # paragraphs
    lost_lines: tuple[str, ...]  # paragraphs and shorter lines


def score(page: AggregatorPage, body: str) -> Score:
    """Compare a body, one paragraph a line, with what the page was made of."""
    own, found = _squeezed("\n".join((page.headline, *page.own))), _squeezed(body)
    lines = [_squeezed(line) for line in body.split("\n")]
    own_lines = [_squeezed(line) for line in page.own]
    kept = []
    for part in page.added:
        sought = _squeezed(part)
        if len(sought) >= _TELLING:
            stays = sought in found and sought not in own
        else:
            stays = _count_edges(sought, lines) > _count_edges(sought, own_lines)
        if stays:
            kept.append(part)
    lost = tuple(line for line, sought in zip(page.own, own_lines, strict=True) if sought not in found)
    return Score(kept=tuple(kept), lost=tuple(filter(is_paragraph, lost)), lost_lines=lost)


def is_paragraph(line: str) -> bool:
    """Tell a paragraph from headings, bylines and captions, of which ground truths have more or fewer."""
    return count_words(line) >= _PARAGRAPH_WORDS and line.endswith(_STOPS)


def _count_edges(sought: str, lines: Sequence[str]) -> int:
    """Count the lines that begin or end with a short text, such as a button."""
    return sum(line.startswith(sought) or line.endswith(sought) for line in lines) if sought else 0


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


# The articles


def _stories(corpus: Path) -> Mapping[str, Sequence[Story]]:
    """Group the corpus's articles with known texts by language, in an order that does not change."""
    found: dict[str, list[Story]] = defaultdict(list)
    for file in sorted(corpus.glob("*/pages.jsonl.xz")):
        with lzma.open(file, "rt", encoding="utf-8") as rows:
            for row in map(json.loads, rows):
                if (
                    row.get("text")
                    and row.get("page_type", "article") == "article"
                    and (story := _story(row))
                ):
                    found[story.language].append(story)
    return {
        language: sorted(stories, key=lambda story: sha256(story.name.encode()).digest())
        for language, stories in found.items()
    }


def _story(row: Mapping[str, str]) -> Story | None:
    lines = tuple(dict.fromkeys(line for part in row["text"].split("\n") if (line := " ".join(part.split()))))
    headline = " ".join((row.get("title") or "").split())
    if not headline and count_words(lines[0]) in _HEADLINE_WORDS and not lines[0].endswith(_STOPS):
        headline = lines[0]
    body = tuple(line for line in lines if _squeezed(line) != _squeezed(headline))
    paragraphs = [line for line in body if is_paragraph(line)]
    if len(paragraphs) < _FEWEST_PARAGRAPHS or sum(map(len, body)) > _MOST_LETTERS:
        return None
    language = (row.get("lang") or read_language((), row["text"]) or "").split("-")[0]
    return Story(
        name=row["id"],
        host=row.get("host") or row["id"],
        language=language,
        headline=headline or _shortened(paragraphs[0]),
        paragraphs=body,
    )


def _shortened(paragraph: str) -> str:
    """Make a headline of a paragraph's first words."""
    words = paragraph.split()
    if len(words) == 1 or count_words(paragraph) > 2 * len(words):  # a script without spaces
        return re.split(r"[，。、！？\s]", paragraph[8:24])[0].join((paragraph[:8], ""))
    return " ".join(words[: _HEADLINE_WORDS[3]]).rstrip(",;:.!?-–— ")


def _other(stories: Sequence[Story], story: Story) -> list[tuple[str, str]]:
    """Titles and first paragraphs of the other stories; of rare languages all their paragraphs."""
    others = [other for other in stories if other.name != story.name and other.headline != story.headline]
    found = [
        (other.headline, next(filter(is_paragraph, other.paragraphs))) for other in others if other.headline
    ]
    if len(found) < _FEW:
        found += [
            (_shortened(paragraph), paragraph)
            for other in others
            for paragraph in other.paragraphs[1:]
            if is_paragraph(paragraph)
        ]
    own = frozenset(story.paragraphs)
    return [(title, text) for title, text in found if text not in own]


# The chrome


def _page(
    story: Story,
    form: Form,
    others: Sequence[tuple[str, str]],
    words: Mapping[str, Sequence[str]],
    choice: random.Random,
) -> AggregatorPage | None:
    if len(others) < _FEWEST_PARAGRAPHS:
        return None
    chrome = _chrome(others, words, choice, woven="woven" in form)
    content = (
        _as_text(story, chrome, form, choice) if "text" in form else _as_html(story, chrome, form, choice)
    )
    return AggregatorPage(
        name=f"{story.name} {form}",
        host=story.host,
        language=story.language,
        form=form,
        headline=story.headline,
        own=story.paragraphs,
        added=chrome.added(),
        content=content,
    )


def _chrome(
    others: Sequence[tuple[str, str]],
    words: Mapping[str, Sequence[str]],
    choice: random.Random,
    *,
    woven: bool,
) -> _Chrome:
    card = choice.choice(_CARDS)
    button = choice.choice(words["buttons"]) + choice.choice((" »", " »", " »", " →", "…", "", "", " >"))
    teasers = choice.sample(others, min(len(others), choice.randint(3, 8)))
    cards = tuple(card(title, _summary(text, choice), button, words, choice) for title, text in teasers)
    share = _plain(choice.sample(words["share"], choice.choice((0, 0, 1, 2))))
    opening = [
        *share[: choice.randint(0, 2)],
        *_maybe(choice, 0.6, _Line((_keywords(words, choice),))),
        *_maybe(choice, 0.8, _heading(words, choice)),
    ]
    if choice.random() < 0.2:  # noqa: PLR2004 - now and then
        opening.reverse()
    return _Chrome(
        above=share[1:],
        opening=() if woven else tuple(opening),
        cards=cards,
        closing=_plain(choice.sample(words["subscribe"], choice.choice((0, 0, 1)))),
    )


def _plain(lines: Sequence[str]) -> _Card:
    return tuple(_Line((line,)) for line in lines)


def _maybe(choice: random.Random, likely: float, line: _Line) -> _Card:
    return (line,) if choice.random() < likely else ()


def _heading(words: Mapping[str, Sequence[str]], choice: random.Random) -> _Line:
    heading = choice.choice(words["headings"])
    if choice.random() < 0.4:  # noqa: PLR2004 - as often as not, the seed's way
        return _Line((heading + ":", choice.choice(words["explained"])), "")
    return _Line((heading + choice.choice(("", ":")),))


def _keywords(words: Mapping[str, Sequence[str]], choice: random.Random) -> str:
    place = choice.choice(words["places"])
    parting = (
        choice.choice((", ", ", ", " | "))
        if place.isascii()
        else choice.choice(words.get("partings", [", "]))
    )
    kinds = choice.sample(words["keywords"], min(len(words["keywords"]), choice.randint(2, 3)))
    return parting.join(kind.replace("_", place) for kind in kinds)


def _summary(text: str, choice: random.Random) -> str:
    """First sentence of a paragraph, whole, or broken off as teasers are."""
    sentence = _SENTENCE.match(text)
    summary = sentence[0] if sentence else text
    if choice.random() < 0.4:  # noqa: PLR2004 - the seed has two in six
        words = summary.split()
        if len(words) > _PARAGRAPH_WORDS:
            return " ".join(words[: choice.randint(8, len(words) - 1)]).rstrip(",;:") + choice.choice(
                ("", "…", " ...", " […]")
            )
    return summary


_Words = Mapping[str, Sequence[str]]


def _glued(title: str, summary: str, button: str, _words: _Words, _choice: random.Random) -> _Card:
    return _Line((title, summary), ""), _Line((button,), linked=True)


def _glued_whole(title: str, summary: str, button: str, _words: _Words, _choice: random.Random) -> _Card:
    return (_Line((title + summary, button)),)


def _two_lines(title: str, summary: str, button: str, _words: _Words, _choice: random.Random) -> _Card:
    return _Line((title,), linked=True), _Line((summary, button))


def _three_lines(title: str, summary: str, button: str, _words: _Words, _choice: random.Random) -> _Card:
    return _Line((title,), linked=True), _Line((summary,)), _Line((button,), linked=True)


def _title_only(title: str, _summary: str, button: str, _words: _Words, _choice: random.Random) -> _Card:
    return _Line((title,), linked=True), _Line((button,), linked=True)


def _sourced(title: str, summary: str, button: str, words: _Words, choice: random.Random) -> _Card:
    origin = _Line(
        (choice.choice(words["sources"]), choice.choice(words["dates"])), choice.choice((" · ", " - ", " | "))
    )
    return _Line((title,), linked=True), origin, _Line((summary,)), _Line((button,), linked=True)


def _dated_glued(title: str, summary: str, button: str, words: _Words, choice: random.Random) -> _Card:
    return _Line((choice.choice(words["dates"]),)), _Line((title, summary), ""), _Line((button,), linked=True)


_CARDS: tuple[Callable[[str, str, str, _Words, random.Random], _Card], ...] = (
    _glued, _glued, _glued, _glued_whole, _two_lines, _three_lines, _title_only, _sourced, _dated_glued,
)  # fmt: skip


# The page


def _as_text(story: Story, chrome: _Chrome, form: Form, choice: random.Random) -> str:
    end = choice.choice(("\n", "\n", "\n\n"))
    lines = [story.headline, *(line.text for line in chrome.above)]
    for item in (
        _woven(story, chrome, choice) if form == "text woven" else [*story.paragraphs, *_below(chrome)]
    ):
        lines += [item] if isinstance(item, str) else [line.text for line in item]
    return end.join([*lines, *(line.text for line in chrome.closing)])


def _woven(story: Story, chrome: _Chrome, choice: random.Random) -> Iterator[str | _Card]:
    """Paragraphs in their order, and teasers between them; what is left of these stands below."""
    gaps = max(1, len(story.paragraphs) // max(1, len(chrome.cards)))
    cards = iter(chrome.cards)
    for place, paragraph in enumerate(story.paragraphs, choice.randint(0, 1)):
        yield paragraph
        if place % gaps == 0 and is_paragraph(paragraph):
            yield from islice(cards, 1)
    yield from cards


def _below(chrome: _Chrome) -> Iterator[_Card]:
    yield chrome.opening
    yield from chrome.cards


def _as_html(story: Story, chrome: _Chrome, form: Form, choice: random.Random) -> str:
    named = choice.choice(_NAMELESS)
    style = _Style(
        box=choice.choice(("div", "div", "section", "li")),
        line=choice.choice(("p", "div", "span")),
        title=choice.choice(("h3", "h4", "p", "div", "b")),
        links=choice.random() < 0.6,  # noqa: PLR2004 - more often than not
        named=named,
    )
    above = "".join(style.row(line) for line in chrome.above)
    if form == "woven":
        items = _woven(story, chrome, choice)
        article = "\n".join(_paragraph(i) if isinstance(i, str) else style.card(i) for i in items)
        teasers = ""
    else:
        article = "\n".join(map(_paragraph, story.paragraphs))
        teasers = "\n".join((*map(style.row, chrome.opening), *map(style.card, chrome.cards)))
    teasers += "".join(style.row(line) for line in chrome.closing)
    if form in {"inside", "woven"}:
        article, teasers = f"{article}\n{teasers}", ""
    if form == "aside":
        teasers = f"<aside{named}>{teasers}</aside>"
    holder = choice.choice(("article", "article", "main", "div")) if form == "divs" else "article"
    title = html.escape(story.headline)
    return (
        f'<!doctype html><html lang="{story.language}"><head><meta charset="utf-8"><title>{title}</title></head><body>\n'
        f"<{holder}>\n<h1>{title}</h1>\n{above}{article}\n</{holder}>\n{teasers}\n</body></html>\n"
    )


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"


@dataclass(frozen=True, slots=True)
class _Style:
    """The elements that a page makes its teasers of."""

    box: str
    line: str
    title: str
    links: bool
    named: str

    def card(self, card: _Card) -> str:
        address = f"/s/{sha256(card[0].text.encode()).hexdigest()[:8]}"
        rows = "".join(
            self.row(line, self.title if place == 0 else self.line, address)
            for place, line in enumerate(card)
        )
        box = f"<{self.box}{self.named}>{rows}</{self.box}>"
        return f"<ul>{box}</ul>" if self.box == "li" else box

    def row(self, line: _Line, tag: str = "div", address: str = "/") -> str:
        if line.joint == "" and self.links:
            title, *rest = line.parts
            inner = f'<a href="{address}">{html.escape(title)}</a>{html.escape("".join(rest))}'
        else:
            inner = html.escape(line.text)
        if line.linked and self.links:
            inner = f'<a href="{address}">{inner}</a>'
        end = "<br>" if tag in {"span", "b"} else ""
        return f"<{tag}>{inner}</{tag}>{end}"
