"""Candidates for the headline -> the headline, without the site's name. Pure."""
# ruff: noqa: RUF001 - dashes are what this is about

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain

from rapidfuzz import fuzz

from copytaster.chars import folded

Candidate = tuple[str, str]  # where it stands, what it says
_SEPARATOR = re.compile(
    r"\s+[|\-–—―:»›·•/~]+\s+|\s*[|»›｜]+\s*|\s+::\s+|:\s+|\s+[-–—]|[-–—]{1,2}\s+|--|\s*_\s*"
)
_SPACED_SEPARATOR = re.compile(r"\s[|\-–—»:·•/]\s")
_BAR = re.compile(r"\s+[|»›·]\s+")
_SHORTEST = 3
_LONG_ENOUGH = 15  # characters from which on an agreement between candidates is none by chance
_ALIKE = 60.0
_SAME_SITE = 88.0
_WORDS_OF_A_HEADLINE = 4


def best_headline(
    headings: Sequence[str], told: Sequence[Candidate], sites: Sequence[str]
) -> Candidate | None:
    """Choose the visible heading that the page's own claims support, else the claim that most agree on.

    ``headings`` are the first-level headings outside of navigation, in order; ``told`` are titles
    that markup claims, most trusted first; ``sites`` are the names under which the site calls itself.
    """
    texts = [*headings, *(text for _, text in told)]
    claims = _usable(
        [(source, _longest_part(without_site(text, sites, texts))) for source, text in told], sites
    )
    shown = _usable(
        [("h1", without_site(text, sites)) for text in headings if not _ends_all(text, told)], sites
    )
    heading = max(shown, key=lambda candidate: _closeness(candidate[1], claims), default=None)
    if heading and (not claims or _is_headline(heading[1], claims, alone=len(shown) == 1)):
        return _without_kicker(heading, claims)
    votes = Counter(folded(text) for _, text in claims)
    return max(claims, key=lambda candidate: votes[folded(candidate[1])], default=heading)


def _longest_part(text: str) -> str:
    """Keep the longest of the parts between bars: the others are sections and sites that we have no name for."""
    return max((part.strip() for part in _BAR.split(text)), key=len)


def _ends_all(heading: str, told: Sequence[Candidate]) -> bool:
    """Say whether page titles name this heading behind or before a longer part: then it is the site's name."""
    key = folded(heading)
    for source, text in told:
        if source == "title" and len(parts := [folded(part) for part in _SPACED_SEPARATOR.split(text)]) > 1:
            tail, head = folded(text).endswith(" " + key), parts[0] == key and len(parts[-1]) > 2 * len(key)
            if (tail and len(folded(text)) > 1.4 * len(key)) or head:
                return True
    return False


def _without_kicker(heading: Candidate, claims: Sequence[Candidate]) -> Candidate:
    """Take a claim for the heading where the heading is that claim with a line of its own before or behind it."""
    key = folded(heading[1]).replace(" ", "")
    for claim in claims:
        part = folded(claim[1]).replace(" ", "")
        if (
            len(part) >= _LONG_ENOUGH
            and part != key
            and (key.endswith(part) or _is_glued(heading[1], claim[1]))
        ):
            return claim
    backed = [claim for claim in claims if _has_kicker(claim[1], heading[1])]
    return backed[0] if len(backed) > 1 else heading


def _has_kicker(claim: str, heading: str) -> bool:
    return claim.endswith(heading) and claim[: -len(heading)].rstrip()[-1:] in {":", "/", "|", "+"}


def _is_glued(heading: str, claim: str) -> bool:
    """Say whether the heading is the claim and then something that no space or a bar parts from it."""
    rest = heading[len(claim) :]
    return heading.startswith(claim) and (rest[:1].isupper() or rest.lstrip()[:1] in {"|", "•"})


def without_site(text: str, sites: Sequence[str], others: Sequence[str] = ()) -> str:
    """Cut leading and trailing parts that name the site, or that another candidate shows to be extra."""
    known = {key for other in others if len(key := folded(other)) >= _LONG_ENOUGH}
    for _ in range(3):
        shorter = [stays for stays, goes in _splits(text) if _is_extra(stays, goes, sites, known)]
        if not shorter:
            break
        text = max(shorter, key=len)
    return text


def _splits(text: str) -> list[tuple[str, str]]:
    """Ways to take a part off, as (what stays, what goes): from the end, then from the start."""
    places = list(_SEPARATOR.finditer(text))
    tails = ((text[: place.start()].strip(), text[place.end() :].strip()) for place in reversed(places))
    heads = ((text[place.end() :].strip(), text[: place.start()].strip()) for place in places)
    return [pair for pair in chain(tails, heads) if all(pair)]


def _is_extra(stays: str, goes: str, sites: Sequence[str], known: set[str]) -> bool:
    return len(stays) >= _SHORTEST and (folded(stays) in known or _is_site(goes, sites))


def _is_site(text: str, sites: Sequence[str]) -> bool:
    key = folded(text).replace(" ", "")
    names = (folded(site).replace(" ", "") for site in sites)
    return bool(key) and any(
        key == name or (len(key) > _SHORTEST and fuzz.ratio(key, name) >= _SAME_SITE) for name in names
    )


def _usable(candidates: Sequence[Candidate], sites: Sequence[str]) -> list[Candidate]:
    return [
        (source, text) for source, text in candidates if len(text) >= _SHORTEST and not _is_site(text, sites)
    ]


def _closeness(heading: str, claims: Sequence[Candidate]) -> float:
    return max((fuzz.token_sort_ratio(folded(heading), folded(text)) for _, text in claims), default=0.0)


def _is_headline(heading: str, claims: Sequence[Candidate], *, alone: bool) -> bool:
    key = folded(heading)
    if max(fuzz.token_set_ratio(key, folded(text)) for _, text in claims) >= _ALIKE:
        return True
    return alone and (len(key.split()) >= _WORDS_OF_A_HEADLINE or not key.isascii())
