"""Articles -> what their site repeats: which line was on how many of them, and where. Pure.

``observe`` notes one article, ``tally`` counts a batch, ``warm`` joins that to what Postgres holds.
A line is known by a hash of its folded text. What follows from it: ``recall``.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, NamedTuple

from copytaster.errors import Unusable
from copytaster.model import Article
from copytaster.strip.folding import fold
from copytaster.urls import host_of, registered_domain

Position = Literal["head", "middle", "tail"]
Decision = Literal["keep", "cut"]

#: The name that a cut of the memory carries.
RULE = "site-memory"
#: Lines from either end of a reading that count as its head and its tail.
HEAD_LINES = 3
TAIL_LINES = 5
#: Longer lines are nobody's chrome; of longer readings only both ends are looked at.
LONGEST_LINE = 1_000
MOST_LINES = 400
#: A line on fewer articles is never cut, and need not be remembered in a batch. (Three, a little aged.)
LEAST_ARTICLES = 2.5


class Sighting(NamedTuple):
    """A line in a reading: its key, and where it stood."""

    key: int
    position: Position


class Told(NamedTuple):
    """A line of a reading and its place among all lines read."""

    place: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What one article shows of its site."""

    site: str
    canonical_url: str
    text_digest: str
    sightings: frozenset[Sighting]
    cut: frozenset[int]  # keys of the lines that the memory cut
    samples: Mapping[int, str] = field(default_factory=dict)  # lines by key, where they are wanted


@dataclass(slots=True)
class Tally:
    """What some articles of one site show together: how many they are, and how many have a line (there)."""

    articles: int = 0
    lines: Counter[int] = field(default_factory=Counter)
    sightings: Counter[Sighting] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a line at its site, in numbers of articles; those of long ago count for less."""

    articles: float = 0.0  # with the line
    of: float = 0.0  # all that were read since the line appeared
    head: float = 0.0  # with the line at the head …
    middle: float = 0.0
    tail: float = 0.0
    sites: int = 1  # that have the line
    since: date | None = None
    decision: Decision | None = None  # a person's: nothing else matters then


#: What is known of the lines of one site, by key.
Memory = Mapping[int, Known]


def site_of(url: str) -> str | None:
    """Name the site of an address, its registered domain; None for what has none."""
    try:
        return registered_domain(host_of(url))
    except Unusable:
        return None


def line_key(text: str) -> int | None:
    """Hash a line; case, accents, numbers and edge signs do not matter. None for what identifies nothing."""
    folded = fold(text) if len(text) <= LONGEST_LINE else ""
    if not any(map(str.isalpha, folded)):
        return None
    digest = hashlib.blake2b(folded.encode("utf-8", "ignore"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def position(index: int, count: int) -> Position:
    """Say where a line of so many stands: near the head, near the tail, or between."""
    from_end = count - 1 - index
    if index < min(HEAD_LINES, from_end):
        return "head"
    return "tail" if from_end < TAIL_LINES else "middle"


def as_read(article: Article) -> list[Told]:
    """Give the lines of an article before the memory cut any, with their places among all lines read."""
    kept = article.article_body.split("\n") if article.article_body else []
    taken = {cut.place for cut in article.cuts}
    free = (place for place in range(len(kept) + len(article.cuts)) if place not in taken)
    lines = [Told(place, text) for place, text in zip(free, kept, strict=False)]
    lines += [Told(cut.place, cut.line) for cut in article.cuts if cut.rule == RULE]
    return sorted(lines)


def seen_lines(lines: Sequence[Told]) -> Iterator[tuple[Sighting, Told]]:
    """Give what can be recognised of a reading; a line as often as it stands there."""
    for index, line in enumerate(lines):
        near_an_end = min(index, len(lines) - 1 - index) < MOST_LINES // 2
        if near_an_end and (key := line_key(line.text)) is not None:
            yield Sighting(key, position(index, len(lines))), line


def observe(article: Article, *, samples: bool = False) -> Observed | None:
    """Note what an article shows of its site, on request with the lines themselves; None without a site."""
    if (site := site_of(article.url)) is None:
        return None
    seen = list(seen_lines(as_read(article)))
    cut = {cut.place for cut in article.cuts if cut.rule == RULE}
    return Observed(
        site=site,
        canonical_url=article.canonical_url,
        text_digest=article.text_digest,
        sightings=frozenset(sighting for sighting, _ in seen),
        cut=frozenset(sighting.key for sighting, line in seen if line.place in cut),
        samples={sighting.key: line.text for sighting, line in seen} if samples else {},
    )


def tally(observed: Iterable[Observed]) -> dict[str, Tally]:
    """Count by site. Of articles of a site with one address or one text only the first counts."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    told: set[tuple[str, str]] = set()
    for one in observed:
        names = {(one.site, one.canonical_url), (one.site, one.text_digest)}
        if names.isdisjoint(told):
            tallied = tallies[one.site]
            tallied.articles += 1
            tallied.lines.update({sighting.key for sighting in one.sightings})
            tallied.sightings.update(one.sightings)
        told |= names
    return dict(tallies)


def warm(stored: Mapping[str, Memory], fresh: Mapping[str, Tally], *, today: date) -> dict[str, Memory]:
    """Add what a batch shows to what is stored of its sites, so that its first page is cleaned like its last."""
    sites = Counter(key for tallied in fresh.values() for key in tallied.lines)
    nothing = Tally()
    return {
        site: _warm_site(stored.get(site, {}), fresh.get(site, nothing), sites, today)
        for site in stored.keys() | fresh.keys()
    }


def _warm_site(stored: Memory, fresh: Tally, sites: Mapping[int, int], today: date) -> Memory:
    unseen = Known(since=today)
    joined = (
        (key, _plus(stored.get(key, unseen), key, fresh, sites.get(key, 1)))
        for key in stored.keys() | fresh.lines.keys()
    )
    return {key: known for key, known in joined if known.articles >= LEAST_ARTICLES or known.decision}


def _plus(known: Known, key: int, fresh: Tally, sites: int) -> Known:
    return replace(
        known,
        articles=known.articles + fresh.lines[key],
        of=known.of + fresh.articles,
        head=known.head + fresh.sightings[Sighting(key, "head")],
        middle=known.middle + fresh.sightings[Sighting(key, "middle")],
        tail=known.tail + fresh.sightings[Sighting(key, "tail")],
        sites=max(known.sites, sites),
    )
