"""Rules for lists of other stories: known by their shape first, by their words second. Pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

from copytaster.strip import phrases
from copytaster.strip.glue import is_glued
from copytaster.strip.lines import UNSPACED_SCRIPT, Line, is_item
from copytaster.strip.page import Standing

_OPENER_WORDS = 12
_KEYWORDS = range(2, 41)  # words in a line of keywords
_FRAGMENT_WORDS = 5
_PARTING = re.compile(r"[,、،，;؛|]")
_CARD_LINES = 4  # a teaser has at most so many lines: title, date, summary, button
_SUMMARY_LIMIT = 70
_FEW = 3
_RUN_UP = 6  # lines between an article and a list of teasers
_LABEL_WORDS = 6
_UNSPACED_LABEL_WORDS = 9  # two characters a word
_MOST_LABELS = 4
_RUNS_ON = frozenset(",;，、；،")
_PAIR = 2  # a title and a summary
_GLUED_LABEL = re.compile(r"\S+(?:\s\S+){0,7}\s?[:：](?:\S|\s*$)")


def buttons(page: Standing) -> Sequence[int]:
    """Find lines that say no more than "read more", in a known language or by how they recur."""
    return page.buttons


def teasers_above_buttons(page: Standing) -> Iterator[int]:
    """Find lines with a "read more" right below, where they look like other stories."""
    for card in page.cards:
        yield from card


def beside_teasers(page: Standing) -> Iterator[int]:
    """Find what is printed between the article and a list of teasers that ends the page, and below that list.

    Keywords, headings, share buttons: in any language they are short and no sentences.
    """
    if page.told.among_teasers or len(page.cards) >= _FEW:
        for edge in (page.head, reversed(page.tail)):
            labels = list(takewhile(lambda i: _is_lone_label(page, i), edge))
            if len(labels) <= _MOST_LABELS:  # more of them are a list or a table of the article's own
                yield from labels
    run = _last_run(page)
    if len(run) > 1:
        yield from range(run[-1].stop + 1, len(page.lines))
        yield from _run_up(page, run[0].start)


def _last_run(page: Standing) -> Sequence[range]:
    """Find the cards that stand one below the other at the end of the page, below the article."""
    cards = page.cards
    if not cards or cards[0].start == 0:
        return ()
    below = range(cards[-1].stop + 1, len(page.lines))
    if len(below) > _FEW or any(page.lines[i].words > _OPENER_WORDS for i in below):
        return ()
    start = len(cards) - 1
    while start and cards[start - 1].stop + 1 == cards[start].start:
        start -= 1
    return cards[start:]


def _run_up(page: Standing, start: int) -> Iterator[int]:
    """Walk up from the first teaser over what is no sentence of the article."""
    for i in range(start - 1, max(0, start - 1 - _RUN_UP), -1):
        if not is_beside_teasers(page.lines[i]):
            return
        yield i


def is_beside_teasers(line: Line) -> bool:
    """Tell whether a line next to a list of teasers can belong to it: no sentence of the article."""
    label = line.words <= _OPENER_WORDS and line.last not in _RUNS_ON and not is_item(line.block)
    label = label and not line.ends_sentence
    return label or bool(line.whole) or _is_keywords(line) or _is_explained(line)


def _is_explained(line: Line) -> bool:
    """Tell a heading with the sentence that explains it glued to its colon."""
    return line.words <= _SUMMARY_LIMIT // 2 and _GLUED_LABEL.match(line.text) is not None


def _is_lone_label(page: Standing, index: int) -> bool:
    """Tell whether a line at an edge is too short for a standfirst or a last word."""
    line = page.lines[index]
    return (
        line.words <= (_UNSPACED_LABEL_WORDS if UNSPACED_SCRIPT.match(line.text) else _LABEL_WORDS)
        and not line.ends_sentence
        and not line.is_heading
        and line.block.tag != "td"
        and not is_item(line.block)
    )


def related_lists(page: Standing) -> Iterator[int]:
    """Find the heading of a list of other stories and what is below it, to where the article's own text resumes."""
    more = frozenset(page.buttons)
    done = reached = 0  # runs of teasers are walked once, however many of their lines are headings
    for start in range(len(page.lines)):
        if is_opener(page, start):
            yield start
            reached = _end_of_teasers(page, max(start + 1, reached), more)
            resumes = start + 1 < reached < len(page.lines) and page.lines[reached - 1].is_heading
            end = reached - resumes  # without the heading of what resumes
            yield from range(max(start + 1, done), end)
            done = max(done, end)


