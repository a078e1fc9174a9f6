"""Listing pages (front pages, sections) -> the links on them that look like articles."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from lxml import etree
from lxml import html as lxml_html

from copytaster import urls
from copytaster.discover.documents import Found, address, text_of, unique
from copytaster.discover.shapes import Learned, Shapes
from copytaster.model import Entry
from copytaster.parse import without_crowded_tags

_CHARSET = re.compile(r"charset=[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_CHROME = frozenset({"nav", "footer", "form"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5"})
_BLOCKS = frozenset({"div", "p", "span", "time", "br", "li", "section", "figure", "figcaption", "header"})
_DATE = re.compile(r"/(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2])(?:[/-]?[0-3]?\d)?(?:/|-|$)")
_DAY = re.compile(r"/(?:19|20)\d\d(?:([/-])(?:0?[1-9]|1[0-2])\1[0-3]?\d|(?:0[1-9]|1[0-2])[0-3]\d)(?:[/-]|$)")
_NUMBER = re.compile(r"\d{5,}")
_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|pdf|mp[34]|m4a|webm|zip|xml|rss|atom|json|css|js|ics|epub|apk|docx?|xlsx?|pptx?)$",
    re.IGNORECASE,
)
_ENOUGH: Final = 2

_MOST_LINKS = 10_000
_MOST_AROUND = 40  # elements below a link that are looked at
_LONG_SLUG = 3  # hyphens
_TALKATIVE = 25  # letters of a headline; one of Chinese or Japanese needs fewer
_LONGEST_TEXT = 500
NEW: Final = "new since the last visit"


@dataclass(frozen=True, slots=True)
class LinkVerdict:
    """Whether a link looks like an article's, and why."""

    is_article: bool
    reason: str


@dataclass(slots=True, kw_only=True)
class Link:
    """What a listing page shows of one address: all links to it taken together."""

    url: str
    text: str = ""
    in_heading: bool = False
    in_chrome: bool = True  # as long as each link to it is


def read_listing(body: bytes, *, url: str, content_type: str) -> Found:
    """Give the links of a page that stay on its site and look like articles, in the page's order."""
    found = read_links(body, url=url, content_type=content_type)
    if isinstance(found, Found):
        return found
    return judged(found)


def read_links(
    body: bytes, *, url: str, content_type: str, hosts: tuple[str, ...] = ()
) -> tuple[Link, ...] | Found:
    """Give all links of a page that stay on its site or lead to ``hosts``, in the page's order.

    A fault where the page cannot be read.
    """
    charset = _CHARSET.search(content_type)
    try:
        parser = lxml_html.HTMLParser(encoding=charset[1] if charset else None, no_network=True)
        root = lxml_html.document_fromstring(without_crowded_tags(body), parser=parser)
    except (etree.LxmlError, ValueError, LookupError) as error:
        return Found(fault=f"malformed: {error}"[:300])
    return tuple(_links(root, url, hosts).values())


def judged(
    links: tuple[Link, ...], *, shapes: Shapes | None = None, known: frozenset[str] | None = None
) -> Found:
    """Judge the links of a page; entries are those that look like articles, ``left_out`` says why the others do not.

    ``shapes`` are what the site's addresses have taught so far. ``known`` are the links that were there
    at an earlier visit; None at the first.
    """
    entries: list[Entry] = []
    left_out: dict[str, str] = {}
    for link in links:
        verdict = judge_link(
            link.url,
            link.text,
            in_heading=link.in_heading,
            in_chrome=link.in_chrome,
            learned=shapes.of(link.url) if shapes else None,
            is_new=known is not None and link.url not in known,
        )
        if verdict.is_article:
            entries.append(Entry(url=link.url, title=text_of(link.text), evidence=verdict.reason))
        else:
            left_out[link.url] = verdict.reason
    fault = None if entries else "no entries: no link looks like an article"
    return Found(entries=unique(entries), left_out=left_out, fault=fault)


def judge_link(
    url: str,
    text: str,
    *,
    in_heading: bool = False,
    in_chrome: bool = False,
    learned: Learned | None = None,
    is_new: bool = False,
) -> LinkVerdict:
    """Judge a canonical URL of the same site: by its path, the words that it is linked with, and experience."""
    path = unquote(urlsplit(url).path)
    is_known_shape = learned is not None and learned.is_article is True
    if objection := _objection(url, path, learned):
        return LinkVerdict(False, objection)
    if in_chrome and not (is_known_shape and _is_telling(learned)):
        return LinkVerdict(False, "in the navigation or the footer")
    signs = [*_signs_of_path(path), *_signs_of_text(text, in_heading=in_heading)]
    signs += [NEW] if is_new else []
    if is_known_shape or len(signs) >= _ENOUGH:
        return LinkVerdict(True, ", ".join([str(learned)] * is_known_shape + signs))
    return LinkVerdict(False, f"only {signs[0]}" if signs else "nothing speaks for it")


