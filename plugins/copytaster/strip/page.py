"""What a rule sees: the lines that still stand, and what is known of the article. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from copytaster.strip import phrases
from copytaster.strip.lines import Line, fold, letters

#: Signs that part a label from what it labels: "Read more: …", "Photo | …", "阅读更多：…".
_LABEL = re.compile(r"\s*(?:[:：|｜»›>]|\s[-–—]\s)\s*")
_LABEL_LENGTH = 48
_OPEN_LENGTH = 240
_HEAD_LINES = 12
_TAIL_LINES = 8
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Told:
    """What the caller knows of the article, folded for comparison."""

    headline: str = ""
    abstract: str = ""
    authors: frozenset[str] = frozenset()
    language: str | None = None

    @classmethod
    def of(
        cls, headline: str | None, abstract: str | None, authors: Sequence[str], language: str | None
    ) -> "Told":
        """Fold what is known; the language is cut down to its first subtag."""
        return cls(
            headline=letters(headline or ""),
            abstract=letters(abstract or ""),
            authors=frozenset(filter(None, map(letters, authors))),
            language=language.split("-")[0].casefold() if language else None,
        )


@dataclass(frozen=True)
class Label:
    """A line of the form "label: rest"."""

    rules: frozenset[str]  # that have the label as a whole phrase
    key: str
    rest: str


@dataclass(frozen=True)
class Standing:
    """The lines that no rule has cut so far; rules answer with indexes into ``lines``."""

    lines: Sequence[Line]
    told: Told

    @cached_property
    def whole(self) -> Sequence[frozenset[str]]:
        """For each line, the rules that have it as a whole phrase."""
        look_up = phrases.load().whole_rules
        return [look_up(line.key, self.told.language) for line in self.lines]

    @cached_property
    def open(self) -> Sequence[frozenset[str]]:
        """For each line of moderate length that is no quotation, the rules with a phrase it fits."""
        look_up = phrases.load().open_rules
        return [
            look_up(line.key, self.told.language)
            if len(line.text) <= _OPEN_LENGTH and not line.is_quote and not line.is_item
            else _NONE
            for line in self.lines
        ]

    @cached_property
    def labels(self) -> Sequence[Label | None]:
        """For each line, its label, if it begins with a phrase and a sign such as a colon."""
        return [self._label(line) for line in self.lines]

    def _label(self, line: Line) -> Label | None:
        parts = _LABEL.split(line.text[:_LABEL_LENGTH].lstrip("-•*|»› \t"), maxsplit=1)
        if len(parts) == 1 or not parts[0]:
            return None
        key = fold(parts[0])
        rules = phrases.load().whole_rules(key, self.told.language)
        return Label(rules, key, line.text[line.text.find(parts[0]) + len(parts[0]) :]) if rules else None

    def begins(self, index: int, rule: str) -> str:
        """Return the phrase of that rule with which the line begins, or nothing."""
        return phrases.load().beginning(self.lines[index].key, rule, self.told.language)

    @cached_property
    def first_prose(self) -> int:
        """Index of the first paragraph; number of lines if there is none."""
        return next((i for i, line in enumerate(self.lines) if line.is_prose), len(self.lines))

    @cached_property
    def last_prose(self) -> int:
        """Index of the last paragraph; -1 if there is none."""
        places = range(len(self.lines) - 1, -1, -1)
        return next((i for i in places if self.lines[i].is_prose), -1)

    @property
    def head(self) -> range:
        """Indexes of the lines above the first paragraph, where bylines and dates stand."""
        return range(min(self.first_prose, _HEAD_LINES, len(self.lines)))

    @property
    def tail(self) -> range:
        """Indexes of the lines below the last paragraph, where sources and rights stand."""
        return range(max(self.last_prose + 1, len(self.lines) - _TAIL_LINES, 0), len(self.lines))
