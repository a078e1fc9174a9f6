"""Block -> Line: what can be told of one line by itself. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from copytaster.model import Block

#: Bullets, arrows, dots, quotes and brackets that chrome wears at its edges.
_EDGES = (
    " \t\n\r\x0b\x0c\xa0\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\ufe0f\"'`´“”„‟‘’‚«»‹›<>()[]{}|/\\~=+_-–—―−‐‑*#·•●○▪■□▶►▸▷❯➤➜→⇒⟶←⇐↑↓▼▲◀"
    "…⋯.,:;!?。、，．：；！？؟،؛।「」『』【】〈〉《》（）［］〔〕｜／～・※★☆✓✔^@©®™"
)
_FOLDING = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "´": "'",
        "`": "'",
        "ı": "i",
        "ё": "е",
        "ـ": None,
        "\u200b": None,
        "\u200c": None,
        "\u200d": None,
        "\u200e": None,
        "\u200f": None,
        "\u00ad": None,
        "\u2060": None,
        "\ufeff": None,
    }
    # Accents go, so that capitals written without them fold alike; so do Arabic vowel signs.
    | dict.fromkeys(map(chr, range(0x300, 0x370)))
    | dict.fromkeys(map(chr, range(0x64B, 0x653)))
)
_DIGITS = re.compile(r"\d+")
_CLOSERS = " \t\xa0\u200b\u200e\u200f\"'”’»›“‘)]}」』）】》〉*_"
_QUOTES = frozenset("\"'“„‘‚«»「『”")
_BULLETS = frozenset({"- ", "* ", "• ", "– ", "· "})
_STOPS = frozenset(".!?…。！？．؟۔।॥።")
#: Below this many characters a word, spaces do not part the words: count two characters as one.
_UNSPACED = 14
#: A sentence of this many words is prose, not a title or a button.
PROSE_WORDS = 25
_TITLE_WORDS = 2
_LINKED = 0.6
_KEY_LENGTH = 240


def fold(text: str) -> str:
    """Lower case without accents, edge signs and double spaces; runs of digits become ``#``."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.casefold()).translate(_FOLDING)
    text = text.casefold().strip(_EDGES)
    return " ".join(_DIGITS.sub("#", text).split())


def letters(text: str) -> str:
    """Keep the letters and digits of a text, folded: equal for two spellings of one headline."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text.casefold())))


def count_words(text: str) -> int:
    """Count the words; two characters count as one where a script sets no spaces."""
    words = len(text.split())
    if words * _UNSPACED < len(text) and not text.isascii():
        return len(text) // 2
    return words


@dataclass(frozen=True)
class Line:
    """A block with the questions that rules ask of it; each is answered once."""

    block: Block
    place: int

    @property
    def text(self) -> str:
        """The line as it was read."""
        return self.block.text

    @cached_property
    def key(self) -> str:
        """The folded line, by which phrases are looked up; its beginning where it is long."""
        return fold(self.text[:_KEY_LENGTH])

    @cached_property
    def letters(self) -> str:
        """Letters and digits only, by which repeated lines are known."""
        return letters(self.text)

    @cached_property
    def words(self) -> int:
        """Number of words."""
        return count_words(self.text)

    @cached_property
    def last(self) -> str:
        """The last character behind which only quotes and brackets stand; empty for none."""
        return self.text[-12:].rstrip(_CLOSERS)[-1:]

    @property
    def ends_sentence(self) -> bool:
        """True when it ends as a sentence does."""
        return self.last in _STOPS

    @property
    def is_heading(self) -> bool:
        """True when its markup says heading."""
        return self.block.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}

    @cached_property
    def is_item(self) -> bool:
        """True for an item of a list."""
        return self.block.tag == "li" or self.text.lstrip()[:2] in _BULLETS

    @cached_property
    def is_quote(self) -> bool:
        """True when it opens with a quotation, or quotes with signs that are no apostrophes."""
        return self.text[:2].strip()[:1] in _QUOTES or any(sign in self.text for sign in "“„«「『")

    @property
    def is_linked(self) -> bool:
        """True when most of it stands in links."""
        return self.block.link_share > _LINKED

    @cached_property
    def is_prose(self) -> bool:
        """True for a paragraph: long, ends as a sentence does, few links."""
        return self.words >= PROSE_WORDS and self.ends_sentence and not self.is_linked

    @cached_property
    def is_title(self) -> bool:
        """True for what can be the title of another story: short, no full stop at its end."""
        return _TITLE_WORDS <= self.words <= PROSE_WORDS and (
            self.last not in _STOPS or self.last in "?!…？！؟"
        )
