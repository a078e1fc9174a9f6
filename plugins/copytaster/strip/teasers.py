"""Rules for lists of other stories: known by their shape first, by their words second. Pure."""

import re
from collections.abc import Iterator
from itertools import pairwise

from copytaster.strip.lines import Line
from copytaster.strip.page import Standing

#: A headline and a summary with no space between them: "…with North KoreaThe White House…".
_GLUED = re.compile(
    r"[^\W\d_]{2}[\w.!?%)\]”\"'’»…]*?[a-zß-öø-ÿ\d.!?%)\]”\"'’»…а-яіїєα-ωάέήίόύώ]"
    r"(?=[“\"'‘«(]?[A-ZÀ-ÖØ-ÞА-ЯІЇЄΑ-ΩΆΈΉΊΌΎΏŁŚŻŹĆČŠŽŘĎŤŇĞŞİ])(?=\S*\s)"
)
_OPENER_WORDS = 12
_GLUED_WORDS = 8
_KEYWORDS = range(2, 41)  # words in a line of keywords
_FRAGMENT_WORDS = 4


def is_glued(line: Line) -> bool:
    """Tell whether a headline and a summary are stuck together in this line."""
    return line.words >= _GLUED_WORDS and _GLUED.search(line.text) is not None


def read_more(page: Standing) -> list[int]:
    """Lines that say no more than "read more"."""
    return [i for i, rules in enumerate(page.rules) if "read-more" in rules]


def teasers_before_read_more(page: Standing) -> Iterator[int]:
    """Lines with a "read more" right below, where the page does so again and again."""
    below = [i - 1 for i in read_more(page) if i]
    for i in below:
        line = page.lines[i]
        if is_glued(line) or (len(below) > 1 and not line.is_prose and not page.rules[i]):
            yield i


def related_tail(page: Standing) -> Iterator[int]:
    """From the heading of a list of other stories to where the article's own text resumes."""
    for start in range(len(page.lines)):
        if is_opener(page, start):
            yield start
            yield from _teasers_from(page, start + 1)


def is_opener(page: Standing, index: int) -> bool:
    """Tell whether a line heads a list of other stories."""
    if "related" in page.rules[index]:
        return True
    line = page.lines[index]
    phrase = page.begins(index, "related")
    if not phrase:
        return False
    colon = line.key[len(phrase) :].lstrip().startswith(":")
    return colon or (line.words <= _OPENER_WORDS and not line.ends_sentence)


def _teasers_from(page: Standing, start: int) -> Iterator[int]:
    more = set(read_more(page))
    for i in range(start, len(page.lines)):
        if not (_is_teaser(page.lines[i]) or i in more or i + 1 in more):
            return
        yield i


def _is_teaser(line: Line) -> bool:
    return line.is_linked or line.is_title or is_glued(line)


def keyword_lines(page: Standing) -> Iterator[int]:
    """Site keywords: short fragments between commas, next to a list of other stories or at an end."""
    for i, line in enumerate(page.lines):
        beside = any(0 <= j < len(page.lines) and is_opener(page, j) for j in (i - 1, i + 1))
        at_end = i == 0 or i == len(page.lines) - 1
        if (beside or at_end) and _is_keywords(line):
            yield i


def _is_keywords(line: Line) -> bool:
    if line.ends_sentence or line.words not in _KEYWORDS:
        return False
    parts = [part for part in line.key.replace("、", ",").replace("،", ",").split(",") if part.strip()]
    words = [set(part.split()) for part in parts]
    if any(len(fragment) > _FRAGMENT_WORDS for fragment in words):
        return False
    return any(a & b for a, b in pairwise(words))
