"""Bylines as pages write them -> names of people. Pure."""
# ruff: noqa: RUF001 - bylines of other scripts

import re
from collections.abc import Iterable

from copytaster.chars import field_text, folded

_MAX_AUTHORS = 20
_MAX_NAME = 80
_BY = re.compile(
    r"^(?:(?:(?:written|reported|posted|published|reviewed|edited|story|text|texte|words|analysis|report|opinion)\s+)?"
    r"(?:by|von|vom|par|por|di|da|door|av|af|przez|от|oleh|od)(?=\s|:|(?-i:(?<=[a-zа-я])[A-ZÀ-ÞА-Я]))"
    r"|(?:autor(?:en|in|zy|es|ka)?|auteure?s?|authors?|redaktion|text|texte?|foto|автор[ы]?|текст|συντάκτης|yazan"
    r"|penulis|szerző|words|journalist|skribent|forfatter|toimittaja|作者|記者|记者|文|기자)\s*[:：]"
    r"|(?:réalisé par|propos recueillis par|a cura di))\s*:?\s*",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\s*(?:[;|•·/\n、，]|,\s|\s(?:and|und|et|y|e|и|i|og|och|ja|ve|και|és|dan|with|mit|avec|con)\s|\s[&+]\s)\s*"
)
_NUMBERS = re.compile(r"[\s,|(–—-]*(?:\b[^\W\d_]{1,12}\.?[\s:]*)?\d.*$")
_CONTACT = re.compile(
    r"\S+@\S+|https?://\S+|www\.\S+|(?:^|\s)@\w+|\b(?:twitter|facebook|instagram|linkedin)\b.*$",
    re.IGNORECASE,
)
_NOT_A_NAME = frozenset(
    {
        "admin", "administrator", "agencies", "agenturen", "all posts", "alle artikel", "anonymous", "author", "authors",
        "autor", "autoren", "by", "contributor", "correspondent", "default", "editor", "editorial", "follow", "folgen",
        "guest", "info", "min read", "more", "n a", "na", "name", "no author", "none", "null", "posted", "posted on",
        "published", "read more", "red", "redaccion", "redacción", "redactie", "redaktion", "redakcja", "redaction",
        "redacao", "redação", "redazione", "rédaction", "root", "share", "staff", "staff reporter", "staff writer",
        "superuser", "test", "undefined", "unknown", "updated", "last updated", "user", "view all", "view all posts",
        "von", "web", "webmaster", "website", "wordpress", "writer", "written by", "редакция", "on", "in", "about the author",
        "see full bio", "sign in", "log in", "more posts", "the author", "posts", "articles", "bio", "subscribe", "comments", "autorin", "verfasst von", "about", "profile", "admin admin",
    }
)  # fmt: skip
_ROLE = re.compile(
    r"^(?P<name>[^\s,]+\s.*?[^\s,])\s*[,(|–—-]?\s*\b(?:(?:senior|chief|political|staff|foreign|special|associate|deputy|managing)\s)*"
    r"(?:reporter|correspondent|staff writer|contributing writer|contributing editor|editor(?:-in-chief)?|columnist|contributor|기자|記者)\b.*$",
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    [
        "al",
        "ap",
        "bin",
        "da",
        "das",
        "de",
        "del",
        "della",
        "den",
        "der",
        "di",
        "do",
        "dos",
        "du",
        "e",
        "el",
        "i",
        "la",
        "las",
        "le",
        "los",
        "of",
        "ten",
        "ter",
        "van",
        "von",
        "y",
        "zu",
        "zum",
        "zur",
    ]
)
_OUTFIT = re.compile(
    r"\b(?:inc|gmbh|ag|e\.? ?v|llc|ltd|team|staff|desk|news|agency|agentur|editors?|redaktion|press|media|magazine|verlag)\b",
    re.IGNORECASE,
)
_LEGAL_FORM = re.compile(
    r"\b(?:inc|gmbh|ag|e\.? ?v|llc|ltd|s\.?a|s\.?p\.?a|b\.?v|plc|corp)\b\.?$", re.IGNORECASE
)
_MOST_WORDS = 5


def people(texts: Iterable[str], *, outlets: Iterable[str] = ()) -> tuple[str, ...]:
    """List those named in these bylines, in order, each once, without "By", dates, roles and addresses.

    ``outlets`` are names of the site and its publisher, which are no people.
    """
    barred = _NOT_A_NAME | {folded(outlet) for outlet in outlets}
    found: dict[str, str] = {}
    for text in texts:
        for name in _names(field_text(text)):
            if (key := folded(name)) and key not in barred:
                found.setdefault(key, name)
    short = [name for name in found.values() if len(name.split()) <= _MOST_WORDS]
    return tuple((short or list(found.values()))[:_MAX_AUTHORS])


def are_people(names: Iterable[str]) -> bool:
    """Say whether one of these looks like a person's given name and surname."""
    return any(_is_person(name) for name in names)


def is_company(names: Iterable[str]) -> bool:
    """Say whether these are the legal names of companies and clubs."""
    return all(_LEGAL_FORM.search(name) for name in names)


def _is_person(name: str) -> bool:
    words = name.split()
    if _OUTFIT.search(name):
        return False
    if not name.isascii() and len(words) == 1 and not re.search(r"[A-Za-z]", name):
        return True  # scripts that write a full name as one word
    return (
        len(words) > 1
        and len(words) <= _MOST_WORDS
        and all(
            word[0].isupper() or not word[0].isalpha() or not word[0].islower() or word.lower() in _PARTICLES
            for word in words
        )
    )


def _names(byline: str) -> list[str]:
    byline = _CONTACT.sub(" ", _BY.sub("", byline.strip()))
    return [name for part in _SPLIT.split(_rejoined(byline)) if (name := _name(part))]


def _rejoined(byline: str) -> str:
    """Turn "Surname, Given" round: a comma that stands between exactly two single words."""
    found = re.fullmatch(r"([^\W\d_][\w'’-]+),\s([^\W\d_][\w'’.-]+)", byline.strip())
    return f"{found[2]} {found[1]}" if found else byline


def _name(part: str) -> str:
    name = _NUMBERS.sub("", _BY.sub("", part.strip()))
    if (role := _ROLE.match(name)) and _is_person(role["name"]):
        name = role["name"]
    name = re.sub(r"\s*\([^)]*\)?\s*$", "", name).strip(' \t,.:;|-–—*•"“”')
    if not 1 < len(name) <= _MAX_NAME or not re.search(r"[^\W\d_]", name) or re.search(r"[<>{}=]", name):
        return ""
    return name