def _objection(url: str, path: str, learned: Learned | None) -> str | None:
    """Say what alone makes an address no article's; what was learned on the site overrules words."""
    if urls.is_homepage(url):
        return "a front page"
    if found := _FILE.search(path):
        return f"a {found[0]} file"
    if learned is not None and learned.is_article is False:
        return str(learned)
    if learned is not None and learned.is_article and _is_telling(learned):
        return None
    word = _word_of_no_article(path)
    return f"the path has {word!r}" if word else None


def _is_telling(learned: Learned | None) -> bool:
    """Say whether a shape is more than one word in a folder: a section's address looks so, too."""
    return learned is not None and not learned.shape.rstrip("/").endswith("/word")


def _word_of_no_article(path: str) -> str | None:
    """Give the folder or last word under which no articles are; a whole date, or a slug with a number, speaks against it."""
    parts = [part.partition(".")[0] for part in path.lower().split("/")]
    word = next((part for part in parts if part in _words()), None)
    if word is None or _DAY.search(path) or (_has_long_slug(path) and _NUMBER.search(path)):
        return None
    return word


@cache
def _words() -> frozenset[str]:
    text = (resources.files("copytaster") / "data" / "link_words.toml").read_text("utf-8")
    told: Mapping[str, str] = tomllib.loads(text)
    return frozenset(word for words in told.values() for word in words.split())


def _signs_of_path(path: str) -> Iterator[str]:
    slug = path.rstrip("/").rpartition("/")[2]
    if _DATE.search(path):
        yield "a date in the path"
    if _has_long_slug(path):
        yield "a long slug"
    if _NUMBER.search(slug):
        yield "a number in the path"
    if slug.endswith((".html", ".htm", ".shtml")):
        yield "a document name"


def _has_long_slug(path: str) -> bool:
    slug = path.rstrip("/").rpartition("/")[2]
    words = max(slug.count("-"), slug.count("_"))
    return words >= _LONG_SLUG or (words > 0 and len(slug) >= _TALKATIVE)


def _signs_of_text(text: str, *, in_heading: bool) -> Iterator[str]:
    wide = sum(1 for letter in text if letter >= "\u2e80")
    if len(text) + 2 * wide >= _TALKATIVE:
        yield "the words of a headline"
    if in_heading and text:
        yield "in a heading"


def _links(root: Any, url: str, hosts: tuple[str, ...]) -> dict[str, Link]:
    base_element = root.find(".//base[@href]")
    base = (address(url, base_element.get("href")) if base_element is not None else None) or url
    own = {urls.registered_domain(host) for host in (urls.host_of(url), *hosts)}
    links: dict[str, Link] = {}
    for anchor in islice(root.iter("a"), _MOST_LINKS):
        target = address(base, anchor.get("href", "")) if anchor.get("href", "").strip("# ") else None
        if target is None or urls.registered_domain(urls.host_of(target)) not in own:
            continue
        link = links.setdefault(target, Link(url=target))
        tags = _tags_around(anchor)
        link.text = _headline(link.text, _text(anchor))
        link.in_heading = link.in_heading or bool(tags & _HEADINGS)
        link.in_chrome = link.in_chrome and bool(tags & _CHROME)
    return links


def _tags_around(anchor: Any) -> set[str]:
    around = (anchor, *anchor.iterancestors(), *islice(anchor.iterdescendants(), _MOST_AROUND))
    return {element.tag for element in around if isinstance(element.tag, str)}


def _text(anchor: Any) -> str:
    """Give the words of a link, bounded, since an unclosed one may hold the whole page; of a card, its heading's."""
    inside = list(islice(anchor.iterdescendants(), _MOST_AROUND))
    heading = next((element for element in inside if element.tag in _HEADINGS), None)
    if heading is not None and (text := _words_in(heading, "")):
        return text
    return _words_in(anchor, " " if any(element.tag in _BLOCKS for element in inside) else "")


def _words_in(element: Any, between: str) -> str:
    pieces: list[str] = []
    length = 0
    for piece in islice(element.itertext(), _LONGEST_TEXT):
        pieces.append(piece[:_LONGEST_TEXT])
        length += len(pieces[-1])
        if length > 2 * _LONGEST_TEXT:
            break
    return " ".join(between.join(pieces).split())[:_LONGEST_TEXT]


def _headline(known: str, text: str) -> str:
    """Several links lead to one article (picture, headline, teaser, "more"): the first telling one names it."""
    return known if len(known) >= _TALKATIVE or len(known) >= len(text) else text
