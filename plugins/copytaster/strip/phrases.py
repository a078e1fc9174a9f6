"""The phrases of chrome in every language, from ``data/phrases/<language>.yaml``.

Each file maps a rule's name to phrases, one a line. A phrase is matched on the folded line: in any
case, without accents, arrows, bullets and dots at the edges. Any number stands for every number.
``…`` stands for "and whatever follows", "whatever comes before" or "whatever stands between".
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from copytaster.strip.folding import fold

_Told = tuple[str, str, str]  # phrase, rule, language
_Whole = Mapping[str, Mapping[str, frozenset[str]]]  # folded line -> rule -> languages
_NO_RULES: frozenset[str] = frozenset()
_EDGE = 4
_SHORT_EDGE = 2


@dataclass(frozen=True, slots=True)
class _Open:
    """A phrase with ``…``: how the line begins, what it holds further on, how it ends."""

    begin: str
    middle: str
    end: str
    rule: str
    language: str

    def counts_in(self, language: str | None) -> bool:
        """Tell whether it is believed: a single word begins sentences in other languages than its own."""
        return " " in self.begin or not self.begin or self.language in {language, "en"}

    def fits(self, key: str) -> bool:
        if not key.startswith(self.begin):
            return False
        return (
            not _splits_word(key, len(self.begin))
            and key.endswith(self.end)
            and self.middle in key[len(self.begin) :]
        )


@dataclass(frozen=True, slots=True)
class Phrases:
    """Look-up of folded lines: whole ones by hash, open ones by two characters of an edge."""

    whole: _Whole
    begun: Mapping[str, tuple[_Open, ...]]
    ended: Mapping[str, tuple[_Open, ...]]
    held: Mapping[str, tuple[tuple[str, tuple[tuple[str, str], ...]], ...]]
    """Language, "" for all -> a word, and the texts within a line that have it, each with its rule."""
    date_words: frozenset[str]
    news_words: tuple[str, ...]  # that lines of site keywords are made of
    digest: str  # of all phrases

    def whole_rules(self, key: str, language: str | None = None) -> frozenset[str]:
        """Name the rules that have this folded line as a whole.

        One word is ambiguous between languages: it counts in the page's own and in English.
        """
        rules = self.whole.get(key)
        if rules is None:
            return _NO_RULES
        if language is None or language not in self.held or " " in key:
            return frozenset(rules)
        return frozenset(rule for rule, languages in rules.items() if languages & {language, "en"})

    def open_rules(self, key: str, language: str | None = None) -> frozenset[str]:
        """Name the rules of which an open phrase fits this folded line."""
        found = [
            rule
            for word, texts in self.held.get(language or "", self.held[""])
            if word in key
            for text, rule in texts
            if text in key
        ]
        for phrases in (*self._begun(key), self.ended.get(key[-2:], ())):
            found += [p.rule for p in phrases if p.fits(key) and p.counts_in(language)]
        return frozenset(found) if found else _NO_RULES

    def beginning(self, key: str, rule: str, language: str | None = None) -> str:
        """Return the longest phrase of the rule that the folded line begins with, or nothing."""
        begun = (p for same in self._begun(key) for p in same if p.rule == rule and p.counts_in(language))
        fitting = (p.begin for p in begun if p.fits(key))
        return max(fitting, key=len, default="")

    def _begun(self, key: str) -> tuple[tuple[_Open, ...], ...]:
        """Open phrases that can begin a line, by their first characters."""
        return self.begun.get(key[:_EDGE], ()), self.begun.get(key[:_SHORT_EDGE], ())


@cache
def load() -> Phrases:
    """Read all languages, once a process."""
    folder = files("copytaster").joinpath("data", "phrases")
    told: list[_Told] = []
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            told += _read(file.name.removesuffix(".yaml"), file.read_text(encoding="utf-8"))
    return _compile(told)


def _read(language: str, text: str) -> Iterator[_Told]:
    for rule, phrases in yaml.safe_load(text).items():
        for phrase in phrases.splitlines():
            yield phrase, rule, language


def _compile(told: Iterable[_Told]) -> Phrases:
    told = tuple(told)
    chrome = [entry for entry in told if entry[1] != "date-words"]
    opened = [_open(*entry) for entry in chrome if "…" in entry[0]]
    languages = {language for _, _, language in told}
    return Phrases(
        whole=_whole(entry for entry in chrome if "…" not in entry[0]),
        begun=_by_edge((_edge(p.begin), p) for p in opened if p.begin),
        ended=_by_edge((p.end[-2:], p) for p in opened if p.end and not p.begin),
        held={name: _by_word(_held(opened, name)) for name in ("", *languages)},
        date_words=frozenset(fold(phrase) for phrase, rule, _ in told if rule == "date-words"),
        news_words=tuple({fold(phrase) for phrase, rule, _ in told if rule == "keywords"}),
        digest=hashlib.sha256(repr(sorted(told)).encode()).hexdigest()[:8],
    )


def _whole(told: Iterable[_Told]) -> _Whole:
    whole: dict[str, dict[str, frozenset[str]]] = {}
    for phrase, rule, language in told:
        rules = whole.setdefault(fold(phrase), {})
        rules[rule] = rules.get(rule, _NO_RULES) | {language}
    return whole


def _open(phrase: str, rule: str, language: str) -> _Open:
    begin, *middle, end = map(fold, phrase.split("…"))
    if begin and end:  # "x … y": what follows y does not matter
        return _Open(begin, end, "", rule, language)
    return _Open(begin, " ".join(middle), end, rule, language)


def _held(phrases: Iterable[_Open], language: str) -> Iterator[tuple[str, str]]:
    """Texts that count in a page of that language: its own and English; all where it is unknown."""
    for phrase in phrases:
        counts = not language or phrase.language in {language, "en"}
        if counts and phrase.middle and not phrase.begin and not phrase.end:
            yield phrase.middle, phrase.rule


def _by_word(texts: Iterable[tuple[str, str]]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Group texts by their longest word: few lines have any of these."""
    found: dict[str, list[tuple[str, str]]] = {}
    for text, rule in texts:
        found.setdefault(max(text.split(), key=len), []).append((text, rule))
    return tuple((word, tuple(same)) for word, same in found.items())


def _edge(begin: str) -> str:
    return begin[:_EDGE] if len(begin) >= _EDGE else begin[:_SHORT_EDGE]


def _by_edge(phrases: Iterable[tuple[str, _Open]]) -> Mapping[str, tuple[_Open, ...]]:
    found: dict[str, list[_Open]] = {}
    for edge, phrase in phrases:
        found.setdefault(edge, []).append(phrase)
    return {edge: tuple(same) for edge, same in found.items()}


def _splits_word(key: str, end: int) -> bool:
    """Tell whether a phrase would end inside a word, in a script that sets spaces."""
    return 0 < end < len(key) and key[end].isalpha() and key[end - 1].isalpha() and key[end] < "\u0e00"
