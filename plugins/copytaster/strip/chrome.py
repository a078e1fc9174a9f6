"""Rules for single lines of chrome, by what they say: buttons, notices, labels. Pure."""

import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files

from copytaster.strip import phrases
from copytaster.strip.folding import letters
from copytaster.strip.lines import QUOTES, Label, is_item, is_quote
from copytaster.strip.page import Standing

Finder = Callable[[Standing], Iterator[int]]
_NEAR_END = 4  # a longer call to subscribe is believed among the last lines
_CREDIT_WORDS = 16
_SOURCE_WORDS = 25
_REFERENCE_WORDS = 30
_RIGHTS_WORDS = 30
_LINKED_WORDS = 4
_ALL = 0.95  # share of a line's letters that stand in links
_EVERY_OTHER = 2
_ERROR_WORDS = 45
_CONSENT_WORDS = 3  # different ones in a paragraph: an article may well name one or two
_CONSENT_LETTERS = 2_000
_EDGE_LINES = 6
_BARS = 2
#: Names of networks, with whatever ending a language gives them.
_NETWORK = re.compile(
    r"\b(?:facebook|instagram|whatsapp|twitter|telegram|linkedin|youtube|tiktok|pinterest|viber)|фейсбук|инстаграм|телеграм"
)
_SHARE_WORDS = 6
_UNSPACED = "\u0e00"  # from this character on, most scripts set no spaces
_RIGHTS = re.compile(r"\W*?(?:[©ⓒ]|\(c\)\s|copyright\b)", re.IGNORECASE)


def lines_saying(*rules: str) -> Finder:
    """Make the finder of lines that are a phrase of one of the rules, or fit an open one.

    A line as long as a paragraph must stand near the end to be taken for a mere call to action.
    """
    wanted = frozenset(rules)

    def find(page: Standing) -> Iterator[int]:
        end = len(page.lines) - _NEAR_END
        for i in page.phrased:
            line = page.lines[i]
            if wanted & line.whole or (wanted & line.open and (i >= end or not line.is_prose)):
                yield i

    return find


def edge_lines_saying(*rules: str) -> Finder:
    """Make the finder of such lines above the first and below the last paragraph."""
    wanted = frozenset(rules)

    def find(page: Standing) -> Iterator[int]:
        for i in (*page.head, *page.tail):
            label = page.labels[i]
            said = page.whole[i] | page.open[i] | (label.rules if label else frozenset())
            if wanted & said and page.lines[i].words <= _SOURCE_WORDS:
                yield i

    return find


def share_lines(page: Standing) -> Iterator[int]:
    """Find share and follow buttons; at the edges also in words that we do not know, by the name of a network."""
    yield from lines_saying("share")(page)
    for i in (*page.head, *page.tail):
        line = page.lines[i]
        short = line.words <= _SHARE_WORDS and not (
            line.ends_sentence or line.is_heading or is_item(line.block)
        )
        if short and _NETWORK.search(line.key) and not is_quote(line.text):
            yield i


def advertisements(page: Standing) -> Iterator[int]:
    """Find marks of advertisements, and above or below the article what such a mark introduces."""
    yield from lines_saying("advertisement")(page)
    for i in (*page.head, *page.tail):
        line, label = page.lines[i], page.labels[i]
        if label and "advertisement" in label.rules and not (line.is_heading or is_item(line.block)):
            yield i


def cross_references(page: Standing) -> Iterator[int]:
    """Find lines that point to another story: "Also read: …", or the label and the title below it."""
    below_teasers = {card.stop for card in page.cards}
    for i, line in enumerate(page.lines):
        label = page.labels[i]
        if label and line.words <= _REFERENCE_WORDS and not line.is_prose and _refers(label, line.last):
            yield i
            if (
                i not in below_teasers
                and " " in label.key
                and not any(map(str.isalnum, label.rest))
                and _is_referred(page, i + 1)
            ):
                yield i + 1


def _is_referred(page: Standing, index: int) -> bool:
    """Tell whether a line can be the title that a label announces."""
    if index >= len(page.lines):
        return False
    line = page.lines[index]
    return line.is_title and not line.is_heading and not is_quote(line.text)


