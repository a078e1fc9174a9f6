"""Who several signals say has written it -> the authors. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter

from copytaster.authors import are_people, is_company, is_person, is_role, names_others, opens_byline, people
from copytaster.chars import folded
from copytaster.visible import Byline

Declared = tuple[str, Sequence[str]]  # where it stands, bylines as written there
Named = tuple[str, tuple[str, ...]]  # where it stands, whom it names
_WEIGHTS = {"json-ld": 3.0, "meta": 2.5, "microdata": 2.0, "feed": 2.0, "json-ld person": 1.0}
_OF_PEOPLE, _OF_CREDITS, _OF_SITES, _OF_NAMES, _OF_LOGINS, _OF_COMPANIES = 1.0, 0.6, 0.5, 0.4, 0.2, 0.15
_LOGIN = re.compile(r"[a-z0-9]+[._-][a-z0-9._-]+")
_MOST_BYLINES = 25
_MOST_VISIBLE = 8
_MOST_WORDS_OF_A_NICKNAME = 3
_MOST_PARTS_OF_A_NAME = 4
_LONGEST_TEXT = 60  # characters of a text in a byline; longer ones are sentences
_FOR_PEOPLE = 1.5  # what people add to the rank of a byline
_LIST = 3
_NEAR, _SIGNED = 3.5, 2.6  # rank of one near the headline, and its weight: more than that of a meta tag
_OF_TEXT = (
    6.0  # what the text itself says outweighs the user who has posted it, wherever markup names that user
)
_DOUBT = 2.4  # rank up to which a visible byline is none
_FOR_RANK, _LEAST_SEEN, _MOST_SEEN = 0.7, 0.3, 2.1  # weight of a visible byline by its rank


@dataclass(frozen=True, slots=True)
class _Voice:
    source: str
    names: tuple[str, ...]
    weight: float
    quality: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Authors:
    """Those who won, by which signal, and everything that was said."""

    names: tuple[str, ...]
    source: str
    voices: tuple[Named, ...]


def are_settled(
    declared: Iterable[Declared], outlets: Sequence[str], lines: Callable[[], Iterable[str]] = tuple
) -> bool:
    """Say whether markup names people and does not contradict itself: then a byline has nothing to add.

    ``lines`` are those of the page that begin as bylines do. They are asked for where only tags without a
    type name people: these often hold the user who has posted what somebody else has written.
    """
    told = [
        (source, {folded(name) for name in names})
        for source, texts in declared
        if are_people(names := people(texts, outlets=outlets))
    ]
    hands = {source.split(" ", 1)[0] for source, _ in told if source != "json-ld person"}
    if not hands or not set.intersection(*(names for _, names in told)):
        return False
    if not hands <= {"meta", "microdata"}:
        return True
    named = set.union(*(names for _, names in told))
    return all(
        folded(name) in named
        for line in lines()
        for name in people([line], outlets=outlets)
        if is_person(name)
    )


def choose_authors(
    declared: Sequence[Declared],
    seen: Sequence[Byline],
    outlets: Sequence[str],
    beside: Callable[[], Byline | None] = lambda: None,
) -> Authors | None:
    """Choose whom most weight stands behind: people before names before companies and outlets.

    ``declared`` are bylines that markup and feed give, most trusted first; ``seen`` those that readers see.
    ``beside`` is asked for somebody shown beside the text where all these name nobody but outlets.
    """
    voices = [voice for source, texts in declared if (voice := _declared(source, texts, outlets))]
    known = {folded(name) for voice in voices for name in voice.names}
    if shown := _seen(seen, outlets, known):
        voices.append(shown)
    if not any(_names_somebody(voice, outlets) for voice in voices) and (byline := beside()):
        voices += filter(None, [_seen([byline], outlets, known)])
    if not voices:
        return None
    best = max(voices, key=lambda voice: _weight(voice, voices))
    return Authors(
        names=_in_full(best.names, voices, outlets),
        source=best.source,
        voices=tuple((voice.source, voice.names) for voice in voices),
    )


def _names_somebody(voice: _Voice, outlets: Sequence[str]) -> bool:
    return bool(people(voice.names, outlets=outlets)) and not all(map(_LOGIN.fullmatch, voice.names))


def _in_full(names: tuple[str, ...], voices: Iterable[_Voice], outlets: Sequence[str]) -> tuple[str, ...]:
    """Give the full name of one who is named by the given name only, from another voice or that of the site."""
    if len(names) != 1 or " " in names[0]:
        return names
    told = [name for voice in voices for name in voice.names if is_person(name)]
    hosts = {folded(outlet) for outlet in outlets}
    told += [
        name
        for outlet in outlets
        if "".join((name := " ".join(outlet.split()[:2])).lower().split()) in hosts and is_person(name)
    ]
    return next(((name,) for name in told if folded(name.split()[0]) == folded(names[0])), names)


def _declared(source: str, texts: Sequence[str], outlets: Sequence[str]) -> _Voice | None:
    weight = _WEIGHTS.get(source, _WEIGHTS.get(source.split(" ", 1)[0], 1.0))
    if names := people(texts, outlets=outlets):
        return _Voice(source, names, weight, _quality(names))
    # Sites of one writer bear the writer's name; others sign with their own.
    if names := people(texts, houses=True):
        return _Voice(source, names, weight, _OF_SITES if are_people(names) else _OF_COMPANIES)
    return None


def _seen(seen: Iterable[Byline], outlets: Sequence[str], known: AbstractSet[str]) -> _Voice | None:
    """Give those whom the surest visible byline names: a byline with people before one without.

    A line that begins with "By" weighs more if it names nobody of ``known``, whom markup names.
    """
    told = [(byline, _read(byline, outlets)) for byline in islice(seen, _MOST_BYLINES)]
    # "by" behind each of several titles: a list of books.
    is_list = len({names for byline, names in told if names and not byline.is_named}) >= _LIST
    weighed = [
        _weighed(byline, names, known) for byline, names in told if byline.is_named or (names and not is_list)
    ]
    rank, voice = max(weighed, key=itemgetter(0), default=(0.0, None))
    return voice if rank > _DOUBT else None


def _weighed(byline: Byline, people: tuple[str, ...], known: AbstractSet[str]) -> tuple[float, _Voice | None]:
    """Rank a byline, with what it says."""
    names = people or _house(byline)
    if not names:
        return 0.0, None
    rank, quality = byline.rank, _quality(names)
    if not people:
        rank, quality = rank - _FOR_PEOPLE, min(_OF_SITES, quality)
    elif are_people(names):
        rank += _FOR_PEOPLE
    least = _LEAST_SEEN if known & set(map(folded, names)) else _least_weight(byline, names)
    weight = max(min((rank - _DOUBT) * _FOR_RANK, _MOST_SEEN), least)
    return rank, _Voice("byline", names[:_MOST_VISIBLE], weight, quality)


def _least_weight(byline: Byline, names: Sequence[str]) -> float:
    """Say what a byline near the headline weighs that begins as a line of its own does: "By Mira Sand"."""
    parts = _opened(byline.texts)
    opens = bool(parts) and opens_byline(parts[0]) and parts[0][:1].isupper()
    if byline.rank < _NEAR or not opens or not all(map(is_person, names)):
        return _LEAST_SEEN
    return _OF_TEXT if byline.heads_text and len(parts) == 1 else _SIGNED


def _house(byline: Byline) -> tuple[str, ...]:
    """Give the office that signs; a role alone does so only behind a word such as "By"."""
    parts = _opened(byline.texts)
    names = people([text for text in byline.links if text in parts] or parts, houses=True)
    signed = any(map(opens_byline, byline.texts))
    return tuple(name for name in names if signed or not is_role(name))[:1]


def _read(byline: Byline, outlets: Sequence[str]) -> tuple[str, ...]:
    """Read people from the links of a byline, else from its parts, else from the whole of it.

    Of an element that is not named as byline people are believed, nothing else.
    """
    parts = _opened(byline.texts)
    first = people(parts[:1], outlets=outlets) if parts and opens_byline(parts[0]) else ()
    # "By", "Mira", "Sand": three elements, one name.
    whole = (
        (" ".join(parts),)
        if len(parts) <= _MOST_PARTS_OF_A_NAME and all(len(p.split()) == 1 for p in parts)
        else ()
    )
    for texts in (tuple(text for text in byline.links if text in parts), whole, parts):
        names = people(texts, outlets=outlets)
        if persons := tuple(filter(is_person, names)):
            return persons
        first = first or names
    nicknames = (name for name in first if len(name.split()) <= _MOST_WORDS_OF_A_NICKNAME)
    return tuple(islice(nicknames, 1)) if byline.is_named else ()


def _opened(texts: Sequence[str]) -> Sequence[str]:
    """Leave out what stands before the part that opens the byline, and those named as something else."""
    start = next((i for i, text in enumerate(texts) if opens_byline(text)), 0)
    end = next((i for i, text in enumerate(texts) if i >= start and _ends_byline(text)), len(texts))
    return texts[start:end]


def _ends_byline(text: str) -> bool:
    """Say whether others than the writers are named from here on, or what follows is told about one."""
    return (names_others(text) or len(text) > _LONGEST_TEXT) and not opens_byline(text.lstrip("(（ "))  # noqa: RUF001 - wide bracket


def _weight(voice: _Voice, voices: Sequence[_Voice]) -> float:
    """Add up what the independent signals give to these names."""
    names = {folded(name) for name in voice.names}
    given: dict[str, float] = {}
    for other in voices:
        part = other.weight * _overlap(names, {folded(name) for name in other.names}, voice.source)
        hand = other.source if other.source == "json-ld person" else other.source.split(" ", 1)[0]
        given[hand] = max(given.get(hand, 0.0), part)
    return sum(given.values()) * voice.quality


def _overlap(names: set[str], others: set[str], source: str) -> float:
    """Say how far others name the same; who declares more than they do is not less right."""
    common = len(names & others)
    if common and source != "byline" and others <= names and not _initials(others) & names:
        return 1.0
    return common / len(names | others)


def _initials(names: set[str]) -> set[str]:
    return {"".join(word[0] for word in name.split()) for name in names}


def _is_phrase(name: str) -> bool:
    """Say whether a name has a word in lower case that no name has."""
    return not is_person(name) and " " in name and any(word[0].islower() for word in name.split()[1:])


def _quality(names: Sequence[str]) -> float:
    if are_people(names):
        return _OF_PEOPLE if not any(map(_is_phrase, names)) else _OF_CREDITS
    if is_company(names):
        return _OF_COMPANIES
    return _OF_LOGINS if all(_LOGIN.fullmatch(name) for name in names) else _OF_NAMES
