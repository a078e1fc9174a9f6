"""Characters that may stand in a field. Pure."""

import html
import re

# Control characters and lone surrogates can be stored neither in Postgres nor in UTF-8.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Zero-width and directional marks that sites put between letters; joiners stay, scripts need them.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,400}>")


def storable(text: str) -> str:
    """Text without what no database takes; line ends stay."""
    return _UNSTORABLE.sub("", text)


def one_line(text: str) -> str:
    """Text on one line with single spaces, without characters that nobody sees."""
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
    return " ".join(re.sub(r"[^\w\s]|_", " ", text.casefold()).split())
