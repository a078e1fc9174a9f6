"""Bylines as pages write them -> names of people. Pure."""
# ruff: noqa: RUF001 - bylines of other scripts

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice

from copytaster.byline_words import words
from copytaster.chars import field_text, folded
from copytaster.written_dates import months

_MAX_AUTHORS = 20
_MAX_NAME = 80
_MAX_BYLINE, _MOST_BYLINES = 500, 50
_MOST_WORDS, _LONG_NAME = 5, 4
_SPLIT = re.compile(
    r"\s*(?:,\s(?:and|und|et|y|e|i|og|och|dan|en)\s|[;|•·/\n\t、，,／｜]|\s(?:and|und|et|y|e|и|i|og|och|ja|ve|και|és|dan|și|in|with|mit|avec|con)(?=\s)\s"
    r"|\s[&+–—-]\s)\s*"
)
_DIGITS = re.compile(r"(?:^|(?<=[\s,|(–—:-]))\d.*$", re.DOTALL)
_CONTACT = re.compile(
    r"\S+@\S+|https?://\S+|www\.\S+|(?:^|\s|\()@\w+\)?|\b(?:twitter|facebook|instagram|linkedin)\b.*$",
    re.IGNORECASE,
)
_ORDER = re.compile(r"([^\W\d_][\w'’-]+),\s([^\W\d_][\w'’.-]+)")
_COLON = re.compile(r"[:：]")
_LETTER = re.compile(r"[^\W\d_]")
_MARKUP = re.compile(r"[<>{}=\[\]]")
# "Mira Sand am": the start of what stood behind the name.
_TRAILING = re.compile(
    r"(?<=[\w.])(?:\s+(?:am|um|on|at|le|el|il|em|op|den|på|в|в|dnia|in|for|für|the|der|die|das|under|unter|dans|sous))+$"
)
_PARENTHESIS = re.compile(r"\s*\([^)]*\)?\s*$")
_EDGES = ' \t\r\n,.:;：|-–—*•·"“”„«»©()（）'
# Scripts in which a full name is one word.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_LONGEST_UNSPACED = 6
_SHORTEST_UNSPACED = 2
_PARTICLES = frozenset(
    [
        "al",
        "ap",
        "bin",
        "bint",
        "d",
        "da",
        "das",
        "de",
        "degli",
        "dei",
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
        "ibn",
        "la",
        "las",
        "le",
        "los",
        "of",
        "ten",
        "ter",
        "van",
        "von",
        "vom",
        "y",
        "zu",
        "zum",
        "zur",
        "af",
        "av",
        "til",
    ]
)
_OUTFIT = re.compile(
    r"\b(?:inc|gmbh|ag|e\.? ?v|llc|ltd|team|desk|news|agency|agentur|agence|agencia|agenzia|agência|редакц\w+|media"
    r"|magazine?|magazin|zeitung|verlag|editors?|redaktion|press|presse|association|verband|verein|foundation|university"
    r"|institute|institut|committee|times|online|radio|tv|gazette|tribune|herald|studio|group|network|company)\b|\.(?:com|org|net|de)\b",
    re.IGNORECASE,
)
_LEGAL_FORM = re.compile(
    r"\b(?:inc|gmbh|ag|e\.? ?v|llc|ltd|s\.?a|s\.?p\.?a|b\.?v|plc|corp)\b\.?$", re.IGNORECASE
)


def people(texts: Iterable[str], *, outlets: Iterable[str] = (), houses: bool = False) -> tuple[str, ...]:
    """List those named in these bylines, in order, each once, without "By", dates, roles and addresses.

    ``outlets`` are names of the site and its publisher, which are no people; ``houses`` lets in what
    stands for an editorial office.
    """
    known = words()
    sites = frozenset(map(folded, outlets))
    barred = known.nobody | sites
    products = tuple(f"{site} " for site in sites if " " in site)
    if not houses:
        barred |= known.editorial
    found: dict[str, str] = {}
    for text in islice(texts, _MOST_BYLINES):
        for name in _names(field_text(text[:_MAX_BYLINE]), houses=houses):
            key = folded(name)
            if key and key not in barred and not key.startswith(products) and not _is_role_at(key, sites):
                found.setdefault(key, name)
    short = [name for name in found.values() if len(name.split()) <= _MOST_WORDS]
    named = short or list(found.values())
    return tuple(_without_companies(named))[:_MAX_AUTHORS]


def _is_role_at(key: str, sites: frozenset[str]) -> bool:
    """Say whether a name is that of a site with what somebody does there: "Courier Staff"."""
    parts = key.split()
    rest = [part for part in parts if part not in words().role]
    return 0 < len(rest) < len(parts) and (" ".join(rest) in sites or "".join(rest) in sites)


def _without_companies(names: Sequence[str]) -> Sequence[str]:
    """Leave out companies and clubs beside whom somebody else is named."""
    others = [name for name in names if not is_company([name])]
    if are_people(others):
        others = [name for name in others if len(name.split()) < _LONG_NAME or not _OUTFIT.search(name)]
    return others or names


def are_people(names: Iterable[str]) -> bool:
    """Say whether one of these looks like a person's given name and surname."""
    return any(map(is_person, names))


def is_company(names: Iterable[str]) -> bool:
    """Say whether these are the legal names of companies and clubs."""
    return all(_LEGAL_FORM.search(name) for name in names)


def is_role(name: str) -> bool:
    """Say whether this is what somebody does, and not the name of an editorial office."""
    return _is_role(name.split()) and folded(name) not in words().editorial


