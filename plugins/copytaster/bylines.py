"""Who several signals say has written it -> the authors. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from copytaster.authors import are_people, is_company, is_person, people
from copytaster.chars import folded
from copytaster.visible import Byline

Named = tuple[str, tuple[str, ...]]  # where it stands, whom it names
_WEIGHTS = {"json-ld": 3.0, "meta": 2.5, "microdata": 2.0, "feed": 2.0, "byline": 2.0, "person": 1.0}
_OF_PEOPLE, _OF_NAMES, _OF_COMPANIES = 1.0, 0.4, 0.15
_MOST_BYLINES = 25
_SUREST_DOUBT = 2.5  # rank below which a visible byline is none
_MOST_VISIBLE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Authors:
    """Those who won, by which signal, and everything that was said."""

    names: tuple[str, ...]
    source: str
    voices: tuple[Named, ...]


def choose_authors(
    declared: Sequence[tuple[str, Sequence[str]]], seen: Sequence[Byline], outlets: Sequence[str]
) -> Authors | None:
    """Choose whom most weight stands behind: people before names before companies.

    ``declared`` are bylines that markup and feed give, most trusted first; ``seen`` those that readers see.
    An outlet or an editorial office counts only where nobody else is named.
    """
    for sites, houses in ((outlets, False), ((), True)):
        told = [(source, names) for source, texts in declared if (names := people(texts, outlets=sites, houses=houses))]
        shown = _seen(seen, sites, houses=houses)
        voices = [*told, *([shown] if shown else [])]
        if voices:
            source, names = max(voices, key=lambda voice: _weight(voice, voices))
            return Authors(names=names, source=source, voices=tuple(voices))
    return None


def _seen(seen: Iterable[Byline], outlets: Sequence[str], *, houses: bool) -> Named | None:
    """Give those whom the surest visible byline names: a byline with people before one without."""
    best: tuple[float, tuple[str, ...]] | None = None
    for byline in list(seen)[:_MOST_BYLINES]:
        names = _read(byline, outlets, houses=houses)
        if not names:
            continue
        rank = byline.rank + (1.5 if are_people(names) else 0.0)
        if best is None or rank > best[0]:
            best = (rank, names)
    if best is None or best[0] < _SUREST_DOUBT:
        return None
    return "byline", best[1][:_MOST_VISIBLE]


def _read(byline: Byline, outlets: Sequence[str], *, houses: bool) -> tuple[str, ...]:
    """Read people from the links of a byline, else from its parts, else from the whole of it."""
    first: tuple[str, ...] = ()
    for texts in (byline.links, ("\n".join(byline.texts),), (" ".join(byline.texts),)):
        names = people(texts, outlets=outlets, houses=houses)
        if persons := tuple(filter(is_person, names)):
            return persons
        first = first or names
    return first[:1]


def _weight(voice: Named, voices: Sequence[Named]) -> float:
    names = {folded(name) for name in voice[1]}
    total = sum(
        _weight_of(source) * _overlap(names, {folded(name) for name in others}, voice[0])
        for source, others in voices
    )
    return total * _quality(voice[1])


def _overlap(names: set[str], others: set[str], source: str) -> float:
    """Say how far others name the same; who declares more than they do is not less right."""
    common = len(names & others)
    if common and source != "byline" and others <= names:
        return 1.0
    return common / len(names | others)


def _weight_of(source: str) -> float:
    return _WEIGHTS.get("person" if source == "json-ld person" else source.split(" ", 1)[0], 1.0)


def _quality(names: Sequence[str]) -> float:
    if are_people(names):
        return _OF_PEOPLE
    return _OF_COMPANIES if is_company(names) else _OF_NAMES
