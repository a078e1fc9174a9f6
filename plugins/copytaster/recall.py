"""Article, memory of its site -> Article without the lines that the site repeats. Pure.

Short lines at the edges need little evidence, single lines between paragraphs more, paragraphs much.
Never cut: what other sites print too (wire copy), what is the article's own headline or abstract, so
much that no article would be left, and what a person decided to keep.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

from copytaster.fingerprint import text_digest
from copytaster.memory import LEAST_ARTICLES, RULE, Known, Memory, Told, as_read, line_key, position
from copytaster.model import Article, Block, Cut
from copytaster.strip.folding import letters
from copytaster.strip.lines import count_words, is_quote, read_line

Standing = Literal["head", "tail", "block", "alone"]
Size = Literal["short", "sentence", "prose"]

_SHORT_WORDS = 12
_PROSE_WORDS = 40  # whatever its last sign
#: Short lines that nobody knows (a date, a name) and that do not end a run of known ones.
_STRANGERS = 2
#: A paragraph that so many sites have is none of theirs.
_WIRE_SITES = 3
#: More of an article's paragraphs than this is not chrome but an earlier version of it.
_MOST_PROSE = 0.5
#: Without a paragraph, this share of the characters has to be left.
_LEAST_LEFT = 0.3
#: From this many characters on, a part of the headline is taken for the headline.
_TELLING = 20
#: A line that ends so stands above what it announces.
_ANNOUNCING = (":", "\uff1a", "?", "\uff1f", "\u061f")  # also full-width and Arabic


@dataclass(frozen=True, slots=True)
class _Demand:
    """Evidence that suffices: so many articles, and this share of the site's (more while they are few)."""

    articles: float
    share: float

    def is_met(self, articles: float, of: float) -> bool:
        return round(articles) >= self.articles and articles >= (self.share + 1 / articles) * of


_DEMANDS: Mapping[tuple[Standing, Size], _Demand] = {
    ("head", "short"): _Demand(3, 0.1),
    ("head", "sentence"): _Demand(4, 0.2),
    ("head", "prose"): _Demand(8, 0.4),
    ("tail", "short"): _Demand(3, 0.1),
    ("tail", "sentence"): _Demand(4, 0.2),
    ("tail", "prose"): _Demand(8, 0.4),
    ("block", "short"): _Demand(4, 0.2),
    ("block", "sentence"): _Demand(5, 0.3),
    ("block", "prose"): _Demand(8, 0.5),
    ("alone", "short"): _Demand(8, 0.5),
    ("alone", "sentence"): _Demand(8, 0.6),
    ("alone", "prose"): _Demand(20, 0.8),
}
_IN_WORDS: Mapping[Standing, str] = {
    "head": "at the head",
    "tail": "at the end",
    "block": "beside another",
    "alone": "between paragraphs",
}


def recall(article: Article, memory: Memory) -> Article:
    """Cut what the memory knows to be the site's; each cut says by what evidence."""
    reading = _Reading(as_read(article), memory, article)
    found = reading.found() if reading.is_promising else {}
    if not found:
        return article
    cuts = [
        Cut(line=line.text, rule=RULE, place=line.place, evidence=found[index])
        for index, line in enumerate(reading.lines)
        if index in found
    ]
    body = "\n".join(line.text for index, line in enumerate(reading.lines) if index not in found)
    return replace(
        article,
        article_body=body,
        word_count=count_words(body),
        text_digest=text_digest(body, article.abstract),
        cuts=tuple(sorted((*article.cuts, *cuts), key=lambda cut: cut.place)),
    )


