"""Rules for lists of other stories: known by their shape first, by their words second. Pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from copytaster.strip import phrases
from copytaster.strip.glue import HEADLINE_LIMIT, is_glued, is_loosely_glued
from copytaster.strip.lines import Line
from copytaster.strip.page import Standing

_OPENER_WORDS = 12
_KEYWORDS = range(2, 41)  # words in a line of keywords
_FRAGMENT_WORDS = 5
_PARTING = re.compile(r"[,、،，;؛|]")
_CARD_LINES = 4  # a teaser has at most so many lines: title, date, summary, button
_SUMMARY_LIMIT = 70
_FEW = 3
_PAIR = 2  # a title and a summary
_GLUED_LABEL = re.compile(r"\S+(?:\s\S+){0,4}\s?[:：](?:\S|\s*$)")


def buttons(page: Standing) -> Sequence[int]:
    """Find lines that say no more than "read more", in a known language or by how they recur."""
    return page.buttons


def teasers_above_buttons(page: Standing) -> Iterator[int]:
    """Find lines with a "read more" right below, where they look like other stories."""
    more = [i for i in page.buttons if i and not page.lines[i].text.rstrip().endswith((":", "："))]
    buttons_at = frozenset(more)
    for i in more:
        line = page.lines[i - 1]
        if is_glued(line) or (len(more) > 1 and (_is_story(line) or is_loosely_glued(line))):
            yield i - 1
        elif len(more) >= _FEW and i > 1 and (i - 2 in buttons_at or is_opener(page, i - 2)):
            yield i - 1  # between two buttons stands nothing of the article
    yield from _cards(page, more)


def _is_story(line: Line) -> bool:
    """Tell whether a line can be the title of another story; in a script without case, any can."""
    return (
        line.is_linked or (line.is_title and not line.text.rstrip().endswith(":")) or _is_caseless(line.text)
    )


def _is_caseless(text: str) -> bool:
    sample = text[:HEADLINE_LIMIT]
    return sum(char.lower() != char.upper() for char in sample) * _FEW < len(sample)


def _cards(page: Standing, more: Sequence[int]) -> Iterator[int]:
    """Find teasers of several lines, title, date, summary, button, that stand on the page again and again."""
    if len(more) < _FEW:
        return
    buttons_at = frozenset(more)
    for height in range(_CARD_LINES - 1, 1, -1):
        tops = [
            i - height
            for i in more
            if i >= height
            and _heads_card(page.lines[i - height])
            and not buttons_at.intersection(range(i - height, i))
        ]
        if len(tops) * _FEW >= len(more) * 2 and (height == _PAIR or _stand_close(more, height)):
            for top in tops:
                yield from range(top, top + height)
            return


def _heads_card(line: Line) -> bool:
    return line.is_title and not line.is_heading


def _stand_close(more: Sequence[int], height: int) -> bool:
    return all(b - a == height + 1 for a, b in pairwise(more))


def related_lists(page: Standing) -> Iterator[int]:
    """Find the heading of a list of other stories and what is below it, to where the article's own text resumes."""
    more = frozenset(page.buttons)
    unnamed = _unnamed_opener(page, more)
    done = reached = 0  # runs of teasers are walked once, however many of their lines are headings
    for start in range(len(page.lines)):
        if is_opener(page, start) or start == unnamed:
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


def _unnamed_opener(page: Standing, more: frozenset[int]) -> int:
    """Place of a heading in words that we do not know, above teasers that run to the end; or -1."""
    if len(more) < _FEW:
        return -1
    gap = _last_gap(len(page.lines), more)
    first = next((i for i in page.buttons if i > gap), 0) - _PAIR
    for place in (first, first - 1):
        if place >= 0 and _GLUED_LABEL.match(page.lines[place].text):
            return place if page.lines[place].words <= _SUMMARY_LIMIT // 2 else -1
    return -1


def _last_gap(end: int, more: frozenset[int]) -> int:
    """Last line from which on no button stands within a teaser's height; -1 if there is none."""
    places = range(end - 2, -1, -1)
    return next((i for i in places if more.isdisjoint(range(i, i + _CARD_LINES))), -1)


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
    unnamed = _unnamed_opener(page, frozenset(page.buttons)) if places else -1
    for i in places:
        line = page.lines[i]
        beside = unnamed >= 0 and abs(unnamed - i) <= 1
        beside = beside or any(0 <= j < len(page.lines) and is_opener(page, j) for j in (i - 1, i + 1))
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
