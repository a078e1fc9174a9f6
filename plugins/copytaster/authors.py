"""Bylines as pages write them -> names of people. Pure."""

import re
from collections.abc import Iterable

from copytaster.chars import field_text, folded

_MAX_AUTHORS = 20
_MAX_NAME = 80
_BY = re.compile(
    r"^(?:(?:written|reported|posted|published|story|text|words|analysis|report|opinion)\s+)?"
    r"(?:by|von|vom|par|por|di|da|door|av|af|przez|autor(?:en|in|zy|es|ka)?|auteure?s?|author[s]?|redaktion|text|texte|foto"
    r"|автор[ы]?|текст|от|συντάκτης|от автора|yazan|oleh|penulis|записала?|szerző|réalisé par|propos recueillis par)"
    r"(?:\s*:\s*|\s+)",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\s*(?:[;|•·/\n]|,\s|\s(?:and|und|et|y|e|и|i|og|och|ja|en|ve|και|és|dan|with|mit|avec|con)\s|\s[&+]\s|、|，)\s*"
)
_DATE_TAIL = re.compile(
    r"\s*(?:[,|(\-–—]\s*)?(?:\b(?:updated?|published|posted|on|am|vom|le|el)\b:?\s*)?"
    r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}\.?\s+[^\W\d]{3,}\.?,?\s+\d{4}|[^\W\d]{3,}\.?\s+\d{1,2},?\s+\d{4}|\d{1,2}:\d{2}).*$"
)
_CONTACT = re.compile(
    r"\S+@\S+|https?://\S+|www\.\S+|(?:^|\s)@\w+|\b(?:twitter|facebook|instagram|linkedin)\b.*$",
    re.IGNORECASE,
)
_NOT_A_NAME = frozenset(
    {
        "admin", "administrator", "author", "authors", "autor", "anonymous", "contributor", "correspondent", "default",
        "editor", "editorial", "guest", "n a", "na", "no author", "none", "null", "root", "staff", "staff reporter",
        "staff writer", "superuser", "test", "undefined", "unknown", "user", "web", "webmaster", "website", "writer",
        "redaktion", "redaction", "redacción", "redacao", "redação", "redazione", "redactie", "redakcja", "редакция",
    }
)  # fmt: skip
_TITLE_TAIL = re.compile(
    r"\s*(?:[,(|–—-]\s*)?\b(?:senior |chief |political |staff |foreign |special |associated )*"
    r"(?:reporter|correspondent|staff writer|contributing writer|editor(?:-in-chief)?|columnist|contributor)\b.*$",
    re.IGNORECASE,
)


def people(texts: Iterable[str], *, outlets: Iterable[str] = ()) -> tuple[str, ...]:
    """The people named in these bylines, in order, each once.

    Without "By", dates, roles, handles and addresses. ``outlets`` are names of the site and its
    publisher, which are no people.
    """
    barred = _NOT_A_NAME | {folded(outlet) for outlet in outlets}
    found: dict[str, str] = {}
    for text in texts:
        for name in _names(field_text(text)):
            key = folded(name)
            if key and key not in barred:
                found.setdefault(key, name)
    return tuple(list(found.values())[:_MAX_AUTHORS])


def _names(byline: str) -> list[str]:
    byline = _CONTACT.sub(" ", _BY.sub("", byline.strip()))
    parts = _SPLIT.split(_rejoined(byline))
    return [name for part in parts if (name := _name(part))]


def _rejoined(byline: str) -> str:
    """ "Surname, Given" as one name: a comma that stands between exactly two single words."""
    found = re.fullmatch(r"([^\W\d_][\w'’-]+),\s([^\W\d_][\w'’.-]+)", byline.strip())
    return f"{found[2]} {found[1]}" if found else byline


def _name(part: str) -> str:
    name = _TITLE_TAIL.sub("", _DATE_TAIL.sub("", _BY.sub("", part.strip())))
    name = re.sub(r"\s*\([^)]*\)?\s*$", "", name).strip(' \t,.:;|-–—*•"“”')
    if (
        not 2 <= len(name) <= _MAX_NAME
        or not re.search(r"[^\W\d_]", name)
        or re.search(r"\d{3}|[<>{}=]", name)
    ):
        return ""
    return name
