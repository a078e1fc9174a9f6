"""What a rule sees: the lines that still stand, and what is known of the article. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from copytaster.strip import phrases
from copytaster.strip.buttons import find_buttons
from copytaster.strip.cards import find_cards
from copytaster.strip.folding import fold, letters
from copytaster.strip.lines import Label, Line

_HEAD_LINES = 12
_TAIL_LINES = 8


@dataclass(frozen=True)
class Told:
    """What the caller knows of the article, folded for comparison."""

    headline: str = ""
    abstract: str = ""
    headline_words: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    language: str | None = None
    among_teasers: bool = False  # several teasers were taken out of the page before

    @classmethod
    def of(
        cls, headline: str | None, abstract: str | None, authors: Sequence[str], language: str | None
    ) -> "Told":
        """Fold what is known; the language is cut down to its first subtag."""
        return cls(
            headline=letters(headline or ""),
            headline_words=frozenset(fold(headline or "").split()),
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
    def whole(self) -> Sequence[frozenset[str]]:
        """For each line, the rules that have it as a whole phrase."""
        return [line.whole for line in self.lines]

    @cached_property
    def open(self) -> Sequence[frozenset[str]]:
        """For each line, the rules with an open phrase that it fits."""
        return [line.open for line in self.lines]

    @cached_property
    def labels(self) -> Sequence[Label | None]:
        """For each line, its label, if it begins with a phrase and a sign such as a colon."""
        return [line.label for line in self.lines]

    @cached_property
    def phrased(self) -> Sequence[int]:
        """Indexes of the lines that are a phrase of any rule or fit one."""
        return [i for i, line in enumerate(self.lines) if line.whole or line.open]

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

    @cached_property
    def buttons(self) -> Sequence[int]:
        """Indexes of the lines that say no more than "read more", in order."""
        return find_buttons(self.lines)

    @cached_property
    def cards(self) -> Sequence[range]:
        """The lines of each teaser that stands above a button, in order."""
        labels = {i for i in self.buttons if self.lines[i].text.rstrip().endswith((":", "："))}
        return sorted(find_cards(self.lines, set(self.buttons) - labels), key=lambda card: card.start)

    @cached_property
    def titles_alternate_from(self) -> int:
        """Index from which on to the end titles and other lines take turns."""
        place = max(len(self.lines) - 1, 0)
        while place and self.lines[place - 1].is_title != self.lines[place].is_title:
            place -= 1
        return place

    @property
    def head(self) -> range:
        """Indexes of the lines above the first paragraph, where bylines and dates stand."""
        return range(min(self.first_prose, _HEAD_LINES, len(self.lines)))

    @property
    def tail(self) -> range:
        """Indexes of the lines below the last paragraph, where sources and rights stand."""
        return range(max(self.last_prose + 1, len(self.lines) - _TAIL_LINES, 0), len(self.lines))
