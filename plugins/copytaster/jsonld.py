"""JSON-LD scripts -> nodes, and the node that describes the article. Pure, and tolerant."""

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeGuard

import orjson

from copytaster.chars import field_text, folded

Node = Mapping[str, object]

ARTICLE_TYPES = frozenset(
    {
        "AdvertiserContentArticle",
        "AnalysisNewsArticle",
        "Article",
        "AskPublicNewsArticle",
        "BackgroundNewsArticle",
        "BlogPosting",
        "LiveBlogPosting",
        "MedicalScholarlyArticle",
        "NewsArticle",
        "OpinionNewsArticle",
        "Report",
        "ReportageNewsArticle",
        "ReviewNewsArticle",
        "SatiricalArticle",
        "ScholarlyArticle",
        "SocialMediaPosting",
        "TechArticle",
    }
)
_MAX_SCRIPT = 2_000_000
_MAX_NODES = 2_000
_MAX_DEPTH = 40
_BARE = 2  # keys of a node that only refers to another
# Where one node hangs below another and still speaks of this page.
_NESTING = ("@graph", "mainEntity", "mainEntityOfPage", "itemReviewed", "hasPart", "subjectOf", "about")
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*;?\s*$"
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_MAX_SALVAGED = 200_000
_PAIR = re.compile(
    r'"(@type|headline|datePublished|dateModified|articleSection|url|description)"\s*:\s*"((?:[^"\\]|\\.){1,1000})"'
)
_WRITERS = re.compile(r'"author"\s*:\s*(?:\{[^{}]{0,2000}\}|\[[^\[\]]{0,5000}\])')
_WRITER_NAME = re.compile(r'"name"\s*:\s*"([^"]{1,200})"')
_ESCAPED = re.compile(r"\\(.)")
_CONTROL = re.compile(r"[\x00-\x1f]")


def read_nodes(scripts: Iterable[str]) -> tuple[Node, ...]:
    """All typed nodes of a page's scripts in document order; what cannot be read is left out."""
    found: list[Node] = []
    for script in scripts:
        for value in _values(script[:_MAX_SCRIPT]):
            found.extend(_walk(value, _MAX_DEPTH))
            if len(found) >= _MAX_NODES:
                return tuple(found[:_MAX_NODES])
    return tuple(found)


def types_of(node: Node) -> frozenset[str]:
    """List the node's types without their namespace."""
    return frozenset(name.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for name in strings(node.get("@type")))


def is_article(node: Node) -> bool:
    """Say whether this is a NewsArticle, one of its kin or of its parents up to Article."""
    return not ARTICLE_TYPES.isdisjoint(types_of(node))


def strings(value: object) -> list[str]:
    """List a value's texts: itself, or those in the list, or the ``@value`` of an object."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, (list, tuple)):
        return [text for item in value[:200] for text in strings(item) if not isinstance(item, (list, tuple))]
    if is_node(value):
        return strings(value.get("@value"))
    return []


def is_node(value: object) -> TypeGuard[Node]:
    """Say whether this is a JSON object."""
    return isinstance(value, dict)


def nodes_in(value: object) -> list[Node]:
    """List a value's objects: itself or those in the list."""
    if is_node(value):
        return [value]
    return [item for item in value[:200] if is_node(item)] if isinstance(value, list) else []


def _values(script: str) -> Iterator[object]:
    text = _WRAPPING.sub("", script).strip().rstrip(";")
    if not text:
        return
    try:
        yield orjson.loads(text)
    except ValueError:
        yield from _repaired(text)


def _repaired(text: str) -> Iterator[object]:
    """Read what a strict reader refuses: raw line ends, trailing commas, escaped quotes, several values."""
    if "&quot;" in text and '"' not in text:
        text = html.unescape(text)
    text = _TRAILING_COMMA.sub(r"\1", _CONTROL.sub(" ", text))
    decoder = json.JSONDecoder(strict=False)
    place = 0
    while place < len(text):
        start = re.compile(r"[{\[]").search(text, place)
        if start is None:
            return
        try:
            value, place = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            yield from _salvaged(text[start.start() :])
            return
        yield value


def _salvaged(text: str) -> Iterator[object]:
    """Read what an article node tells in plain strings out of a script that is no JSON: cut off, or with stray quotes."""
    text = text[:_MAX_SALVAGED]
    told: dict[str, object] = {}
    for key, value in _PAIR.findall(text):
        told.setdefault(key, html.unescape(_ESCAPED.sub(r"\1", value)))
    if writers := _WRITERS.search(text):
        told["author"] = [{"name": name} for name in _WRITER_NAME.findall(writers[0])]
    if is_article(told):
        yield told


def _walk(value: object, depth: int) -> Iterator[Node]:
    if depth == 0:
        return
    if isinstance(value, list):
        for item in value[:_MAX_NODES]:
            yield from _walk(item, depth - 1)
    elif is_node(value):
        if "@type" in value or "@id" in value:
            yield value
        for key in _NESTING:
            if isinstance(value.get(key), (dict, list)):
                yield from _walk(value[key], depth - 1)


def pick_article(nodes: Iterable[Node], addresses: Iterable[str], titles: Iterable[str]) -> Node | None:
    """Choose the article node that is about this page: by its address, by its headline, by its type, by its place.

    ``addresses`` and ``titles`` are what the page otherwise says of itself.
    """
    wanted_addresses = {_address(address) for address in addresses if address}
    wanted_titles = {folded(title) for title in titles if title}

    def fitness(node: Node) -> tuple[bool, bool, bool, bool]:
        own = {_address(text) for key in ("url", "mainEntityOfPage", "@id") for text in _ids(node.get(key))}
        named = {folded(field_text(text)) for key in ("headline", "name") for text in strings(node.get(key))}
        return (
            not own.isdisjoint(wanted_addresses),
            any(name and any(name in title for title in wanted_titles) for name in named),
            "articleBody" in node or "datePublished" in node,
            bool(types_of(node) - {"Article", "SocialMediaPosting"}),
        )

    return max(filter(is_article, nodes), key=fitness, default=None)


def index_by_id(nodes: Iterable[Node]) -> dict[str, Node]:
    """Nodes under their ``@id``; the fullest where several share one."""
    index: dict[str, Node] = {}
    for node in nodes:
        for name in strings(node.get("@id")):
            if len(node) > len(index.get(name, {})):
                index[name] = node
    return index


def resolved(value: object, index: Mapping[str, Node]) -> list[Node]:
    """List a value's objects, with bare references replaced by what they refer to."""
    return [
        index.get(names[0], node) if len(node) <= _BARE and (names := strings(node.get("@id"))) else node
        for node in nodes_in(value)
    ]


def _ids(value: object) -> list[str]:
    return strings(value) + [
        text for node in nodes_in(value) for text in strings(node.get("@id")) + strings(node.get("url"))
    ]


def _address(text: str) -> str:
    return (
        text.strip()
        .split("#", 1)[0]
        .split("?", 1)[0]
        .rstrip("/")
        .partition("://")[2]
        .removeprefix("www.")
        .lower()
    )
