"""What a rule sees: the lines that still stand, and what is known of the article. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from copytaster.strip import phrases
from copytaster.strip.lines import Line, letters


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
class Standing:
    """The lines that no rule has cut so far; rules answer with indexes into ``lines``."""

    lines: Sequence[Line]
    told: Told

    @cached_property
    def rules(self) -> Sequence[frozenset[str]]:
        """For each line, the rules that have it as a whole phrase."""
        look_up = phrases.load().rules_of
        return [look_up(line.key, self.told.language) for line in self.lines]

    def begins(self, index: int, rule: str) -> str:
        """Return the phrase of that rule with which the line begins, or nothing."""
        return phrases.load().beginning(self.lines[index].key, rule)

    @cached_property
    def first_prose(self) -> int:
        """Index of the first paragraph; number of lines if there is none."""
        return next((i for i, line in enumerate(self.lines) if line.is_prose), len(self.lines))

    @cached_property
    def last_prose(self) -> int:
        """Index of the last paragraph; -1 if there is none."""
        places = range(len(self.lines) - 1, -1, -1)
        return next((i for i in places if self.lines[i].is_prose), -1)