@dataclass(frozen=True)
class _Reading:
    """The lines of one article beside what the memory knows of them."""

    lines: Sequence[Told]
    memory: Memory
    article: Article

    @cached_property
    def known(self) -> list[Known | None]:
        """What is known of each line."""
        keys = [line_key(line.text) for line in self.lines]
        return [self.memory.get(key) if key is not None else None for key in keys]

    def size(self, i: int) -> Size:
        """Tell what kind of line this is by its length."""
        return _size(self.lines[i].text)

    @cached_property
    def own(self) -> list[str]:
        """Headline and abstract, which a site repeats in its lists of stories."""
        told = (self.article.headline, self.article.alternative_headline, self.article.abstract)
        return [letters(text) for text in told if text]

    @property
    def is_promising(self) -> bool:
        """False where no line can be cut, as on most pages of most sites: nothing else need be asked."""
        return any(
            known is not None and (known.decision == "cut" or known.articles >= LEAST_ARTICLES)
            for known in self.known
        )

    def found(self) -> dict[int, str]:
        """Give the indexes of the lines to cut, each with its evidence."""
        count = len(self.lines)
        found: dict[int, Standing] = dict.fromkeys(self._run(range(count), "head"), "head")
        found |= dict.fromkeys(self._run(range(count - 1, -1, -1), "tail"), "tail")
        found |= self._between(found)
        decided = {i for i, known in enumerate(self.known) if known and known.decision == "cut"}
        for cut in (self._spared(found.keys()) | decided, decided):
            if self._leaves_enough(cut):
                return {i: self._evidence(i, found.get(i)) for i in cut}
        return {}

    def _run(self, indexes: Iterable[int], standing: Standing) -> Iterator[int]:
        """Walk in from an edge as long as lines are known; a few short strangers may stand among them."""
        strangers = 0
        for i in indexes:
            if self._suffices(i, standing):
                strangers = 0
                yield i
            elif strangers == _STRANGERS or self.size(i) != "short":
                return
            else:
                strangers += 1

    def _between(self, edges: Mapping[int, Standing]) -> dict[int, Standing]:
        """Find known lines away from the edges: several together, or such as are nearly everywhere."""
        likely = {i for i in range(len(self.lines)) if i not in edges and self._suffices(i, "block")}
        together = {i for i in likely if {i - 1, i + 1} & (likely | edges.keys())}
        alone = {i for i in likely - together if self._suffices(i, "alone")}
        return {**dict.fromkeys(together, "block"), **dict.fromkeys(alone, "alone")}

    def _suffices(self, i: int, standing: Standing) -> bool:
        known = self.known[i]
        if known is None or known.decision == "keep" or known.articles < LEAST_ARTICLES:
            return False
        size, text = self.size(i), self.lines[i].text
        if (size == "prose" and known.sites >= _WIRE_SITES) or self._is_own(text):
            return False
        if standing == "alone" and text.rstrip().endswith(_ANNOUNCING):
            return False
        where = position(i, len(self.lines))
        # A teaser elsewhere may be the first sentence here; a lone line counts where it always stands.
        exact = where == "head" or standing == "alone"
        articles = getattr(known, where) if exact else known.articles
        return articles > 0 and _DEMANDS[standing, size].is_met(articles, max(known.of, known.articles))

    def _is_own(self, text: str) -> bool:
        key = letters(text)
        return any(
            key == own or (len(key) >= _TELLING and key in own) or (len(own) >= _TELLING and own in key)
            for own in self.own
        )

    def _spared(self, found: Iterable[int]) -> set[int]:
        """Give paragraphs back where they are so many that this is a copy of something read before."""
        found = set(found)
        if not any(self.size(i) == "prose" for i in found):
            return found
        prose = {i for i in range(len(self.lines)) if self.size(i) == "prose"}
        if self._length(found & prose) > _MOST_PROSE * self._length(prose):
            return found - prose
        return found

    def _leaves_enough(self, cut: set[int]) -> bool:
        left = set(range(len(self.lines))) - cut
        return any(self.size(i) == "prose" for i in left) or (
            self._length(left) > _LEAST_LEFT * self._length(range(len(self.lines)))
        )

    def _length(self, indexes: Iterable[int]) -> int:
        return sum(len(self.lines[i].text) for i in indexes)

    def _evidence(self, i: int, standing: Standing | None) -> str:
        known = self.known[i] or Known()
        if known.decision == "cut":
            return "by decision"
        of = max(known.of, known.articles)
        since = f" since {known.since}" if known.since else ""
        where = _IN_WORDS[standing] if standing else ""
        return f"on {known.articles:.0f} of {of:.0f} articles of the site{since}, {where}"


@lru_cache(maxsize=4_096)  # what is asked about is what recurs
def _size(text: str) -> Size:
    line = read_line(Block(text=text), 0, None)
    if line.is_prose or line.words >= _PROSE_WORDS or is_quote(text):
        return "prose"
    return "sentence" if line.words > _SHORT_WORDS or line.ends_sentence else "short"
