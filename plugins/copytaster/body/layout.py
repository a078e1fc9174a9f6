"""Tree -> the lines that a reader sees, each with the box that it stands in. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntFlag

from lxml import etree
from lxml.html import HtmlElement

from copytaster.body.names import sorts_of
from copytaster.chars import one_line

_UNSEEN = frozenset(
    {
        "audio", "canvas", "embed", "head", "iframe", "img", "input", "link", "map", "meta", "noscript", "object",
        "option", "picture", "script", "select", "source", "style", "svg", "template", "textarea", "video",
    }
)  # fmt: skip
_BOXES = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "button", "caption", "center", "dd", "details", "dialog",
        "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
        "header", "hgroup", "hr", "html", "label", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section",
        "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "amp-ad",
    }
)  # fmt: skip
_MARKS = _BOXES | {"a", "br"}
_CELLS = frozenset({"td", "th"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SILENT = ("script", "style", "noscript", "template", "svg", "iframe")
_EDGES = etree.XPath("/descendant::*[self::nav or self::footer]")
_RUNNING = etree.XPath("descendant::text()[string-length() >= 80][not(ancestor::a)]", smart_strings=False)
_MOST_RUNNING = 600  # characters in a menu or footer
_MOST_SHARE = 0.3  # of the page's running text
_NAMING = ("class", "id", "itemprop")
_LONGEST_NAME = 200
_MOST_LINES = 6_000


class Role(IntFlag):
    """What the tag or the role of a box says of what stands in it."""

    FORM = 1
    FIGURE = 2
    TABLE = 4
    LIST = 8
    ARTICLE = 16
    MAIN = 32
    QUOTE = 64
    HIDDEN = 128
    SECTION = 256
    EDGE = 512  # nav, header, footer, aside


_TAG_ROLES: Mapping[str, Role] = {
    "form": Role.FORM, "fieldset": Role.FORM, "figure": Role.FIGURE, "figcaption": Role.FIGURE, "table": Role.TABLE,
    "ul": Role.LIST, "ol": Role.LIST, "dl": Role.LIST, "article": Role.ARTICLE, "main": Role.MAIN,
    "blockquote": Role.QUOTE, "dialog": Role.HIDDEN, "section": Role.SECTION, "nav": Role.EDGE, "menu": Role.EDGE,
    "header": Role.EDGE, "footer": Role.EDGE, "aside": Role.EDGE,
}  # fmt: skip
_ARIA_FLAGS: Mapping[str, Role] = {
    "navigation": Role.EDGE, "banner": Role.EDGE, "contentinfo": Role.EDGE, "complementary": Role.EDGE,
    "main": Role.MAIN, "article": Role.ARTICLE, "dialog": Role.HIDDEN, "search": Role.FORM,
}  # fmt: skip


# As plain numbers: a flag is slow to combine.
_ROLES, _ARIA_ROLES = (
    {name: int(role) for name, role in table.items()} for table in (_TAG_ROLES, _ARIA_FLAGS)
)
_HIDDEN = int(Role.HIDDEN)


@dataclass(slots=True)
class Layout:
    """Lines in reading order, and boxes in the order in which they open; box 0 holds all others."""

    texts: list[str] = field(default_factory=list)  # of preformatted text, several lines in one
    tags: list[str] = field(default_factory=list)  # of the box that a line stands in
    links: list[float] = field(default_factory=list)  # share of a line's characters that stand in links
    boxes: list[int] = field(default_factory=list)  # the innermost box of each line
    parents: list[int] = field(default_factory=lambda: [-1])
    box_tags: list[str] = field(default_factory=lambda: [""])
    roles: list[int] = field(default_factory=lambda: [0])
    names: list[str] = field(default_factory=lambda: [""])  # class, id and itemprop of each box
    sorts: list[int] = field(
        default_factory=lambda: [0]
    )  # what the names tell, as bits in the order of ``sorts()``
    depths: list[int] = field(default_factory=lambda: [0])


def prune(tree: HtmlElement) -> None:
    """Take out what speaks for machines, and menus and footers without running text: half of most pages.

    One with running text stays: where a tag is not closed, the article stands in it.
    """
    etree.strip_elements(tree, *_SILENT, with_tail=False)
    running = sum(map(len, _RUNNING(tree)))
    most = min(_MOST_RUNNING, _MOST_SHARE * running)
    for element in _EDGES(tree) if running else ():
        if element.getparent() is not None and sum(map(len, _RUNNING(element))) <= most:
            element.drop_tree()


def lay_out(tree: HtmlElement) -> Layout:
    """Go once over the body; rows of a table that hold no boxes of their own are one line each."""
    body = tree.find("body")
    walk = _Walk()
    parts = walk.parts
    events = etree.iterwalk(tree if body is None else body, events=("start", "end"))
    for event, element in events:
        tag = element.tag
        if event == "start":
            if tag in _UNSEEN:
                events.skip_subtree()
                continue
            if tag in _MARKS:
                walk.enter(element, tag)
            text = element.text
        else:
            if tag in _MARKS:
                walk.leave(element, tag)
            text = element.tail
        if text and (parts or walk.links or not text.isspace()):
            parts.append(text)
            if walk.links:
                walk.linked += len(text) - text.count(" ")
    walk.end_line()
    return walk.layout


class _Walk:
    """The line that is being read, and the boxes that are open."""

    def __init__(self) -> None:
        self.layout = Layout()
        self.parts: list[str] = []  # never begins with mere space outside of links
        self.linked = 0  # characters of the line that stand in links
        self.links = 0  # links that are open
        self._open = [0]
        self._row: HtmlElement | None = None  # that is read as one line
        self._sorts: dict[str, int] = {"": 0}  # of the names that were met

    def enter(self, element: HtmlElement, tag: str) -> None:
        """Take in the start of a box, link or line break."""
        if tag == "a":
            self.links += 1
        elif self._row is None or tag not in _CELLS:
            if self.parts:
                self.end_line()
            if tag != "br":
                self._open_box(element, tag)
                if tag == "tr" and _is_plain(element):
                    self._row = element

    def leave(self, element: HtmlElement, tag: str) -> None:
        """Take in the end of one."""
        if tag == "a":
            self.links -= self.links > 0
        elif self._row is not None and tag in _CELLS:
            if element.getnext() is not None:
                self.parts.append(" | ")
        elif tag != "br":
            if self.parts:
                self.end_line()
            if len(self._open) > 1:
                self._open.pop()
            if element is self._row:
                self._row = None

    def end_line(self) -> None:
        """Close the line, if it has text."""
        whole, linked, box = "".join(self.parts), self.linked, self._open[-1]
        self.parts.clear()
        self.linked = 0
        layout = self.layout
        tag = layout.box_tags[box]
        text = _listing(whole) if tag == "pre" else one_line(whole)
        if text.strip("| ") and len(layout.texts) < _MOST_LINES:
            layout.texts.append(text)
            layout.tags.append("td" if tag == "tr" else tag)
            layout.links.append(min(1.0, linked / (len(text) - text.count(" "))) if linked else 0.0)
            layout.boxes.append(box)

    def _open_box(self, element: HtmlElement, tag: str) -> None:
        role, names = _ROLES.get(tag, 0), ""
        if told := element.items():  # one call for all: each costs as much
            if len(told) == 1 and told[0][0] == "class":
                names = told[0][1][:_LONGEST_NAME]
            else:
                by_name = dict(told)
                names = " ".join(filter(None, map(by_name.get, _NAMING)))[:_LONGEST_NAME]
                role |= _ARIA_ROLES.get(by_name.get("role", ""), 0) | _hidden(by_name)
        if (sorts := self._sorts.get(names)) is None:
            sorts = self._sorts[names] = sorts_of(names)
        above, layout = self._open[-1], self.layout
        self._open.append(len(layout.parents))
        layout.parents.append(above)
        layout.box_tags.append(tag)
        layout.roles.append(role)
        layout.names.append(names)
        layout.sorts.append(sorts)
        layout.depths.append(layout.depths[above] + 1)


def _listing(text: str) -> str:
    """Clean the lines of a preformatted text, and keep them apart."""
    return "\n".join(filter(None, map(one_line, text.split("\n"))))


def _is_plain(row: HtmlElement) -> bool:
    """Say whether the cells of a row hold no boxes: then it is data, and not a layout made of tables."""
    return not any(child.tag in _BOXES for cell in row for child in cell)


def _hidden(told: Mapping[str, str]) -> int:
    """Tell whether the attributes of a box keep it from being seen."""
    style = told.get("style")
    hides = style is not None and _HIDING.search(style) is not None
    return _HIDDEN if hides or "hidden" in told or told.get("aria-hidden") == "true" else 0
