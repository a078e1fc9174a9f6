"""Who is shown beside the text where no byline is: portraits near the headline, boxes about the writer. Pure."""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from copytaster.authors import is_person, people
from copytaster.chars import folded, one_line
from copytaster.visible import Byline, find_heading

_BOX = re.compile(
    r"(?:author|autor|autoren|auteur|autore|writer|contributor)s?[_-]{1,2}(?:bio|box|card|info|about|profile|details?|desc|block)"
    r"|about[_-](?:the[_-])?(?:author|autor|auteur|autore|writer)",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(r"comment|reply|respond|related|teaser", re.IGNORECASE)
_PORTRAIT = re.compile(r"avatar|headshot|\bpfp\b|userpic", re.IGNORECASE)
_WITH_CLASS = etree.XPath("//*[@class and not(self::body or self::html)]")
_BEHIND = etree.XPath("following::*[position() <= 60]")
_MOST_BOXES, _MOST_ABOVE, _MOST_TEXTS, _MOST_WRITERS = 20, 4, 60, 3
_REACH = 6  # elements between a portrait and the name
_LONGEST_NAME = 60
_NEAR, _BESIDE = 3.5, 2.0  # ranks


def shown_beside(tree: HtmlElement, headline: str | None) -> Byline | None:
    """Name those whom portraits right behind the headline show, else the one of whom all boxes tell."""
    if (heading := find_heading(tree, folded(headline or ""))) is not None:
        names = tuple(dict.fromkeys(_portrayed(heading)))
        if 0 < len(names) <= _MOST_WRITERS:
            return Byline(texts=names, rank=_NEAR)
    told = {name for box in islice(_boxes(tree), _MOST_BOXES) if (name := _told_of(box))}
    return Byline(texts=(told.pop(),), rank=_BESIDE) if len(told) == 1 else None


def _portrayed(heading: HtmlElement) -> Iterator[str]:
    since = _REACH
    for element in _BEHIND(heading):
        since += 1
        is_portrait = element.tag == "img" and _is_portrait(element)
        since = 0 if is_portrait else since
        texts = (element.tail,) if element.tag == "img" else (element.text, element.tail)
        if since < _REACH and (name := next(filter(None, map(_person, texts)), None)):
            since = _REACH
            yield name


def _is_portrait(image: HtmlElement) -> bool:
    return bool(_PORTRAIT.search(f"{image.get('class') or ''} {(image.get('alt') or '')[:100]}"))


def _boxes(tree: HtmlElement) -> Iterator[HtmlElement]:
    for element in _WITH_CLASS(tree):
        if _BOX.search(element.get("class")):
            above = islice(element.iterancestors(), _MOST_ABOVE)
            if not any(_OF_OTHERS.search(node.get("class") or "") for node in (element, *above)):
                yield element


def _told_of(box: HtmlElement) -> str | None:
    """Name the first person in a box, if the box speaks of this person once more."""
    texts = [text for piece in islice(box.itertext(), _MOST_TEXTS) if (text := one_line(piece))]
    name = next(filter(None, map(_person, texts)), None)
    told = " ".join([*texts, *(image.get("alt") or "" for image in box.iter("img"))])
    return name if name and len(re.findall(re.escape(name.split()[0]), told)) > 1 else None


def _person(text: str | None) -> str | None:
    line = one_line(text) if text and len(text) < _LONGEST_NAME * 2 else ""
    if not 0 < len(line) <= _LONGEST_NAME:
        return None
    return next(filter(is_person, people([line])), None)
