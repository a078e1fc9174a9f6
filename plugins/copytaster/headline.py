"""Candidates for the headline -> the headline, without the site's name. Pure."""
# ruff: noqa: RUF001 - dashes are what this is about

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, chain, islice

from rapidfuzz import fuzz

from copytaster.chars import folded
from copytaster.signals import Heading
from copytaster.slugs import fit, slug_words
from copytaster.votes import family, same_text

Candidate = tuple[str, str]  # where it stands, what it says
_SEPARATOR = re.compile(
    r"\s+[|\-–—―:»›·•/~@]+\s+|\s*[|»›｜丨ㅣ│]+\s*|\s+::\s+|:\s+|\s+[-–—]|[-–—]{1,2}\s+|--|-(?=[^\W\d_a-zA-Z])|\s*_\s*"
)
_SPACED_SEPARATOR = re.compile(r"\s(?:[|\-–—»:·•/@]|::)\s")
_BAR = re.compile(r"\s+[|»›·]\s+")
_FOR_MACHINES = frozenset({"json-ld", "microdata"})  # give the headline, seldom with the site's name
_KICKER_ENDS = frozenset(":/|+")
_SHORTEST = 3
_LONG_ENOUGH = 15  # characters from which on an agreement between candidates is none by chance
_ALIKE = 60.0
_SAME_SITE = 88.0
_WORDS_OF_A_HEADLINE = 4
_MUCH_LONGER = 2.0
_FITS, _FITS_WELL, _FITS_ILL = 0.6, 0.7, 0.4  # of the address
_FOR_FIT, _FOR_MARK = (
    40.0,
    10.0,
)  # what the address and the markup add to how close a heading is to the claims
_MOST_HEADINGS, _MOST_SPLITS = 12, 12
_LONGEST = 500  # characters of a headline


def best_headline(
    headings: Sequence[Heading],
    told: Sequence[Candidate],
    sites: Sequence[str],
    url: str = "",
    below: Callable[[], Iterable[str]] = tuple,
) -> Candidate | None:
    """Choose the visible heading that the page's own claims support, else the claim that most agree on.

    ``headings`` are the first-level headings outside of navigation, in order; ``told`` are titles
    that markup claims, most trusted first; ``sites`` are the names under which the site calls itself.
    Words of the address speak for what is like them. ``below`` gives the headings of lower levels, which
    are asked for only where none of the first level is the headline.
    """
    slug = slug_words(url)
    told = [(source, text[:_LONGEST]) for source, text in told]
    headings = [heading for heading in headings if len(heading.text) <= _LONGEST][:_MOST_HEADINGS]
    texts = [heading.text for heading in headings]
    named = [heading.text for heading in headings if _is_other_part(heading, told, slug)]
    banners = {*named, *(text for text in texts if _is_banner(text, told))}
    sites = [*sites, *named]
    claims = _claims(texts, told, sites, slug)
    shown = [
        (heading, text)
        for heading in headings
        if heading.text not in banners and _is_usable(text := without_site(heading.text, sites), sites)
    ]
    best = max(shown, key=lambda pair: _support(pair[0], pair[1], claims, slug), default=None)
    elected = _elected(claims, slug)
    if best is not None and (elected is None or _is_believed(best, elected, shown, claims, slug)):
        return _without_kicker(best, claims, told) or _with_kicker(best[1], told, sites) or ("h1", best[1])
    if elected is not None:
        names = [*sites, *(text for text in banners if not same_text(text, elected[1]))]
        return _lower_heading(below(), elected[1], told, names) or elected
    whole = next(((source, text) for source, text in told if len(text) >= _SHORTEST), None)
    return ("h1", best[1]) if best else whole


def _is_believed(
    best: tuple[Heading, str],
    elected: Candidate,
    shown: Sequence[tuple[Heading, str]],
    claims: Sequence[Candidate],
    slug: tuple[str, ...],
) -> bool:
    """Say whether the best heading is like a headline of this page, and the address speaks for no other."""
    alone = len(shown) == 1 or sum(len(folded(text).split()) > _WORDS_OF_A_HEADLINE for _, text in shown) == 1
    return _is_headline(*best, claims, slug, alone=alone) and not _is_outvoted(best[1], elected, claims, slug)


def _claims(
    headings: Sequence[str], told: Sequence[Candidate], sites: Sequence[str], slug: tuple[str, ...]
) -> list[Candidate]:
    texts = [*headings, *(text for _, text in told)]
    known = {folded(text) for text in headings}
    short = ((source, _main_part(without_site(text, sites, texts), known, slug)) for source, text in told)
    return [(source, text) for source, text in short if _is_usable(text, sites)]


def _main_part(text: str, known: set[str], slug: tuple[str, ...]) -> str:
    """Keep one of the parts between bars: the others are sections and sites that we have no name for."""
    parts = [part.strip() for part in _BAR.split(text)]
    if len(parts) == 1:
        return text
    first, longest = parts[0], max(parts, key=len)
    fitting = max(parts, key=lambda part: (folded(part) in known, fit(part, slug)))
    if folded(fitting) in known or fit(fitting, slug) >= _FITS:
        return fitting
    return longest if len(longest) > _MUCH_LONGER * len(first) else first


def _is_banner(heading: str, told: Sequence[Candidate]) -> bool:
    """Say whether page titles name this heading behind or before a longer part: then it is the site's name."""
    key = folded(heading)
    others = {folded(text) for source, text in told if source != "title"} - {key}
    for source, text in told:
        if source == "title" and len(parts := [folded(part) for part in _SPACED_SEPARATOR.split(text)]) > 1:
            tail, head = folded(text).endswith(" " + key), parts[0] == key and len(parts[-1]) > 2 * len(key)
            if head or (tail and (len(folded(text)) > 1.4 * len(key) or parts[0] in others)):
                return True
    return False


