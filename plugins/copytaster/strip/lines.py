"""Block -> Line: what can be told of one line by itself. Pure."""

import re
from dataclasses import dataclass

from copytaster.model import Block
from copytaster.strip import phrases
from copytaster.strip.folding import fold, letters

CLOSERS = " \t\xa0\u200b\u200e\u200f\"'”’»›“‘)]}」』）】》〉*_"
QUOTES = frozenset("\"'“„‘‚«»「『”")
CLOSING_QUOTES = frozenset("\"'”’“«»」』")
_BULLETS = frozenset({"- ", "* ", "• ", "– ", "· "})
_ASKING = frozenset("?!…？！؟")
STOPS = frozenset(".!?…。！？．؟۔।॥።։။។៕༎།")
#: From this many characters a word on, spaces do not part the words.
_UNSPACED = 8
UNSPACED_SCRIPT = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)
_IDEOGRAPHS = "\u3040"  # from here on the scripts without spaces write syllables and words, before it letters
_CHARACTERS_OF_A_WORD, _LETTERS_OF_A_WORD = 2, 4
#: A sentence of this many words is prose, not a title or a button.
PROSE_WORDS = 25
_TITLE_WORDS = 2
_LINKED = 0.6
_KEY_LENGTH = 80


def count_words(text: str) -> int:
    """Count the words; where a script sets no spaces, two characters count as one, or four letters."""
    words = len(text.split())
    if not text.isascii() and words * _UNSPACED < len(text) and (found := UNSPACED_SCRIPT.search(text)):
        return len(text) // (_LETTERS_OF_A_WORD if found[0] < _IDEOGRAPHS else _CHARACTERS_OF_A_WORD)
    return words


#: Signs that part a label from what it labels: "Read more: …", "Photo | …".
_LABEL = re.compile(r"\s*(?:[:：|｜»›>]|\s[-–—]\s)\s*")
_LABEL_LENGTH = 48
_OPEN_LENGTH = 240
_NO_RULES: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Label:
    """A line of the form "label: rest"."""

    rules: frozenset[str]  # that have the label as a whole phrase
    key: str
    rest: str


@dataclass(frozen=True, slots=True)
class Line:
    """A block with the answers to what rules ask of it."""

    block: Block
    place: int
    key: str  # folded, by which phrases are looked up; the beginning of a long line
    words: int
    last: str  # the last character behind which only quotes and brackets stand; empty for none
    whole: frozenset[str]  # rules that have it as a whole phrase
    open: frozenset[str]  # rules with an open phrase that it fits
    label: Label | None  # what stands before its first colon or bar, if that is a phrase
    language: str | None
    is_tail: bool = False  # a button that stood at the end of another line

    @property
    def text(self) -> str:
        """The line as it was read."""
        return self.block.text

    @property
    def letters(self) -> str:
        """Letters and digits only, by which names and headlines are compared."""
        return letters(self.block.text)

    @property
    def ends_sentence(self) -> bool:
        """True when it ends as a sentence does."""
        return self.last in STOPS

    @property
    def is_heading(self) -> bool:
        """True when its markup says heading."""
        return self.block.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}

    @property
    def is_linked(self) -> bool:
        """True when most of it stands in links."""
        return self.block.link_share > _LINKED

    @property
    def is_prose(self) -> bool:
        """True for a paragraph: long, ends as a sentence does, few links."""
        return self.words >= PROSE_WORDS and self.last in STOPS and not self.is_linked

    @property
    def is_title(self) -> bool:
        """True for what can be the title of another story: short, no full stop at its end."""
        return _TITLE_WORDS <= self.words <= PROSE_WORDS and (self.last not in STOPS or self.last in _ASKING)


def read_line(block: Block, place: int, language: str | None, *, is_tail: bool = False) -> Line:
    """Read a block; ``language`` is the page's, without region."""
    text = block.text
    short = len(text) <= _OPEN_LENGTH  # a longer line is no phrase; its beginning identifies it
    key = fold(text if short else text[:_KEY_LENGTH])
    told = phrases.load()
    speaks = short and not is_quote(text) and not is_item(block)
    return Line(
        block=block,
        place=place,
        key=key,
        words=count_words(text),
        last=text[-12:].rstrip(CLOSERS)[-1:],
        whole=told.whole_rules(key, language) if short else _NO_RULES,
        open=told.open_rules(key, language) if speaks else _NO_RULES,
        label=_label(text, language) if short else None,
        language=language,
        is_tail=is_tail,
    )


def is_item(block: Block) -> bool:
    """Tell whether a block is an item of a list."""
    return block.tag == "li" or block.text[:2] in _BULLETS


def is_quote(text: str) -> bool:
    """Tell whether a line opens with a quotation, or quotes with signs that are no apostrophes."""
    return text[:1] in QUOTES or (not text.isascii() and any(sign in text for sign in "“„«「『"))


def _label(text: str, language: str | None) -> Label | None:
    parts = _LABEL.split(text[:_LABEL_LENGTH].lstrip("-•*|»› \t"), maxsplit=1)
    if len(parts) == 1 or not parts[0]:
        return None
    key = fold(parts[0])
    rules = phrases.load().whole_rules(key, language)
    return Label(rules, key, text[text.find(parts[0]) + len(parts[0]) :]) if rules else None
