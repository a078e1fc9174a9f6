"""What a reader sees near the headline: bylines and dates that no markup declares. Pure.

One walk over the page finds whatever is named as byline or date, or opens like one; each gets a rank by
what names it and by where it stands: between the headline and the text is where readers look for both.
"""
# ruff: noqa: RUF001 - bylines of other scripts

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, chain, islice

from lxml import etree
from lxml.html import HtmlElement

from copytaster.authors import opens_byline
from copytaster.byline_words import words
from copytaster.chars import folded, one_line

_ELSEWHERE = re.compile(
    r"(?:^|[\s_-])(?:comments?|kommentare?|related|recommend(?:ed|ations)?|teasers?|sidebar|(?<!elementor-)widgets?|popular|promos?|newsletter"
    r"|footer|respond|carousel|trending|latest|most-?read|commentlist|cards?|menu|nav|copyright)(?:$|[\s_-])",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"comment|reply|respond", re.IGNORECASE)
_COMMENTS = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|comment-?(?:list|body|meta|content|author)|kommentare?|respond)(?:$|\s)",
    re.IGNORECASE,
)
_WRITER = (
    "author", "byline", "by-line", "autor", "auteur", "autore", "writer", "contributor", "verfasser", "skribent",
    "forfatter", "penulis", "yazar", "vcard", "reporter", "journalist", "creator", "postedby", "posted-by", "writtenby",
    "written-by", "redacteur", "συντακ",
)  # fmt: skip
_ABOUT_WRITER = re.compile(
    r"(?:bio|desc|image|img|avatar|photo|picture|social|role|job|position|email|twitter|icon|count|links|follow|headline)\b"
    r"|comment|reply|authoriz|authorit|blogger-?comment|-label\b",
    re.IGNORECASE,
)
_EXACTLY = re.compile(
    r"(?:^|[\s_-])(?:author|authors|byline|by-line|autor|autoren|auteur|autore|writer|author-?name|fn)(?:$|\s)",
    re.IGNORECASE,
)
_PROFILE = re.compile(
    r"/(?:authors?|autor(?:en|es)?|auteurs?|autore|writers?|staff|profile|team|producers?|member|people|contributors?)/[^/]"
)
_DATED = (
    "date", "publi", "posted", "time", "datum", "fecha", "byline", "stamp", "meta", "entry-info", "post-info",
    "article-info", "tarih", "datering", "päiv",
)  # fmt: skip
_AFTER, _BEFORE = 120, 25  # elements behind and before the headline that stand near it
_CLASSES = etree.XPath("//@class", smart_strings=False)
_WITH_ITEMPROP = etree.XPath("//*[@itemprop]")
_HEADINGS = ("h1", "h2", "h3")
_TEXTS = etree.XPath("//text()", smart_strings=False)
_READ_TEXTS = etree.XPath("//text()[not(parent::script or parent::style)]", smart_strings=False)
_RIGHTS = re.compile(r"©|\(c\)|copyright|rights reserved", re.IGNORECASE)
_AROUND, _MOST_LINES = 60, 500
_NOTHING = (0.0, False)
_YEAR = re.compile(r"(?:19|20|١٩|٢٠|۱۹|۲۰|१९|२०|১৯|২০)\d\d|\b\d\d[./]\d\d[./]\d\d\b")
_DIGIT = re.compile(r"\d")
_MOST_ABOVE = 7  # levels; further up class names speak of the page
_MOST_DATE = 150
_MOST_TEXT = 300
_MOST_MARKS, _MOST_PIECES, _MOST_TOGETHER = 60, 200, 8
_OFTEN = 3  # so many elements of one name are a list of teasers, none of which is the byline
_LONGEST_NAME, _LONGEST_LINE, _LONGEST_DATE = 60, 100, 50
_LINKED, _OPENED, _SUREST = 1.5, 2.0, 3.0
_MOST_ELEMENTS = 12_000
_FIRST_WORD = re.compile(r"[\s(（|·•–—-]*([^\W\d_]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Byline:
    """An element that is named as byline, or opens like one: its texts, those of its links, how sure it is."""

    texts: tuple[str, ...]
    links: tuple[str, ...] = ()
    rank: float = 0.0
    is_named: bool = True  # by its class, rel or itemprop


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """An element that is named as date or holds a short text with a number: what it tells and what it shows."""

    value: str
    text: str
    is_near: bool = False
    is_behind: bool = True  # stands behind the headline


@dataclass(frozen=True, slots=True, kw_only=True)
class Sights:
    """What the walk found: bylines by rank, dates in the order in which they are believed."""

    bylines: tuple[Byline, ...] = ()
    dates: tuple[Dated, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    element: HtmlElement
    place: int
    strength: float
    text: str = ""  # where it is not that of the element
    is_named: bool = True


def look(tree: HtmlElement, headline: str | None, *, openings: bool = True) -> Sights:
    """Walk once over the page; ``headline`` says where it begins.

    Without ``openings`` only what is named as byline is taken for one: that spares looking at every text.
    """
    classes = _named(_CLASSES(tree))
    opening = {text for text in set(_TEXTS(tree)) if _opens(text)} if openings else set()
    heading = _heading(tree, folded(headline or ""))
    marked = dict(_marked(tree))
    start: int | None = None
    writers: list[_Found] = []
    dated: list[_Found] = []
    for place, element in enumerate(islice(tree.iter("*"), _MOST_ELEMENTS)):
        strength, is_dated = classes.get(element.get("class"), _NOTHING)
        if element in marked:
            strength, is_dated = max(strength, marked[element]), is_dated or element.tag == "time"
        if strength:
            writers.append(_Found(element, place, strength))
        elif opening and (element.text in opening or element.tail in opening):
            writers.extend(_opened(element, place, opening))
        if is_dated:
            dated.append(_Found(element, place, 0.0))
        if element is heading:
            start = place
        elif start is not None and place - start <= _AFTER:
            dated.extend(_numbered(element, place))
    return Sights(
        bylines=tuple(sorted(_bylines(writers, start), key=lambda byline: -byline.rank)),
        dates=tuple(_dates(dated, start)),
    )


def _heading(tree: HtmlElement, key: str) -> HtmlElement | None:
    """Find the first heading that says what the headline does."""
    return next((heading for heading in tree.iter(*_HEADINGS) if _says(heading, key)), None) if key else None


def _marked(tree: HtmlElement) -> Iterator[tuple[HtmlElement, float]]:
    """Give the elements that markup names as byline or date, and links to where writers have their pages."""
    for element in tree.iter("time"):
        yield element, 0.0
    for element in _WITH_ITEMPROP(tree):
        if "author" in (element.get("itemprop") or "").lower().split():
            yield element, _SUREST
    for link in tree.iter("a"):
        if "author" in (link.get("rel") or ""):
            yield link, _SUREST
        elif _PROFILE.search(link.get("href") or ""):
            yield link, _LINKED


def _opened(element: HtmlElement, place: int, opening: set[str]) -> Iterator[_Found]:
    """Give an element whose text opens a byline, and one behind which such a text stands."""
    if (text := element.text) in opening:
        yield _Found(element, place, _OPENED, is_named=_is_explicit(text))
    if (text := element.tail) in opening:
        yield _Found(element, place, _OPENED, text=text, is_named=False)


def numbered_lines(tree: HtmlElement) -> list[str]:
    """List the texts of a page that hold a year, cut to what a date needs; no copyright lines."""
    lines = (
        one_line(text[max(0, year.start() - _AROUND) : year.end() + _AROUND])
        for text in _READ_TEXTS(tree)
        if (year := _YEAR.search(text)) and not _RIGHTS.search(text)
    )
    return list(islice(lines, _MOST_LINES))


def _numbered(element: HtmlElement, place: int) -> Iterator[_Found]:
    """Give the short texts in and behind an element that hold a year."""
    for text in (element.text, element.tail):
        if text and _YEAR.search(text) and len(text.strip()) <= _LONGEST_DATE:
            yield _Found(element, place, 0.0, text=text, is_named=False)


def _says(element: HtmlElement, key: str) -> bool:
    text = folded(" ".join(islice(element.itertext(), 30))[:_MOST_TEXT])
    return bool(text) and (key in text or (len(text) > len(key) // 2 and text in key))


def _named(names: Iterable[str]) -> Mapping[str | None, tuple[float, bool]]:
    """List those class names or ids that are those of a byline or a date, with how sure and which.

    All of them are searched as one text: pages have hundreds, and few say anything.
    """
    told = list(set(names))
    lowered = [name.lower() for name in told]
    text = "\0".join(lowered)
    starts = list(accumulate((len(name) + 1 for name in lowered), initial=0))
    strengths = {i: _strength(lowered[i]) for i in _lines(text, _WRITER, starts)}
    dated = _lines(text, _DATED, starts)
    return {told[i]: (strengths.get(i, 0.0), i in dated) for i in strengths.keys() | dated}


def _lines(text: str, signs: Iterable[str], starts: Sequence[int]) -> set[int]:
    found = set()
    for sign in signs:
        place = text.find(sign)
        while place >= 0:
            line = bisect_right(starts, place) - 1
            found.add(line)
            place = text.find(sign, starts[line + 1])
    return found


def _strength(name: str) -> float:
    """Say how surely a name is that of a byline."""
    return 0.0 if _ABOUT_WRITER.search(name) else 2.5 if _EXACTLY.search(name) else 2.0


def _is_explicit(text: str) -> bool:
    """Say whether a short text opens with more than one word, or a label: names of one word are believed too."""
    found = _FIRST_WORD.match(text)
    rest = text[found.end() :].lstrip() if found else ""
    return len(text) <= _LONGEST_NAME and (rest[:1] in {":", "："} or opens_byline(rest))


def _opens(text: str) -> bool:
    """Say whether a text opens a byline; the first word is looked at first, as this is asked of every text."""
    if len(text) > _MOST_TEXT or text.isspace():
        return False
    found = _FIRST_WORD.match(text)
    if found is None or found[1].lower() not in _first_words():
        return False
    told = text[found.start(1) : found.start(1) + 80]
    return opens_byline(told) or folded(told) in words().label


@cache
def _first_words() -> frozenset[str]:
    return frozenset(phrase.split()[0] for phrase in words().opens | words().label if phrase)


def _bylines(found: Sequence[_Found], heading: int | None) -> Iterator[Byline]:
    often = Counter(_names(mark.element) for mark in found)
    for mark in found[:_MOST_MARKS]:
        if _COMMENT.search(_names(mark.element)) or _COMMENT.search(_names(mark.element.getparent())):
            continue
        in_list = often[_names(mark.element)] > _OFTEN
        near = heading is not None and (0 if in_list else -_BEFORE) <= mark.place - heading <= _AFTER
        elsewhere = _is_elsewhere(mark.element)
        if not near and ((elsewhere and mark.strength < _SUREST) or mark.text or in_list):
            continue
        texts, links = _written(mark)
        if not texts or (not near and not mark.is_named and sum(map(len, texts)) > _LONGEST_LINE):
            continue
        rank = mark.strength + (1.5 if near else 0.0 if mark.is_named else -0.5) - (1.0 if elsewhere else 0.0)
        if heading is not None and mark.place < heading - _BEFORE:
            rank -= 1.0
        if any(map(_opens, texts)):
            rank += 0.5
        yield Byline(texts=texts, links=links, rank=rank, is_named=mark.is_named)


def _names(element: HtmlElement | None) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}" if element is not None else ""


def _written(mark: _Found) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the texts of a byline and those of its links; only the first text of a box about the writer."""
    if mark.text:
        return ((one_line(mark.text),) if len(mark.text) <= _MOST_TEXT else ()), ()
    element = mark.element
    if len(element) == 0 and folded(element.text or "") in words().label | words().opens:
        return _labelled(element), ()
    if len(together := _together(element)) > 1:
        return together, together
    texts = _texts(element)
    if not texts and mark.is_named:
        texts = tuple(text for piece in islice(element.itertext(), 4) if (text := one_line(piece)))[:1]
        return (texts if texts and len(texts[0]) <= _LONGEST_NAME else ()), ()
    links = () if element.tag == "a" else tuple(t for link in element.iter("a") for t in _texts(link)[:1])
    return texts, links


def _together(element: HtmlElement) -> tuple[str, ...]:
    """Give the texts of a link to a writer and of those beside it."""
    parent = element.getparent()
    if element.tag != "a" or "author" not in (element.get("rel") or "") or parent is None:
        return ()
    links = (link for link in parent.iterchildren("a") if "author" in (link.get("rel") or ""))
    return tuple(text for link in islice(links, _MOST_TOGETHER) for text in _texts(link)[:1])


def _labelled(element: HtmlElement) -> tuple[str, ...]:
    """Give a label and what stands behind it: its tail, else the texts of the next elements."""
    found = [element.text or "", element.tail or ""]
    for following in islice(element.itersiblings(), 3):
        if "".join(found[1:]).strip():
            break
        found += [*following.itertext(), following.tail or ""][:6]
    texts = tuple(text for piece in found if (text := one_line(piece)))
    return texts if len(texts) > 1 and sum(map(len, texts)) <= _MOST_TEXT else ()


def _dates(found: Sequence[_Found], heading: int | None) -> list[Dated]:
    """Dates between headline and text first, then those behind, then those before; each in reading order."""
    dates: list[tuple[int, int, Dated]] = []
    for mark in found:
        near = heading is not None and -_BEFORE <= mark.place - heading <= _AFTER
        value = (mark.element.get("datetime") or mark.element.get("content") or "").strip()[:100]
        text = one_line(mark.text) or " ".join(_texts(mark.element))
        if not 0 < len(text or value) <= _MOST_DATE or not _DIGIT.search(value + text):
            continue
        if _is_in_comments(mark.element) or (not near and _is_elsewhere(mark.element)):
            continue
        behind = heading is None or mark.place >= heading - _BEFORE
        order = (0 if mark.is_named else 1) if near else 2 if behind else 3
        dates.append((order, mark.place, Dated(value=value, text=text, is_near=near, is_behind=behind)))
        if len(dates) >= _MOST_MARKS:
            break
    return [dated for _, _, dated in sorted(dates, key=lambda item: item[:2])]


def _texts(element: HtmlElement) -> tuple[str, ...]:
    """Give the texts of an element in reading order; none if it is longer than a byline or a date."""
    found: list[str] = []
    length = 0
    for piece in islice(element.itertext(), _MOST_PIECES):
        text = one_line(piece[: _MOST_TEXT + 1])
        if text:
            found.append(text)
            length += len(text)
        if length > _MOST_TEXT:
            return ()
    return tuple(found)


def _is_in_comments(element: HtmlElement) -> bool:
    above = islice(chain((element,), element.iterancestors()), _MOST_ABOVE)
    return any(
        _COMMENTS.search(_names(node)) for node in above if node.tag not in {"body", "html", "article"}
    )


def _is_elsewhere(element: HtmlElement) -> bool:
    """Say whether the element stands in comments, teasers or chrome."""
    for node in islice(chain((element,), element.iterancestors()), _MOST_ABOVE):
        if node.tag in {"footer", "nav", "aside"}:
            return True
        if node.tag in {"article", "main", "body"}:
            return False
        if _ELSEWHERE.search(_names(node)):
            return True
    return False
