"""Names of a box (class, id, itemprop) -> the sorts of content that they tell of. Pure."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files


def sorts_of(names: str) -> int:
    """Sorts of content that the names of a box tell of, as bits in the order of ``sorts()``."""
    found = 0
    for name in names.lower().split():
        found |= _sorts_of_one(name)
    return found


def sorts() -> tuple[str, ...]:
    """Names of the sorts of content, in the order of their bits."""
    return tuple(_patterns())


@lru_cache(maxsize=50_000)  # sites have many names in common, and pages of one site most
def _sorts_of_one(name: str) -> int:
    if not _any_sort().search(name):
        return 0  # most names: it saves asking for each sort
    return sum(1 << bit for bit, pattern in enumerate(_patterns().values()) if pattern.search(name))


@cache
def _told() -> Mapping[str, str]:
    return tomllib.loads(files("copytaster").joinpath("data", "box_names.toml").read_text(encoding="utf-8"))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return {sort: re.compile(_by_beginning(pattern)) for sort, pattern in _told().items()}


@cache
def _any_sort() -> re.Pattern[str]:
    return re.compile(_by_beginning("|".join(_told().values())))


def _by_beginning(pattern: str) -> str:
    """Put alternatives together that begin alike: the same is found in a quarter of the time."""
    groups: dict[str, list[str]] = {}
    for alternative in dict.fromkeys(_alternatives(pattern)):
        beginning = re.match(r"\\b|[a-z](?![?*+{])|", alternative)
        head = beginning[0] if beginning else ""
        groups.setdefault(head, []).append(alternative[len(head) :])
    return "|".join(f"{head}(?:{'|'.join(rest)})" for head, rest in groups.items())


def _alternatives(pattern: str) -> Iterator[str]:
    """Cut a regular expression at the bars that stand in no group."""
    depth, whole = 0, ""
    for part in re.findall(r"\\.|\[[^\]]+\]|.", pattern):
        depth += (part == "(") - (part == ")")
        if part == "|" and not depth:
            yield whole
            whole = ""
        else:
            whole += part
    yield whole
