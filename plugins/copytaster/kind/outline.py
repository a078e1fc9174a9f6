"""Tree -> its outline: running text, links, headings, and the blocks that come again and again. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from copytaster.chars import WIDE, width
from copytaster.kind.words import MARKS, is_around

#: Characters from which on a text is running text; a line of fewer is a label.
RUNNING = 60
#: Characters from which on a link may be another story's headline.
TEASER = 25

_UNTOLD = frozenset(
    {
        "head", "script", "style", "noscript", "template", "textarea",
        "a", "nav", "footer", "button", "select", "option",
    }
)  # fmt: skip
_INLINE = frozenset(
    {
        "abbr", "b", "bdi", "bdo", "cite", "del", "em", "font", "i", "ins", "label", "mark", "q", "s",
        "small", "span", "strong", "sub", "sup", "time", "u",
    }
)  # fmt: skip
_HOLDERS = frozenset({"article", "body", "div", "section", "td"})  # of text that stands in no paragraph
_AROUND = frozenset({"aside", "footer", "header", "nav"})
_TOP = frozenset({"article", "body", "html", "main"})
_BLOCKS = ("article", "div", "li", "section", "tr")
_LONG, _LONG_IF_WIDE = (
    etree.XPath(
        f"/descendant::text()[string-length() >= {least}][not(parent::script or parent::style or parent::a)]"
    )
    for least in (RUNNING, RUNNING // 3)
)
_TEASERS = etree.XPath(
    f"/descendant::a[@href][string-length(normalize-space()) >= {TEASER}]"
    "[not(ancestor::nav or ancestor::header or ancestor::footer)]"
)
_LINK_TEXTS = etree.XPath("/descendant::a/descendant::text()", smart_strings=False)
_BUTTON_TEXTS = etree.XPath("/descendant::button/descendant::text()", smart_strings=False)
_CLASSES = etree.XPath("/descendant::*/@class", smart_strings=False)
_IDS = etree.XPath("/descendant::*/@id", smart_strings=False)
_HREFS = etree.XPath("/descendant::a/@href", smart_strings=False)
_TEXT = etree.XPath("normalize-space()", smart_strings=False)
_PART = re.compile(r"[A-Z]?[a-z]+")
_PRICE = re.compile(
    r"[$€£¥₹₽₩₺₴₫฿]\s?\d|\d\s?(?:[€£₽₺₴₫฿]|zł|kr\b|Kč|Ft\b|лв|lei\b|руб|円|元|원|USD\b|EUR\b|GBP\b|CHF\b)"
)
_LABEL = range(3, 26)
_OFTEN = 4
_MOST_KINDS = 6  # of block that are looked at, the most frequent first
_SAMPLE = 3  # blocks of each
_CARD = range(12, 701)  # characters of a card
_SEVERAL = 3
_LONGEST_NAME = 60
_LEVELS = 7
_FIRST = 200  # elements by which a page of an unspaced script is known


@dataclass(frozen=True, slots=True)
class Cards:
    """How many blocks of one kind are short and linked, and how many of these have more to show. By a sample."""

    linked: float = 0
    headed: float = 0
    pictured: float = 0
    priced: float = 0


@dataclass(frozen=True, slots=True)
class Running:
    """A running text and the element that it stands in."""

    place: HtmlElement
    text: str
    width: int


class Outline:
    """The shape of a page. Each part is measured when it is first asked for."""

    def __init__(self, tree: HtmlElement, title: str = "") -> None:
        self.tree = tree
        self._title = title
        self._told: dict[HtmlElement, bool] = {}

    @cached_property
    def running(self) -> tuple[Running, ...]:
        """Running texts outside of links and navigation."""
        first = islice(self.tree.iter("p", "h1", "h2", "a", "div"), _FIRST)
        is_wide = WIDE.search(self._title + "".join(element.text or "" for element in first)) is not None
        found = []
        for text in (_LONG_IF_WIDE if is_wide else _LONG)(self.tree):
            if (size := width(" ".join(text.split()))) >= RUNNING:
                place = text.getparent()
                place = place.getparent() if text.is_tail else place
                if place is not None and self._is_told(place):
                    found.append(Running(place, str(text), size))
        return tuple(found)

    def _is_told(self, element: HtmlElement) -> bool:
        known: bool | None = None
        way = []
        place: HtmlElement | None = element
        while place is not None and known is None:
            known = self._told.get(place, False if place.tag in _UNTOLD else None)
            way.append(place)
            place = place.getparent()
        known = known is not False
        self._told.update(dict.fromkeys(way, known))
        return known

    @cached_property
    def prose(self) -> int:
        """Characters of running text; one of an unspaced script counts as three."""
        return sum(text.width for text in self.running)

    @cached_property
    def longest(self) -> int:
        """Characters of the longest running text."""
        return max((text.width for text in self.running), default=0)

    @cached_property
    def columns(self) -> Mapping[HtmlElement, int]:
        """Characters of running text by the element whose paragraphs they are."""
        sizes: Counter[HtmlElement] = Counter()
        for text in self.running:
            place = text.place
            while place.tag in _INLINE and (above := place.getparent()) is not None:
                place = above
            above = place.getparent()
            sizes[place if above is None or place.tag in _HOLDERS else above] += text.width
        return sizes

    @cached_property
    def main_column(self) -> int:
        """Characters of running text in the fullest column."""
        return max(self.columns.values(), default=0)

    @cached_property
    def scattered(self) -> tuple[int, float]:
        """Blocks of one kind that hold running text each: how many, and their share of all of it."""
        kinds: defaultdict[tuple[str, str], Counter[HtmlElement]] = defaultdict(Counter)
        for column, size in self.columns.items():
            block: HtmlElement | None = column
            for _ in range(_LEVELS):
                if block is None or block.tag in _TOP - {"article"}:
                    break
                kinds[_kind_of(block)][block] += size
                block = block.getparent()
        shares = [(sum(found.values()) / self.prose, len(found)) for found in kinds.values()]
        share, count = max((item for item in shares if item[1] >= _SEVERAL), default=(0.0, 0))
        return count, share

    @cached_property
    def teasers(self) -> int:
        """Links long enough to be another story's headline."""
        return len(_TEASERS(self.tree))

    @cached_property
    def link_texts(self) -> tuple[str, ...]:
        """Texts within links."""
        return tuple(text for found in _LINK_TEXTS(self.tree) if (text := found.strip()))

    @cached_property
    def link_share(self) -> float:
        """Share of link text in link text and running text."""
        linked = sum(map(len, self.link_texts))
        return linked / (linked + self.prose + 1)

    @cached_property
    def hrefs(self) -> tuple[str, ...]:
        """Where the links lead to, as written."""
        return tuple(_HREFS(self.tree))

    @cached_property
    def label(self) -> tuple[str, int]:
        """Find the short text that stands most often in links and buttons, and how often."""
        labels = Counter(text for text in self.link_texts if len(text) in _LABEL)
        labels.update(text for found in _BUTTON_TEXTS(self.tree) if len(text := found.strip()) in _LABEL)
        return next(iter(labels.most_common(1)), ("", 0))

    @cached_property
    def linked_headings(self) -> tuple[HtmlElement, ...]:
        """Headings that are, or are within, a link: other stories."""
        return tuple(
            heading
            for heading in self.tree.iter("h2", "h3", "h4")
            if (
                next(heading.iter("a"), None) is not None
                or any(above.tag == "a" for above in islice(heading.iterancestors(), 4))
            )
            and len(_TEXT(heading)) >= TEASER
            and not any(above.tag in _AROUND for above in heading.iterancestors())
        )

    @cached_property
    def in_a_row(self) -> int:
        """Paragraphs that stand side by side, less the linked headings among them: teasers have one each."""
        rows = Counter(
            paragraph.getparent() for paragraph in self.tree.iter("p") if width(_TEXT(paragraph)) >= RUNNING
        )
        rows.subtract(heading.getparent() for heading in self.linked_headings)
        return max(rows.values(), default=0)

    @cached_property
    def marks(self) -> Counter[str]:
        """How many words of different class names and ids speak of a forum, of a shop, of filters and so on."""
        found: Counter[str] = Counter()
        for names in (_CLASSES(self.tree), _IDS(self.tree)):
            for word, count in Counter(_PART.findall(" ".join(set(names)))).items():
                for mark in MARKS.get(word.lower(), ()):
                    found[mark] += count
        return found

    @cached_property
    def cards(self) -> Cards:
        """Count the cards of the most frequent kinds of block: the most of any kind, for each property."""
        kinds: defaultdict[tuple[str, str], list[HtmlElement]] = defaultdict(list)
        for block in self.tree.iter(*_BLOCKS):
            if block.tag != "div" or block.get("class"):
                kinds[_kind_of(block)].append(block)
        often = sorted((found for found in kinds.values() if len(found) >= _OFTEN), key=len, reverse=True)
        outside = (found for found in often[: 2 * _MOST_KINDS] if not _is_around(found[len(found) // 2]))
        counted = [_count_cards(found) for found in islice(outside, _MOST_KINDS)]
        return Cards(
            linked=max((cards.linked for cards in counted), default=0),
            headed=max((cards.headed for cards in counted), default=0),
            pictured=max((cards.pictured for cards in counted), default=0),
            priced=max((cards.priced for cards in counted), default=0),
        )


def _kind_of(block: HtmlElement) -> tuple[str, str]:
    """Tag and first class, without a number; of a block without a class the class of what it stands in."""
    if (names := block.get("class")) and (first := _first_name(names)):
        return block.tag, first
    above = block.getparent()
    return block.tag, f">{above.get('class') or ''}" if above is not None else ">"


@lru_cache(maxsize=16_384)
def _first_name(names: str) -> str:
    return next(iter(names.split(None, 1)), "").rstrip("-_0123456789")[:_LONGEST_NAME]


def _is_around(block: HtmlElement) -> bool:
    return any(
        above.tag in _AROUND - {"aside"}
        or (above.tag not in _TOP and is_around(f"{above.get('class') or ''} {above.get('id') or ''}"))
        for above in block.iterancestors()
    )


def _count_cards(blocks: list[HtmlElement]) -> Cards:
    step = max(1, len(blocks) // _SAMPLE)
    sample = blocks[::step][:_SAMPLE]
    texts = [(block, _TEXT(block)) for block in sample if next(block.iter("a"), None) is not None]
    cards = [(block, text) for block, text in texts if width(text) in _CARD]
    each = len(blocks) / len(sample)
    return Cards(
        linked=each * len(cards),
        headed=each * sum(_has(block, ("h2", "h3", "h4", "h5")) for block, _ in cards),
        pictured=each * sum(_has(block, ("img",)) for block, _ in cards),
        priced=each * sum(_PRICE.search(text) is not None for _, text in cards),
    )


def _has(block: HtmlElement, tags: Iterable[str]) -> bool:
    return next(block.iter(*tags), None) is not None