def _refers(label: Label, last: str) -> bool:
    if not label.rules & {"cross-reference", "read-more", "related"}:
        return False
    # One word and a colon can begin a sentence of the article: "Also: the bridge stays closed."
    return " " in label.key or last not in {".", "。", "।", "۔"}


def linked_headlines(page: Standing) -> Iterator[int]:
    """Find the headline of another story, all of it a link, by itself between two paragraphs."""
    places = [i for i in range(1, len(page.lines) - 1) if _is_linked_headline(page, i)]
    for before, place, after in zip([-2, *places], places, [*places[1:], len(page.lines) + 2], strict=False):
        # Every other line: the names of things, each described in the paragraph below it.
        if place - before != _EVERY_OTHER != after - place:
            yield place


def _is_linked_headline(page: Standing, index: int) -> bool:
    line = page.lines[index]
    return (
        line.block.link_share >= _ALL
        and line.block.tag == "p"
        and _LINKED_WORDS <= line.words <= _REFERENCE_WORDS
        and not line.ends_sentence
        and not line.text.rstrip().endswith((":", "："))
        and page.lines[index - 1].is_prose
        and page.lines[index + 1].is_prose
    )


def error_reports(page: Standing) -> Iterator[int]:
    """Find what asks readers to report errors: "Spotted an error? Let us know."."""
    edges = frozenset((*page.head, *page.tail))
    for i, line in enumerate(page.lines):
        if (i in edges or line.block.link_share) and _asks_for_errors(page, i):
            yield i


def _asks_for_errors(page: Standing, index: int) -> bool:
    line = page.lines[index]
    if line.words > _ERROR_WORDS or line.text[:1] in QUOTES or line.is_heading:
        return False
    if "mistake" in line.whole:
        return True
    said = line.open
    if is_quote(line.text):  # it may hold a key's name in quotes, «Ctrl+Enter», and is no quotation
        said = phrases.load().open_rules(line.key, line.language)
    if "mistake" not in said:
        return False
    phrase = page.begins(index, "mistake")
    after = line.key[len(phrase) :].lstrip()[:1] if phrase else "?"
    told = "tell-us" in said or line.block.link_share > 0 or "@" in line.text or not after
    # "Found an error in the bill? Call the council" is the article's: nothing may stand between.
    return told and not (after.isalnum() and after < _UNSPACED)


def picture_credits(page: Standing) -> Iterator[int]:
    """Find lines that say who made a picture."""
    for i, line in enumerate(page.lines):
        label = page.labels[i]
        said = page.open[i] | (label.rules if label else frozenset())
        if "credit" in said and line.words <= _CREDIT_WORDS and not line.is_heading:
            yield i


def rights(page: Standing) -> Iterator[int]:
    """Find notices of rights, by their sign or their words."""
    yield from lines_saying("copyright")(page)
    for i, line in enumerate(page.lines):
        if line.words <= _RIGHTS_WORDS and not line.is_heading and _RIGHTS.match(line.text):
            yield i


def menus(page: Standing) -> Iterator[int]:
    """Find menus and page numbers: by their words, or links side by side with bars between."""
    yield from lines_saying("navigation")(page)
    for i, line in enumerate(page.lines):
        if line.is_linked and line.text.count(" | ") >= _BARS:
            yield i


def consent_texts(page: Standing) -> Iterator[int]:
    """Find consent notices, and paragraphs above and below the article that speak of consent and little else."""
    yield from lines_saying("cookies")(page)
    words = _consent_words()
    if any(letters(word) in page.told.headline for word in words):
        return  # it is what the article is about
    places = range(len(page.lines))
    for edge in (places[:_EDGE_LINES], places[::-1][:_EDGE_LINES]):
        for i in edge:
            text = page.lines[i].text[:_CONSENT_LETTERS].casefold()
            said = sum(word in text for word in words)
            if said >= _CONSENT_WORDS:
                yield i
            elif page.lines[i].is_prose:
                break


@cache
def _consent_words() -> tuple[str, ...]:
    told = tomllib.loads(files("copytaster").joinpath("data", "kinds.toml").read_text(encoding="utf-8"))
    return tuple(told["consent_wall"]["words"])
