"""Words by which markup and addresses speak of a page's kind: ``data/kind_words.toml``. Pure."""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

_LETTERS = re.compile(r"[a-z]+")
_FIRST = 3  # words of a class name that say what it is of
_LONGEST = 200


def _read() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("copytaster").joinpath("data", "kind_words.toml").read_text(encoding="utf-8"))


_WORDS = _read()

#: Word of a class name -> the marks that it is one of.
MARKS: dict[str, tuple[str, ...]] = {
    word: tuple(mark for mark, words in _WORDS["marks"].items() if word in words.split())
    for words in _WORDS["marks"].values()
    for word in words.split()
}
#: Words of an address, by what they speak of.
ADDRESS: dict[str, frozenset[str]] = {
    about: frozenset(words.split()) for about, words in _WORDS["address"].items()
}
_AROUND = frozenset(_WORDS["around"]["names"].split())


@lru_cache(maxsize=16_384)
def is_around(names: str) -> bool:
    """Say whether class names and id are those of navigation, a footer and the like."""
    return not _AROUND.isdisjoint(_LETTERS.findall(names[:_LONGEST].lower())[:_FIRST])
