"""Rules for single lines of chrome, by what they say: buttons, notices, labels. Pure."""

import re
from collections.abc import Callable, Iterator

from copytaster.strip.lines import Label
from copytaster.strip.page import Standing

Finder = Callable[[Standing], Iterator[int]]
_NEAR_END = 4  # a longer call to subscribe is believed among the last lines
_CREDIT_WORDS = 16
_SOURCE_WORDS = 25
_REFERENCE_WORDS = 30
_RIGHTS_WORDS = 30
_RIGHTS = re.compile(r"\W*?(?:[©ⓒ]|\(c\)\s|copyright\b)", re.IGNORECASE)


def lines_saying(*rules: str) -> Finder:
    """Make the finder of lines that are a phrase of one of the rules, or fit an open one.

    A line as long as a paragraph must stand near the end to be taken for a mere call to action.
    """
    wanted = frozenset(rules)

    def find(page: Standing) -> Iterator[int]:
        end = len(page.lines) - _NEAR_END
        for i, line in enumerate(page.lines):
            if wanted & page.whole[i] or (wanted & page.open[i] and (i >= end or not line.is_prose)):
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


def cross_references(page: Standing) -> Iterator[int]:
    """Find lines that point to another story: "Also read: …"."""
    for i, line in enumerate(page.lines):
        label = page.labels[i]
        if label and line.words <= _REFERENCE_WORDS and not line.is_prose and _refers(label, line.last):
            yield i


def _refers(label: Label, last: str) -> bool:
    if not label.rules & {"cross-reference", "read-more", "related"}:
        return False
    # One word and a colon can begin a sentence of the article: "Also: the bridge stays closed."
    return " " in label.key or last not in {".", "。", "।", "۔"}


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
