"""Candidates for the headline -> the headline, without the site's name. Pure."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from copytaster.chars import folded

Candidate = tuple[str, str]  # where it stands, what it says
_SEPARATOR = re.compile(
    r"\s+[|\-–—―:»›·•/~]+\s+|\s*[|»›]\s*|\s+::\s+|:\s+|\s*[-–—]\s+|\s+[-–—]\s*|\s*[_｜]\s*"
)
_MIN_HEADLINE = 3
_SAME = 90.0


def best_headline(candidates: Sequence[Candidate], sites: Sequence[str]) -> Candidate | None:
    """The candidate that most others agree with, cut at the site's name.

    ``candidates`` stand in order of trust; ``sites`` are names under which the site calls itself.
    """
    texts = [text for _, text in candidates]
    cleaned = [(source, without_site(text, sites, texts)) for source, text in candidates]
    usable = [
        (source, text) for source, text in cleaned if len(text) >= _MIN_HEADLINE and not _is_site(text, sites)
    ]
    if not usable:
        return None
    return max(usable, key=lambda candidate: _support(candidate, usable))


def without_site(text: str, sites: Sequence[str], others: Sequence[str] = ()) -> str:
    """Cut a leading or trailing part that names the site, or that another candidate shows to be extra."""
    known = {folded(other) for other in others}
    for _ in range(3):
        shorter = next((head for head, tail in _splits(text) if _is_extra(head, tail, sites, known)), None)
        if shorter is None:
            return text
        text = shorter
    return text


def _splits(text: str) -> list[tuple[str, str]]:
    """Ways to take a part off: (what stays, what goes), the smallest part first."""
    places = list(_SEPARATOR.finditer(text))
    tails = [(text[: place.start()].strip(), text[place.end() :].strip()) for place in reversed(places)]
    heads = [(text[place.end() :].strip(), text[: place.start()].strip()) for place in places]
    return [pair for pair in tails + heads if all(pair)]


def _is_extra(stays: str, goes: str, sites: Sequence[str], known: set[str]) -> bool:
    if len(stays) < _MIN_HEADLINE:
        return False
    return _is_site(goes, sites) or (folded(stays) in known and len(stays) >= 15)


def _is_site(text: str, sites: Sequence[str]) -> bool:
    key = folded(text).replace(" ", "")
    if not key:
        return False
    return any(
        key == (site := folded(name).replace(" ", "")) or (len(key) > 3 and fuzz.ratio(key, site) >= _SAME)
        for name in sites
    )


def _support(candidate: Candidate, all_: Sequence[Candidate]) -> tuple[int, int]:
    key = folded(candidate[1])
    votes = sum(folded(text) == key for _, text in all_)
    return votes, -all_.index(candidate)
