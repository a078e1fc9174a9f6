"""What the rules and the scorecard look at, measured when first asked for. Pure."""

import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from lxml import etree
from lxml.html import HtmlElement

from copytaster.chars import folded
from copytaster.jsonld import is_article, types_of
from copytaster.kind.address import Address, read_address
from copytaster.kind.outline import Outline
from copytaster.model import Page, PageKind
from copytaster.signals import Signals

_SEEN = etree.XPath(
    "/descendant::text()[not(parent::script or parent::style or parent::noscript or parent::template or parent::textarea)]",
    smart_strings=False,
)
_MOST_SEEN = 20_000


@dataclass(frozen=True)
class Facts:
    """A page with all that can be asked about it."""

    tree: HtmlElement
    page: Page
    signals: Signals

    @cached_property
    def outline(self) -> Outline:
        """The shape of the page."""
        return Outline(self.tree, self.signals.title)

    @cached_property
    def address(self) -> Address:
        """What the page's address tells."""
        return read_address(self.page.url)

    @cached_property
    def prose(self) -> int:
        """Characters of running text outside of links and navigation."""
        return self.outline.prose

    @cached_property
    def teasers(self) -> int:
        """Links long enough to be another story's headline."""
        return self.outline.teasers

    @cached_property
    def headings(self) -> int:
        """Headings that are, or are within, a link: other stories."""
        return len(self.outline.linked_headings)

    def prose_without(self, kind: PageKind) -> int:
        """Characters of running text that has none of the words in which such pages speak."""
        words = phrases(kind, "words")
        return sum(
            running.width
            for running in self.outline.running
            if not any(word in running.text.casefold() for word in words)
        )

    @cached_property
    def seen(self) -> str:
        """All that a reader sees, folded."""
        return folded(" ".join(_SEEN(self.tree))[:_MOST_SEEN])

    @cached_property
    def types(self) -> frozenset[str]:
        """Types of all JSON-LD nodes."""
        return frozenset().union(*(types_of(node) for node in self.signals.nodes))

    @cached_property
    def has_article_node(self) -> bool:
        """JSON-LD has an article with a headline or a date."""
        return any(
            is_article(node) and (node.get("headline") or node.get("datePublished"))
            for node in self.signals.nodes
        )

    @cached_property
    def og_type(self) -> str:
        """What Open Graph says that the page is."""
        return (self.signals.first("og:type") or "").lower()

    @cached_property
    def claims_article(self) -> bool:
        """Markup says that this is one article, with its date."""
        dated = self.signals.first("article:published_time", "datepublished", "date") is not None
        return self.has_article_node or (self.og_type == "article" and dated)

    def titled(self, kind: PageKind) -> str | None:
        """Find the phrase of that kind that stands in the title or the first heading."""
        headings = [folded(heading.text) for heading in self.signals.headings[:1]]
        texts = [f" {text} " for text in (folded(self.signals.title), *headings) if text]
        return next(
            (phrase for phrase in phrases(kind, "titles") if any(_says(text, phrase) for text in texts)),
            None,
        )

    def says(self, kind: PageKind) -> str | None:
        """Find the phrase of that kind that stands anywhere on the page."""
        return next((phrase for phrase in phrases(kind, "texts") if phrase in self.seen), None)


def _says(text: str, phrase: str) -> bool:
    """Whole words, where the script has any."""
    return f" {phrase} " in text if phrase.isascii() else phrase in text


@cache
def phrases(kind: PageKind, where: str) -> tuple[str, ...]:
    """Give the phrases of that kind: "titles", "texts" or "words"."""
    return tuple(_table().get(kind, {}).get(where, ()))


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files("copytaster").joinpath("data", "kinds.toml").read_text(encoding="utf-8"))
