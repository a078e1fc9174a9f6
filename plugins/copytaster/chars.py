"""Characters that may stand in a field. Pure."""

import html
import re
import unicodedata
from functools import lru_cache

# Control characters and lone surrogates can be stored neither in Postgres nor in UTF-8.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Zero-width and directional marks that sites put between letters; joiners stay, scripts need them.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SIGNS = re.compile(r"[^\w\s]|_")
_OFTEN_FOLDED = 300  # characters
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,400}>")
#: Scripts whose characters stand for a syllable or a word.
WIDE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)


def width(text: str) -> int:
    """Length of a text in characters; one of a script that writes syllables or words counts as three."""
    return len(text) if text.isascii() else len(text) + 2 * len(WIDE.findall(text))


_WORDS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
    "|[^\\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+"
)


def plain_digits(text: str) -> str:
    """Write the digits of other scripts as ours."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def words_of(text: str) -> list[str]:
    """List the words of a text; in scripts that set no spaces, the characters."""
    return _WORDS.findall(text)


def storable(text: str) -> str:
    """Text without what no database takes; line ends stay."""
    return _UNSTORABLE.sub("", text)


def one_line(text: str) -> str:
    """Text on one line with single spaces, without characters that nobody sees."""
    line = " ".join(text.split())
    if line.isascii() and line.isprintable():
        return line  # the quick way for most
    return " ".join(_INVISIBLE.sub("", _UNSTORABLE.sub(" ", text)).split())


def field_text(text: str) -> str:
    """One line of a field: entities that were escaped twice are read, leaked tags are dropped."""
    if _ENTITY.search(text):
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    return one_line(text)


def folded(text: str) -> str:
    """For comparison: letters and digits only, case folded, single spaces."""
    return _folded(text) if len(text) > _OFTEN_FOLDED else _short_folded(text)


@lru_cache(maxsize=2_048)  # titles are compared with each other, and names with names
def _short_folded(text: str) -> str:
    return _folded(text)


def _folded(text: str) -> str:
    return " ".join(_SIGNS.sub(" ", text.casefold()).split())
