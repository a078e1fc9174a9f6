"""Rules for what stands above and below an article: headline, byline, date, author box. Pure."""

import re
from collections.abc import Iterator

from copytaster.chars import plain_digits
from copytaster.strip import phrases
from copytaster.strip.lines import Line, is_item, is_quote
from copytaster.strip.page import Standing

_BYLINE_WORDS = 10
_ROLES_WORDS = 25
_DATE_WORDS = 14
_NAME_WORDS = range(2, 5)
_HEADLINE_SHARE = 0.7  # share of words that two spellings of a headline have in common
_HEADLINE_WORDS = 4
_HEADLINE_PART = 0.5
_LONGEST_HEADLINE = 2_000
_BOX_LINES = 4
_TOP_LINES = 5
_ABSTRACT_LETTERS = 40
_BOX_WORDS = 6
_CONTACT = re.compile(r"\S@\S|\B@\w{2,}")
_SPEAKER = re.compile(r"[^:：]{1,40}[:：]\s")  # who says what, in an interview
_NUMBERED = re.compile(r"\d")
_DATED = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}:\d\d\b|\b\d{1,2}\.\d{1,2}\.\d{2}\b|\d年|\d월")
_DATE_WORD = 3
# Not simply all that is no letter: in some scripts a letter's mark is a character of its own.
_BETWEEN_WORDS = re.compile(r"[\s#.,:;/|()\[\]·•،、\-–—_]+")
_PARTICLE = re.compile(
    r"(?:d[aeiou]s?|de[lnr]|della|van|von|l[ae]|[ae]l|bin|ibn|[yei]|et|und|and|og|och|en)$", re.IGNORECASE
)


def repeated_headline(page: Standing) -> Iterator[int]:
    """Find the headline once more, also in another wording, above the first paragraph."""
    return (i for i in page.head if _is_headline(page, page.lines[i]))


def above_headline(page: Standing) -> Iterator[int]:
    """Find breadcrumbs and kickers: what stands above the repeated headline."""
    places = list(repeated_headline(page))
    above = range(places[-1]) if places else range(0)
    return (i for i in above if page.lines[i].words <= _BYLINE_WORDS and not page.lines[i].ends_sentence)


def _is_headline(page: Standing, line: Line) -> bool:
    told = page.told.headline
    if not told or len(line.text) > _LONGEST_HEADLINE or not line.letters:
        return False
    if line.letters == told:
        return True
    if not line.is_title or line.words < _HEADLINE_WORDS:
        return False
    within = len(line.letters) >= _HEADLINE_PART * len(told) and line.letters in told
    words, headline = frozenset(line.key.split()), page.told.headline_words
    return within or len(words & headline) >= _HEADLINE_SHARE * len(words | headline)


def bylines(page: Standing) -> Iterator[int]:
    """Find lines that name the author."""
    for i in (*page.head, *page.tail):
        line = page.lines[i]
        if (page.told.authors and line.letters in page.told.authors) or (
            line.words <= _BYLINE_WORDS and _names_author(page, i)
        ):
            yield i
        elif line.words <= _ROLES_WORDS and not line.ends_sentence and _opens_with_author(page, i):
            yield i  # "By Anita Rao, transport correspondent, and others in Hexley"


def _opens_with_author(page: Standing, index: int) -> bool:
    letters = page.lines[index].letters
    return bool(page.begins(index, "byline")) and any(name in letters for name in page.told.authors)


def _is_bare_name(page: Standing, index: int) -> bool:
    """Tell whether a line at the very top can only be a name, of a person or a paper: nothing but a few capitalised words."""
    line = page.lines[index]
    if index or line.block.tag != "p" or line.words not in _NAME_WORDS or index >= page.first_prose:
        return False
    words = line.text.split()
    return all(word.isalpha() and not word[0].islower() and not word[1:].isupper() for word in words)


def _names_author(page: Standing, index: int) -> bool:
    line, label = page.lines[index], page.labels[index]
    if _is_bare_name(page, index):
        return True
    if "byline" in page.whole[index] or (label and "byline" in label.rules):
        return not line.ends_sentence
    phrase = page.begins(index, "byline")
    if not phrase or line.last in "?!":
        return False
    named = line.text.split()[len(phrase.split()) :]
    return bool(named) and all(
        word[:1].isupper() or _PARTICLE.match(word) or not word[:1].isalpha() for word in named
    )


def date_lines(page: Standing) -> Iterator[int]:
    """Find lines that say when, and nothing else."""
    for i in (*page.head, *page.tail):
        line = page.lines[i]
        if (
            line.words <= _DATE_WORDS
            and _NUMBERED.search(line.text)
            and (_is_date(line) or _is_published(page, i))
        ):
            yield i


def _is_date(line: Line) -> bool:
    known = phrases.load().date_words
    words = [word for word in _BETWEEN_WORDS.split(line.key) if word]
    dated = _DATED.search(plain_digits(line.text)) or any(
        word in known and len(word) >= _DATE_WORD for word in words
    )
    return bool(dated) and all(word in known or not any(map(str.isalpha, word)) for word in words)


def _is_published(page: Standing, index: int) -> bool:
    label = page.labels[index]
    said = page.open[index] | (label.rules if label else frozenset())
    return "published" in said


def author_boxes(page: Standing) -> Iterator[int]:
    """Find the paragraph about the author below the article, and how to reach them."""
    names = [name for name in page.told.authors if len(name) >= _BOX_WORDS]
    for i in range(max(1, len(page.lines) - _BOX_LINES), len(page.lines)):
        line = page.lines[i]
        begins = any(line.letters.startswith(name) for name in names)
        reach = _CONTACT.search(line.text) and any(name in line.letters for name in names)
        if (
            (begins or reach)
            and not _SPEAKER.match(line.text)
            and line.words >= _BOX_WORDS
            and not is_quote(line.text)
        ):
            yield i


def repeated_abstract(page: Standing) -> Iterator[int]:
    """Find the abstract at the top where a paragraph below begins with the same words.

    By itself it stays: on many sites the abstract is the first paragraph, and nothing else says it.
    """
    told = page.told.abstract
    for i, line in enumerate(page.lines[:_TOP_LINES] if told else ()):
        if line.letters in {told, told[: len(line.letters)]} and len(told) >= _ABSTRACT_LETTERS:
            beginning = line.letters[:_ABSTRACT_LETTERS]
            if beginning and any(
                below.letters.startswith(beginning) for below in page.lines[i + 1 : i + _TOP_LINES]
            ):
                yield i


def repeated_lines(page: Standing) -> Iterator[int]:
    """Find paragraphs that stand on the page a second time; refrains, lists and code may repeat."""
    seen: set[str] = set()
    for i, line in enumerate(page.lines):
        if line.is_prose and line.block.tag == "p" and not is_item(line.block):
            if line.text in seen:
                yield i
            seen.add(line.text)