def _is_other_part(heading: Heading, told: Sequence[Candidate], slug: tuple[str, ...]) -> bool:
    """Say whether the page's title names this heading beside another part from which the address was made."""
    if fit(heading.text, slug) >= _FITS or any(same_text(heading.text, text) for _, text in told):
        return False
    named = {folded(text) for text in (heading.text, *heading.parts[:1])}
    titles = (_SPACED_SEPARATOR.split(text) for source, text in told if source == "title")
    return any(
        not named.isdisjoint(map(folded, parts)) and max(fit(part, slug) for part in parts) >= _FITS
        for parts in titles
    )


def _support(heading: Heading, text: str, claims: Sequence[Candidate], slug: tuple[str, ...]) -> float:
    close = max((fuzz.token_sort_ratio(folded(text), folded(claim)) for _, claim in claims), default=0.0)
    return float(close) + _FOR_FIT * fit(text, slug) + _FOR_MARK * heading.is_marked


def _is_outvoted(text: str, elected: Candidate, claims: Sequence[Candidate], slug: tuple[str, ...]) -> bool:
    """Say whether the address and several signals speak for a claim, and nothing for the heading."""
    return (
        fit(elected[1], slug) >= _FITS_WELL
        and fit(text, slug) <= _FITS_ILL
        and _backing(elected[1], claims) > 1
        and not _backing(text, claims)
    )


def _is_headline(
    heading: Heading, text: str, claims: Sequence[Candidate], slug: tuple[str, ...], *, alone: bool
) -> bool:
    key = folded(text)
    if max(fuzz.token_set_ratio(key, folded(claim)) for _, claim in claims) >= _ALIKE:
        return True
    if heading.is_marked or fit(text, slug) >= _FITS:
        return True
    return alone and (len(key.split()) >= _WORDS_OF_A_HEADLINE or not key.isascii())


def _without_kicker(
    best: tuple[Heading, str], claims: Sequence[Candidate], told: Sequence[Candidate]
) -> Candidate | None:
    """Take a claim for the heading where the heading is that claim with a line of its own before or behind it."""
    heading, text = best
    sure = told
    if behind := _BAR.split(text)[1:]:  # a site or a section, if it is short
        long = len(behind[-1].split()) >= _WORDS_OF_A_HEADLINE
        sure = [claim for claim in told if long and claim[0] in _FOR_MACHINES]
    backed = _backing(text, sure)
    longer = [claim for claim in claims if len(claim[1]) >= _LONG_ENOUGH and not same_text(claim[1], text)]
    for claim in longer:
        apart = _stands_apart(heading, claim[1]) or _is_glued(text, claim[1]) or _has_kicker(text, claim[1])
        if apart and _backing(claim[1], told) >= backed:
            return claim
    return None


def _with_kicker(heading: str, told: Sequence[Candidate], sites: Sequence[str]) -> Candidate | None:
    """Take a claim that opens the heading with a kicker, where independent signals make it."""
    claims = [(source, without_site(text, sites)) for source, text in told]
    opened = [claim for claim in claims if _has_kicker(claim[1], heading)]
    declared = [claim for claim in opened if claim[0] != "title"]
    return next((claim for claim in opened if _backing(claim[1], declared) > 1), None)


def _lower_heading(
    headings: Iterable[str], elected: str, told: Sequence[Candidate], sites: Sequence[str]
) -> Candidate | None:
    """Find a heading of a lower level that is the claim, the title from which it comes, or the first part of it."""
    texts = [elected, *(text for _, text in told if elected in text)]
    whole = {folded(text) for text in texts} | {folded(without_site(text, sites)) for text in texts}
    whole |= {folded(text.removeprefix(site)) for text in texts for site in sites}
    opens = {folded(stays) for stays, _ in _splits(elected) if elected.startswith(stays)}
    usable = [(folded(text), text) for text in islice(headings, _MOST_HEADINGS) if _is_usable(text, sites)]
    return next(
        (("h2", text) for known in ({folded(elected)}, whole, opens) for key, text in usable if key in known),
        None,
    )


def _elected(claims: Sequence[Candidate], slug: tuple[str, ...]) -> Candidate | None:
    """Take the claim that most independent signals make, the address being one of them."""
    return max(claims, key=lambda claim: _backing(claim[1], claims) + 2 * fit(claim[1], slug), default=None)


def _backing(text: str, claims: Sequence[Candidate]) -> int:
    key = folded(text)
    return len({family(source) for source, claim in claims if folded(claim) == key})


def _has_kicker(longer: str, text: str) -> bool:
    return longer != text and longer.endswith(text) and longer[: -len(text)].rstrip()[-1:] in _KICKER_ENDS


def _stands_apart(heading: Heading, claim: str) -> bool:
    """Say whether some first or last parts of the heading, as elements cut it, are the claim."""
    parts = [folded(part) for part in heading.parts]
    if len(parts) < 2:  # noqa: PLR2004 - before and behind
        return False
    starts = accumulate(parts, lambda one, other: f"{one} {other}")
    ends = accumulate(reversed(parts), lambda one, other: f"{other} {one}")
    return folded(claim) in {*starts, *ends}


def _is_glued(heading: str, claim: str) -> bool:
    """Say whether the heading is the claim and then something that no space parts from it."""
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
    if len(places) > _MOST_SPLITS:
        places = places[: _MOST_SPLITS // 2] + places[-_MOST_SPLITS // 2 :]
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


def _is_usable(text: str, sites: Sequence[str]) -> bool:
    return len(text) >= _SHORTEST and not _is_site(text, sites)
