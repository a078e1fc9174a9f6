"""The phrases of chrome in every language, from ``data/phrases/<language>.yaml``.

Each file maps a rule's name to whole lines, in any case, with or without arrows, bullets, dots.
Any number stands for every number; ``…`` at the end means "and whatever follows".
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from copytaster.strip.lines import fold

_Phrase = tuple[str, str, str]  # folded text, rule, language


@dataclass(frozen=True, slots=True)
class Phrases:
    """Look-up of folded lines: whole ones by hash, beginnings by their first two characters."""

    whole: Mapping[str, Mapping[str, frozenset[str]]]  # line -> rule -> languages
    begun: Mapping[str, tuple[_Phrase, ...]]  # first two characters -> longest phrase first
    digest: str  # of all phrases

    def rules_of(self, key: str, language: str | None = None) -> frozenset[str]:
        """Name the rules that have this folded line as a whole.

        One word is ambiguous between languages: it counts in the page's own and in English.
        """
        rules = self.whole.get(key, {})
        if language is None or " " in key:
            return frozenset(rules)
        return frozenset(rule for rule, told in rules.items() if told & {language, "en"})

    def beginning(self, key: str, rule: str) -> str:
        """Return the longest phrase of the rule that the folded line begins with, or nothing."""
        found = (
            text
            for text, named, _ in self.begun.get(key[:2], ())
            if named == rule and key.startswith(text) and not _splits_word(key, len(text))
        )
        return next(found, "")


@cache
def load() -> Phrases:
    """Read all languages, once a process."""
    folder = files("copytaster").joinpath("data", "phrases")
    told: list[tuple[str, str, str]] = []
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            told += _read(file.name.removesuffix(".yaml"), file.read_text(encoding="utf-8"))
    digest = hashlib.sha256(repr(sorted(told)).encode()).hexdigest()[:8]
    return Phrases(whole=_whole(told), begun=_begun(told), digest=digest)


def _read(language: str, text: str) -> Iterable[tuple[str, str, str]]:
    rules = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    return ((str(phrase), rule, language) for rule, phrases in rules.items() for phrase in phrases)


def _whole(told: Iterable[_Phrase]) -> Mapping[str, Mapping[str, frozenset[str]]]:
    whole: dict[str, dict[str, frozenset[str]]] = {}
    for phrase, rule, language in told:
        if not phrase.endswith("…"):
            rules = whole.setdefault(fold(phrase), {})
            rules[rule] = rules.get(rule, frozenset()) | {language}
    return whole


def _begun(told: Iterable[_Phrase]) -> Mapping[str, tuple[_Phrase, ...]]:
    begun: dict[str, list[_Phrase]] = {}
    for phrase, rule, language in told:
        key = fold(phrase)
        if phrase.endswith("…"):
            begun.setdefault(key[:2], []).append((key, rule, language))
    return {start: tuple(sorted(phrases, key=lambda p: -len(p[0]))) for start, phrases in begun.items()}


def _splits_word(key: str, end: int) -> bool:
    """Tell whether a phrase would end inside a word, in a script that sets spaces."""
    return end < len(key) and key[end].isalpha() and key[end - 1].isalpha() and key[end] < "\u2e80"