def is_opener(page: Standing, index: int) -> bool:
    """Tell whether a line heads a list of other stories."""
    line, label = page.lines[index], page.labels[index]
    if "related" in page.whole[index] or (label and "related" in label.rules and label.rest[1:2].strip()):
        return True
    if "related" not in line.open:
        return False
    phrase = page.begins(index, "related")
    if line.key[len(phrase) :].lstrip().startswith(":"):
        return True
    return line.words <= _OPENER_WORDS and not line.ends_sentence and not line.text.rstrip().endswith(":")


def _end_of_teasers(page: Standing, start: int, more: frozenset[int]) -> int:
    end = start
    while end < len(page.lines) and _is_teaser(page, end, more):
        end += 1
    return end


def _is_teaser(page: Standing, i: int, more: frozenset[int]) -> bool:
    line = page.lines[i]
    if (
        i in more
        or i + 1 in more
        or (i + _PAIR in more and not line.is_prose)
        or line.is_linked
        or line.is_title
        or is_glued(line)
    ):
        return True
    return _is_summary(page, i)


def _is_summary(page: Standing, i: int) -> bool:
    """Tell whether it is a sentence between two titles: the summary below a teaser's headline."""
    if page.lines[i].words > _SUMMARY_LIMIT or not i or not page.lines[i - 1].is_title:
        return False
    below = i + 1
    return page.titles_alternate_from <= below < len(page.lines) and page.lines[below].is_title


def doubled_titles(page: Standing) -> Iterator[int]:
    """Find lines that say the same twice, as a card with a picture does, and their summaries."""
    doubled = [i for i, line in enumerate(page.lines) if _is_doubled(line)]
    doubled_at = frozenset(doubled)
    if len(doubled) > 1:
        for i in doubled:
            yield i
            if i + 2 in doubled_at or i + 2 == len(page.lines):
                yield i + 1


def _is_doubled(line: Line) -> bool:
    text = line.text.strip()
    middle = len(text) // 2
    return (
        len(text) % 2 == 1
        and text[middle].isspace()
        and text[:middle] == text[middle + 1 :]
        and line.words > _OPENER_WORDS // 2
    )


def glued_tail(page: Standing) -> Iterator[int]:
    """Find a run of glued headlines and summaries below the article, without any heading."""
    end = len(page.lines)
    start = end
    while start and is_glued(page.lines[start - 1]):
        start -= 1
    if end - start >= _FEW:
        yield from range(start, end)


def keyword_lines(page: Standing) -> Iterator[int]:
    """Find site keywords: short fragments between commas, next to a list of other stories or at an end."""
    places = [i for i, line in enumerate(page.lines) if _is_keywords(line)]
    for i in places:
        line = page.lines[i]
        beside = any(0 <= j < len(page.lines) and is_opener(page, j) for j in (i - 1, i + 1))
        if beside or (i in {0, len(page.lines) - 1} and _says_news(line)):
            yield i


def _is_keywords(line: Line) -> bool:
    if line.ends_sentence or line.words not in _KEYWORDS or not _PARTING.search(line.key):
        return False
    words = [set(part.split()) for part in _fragments(line)]
    if any(len(fragment) > _FRAGMENT_WORDS for fragment in words):
        return False
    return any(a & b for a, b in pairwise(words)) or _share_beginning(_fragments(line))


def _fragments(line: Line) -> list[str]:
    return [part.strip() for part in _PARTING.split(line.key) if part.strip()]


def _share_beginning(parts: Sequence[str]) -> bool:
    return len(parts) > 1 and all(a[:2] == b[:2] and a[:1] > "\u0e00" for a, b in pairwise(parts))


def _says_news(line: Line) -> bool:
    words = phrases.load().news_words
    return any(part.startswith(words) or part.endswith(words) for part in _fragments(line))
