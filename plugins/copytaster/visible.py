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
    r"|footer|respond|carousel|trending|latest|most-?read|commentlist|(?<!author[-_])cards?|menu|nav|copyright)(?:$|[\s_-])",
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
    r"|comment|reply|authoriz|authorit|blogger-?comment|-label\b(?!-)",
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
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(?:19|20|١٩|٢٠|۱۹|۲۰|१९|२०|১৯|২০)\d\d|\b\d\d[./]\d\d[./]\d\d\b")
_ON = r"\s(?:on|am|le|el|il|em|op|den|på|w dniu|dnia|в)"
_BEFORE_DATE, _BEFORE_YEAR = re.compile(rf"{_ON}$"), re.compile(rf"(?:{_ON}\s|\s[|·•–—-]\s).*{_YEAR.pattern}")
_MOST_ABOVE = 7  # levels; further up class names speak of the page
_MOST_DATE = 150
_MOST_TEXT = 300
_MOST_MARKS, _MOST_PIECES, _MOST_TOGETHER = 60, 200, 8
_OFTEN = 3  # so many elements of one name are a list of teasers, none of which is the byline
_BLOCKS = frozenset({"p", "div", "h2", "h3", "h4", "h5", "h6"})
_MOST_WRAPPED, _SENTENCE = 4, 80  # levels of markup around a line; characters
_MOST_BETWEEN, _LONGEST_OPENING = (
    4,
    12,
)  # texts, most of them spaces, between "By" and a name; characters of "By"
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
    heads_text: bool = False  # the line above the first paragraph


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
    heading = find_heading(tree, folded(headline or ""))
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
        elif openings:
            if (text := element.text) and _opens(text):
                writers.append(_Found(element, place, _OPENED, is_named=_is_explicit(text)))
            if (text := element.tail) and _opens(text):
                writers.append(_Found(element, place, _OPENED, text=text, is_named=_is_explicit(text)))
        if is_dated:
            dated.append(_Found(element, place, 0.0))
        if element is heading:
            start = place
        elif start is not None and place - start <= _AFTER:
            dated.extend(_numbered(element, place))
    return Sights(
        bylines=tuple(sorted(_bylines(writers, start, _around(heading)), key=lambda byline: -byline.rank)),
        dates=tuple(_dates(dated, start)),
    )


def opening_lines(tree: HtmlElement) -> Iterator[str]:
    """Give the lines that begin as a byline on a line of its own does, a lone "By" with what follows it."""
    texts = _TEXTS(tree)
    for place, text in enumerate(texts):
        if _opens(text) and text.lstrip()[:1].isupper():
            after = texts[place + 1 : place + _MOST_BETWEEN] if len(text.strip()) <= _LONGEST_OPENING else ()
            yield one_line(f"{text} {next((told for told in after if not told.isspace()), '')}")


def find_heading(tree: HtmlElement, key: str) -> HtmlElement | None:
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
    """Say whether a short text opens with more than one word, or a label, or goes on with a date.

    Then names of one word are believed too.
    """
    found = _FIRST_WORD.match(text)
    rest = text[found.end() :].strip() if found else ""
    told = rest[:1] in {":", "："} or opens_byline(rest) or _BEFORE_YEAR.search(rest)
    return len(text) <= _LONGEST_NAME and bool(told)


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


def _around(heading: HtmlElement | None) -> frozenset[HtmlElement]:
    """Give the articles that hold the headline: others on the page are teasers or comments."""
    return frozenset(heading.iterancestors("article") if heading is not None else ())


def _bylines(
    found: Sequence[_Found], heading: int | None, articles: frozenset[HtmlElement]
) -> Iterator[Byline]:
    often = Counter(_names(mark.element) for mark in found)
    for mark in found[:_MOST_MARKS]:
        if _COMMENT.search(_names(mark.element)) or _COMMENT.search(_names(mark.element.getparent())):
            continue
        if not mark.text and _is_credited(mark.element):
            continue
        in_list = often[_names(mark.element)] > _OFTEN
        near = heading is not None and (0 if in_list else -_BEFORE) <= mark.place - heading <= _AFTER
        elsewhere = _is_elsewhere(mark.element, articles)
        if in_list and elsewhere:
            continue
        if not near and ((elsewhere and mark.strength < _SUREST) or mark.text or in_list):
            continue
        texts, links = _written(mark)
        if not texts or (not near and not mark.is_named and sum(map(len, texts)) > _LONGEST_LINE):
            continue
        rank = mark.strength + (1.5 if near else 0.0 if mark.is_named else -0.5) - (1.0 if elsewhere else 0.0)
        if heading is not None and mark.place < heading - _BEFORE:
            rank -= 1.0
        opens = any(map(_opens, texts))
        heads = opens and near and not elsewhere and not mark.text and _heads_text(mark.element)
        rank += 0.5 * opens + heads
        named = mark.is_named or (opens and _goes_on_with_date(texts))
        yield Byline(texts=texts, links=links, rank=rank, is_named=named, heads_text=heads)


def _goes_on_with_date(texts: Sequence[str]) -> bool:
    """Say whether a name is followed by its date in the next element, or in a short line: "By Mira, in", "Boats", "1 March"."""
    if len(texts) < 2:  # noqa: PLR2004 - a name and a date
        return False
    is_line = texts[0][0].isupper() and sum(map(len, texts)) <= _MOST_DATE
    return bool(_BEFORE_DATE.search(texts[0]) and _DIGIT.search(texts[1])) or (
        is_line and any(map(_YEAR.search, texts[1:]))
    )


def _heads_text(element: HtmlElement) -> bool:
    """Say whether an element is all that its block says, and a paragraph follows."""
    for _ in range(_MOST_WRAPPED):
        parent, after = element.getparent(), element.getnext()
        if (element.tail or "").strip() or parent is None:
            return False
        if after is not None:
            return element.tag in _BLOCKS and after.tag == "p" and _is_long(after)
        if element.getprevious() is not None or (parent.text or "").strip():
            return False
        element = parent
    return False


def _is_long(element: HtmlElement) -> bool:
    return sum(map(len, islice(element.itertext(), 30))) > _SENTENCE


def _is_credited(element: HtmlElement) -> bool:
    """Say whether the text right before an element names others than the writer: "Reviewed by"."""
    before, parent = element.getprevious(), element.getparent()
    if before is not None:
        text = before.tail if (before.tail or "").strip() else " ".join(_texts(before)[-1:])
    else:
        text = parent.text if parent is not None else ""
    return len(text or "") <= _LONGEST_LINE and folded(text or "").endswith(_credits())


@cache
def _credits() -> tuple[str, ...]:
    return tuple(map(folded, words().others))


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
        place = abs(mark.place - heading) if near and heading is not None else mark.place
        dates.append((order, place, Dated(value=value, text=text, is_near=near, is_behind=behind)))
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


def _is_elsewhere(element: HtmlElement, articles: frozenset[HtmlElement] = frozenset()) -> bool:
    """Say whether the element stands in comments, teasers or chrome, or in another article than ``articles``."""
    for node in islice(chain((element,), element.iterancestors()), _MOST_ABOVE):
        if node.tag == "nav":
            return True
        if node.tag in {"article", "main", "body"}:
            return node.tag == "article" and bool(articles) and node not in articles
        found = _ELSEWHERE.search(_names(node))
        if node.tag in {"footer", "aside"} or (found and "footer" in found[0].lower()):
            return articles.isdisjoint(node.iterancestors("article"))  # an article has its own
        if found:
            return True
    return False
