"""Parsed page -> what it says about itself: meta tags, links, JSON-LD, headings, times. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice

from lxml import etree
from lxml.html import HtmlElement

from copytaster.chars import field_text
from copytaster.jsonld import Node, read_nodes

_KEYS = ("property", "name", "itemprop", "http-equiv")
_MAX_VALUES = 40  # of one name; pages repeat article:tag, not article:published_time
_MAX_VALUE = 5_000
_MAX_ELEMENTS = 400  # of microdata, times and bylines
_ITEMPROPS = frozenset(
    {
        "headline",
        "name",
        "author",
        "datepublished",
        "datemodified",
        "articlesection",
        "keywords",
        "description",
    }
)
_GLUED = re.compile(r"(?<=[a-zß-ÿ0-9.!?:])\x00+(?=[A-ZÀ-Þ])")
_WITH_ITEMPROP = etree.XPath("/descendant::*[@itemprop]")
_NAMED = etree.XPath(".//*[@itemprop='name']")
_MAX_PARTS = 12  # of a heading
_MOST_ABOVE = 5  # levels
_CHROME = frozenset({"nav", "footer", "aside"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A first-level heading: its text, whether it is marked up as the headline, whether it is chrome."""

    text: str
    is_marked: bool = False
    is_chrome: bool = False
    parts: tuple[str, ...] = ()  # as its elements cut it


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeMark:
    """A ``<time>``: its machine-readable value, its text, and what it is said to be."""

    value: str
    text: str = ""
    role: str = ""  # "published", "modified" or nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """Everything that a page says about itself, by the place where it says so. Names in lower case."""

    meta: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # rel -> href
    nodes: tuple[Node, ...] = ()
    title: str = ""
    headings: tuple[Heading, ...] = ()
    itemprops: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    times: tuple[TimeMark, ...] = ()
    html_lang: str | None = None

    def first(self, *names: str) -> str | None:
        """Give the first value of the first of these meta names that has one."""
        return next((values[0] for name in names if (values := self.meta.get(name))), None)


def read_signals(tree: HtmlElement) -> Signals:
    """Go once over the elements that speak about the page."""
    meta: defaultdict[str, list[str]] = defaultdict(list)
    links: defaultdict[str, list[str]] = defaultdict(list)
    scripts: list[str] = []
    titles: list[str] = []
    for element in tree.iter("meta", "link", "script", "title"):
        if element.tag == "meta":
            _read_meta(element, meta)
        elif element.tag == "link":
            for rel in (element.get("rel") or "").lower().split():
                if len(links[rel]) < _MAX_VALUES and (href := (element.get("href") or "").strip()):
                    links[rel].append(href)
        elif element.tag == "script":
            if "ld+json" in (element.get("type") or "").lower():
                scripts.append(element.text_content())
        elif not any(parent.tag == "svg" for parent in element.iterancestors()):
            titles.append(field_text(element.text_content()[:_MAX_VALUE]))
    return Signals(
        meta={name: tuple(values) for name, values in meta.items()},
        links={rel: tuple(values) for rel, values in links.items() if values},
        nodes=read_nodes(scripts),
        title=next(filter(None, titles), ""),
        headings=tuple(_headings(tree)),
        itemprops=_itemprops(tree),
        times=tuple(_times(tree)),
        html_lang=tree.get("lang")
        or tree.get("xml:lang")
        or tree.get("{http://www.w3.org/XML/1998/namespace}lang"),
    )


def _read_meta(element: HtmlElement, meta: defaultdict[str, list[str]]) -> None:
    content = field_text((element.get("content") or element.get("value") or "")[:_MAX_VALUE])
    if not content:
        return
    for key in _KEYS:
        for name in (element.get(key) or "").lower().split():
            if len(meta[name]) < _MAX_VALUES:
                meta[name].append(content)


def _headings(tree: HtmlElement) -> Iterator[Heading]:
    for element, _ in zip(tree.iter("h1"), range(30), strict=False):
        if text := field_text(_spaced(element)[:_MAX_VALUE]):
            yield Heading(
                text=text,
                is_marked="headline" in (element.get("itemprop") or "").lower(),
                is_chrome=any(parent.tag in _CHROME for parent in element.iterancestors()),
                parts=tuple(filter(None, map(field_text, islice(element.itertext(), _MAX_PARTS)))),
            )


def _spaced(element: HtmlElement) -> str:
    """Text of an element; where two parts of it meet like ``onE`` they were set apart by style."""
    return _GLUED.sub(" ", "\x00".join(element.itertext())).replace("\x00", "")


def _itemprops(tree: HtmlElement) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    place: HtmlElement | None = None
    for element in _WITH_ITEMPROP(tree)[:_MAX_ELEMENTS]:
        for name in (element.get("itemprop") or "").lower().split():
            if name not in _ITEMPROPS or len(found[name]) >= _MAX_VALUES:
                continue
            if name == "author":  # those of teasers and comments stand elsewhere
                if _is_in_comments(element):
                    continue
                place = _place(element) if place is None else place
                if _place(element) is not place:
                    continue
            if value := _value(element, name):
                found[name].append(value)
    return {name: tuple(values) for name, values in found.items()}


def _is_in_comments(element: HtmlElement) -> bool:
    above = islice(chain((element,), element.iterancestors()), _MOST_ABOVE)
    return any("comment" in (node.get("class") or "").lower() for node in above if node.tag != "body")


def _place(element: HtmlElement) -> HtmlElement:
    """Give the element's grandparent, which writers of one byline have in common."""
    parent = element.getparent()
    above = parent.getparent() if parent is not None else None
    return element if above is None else above


def _value(element: HtmlElement, name: str) -> str:
    """Read a property's value: of a nested person only the name."""
    told = element.get("content") or element.get("datetime")
    if told:
        return field_text(told[:_MAX_VALUE])
    if name == "author":
        named = _NAMED(element)
        element = named[0] if named else element
        told = element.get("content")
    return field_text((told or element.text_content())[:_MAX_VALUE])


def _times(tree: HtmlElement) -> Iterator[TimeMark]:
    for element, _ in zip(tree.iter("time"), range(_MAX_ELEMENTS), strict=False):
        text = field_text(element.text_content()[:200])
        value = (element.get("datetime") or element.get("content") or "").strip()[:100]
        if value or text:
            yield TimeMark(value=value, text=text, role=_role(element))


def _role(element: HtmlElement) -> str:
    words = " ".join(
        (node.get("itemprop") or "") + " " + (node.get("class") or "")
        for node in (element, element.getparent())
        if node is not None
    ).lower()
    if "modif" in words or "update" in words:
        return "modified"
    if "publish" in words or element.get("pubdate") is not None:
        return "published"
    return ""
