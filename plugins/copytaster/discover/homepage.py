"""A homepage and its robots.txt -> where feeds and sitemaps of the site may be. Pure."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html

from copytaster import urls
from copytaster.discover.documents import address, text_of

_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/json",
        "application/xml",
        "text/xml",
    }
)
_FEED_PATH = re.compile(r"(?:^|[/._-])(?:rss2?|atom|feeds?|rdf)(?:[/._-]|$)", re.IGNORECASE)
_DATA_PATH = re.compile(r"/(?:wp-json|oembed|api)(?:/|$)", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|kommentar|comentario|commenti|коммент", re.IGNORECASE)
_SITEMAP_LINE = re.compile(r"^[ \t]*site-?map[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_NEWS = re.compile(r"news|nachrichten|noticias|actualit|новост", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s[-\u2013\u2014|:\u00b7\u2022\u00bb/]\s|[|\u2022\u00bb]")
_LONGEST_NAME = 100
_MOST_LINKS = 10_000
_MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class Hint:
    """An address at which there may be a feed or a sitemap, and who says so."""

    url: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Homepage:
    """What a homepage tells about itself."""

    name: str | None = None
    in_language: str | None = None
    feeds: tuple[Hint, ...] = ()


def read_homepage(body: bytes, *, url: str) -> Homepage:
    """Read a site's name, its language, and the feeds that it names or links to; of anything else: nothing."""
    try:
        root = lxml_html.document_fromstring(body, parser=lxml_html.HTMLParser(no_network=True))
    except (etree.LxmlError, ValueError):
        return Homepage()
    base_element = root.find(".//base[@href]")
    base = (address(url, base_element.get("href")) if base_element is not None else None) or url
    hints: dict[str, Hint] = {}
    for hint in (*_named(root, base), *_linked(root, base)):
        hints.setdefault(hint.url, hint)
    return Homepage(
        name=_name(root, url),
        in_language=text_of(root.get("lang") or root.get("xml:lang")),
        feeds=tuple(hints.values())[:_MOST_NAMED],
    )


def _named(root: Any, base: str) -> Iterator[Hint]:
    for link in islice(root.iter("link"), _MOST_LINKS):
        relations = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" not in relations or (kind not in _FEED_TYPES and "feed" not in relations):
            continue
        target = address(base, link.get("href") or "")
        about = f"{link.get('href')} {link.get('title')}"
        if target and not _COMMENTS.search(about) and not _DATA_PATH.search(urlsplit(target).path):
            yield Hint(target, "named by the page")


def _linked(root: Any, base: str) -> Iterator[Hint]:
    """Give links to feeds that stand among the others, on this site or on one that serves feeds."""
    for anchor in islice(root.iter("a"), _MOST_LINKS):
        href = (anchor.get("href") or "").strip()
        if not _FEED_PATH.search(href.partition("?")[0]) or _COMMENTS.search(href):
            continue
        target = address(base, href.removeprefix("feed:"))
        if target and (urls.same_site(target, base) or _FEED_PATH.search(urls.host_of(target))):
            yield Hint(target, "linked on the page")


def _name(root: Any, url: str) -> str | None:
    """Give what the site calls itself; of a title with a slogan the part that its host spells."""
    told = root.find(".//meta[@property='og:site_name']")
    if told is not None and (name := text_of(told.get("content"))):
        return name[:_LONGEST_NAME]
    element = root.find(".//head/title")
    title = text_of(element.text) if element is not None else None
    if title is None:
        return None
    host = "".join(filter(str.isalnum, urls.host_of(url)))
    parts = (part.strip() for part in _SEPARATOR.split(title))
    spelt = (part for part in parts if (word := "".join(filter(str.isalnum, part.lower()))) and word in host)
    return max(spelt, key=len, default=title)[:_LONGEST_NAME]


def named_sitemaps(robots_txt: str, url: str) -> tuple[Hint, ...]:
    """Give the sitemaps that a robots.txt names, those for news first."""
    found = (address(url, line[1]) for line in islice(_SITEMAP_LINE.finditer(robots_txt), _MOST_NAMED))
    named = dict.fromkeys(target for target in found if target)
    return tuple(
        Hint(target, "named by robots.txt") for target in sorted(named, key=lambda t: not is_for_news(t))
    )


def is_for_news(url: str) -> bool:
    """Say whether a sitemap's path speaks of news."""
    return _NEWS.search(urls.target_of(url)) is not None


def well_known(kind: str, url: str) -> tuple[Hint, ...]:
    """Give the addresses at which sites keep their ``feeds`` or ``sitemaps``."""
    return tuple(Hint(urljoin(url, path), "at a well-known path") for path in _well_known()[kind])


@cache
def _well_known() -> dict[str, list[str]]:
    text = (resources.files("copytaster") / "data" / "addresses.toml").read_text("utf-8")
    return {kind: paths.split() for kind, paths in tomllib.loads(text)["well_known"].items()}
