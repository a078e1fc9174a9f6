"""Who is named beside or below the text where no byline is. Pure.

Portraits near the headline, boxes about the writer, and what signs the last paragraph.
"""

# ruff: noqa: RUF001 - signs of other scripts

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from copytaster.authors import is_person, names_others, people
from copytaster.chars import WIDE, folded, one_line
from copytaster.visible import Byline, find_heading

_BOX = re.compile(
    r"(?:author|autor|autoren|auteur|autore|writer|contributor)s?[_-]{1,2}(?:bio|box|card|info|about|profile|details?|desc|block)"
    r"|about[_-](?:the[_-])?(?:author|autor|auteur|autore|writer)",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(r"comment|reply|respond|related|teaser", re.IGNORECASE)
_PORTRAIT = re.compile(r"avatar|headshot|\bpfp\b|userpic", re.IGNORECASE)
# Classes are read as texts first: few pages have such a box, and looking at every element is dear.
_CLASSES = etree.XPath("//@class", smart_strings=False)
_OF_CLASS = etree.XPath("//*[@class = $name and not(self::body or self::html)]")
_BEHIND = etree.XPath("following::*[position() <= 60]")
_SIGNED = re.compile(
    r"(?:^|[.!?…。！？।۔»”\"'’])\s*[(（]([^()（）]{4,80})[)）][\s.+*#■•]*$|^\s*[—–―-]\s*(.{4,60})$"
)
_PARAGRAPHS = etree.XPath("//p")
_MOST_PARAGRAPHS, _PROSE = 2_000, 80  # characters of a paragraph that is no line of something else
_MOST_BOXES, _MOST_ABOVE, _MOST_TEXTS, _MOST_WRITERS, _MOST_BELOW = 20, 5, 60, 3, 3
_MOST_HOLDERS = 3  # elements with most paragraphs, one of which holds the text
_REACH = 6  # elements between a portrait and the name
_LONGEST_NAME = 60
_NEAR, _BESIDE = 3.5, 2.0  # ranks


def shown_beside(tree: HtmlElement, headline: str | None) -> Byline | None:
    """Name those whom portraits right behind the headline show, else the one of whom all boxes tell, else who signs."""
    if (heading := find_heading(tree, folded(headline or ""))) is not None:
        names = tuple(dict.fromkeys(_portrayed(heading)))
        if 0 < len(names) <= _MOST_WRITERS:
            return Byline(texts=names, rank=_NEAR)
    told = {name for box in islice(_boxes(tree), _MOST_BOXES) if (name := _told_of(box))}
    if len(told) == 1:
        return Byline(texts=(told.pop(),), rank=_BESIDE)
    signed = _signed(tree)
    return Byline(texts=signed, rank=_BESIDE) if signed else None


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
    told = f"{image.get('class') or ''} {(image.get('alt') or '')[:100]}"
    return bool(_PORTRAIT.search(told)) and not _is_of_others(image)


def _boxes(tree: HtmlElement) -> Iterator[HtmlElement]:
    names = filter(_BOX.search, set(_CLASSES(tree)))
    for name in islice(sorted(names), _MOST_BOXES):
        yield from (box for box in _OF_CLASS(tree, name=name) if not _is_of_others(box))


def _is_of_others(element: HtmlElement) -> bool:
    above = islice(element.iterancestors(), _MOST_ABOVE)
    return any(
        _OF_OTHERS.search(f"{node.get('class') or ''} {node.get('id') or ''}") for node in (element, *above)
    )


def _told_of(box: HtmlElement) -> str | None:
    """Name the first person in a box of whom the box speaks once more."""
    texts = [text for piece in islice(box.itertext(), _MOST_TEXTS) if (text := one_line(piece))]
    told = " ".join([*texts, *(image.get("alt") or "" for image in box.iter("img"))])
    return next((name for name in filter(None, map(_person, texts)) if told.count(name.split()[0]) > 1), None)


def _person(text: str | None) -> str | None:
    line = one_line(text) if text and len(text) < _LONGEST_NAME * 2 else ""
    if not 0 < len(line) <= _LONGEST_NAME:
        return None
    return next(filter(is_person, people([line])), None)


def _signed(tree: HtmlElement) -> tuple[str, ...]:
    """Read "(Mira Sand)" at the end of the text's last paragraph, or "— Mira Sand" on a line below it."""
    for text in _last_lines(tree):
        if found := _SIGNED.search(text[-_PROSE * 2 :]):
            told = found[1] or found[2]
            names = people([told])
            if names and all(map(_has_surname, names)) and not names_others(told):
                return names
    return ()


def _has_surname(name: str) -> bool:
    """Say whether this is a person in a script that sets words apart: in others any short text may be one."""
    return is_person(name) and not WIDE.search(name)


def _last_lines(tree: HtmlElement) -> Iterator[str]:
    """Give the last paragraph of the element that holds most of the text, and the lines below it."""
    paragraphs: defaultdict[HtmlElement, list[HtmlElement]] = defaultdict(list)
    for paragraph in islice(_PARAGRAPHS(tree), _MOST_PARAGRAPHS):
        if (parent := paragraph.getparent()) is not None:
            paragraphs[parent].append(paragraph)
    likely = sorted(paragraphs.values(), key=len, reverse=True)[:_MOST_HOLDERS]
    texts = ([one_line(str(paragraph.text_content())) for paragraph in held] for held in likely)
    held = max(texts, key=lambda lines: sum(len(line) for line in lines if len(line) > _PROSE), default=[])
    last = max((at for at, line in enumerate(held) if len(line) > _PROSE), default=len(held))
    yield from held[last : last + _MOST_BELOW]
