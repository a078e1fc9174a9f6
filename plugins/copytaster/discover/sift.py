"""Which of the links that a source shows are taken, and why the others are not. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from copytaster import urls
from copytaster.errors import Unusable
from copytaster.model import Entry, Source

Taken = tuple[Entry, str, str]  # with the canonical URL and the host


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """What is taken, and what was left out: URL → reason; of that, how much lies on which other host."""

    taken: tuple[Taken, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Counter[str] = field(default_factory=Counter)


def sift(entries: Iterable[Entry], source: Source) -> Sifted:
    """Take the entries on the source's own site or hosts whose paths its rules allow."""
    taken: list[Taken] = []
    left_out: dict[str, str] = {}
    elsewhere: Counter[str] = Counter()
    for entry in entries:
        try:
            url = urls.canonicalize(entry.url)
        except Unusable as error:
            left_out[entry.url] = str(error)
            continue
        host = urls.host_of(url)
        if not is_own(url, source):
            elsewhere[host] += 1
            left_out[url] = f"{host} is not a host of this source"
        elif (rule := denied_by(url, source)) is not None:
            left_out[url] = rule
        else:
            taken.append((entry, url, host))
    return Sifted(taken=tuple(taken), left_out=left_out, elsewhere=elsewhere)


def is_own(url: str, source: Source) -> bool:
    """Say whether a URL lies under the source's registered domain, or on one of its hosts or below it."""
    host = urls.host_of(url)
    return urls.same_site(url, source.url) or any(
        host == own or host.endswith("." + own) for own in source.hosts
    )


def denied_by(url: str, source: Source) -> str | None:
    """Name the rule of the source that leaves a URL out; None where none does.

    A pattern that denies counts more than one that allows.
    """
    target = urls.target_of(url)
    for pattern in source.deny:
        if matches(pattern, target):
            return f"the source's rule denies {pattern}"
    if source.allow and not any(matches(pattern, target) for pattern in source.allow):
        return "no rule of the source allows it"
    return None


def matches(pattern: str, target: str) -> bool:
    """Match path and query with a pattern as in robots.txt: from the start, ``*`` for any text, ``$`` for the end."""
    ends = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not target.startswith(first):
        return False
    place = len(first)
    last = rest.pop() if rest and ends else ""
    for piece in rest:
        place = target.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    if not ends:
        return True
    return place == len(target) if "*" not in pattern else target[place:].endswith(last)


def joined(taken: Iterable[Taken], known: Mapping[str, tuple[str, str]]) -> tuple[Taken, ...]:
    """Let one page have one place on the work list.

    ``known`` says under which page (URL and host) a link is known already. Of the forms of one page
    in the same document (for phones, AMP, the other scheme) the plainest stays.
    """
    kept: list[Taken] = []
    ours = {url: (url, host) for _, url, host in taken if url not in known}
    for entry, url, host in taken:
        plain = next((ours[form] for form in urls.plainer_forms(url) if form in ours), (url, host))
        kept.append((replace(entry, url=url), *known.get(url, plain)))
    return tuple(kept)
