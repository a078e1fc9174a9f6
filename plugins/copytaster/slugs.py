"""Words of an address -> how well a headline fits them. Pure."""
# ruff: noqa: RUF001 - letters of many languages

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from urllib.parse import unquote

_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "ß": "ss", "ı": "i", "đ": "d", "ł": "l", "þ": "th", "ð": "d"})
# How addresses spell letters with marks differs; both spellings become the same.
_SPELLINGS = re.compile(r"(?<=[aou])e|(?<=a)a")
_WORD = re.compile(r"[^\W_]+")
_ENDING = re.compile(r"\.\w{2,5}$")
_NUMBER = re.compile(r"\d{5,}|(?=.*\d)[0-9a-f]{8,}")
_MAX_ADDRESS = 2_000
_FEWEST = 3


def slug_words(url: str) -> tuple[str, ...]:
    """Give the words of the last part of the address that has enough of them to say something."""
    path = url[:_MAX_ADDRESS].partition("://")[2].partition("/")[2].partition("?")[0].partition("#")[0]
    for part in reversed(path.split("/")):
        words = [word for word in _words(_ENDING.sub("", unquote(part))) if not _NUMBER.fullmatch(word)]
        if len(words) >= _FEWEST:
            return tuple(words)
    return ()


def fit(text: str, slug: tuple[str, ...]) -> float:
    """Say how well a text and the words of an address cover each other, 0 to 1."""
    found = _words(text)
    common = sum((Counter(found) & Counter(slug)).values())
    return 2 * common / (len(found) + len(slug)) if common else 0.0


@lru_cache(maxsize=256)  # one text is asked for several times in a row
def _words(text: str) -> list[str]:
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text.casefold().replace("’", "").replace("'", ""))
        if not unicodedata.combining(letter)
    )
    return [_SPELLINGS.sub("", word) for word in _WORD.findall(plain.translate(_LETTERS))]