def is_person(name: str) -> bool:
    """Say whether this looks like a given name and a surname, in the scripts that write both apart."""
    parts = name.split()
    if _OUTFIT.search(name) or _is_role(parts) or any(character.isdigit() for character in name):
        return False
    if _UNSPACED.match(name):
        return _SHORTEST_UNSPACED <= len(name) <= _LONGEST_UNSPACED or len(parts) > 1
    proper = [part for part in parts[:-1] if part.lower().strip("’'.") not in _PARTICLES]
    return (
        1 < len(parts) <= _MOST_WORDS
        and bool(proper or parts[0][0].isupper())
        and _is_surname(parts[-1])
        and all(map(_may_be_of_a_name, parts))
        and parts[0][0].isalpha()
        and not words().nobody.intersection({folded(text) for text in (name, *parts[1:])} - _PARTICLES)
        and folded(parts[0]) not in words().nobody  # "Von Mira"
    )


def opens_byline(text: str) -> bool:
    """Say whether a text begins with "By", "Von", "Автор:" or another such word."""
    return _opening().match(text) is not None


def names_others(text: str) -> bool:
    """Say whether a text holds "Reviewed by", "Foto:" or the like: whom it then names has not written."""
    return _others().search(text) is not None


def _is_surname(word: str) -> bool:
    """Say whether a name may end in this word: "Das" and "Le" are surnames, "das" and "le" are none."""
    return word[0].isupper() or word.lower().strip("’'.") not in _PARTICLES


def _may_be_of_a_name(word: str) -> bool:
    return not word[0].islower() or word.lower().rstrip("’'.") in _PARTICLES or word[1:2] in {"’", "'"}


def _names(byline: str, *, houses: bool) -> list[str]:
    byline = _others().sub(" ", byline.strip().lstrip("(（|·•–—- "))
    byline = _CONTACT.sub(" ", _opened(byline))
    parts = _SPLIT.split(_rejoined(byline.strip()))
    return [name for part in parts if (name := _name(part, houses=houses))]


def _opened(text: str) -> str:
    """Take off what opens a byline; a particle that may belong to the name goes only before two words."""
    for _ in range(2):
        found = _opening().match(text)
        if found is None:
            break
        rest = text[found.end() :]
        may_be_name = folded(found[0]) in _PARTICLES and not _COLON.search(found[0])
        if may_be_name and text[0].isupper() and len(rest.split()) < 2:  # noqa: PLR2004
            break
        text = rest
    return text


@cache
def _opening() -> re.Pattern[str]:
    known = words()
    opens = "|".join(sorted(map(_spaced, known.opens), key=len, reverse=True))
    labels = "|".join(sorted(map(_spaced, known.label | known.opens), key=len, reverse=True))
    # "ByMira Sand": a word that style alone sets apart.
    glued = r"(?-i:(?:[Bb]y|[Vv]on|[Pp]ar|[Pp]or|[Dd]oor|От)(?=[A-ZÀ-ÞА-Я]))"
    return re.compile(rf"\s*(?:(?:{labels})\s*[:：]|(?:{opens})(?=\s|$)|{glued})\s*[:：]?\s*", re.IGNORECASE)


@cache
def _others() -> re.Pattern[str]:
    phrases = "|".join(sorted(map(re.escape, words().others), key=len, reverse=True))
    return re.compile(rf"(?:^|(?<=\W))(?:{phrases})(?=\W|$).*$", re.IGNORECASE | re.DOTALL)


def _spaced(phrase: str) -> str:
    return r"\s+".join(map(re.escape, phrase.split()))


def _rejoined(byline: str) -> str:
    """Turn "Surname, Given" round: a comma that stands between exactly two single words."""
    found = _ORDER.fullmatch(byline)
    if found is None or found[2][0].islower() or folded(found[2]) in words().credential:
        return byline
    return f"{found[2]} {found[1]}"


def _name(part: str, *, houses: bool) -> str:
    name = _undated(_opened(part.strip()))
    name = _PARENTHESIS.sub("", name).strip(_EDGES)
    name = _TRAILING.sub("", name)
    name = (_without_role(name) or (name if houses and " " in name else "")).strip(_EDGES)
    if not 1 < len(name) <= _MAX_NAME or not _LETTER.search(name) or _MARKUP.search(name):
        return ""
    return "" if folded(name) in words().credential else name


def _undated(text: str) -> str:
    """Cut a text before its first number that stands alone, and before the month or weekday in front of it."""
    found = _DIGITS.search(text)
    if found is None:
        return text
    kept = text[: found.start()].rstrip(_EDGES + "(").split()
    while kept and (kept[-1].strip(".,").lower() in months() or folded(kept[-1]) in words().nobody):
        kept.pop()
    return " ".join(kept)


def _without_role(name: str) -> str:
    """Take off what somebody does; nothing stays of what is a role only."""
    for suffix in _unspaced_roles():
        if name.endswith(suffix) and len(name) > len(suffix) + 1 and _UNSPACED.match(name):
            return name[: -len(suffix)].rstrip()
    parts = name.split()
    if _is_role(parts):
        return ""
    roles = words().role
    place = next((i for i, part in enumerate(parts) if folded(part) in roles), 0)
    return " ".join(parts[:place]) if place > 1 and is_person(" ".join(parts[:place])) else name


def _is_role(parts: Sequence[str]) -> bool:
    """Say whether this names an activity: "Staff Reporter", "Political Editor", but not "Jo Chief"."""
    roles = words().role
    if not parts or folded(parts[-1]) not in roles:
        return False
    return all(folded(part) in roles for part in parts) or _ends_in_activity(parts[-1])


def _ends_in_activity(word: str) -> bool:
    return folded(word) in words().role - {"staff", "chief", "head", "senior", "expert", "author", "manager"}


@cache
def _unspaced_roles() -> tuple[str, ...]:
    return tuple(sorted(filter(_UNSPACED.match, words().role), key=len, reverse=True))
