"""What a reader sees near the headline: bylines and dates that no markup declares. Pure."""

import re
from collections.abc import Iterator
from itertools import chain, islice

from lxml import etree
from lxml.html import HtmlElement

_MARKED = etree.XPath(
    "/descendant::*[contains(@rel,'author') or contains(@class,'uthor') or contains(@class,'yline')"
    " or contains(@class,'by-line') or contains(@id,'author') or contains(@id,'byline')"
    " or contains(@href,'/author/') or contains(@class,'autor') or contains(@class,'writer')]"
)
_ELSEWHERE = re.compile(
    r"(?:^|[\s_-])(?:comments?|related|recommend(?:ed|ations)?|teasers?|sidebar|widgets?|popular|promos?|newsletter|footer"
    r"|respond|carousel|trending|most-?read|commentlist|cards?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_MOST_ABOVE = 7  # levels; further up class names speak of the page
_DATED = etree.XPath(
    "/descendant::*[self::time or contains(@class,'date') or contains(@class,'Date') or contains(@class,'publi')"
    " or contains(@class,'posted') or contains(@class,'time') or contains(@class,'meta') or contains(@class,'datum')"
    " or contains(@class,'fecha') or contains(@class,'byline') or contains(@id,'date') or contains(@id,'time')]"
)
_DIGIT = re.compile(r"\d")
_MOST_DATE = 150
_MOST_MARKED = 40
_MOST_TEXT = 300


def bylines(tree: HtmlElement) -> Iterator[tuple[str, ...]]:
    """Yield the texts of elements that are named as byline, in reading order.

    Of a byline with links only these: the writers are linked, their roles are not.
    """
    for element in _MARKED(tree)[:_MOST_MARKED]:
        if _is_elsewhere(element):
            continue
        texts = _texts(element)
        if texts and sum(map(len, texts)) <= _MOST_TEXT:
            if linked := tuple(text for link in element.iter("a") for text in _texts(link)[:1]):
                yield linked
            yield from ((text,) for text in texts)


def dates(tree: HtmlElement) -> Iterator[str]:
    """Yield short texts with a digit of elements that are named as date or stand for one, in reading order."""
    for element in _DATED(tree)[:_MOST_MARKED]:
        if not _is_elsewhere(element):
            told = element.get("datetime") or element.get("content") or ""
            text = " ".join(_texts(element))
            yield from (part for part in (told, text) if 0 < len(part) <= _MOST_DATE and _DIGIT.search(part))


def _texts(element: HtmlElement) -> tuple[str, ...]:
    return tuple(text.strip() for text in element.itertext() if text.strip())


def _is_elsewhere(element: HtmlElement) -> bool:
    """Say whether the element stands in comments, teasers or chrome."""
    for node in islice(chain((element,), element.iterancestors()), _MOST_ABOVE):
        if node.tag in {"footer", "nav"}:
            return True
        if node.tag in {"article", "main", "body"}:
            return False
        if _ELSEWHERE.search(f"{node.get('class') or ''} {node.get('id') or ''}"):
            return True
    return False
