"""Text -> Article, for scraped text files and dumps that carry no markup. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from copytaster.chars import one_line
from copytaster.errors import Unusable
from copytaster.language import read_language
from copytaster.model import Article, Block, PageKind
from copytaster.strip import Stripped, ruleset_version, strip
from copytaster.strip.folding import fold
from copytaster.strip.lines import count_words, read_line
from copytaster.strip.phrases import load

_HEADLINE_CHARACTERS = 300
_HEADLINE_WORDS = 3
#: "… says U.S." and "… sues Acme Inc." are headlines although they end with a full stop.
_ABBREVIATION_END = re.compile(r"(?:\b\w\.\w\.|\b[A-Z][a-z]{0,3}\.)\W*$")
#: Text files wrapped by hand: lines of about this length that run on in the next line.
_WRAPPED = range(45, 101)
_WRAPPED_LINES = 4


@dataclass(frozen=True, slots=True)
class _Reading:
    headline: str | None
    stripped: Stripped
    language: str | None


def read_text(text: str, *, url: str, page_kind: PageKind = "article") -> Article:
    """Read headline and paragraphs out of decoded plain text; raise ``Unusable("empty")`` without any.

    The first line is the headline if it looks like one. What text cannot tell stays None.
    ``Cut.place`` counts the non-empty lines below the headline.
    """
    reading = _read(_paragraphs(text))
    body = "\n".join(block.text for block in reading.stripped.kept)
    if not body and reading.headline is None:
        raise Unusable("empty", "no text")
    return Article(
        url=url,
        canonical_url=url,
        article_body=body,
        page_kind=page_kind,
        headline=reading.headline,
        word_count=count_words(body),
        in_language=reading.language,
        cuts=reading.stripped.cuts,
        field_provenance={"headline": "first line"} if reading.headline else {},
        replacement_characters=text.count("\ufffd"),
        ruleset_version=ruleset_version(),
    )


def _read(paragraphs: Sequence[str]) -> _Reading:
    language = read_language((), "\n".join(paragraphs))
    place = _headline_place(paragraphs)
    headline = paragraphs[place] if place is not None else None
    blocks = [Block(text=text) for i, text in enumerate(paragraphs) if i != place]
    return _Reading(headline, strip(blocks, headline=headline, language=language), language)


def _headline_place(paragraphs: Sequence[str]) -> int | None:
    """Find the first line that is no chrome, if it looks like a headline and has text below."""
    phrases = load()
    for place, text in enumerate(paragraphs[:-1]):
        if not phrases.whole_rules(fold(text)):
            return place if _is_headline(text) else None
    return None


def _is_headline(text: str) -> bool:
    line = read_line(Block(text=text), 0, None)
    if len(text) > _HEADLINE_CHARACTERS or line.is_prose:
        return False
    return line.is_title or (line.words >= _HEADLINE_WORDS and _ABBREVIATION_END.search(text) is not None)


def _paragraphs(text: str) -> list[str]:
    """One paragraph a line; lines wrapped by hand are joined at blank lines."""
    lines = [one_line(line) for line in text.splitlines()]
    if not _is_wrapped(lines):
        return [line for line in lines if line]
    return [" ".join(run.split("\n")) for run in re.split(r"\n{2,}", "\n".join(lines).strip("\n")) if run]


def _is_wrapped(lines: Sequence[str]) -> bool:
    runs_on = [a for a, b in pairwise(lines) if a and b]
    full = [line for line in runs_on if len(line) in _WRAPPED and line[-1].isalnum()]
    blanks = sum(not line for line in lines[1:-1])
    return blanks > 0 and len(full) >= _WRAPPED_LINES and 2 * len(full) > len(runs_on)
