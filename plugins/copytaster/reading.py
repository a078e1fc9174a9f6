"""Parsed page -> the blocks of its article. Pure; the only module that knows trafilatura."""

import html
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from lxml import etree
from lxml.html import HtmlElement

from copytaster.chars import one_line
from copytaster.model import Block
from copytaster.strip.folding import fold
from copytaster.strip.phrases import load

if TYPE_CHECKING:
    from trafilatura.settings import Extractor

# trafilatura's words for blocks -> those of HTML; what is not here runs on in its line.
_TAGS = {"p": "p", "head": "h2", "item": "li", "quote": "blockquote", "code": "pre", "row": "td", "fw": "p"}
_BREAKS = frozenset({"lb", "list", "table", "div", "body"})
_SEEN = etree.XPath(
    "/descendant::text()[not(ancestor::head or ancestor::script or ancestor::style or ancestor::noscript or ancestor::template"
    " or ancestor::textarea or ancestor::select)]",
    smart_strings=False,
)
_SHORT_LINKS = etree.XPath("//a[string-length(normalize-space()) <= 40]")
_LONGEST_BUTTON = 40
_MOST_BLOCKS = 3_000
_OPAQUE = re.compile(r"<(script|style|noscript|template|svg|head)\b", re.IGNORECASE)
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|br|li|h[1-6]|tr|td|section|article|blockquote|ul|ol|table)\b[^<>]*>|\n", re.IGNORECASE
)
_ANY_TAG = re.compile(r"<[^<>]*>")
_MOST_ROUGH = 2_000_000
_HEADING = re.compile(r"^h[1-6]$")


class ExtractorFailed(Exception):
    """The extractor met something that it cannot read."""


def read_blocks(tree: HtmlElement, *, thorough: bool = False) -> tuple[Block, ...]:
    """Read the article's blocks in order; none when there is no article. Some links of the tree lose their tag.

    ``thorough`` compares with other extractors, which takes long and changes hardly any article.
    Raises ``ExtractorFailed``.
    """
    _keep_buttons(tree)
    return _read(tree, fast=not thorough)


def _read(tree: HtmlElement, *, fast: bool) -> tuple[Block, ...]:
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    try:
        found = bare_extraction(tree, options=_options(fast))
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise ExtractorFailed(f"{type(error).__name__}: {error}") from error
    except etree.LxmlError as error:
        raise ExtractorFailed(f"{type(error).__name__}: {error}") from error
    return tuple(islice(_blocks(found.body), _MOST_BLOCKS)) if isinstance(found, Document) else ()


def _keep_buttons(tree: HtmlElement) -> None:
    """Make "Read more" plain text: the extractor drops such links, and with them all that shows what is a teaser."""
    for link in _SHORT_LINKS(tree):
        text = " ".join(link.itertext())
        if 0 < len(text) <= _LONGEST_BUTTON and _is_button(text):
            link.tag = "span"


@lru_cache(maxsize=4_096)  # pages of one site have most of their links in common
def _is_button(text: str) -> bool:
    return "read-more" in load().whole_rules(fold(text))


@cache
def _options(fast: bool) -> "Extractor":  # noqa: FBT001 - the key of the cache
    from trafilatura.settings import Extractor

    return Extractor(output_format="xml", fast=fast, comments=True, links=True, tables=True)


def _blocks(body: etree._Element) -> Iterator[Block]:
    """Cut the body into lines at every block and line break; loose text is a paragraph."""
    line = _Line()
    for event, element in etree.iterwalk(body, events=("start", "end")):
        tag = str(element.tag)
        if tag in _TAGS or tag in _BREAKS:
            yield from line.end()
        if event == "start":
            line.enter(element, tag)
        else:
            line.leave(element, tag)
    yield from line.end()


class _Line:
    """The line that is being read, and the blocks and links that hold it."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._linked = 0
        self._links = 0
        self._holders: list[str] = []

    def enter(self, element: etree._Element, tag: str) -> None:
        if tag in _TAGS:
            self._holders.append(_html_tag(element, tag))
        elif tag == "ref":
            self._links += 1
        self._add(element.text)

    def leave(self, element: etree._Element, tag: str) -> None:
        if tag in _TAGS:
            self._holders.pop()
        elif tag == "ref":
            self._links -= 1
        elif tag == "cell" and element.getnext() is not None:
            self._add(" | ")
        self._add(element.tail)

    def end(self) -> Iterator[Block]:
        """Close the line: one block for each line of it that has text."""
        text, linked = "".join(self._parts), self._linked
        self._parts, self._linked = [], 0
        tag = self._holders[-1] if self._holders else "p"
        lines = (
            [clean for part in text.split("\n") if (clean := one_line(part))]
            if tag == "pre"
            else [one_line(text)]
        )
        share = min(1.0, linked / len(text.replace(" ", ""))) if linked else 0.0
        for clean in lines:
            if clean.strip("| "):
                yield Block(text=clean, tag=tag, link_share=round(share, 3))

    def _add(self, text: str | None) -> None:
        if text:
            self._parts.append(text)
            if self._links:
                self._linked += len("".join(text.split()))


def _html_tag(element: etree._Element, tag: str) -> str:
    rank = element.get("rend") or ""
    return rank if tag == "head" and _HEADING.match(rank) else _TAGS[tag]


def seen_blocks(tree: HtmlElement) -> Iterator[Block]:
    """All text in the body that a reader sees, a block for each stretch of it."""
    for text in _SEEN(tree)[:_MOST_BLOCKS]:
        if clean := one_line(text):
            yield Block(text=clean)


def rough_text(markup: str) -> str:
    """All text between the tags but scripts and styles, in linear time: for pages that nothing else reads."""
    markup = markup[:_MOST_ROUGH]
    lowered, kept, place = markup.lower(), [], 0
    for opening in _OPAQUE.finditer(markup):
        if opening.start() < place:
            continue
        kept.append(markup[place : opening.start()])
        end = lowered.find(f"</{opening[1].lower()}", opening.end())
        place = len(markup) if end < 0 else end
    kept.append(markup[place:])
    lines = _BLOCK_TAG.sub("\n", "".join(kept)).split("\n")
    texts = (one_line(html.unescape(_ANY_TAG.sub("", line))) for line in lines)
    return "\n".join(text for text in texts if text)
