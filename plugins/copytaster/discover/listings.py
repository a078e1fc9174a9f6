"""Listing pages (front pages, sections) -> the links on them that look like articles."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree
from lxml import html as lxml_html

from copytaster import urls
from copytaster.discover.documents import Found, address, text_of, unique
from copytaster.model import Entry
from copytaster.parse import without_crowded_tags

_CHARSET = re.compile(r"charset=[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_CHROME = frozenset({"nav", "footer", "form"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5"})
_DATE = re.compile(r"/(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2])(?:[/-]?[0-3]?\d)?(?:/|-|$)")
_NUMBER = re.compile(r"\d{5,}")
_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|zip|xml|rss|json|css|js|ics|docx?|xlsx?)$", re.IGNORECASE
)
_NO_ARTICLE = re.compile(
    r"/(?:tags?|topics?|categor(?:y|ies)|authors?|profiles?|people|search|login|log-in|signin|sign-in|register|"
    r"account|subscribe|subscriptions?|newsletters?|about(?:-us)?|contact(?:-us)?|privacy(?:-policy)?|cookies?|terms"
    r"(?:-of-use|-and-conditions)?|imprint|impressum|datenschutz|legal|help|faq|jobs|careers|advertis(?:e|ing)|"
    r"shop|store|rss|feeds?|sitemap|share|print|comments?|page|archive|wp-(?:admin|login|content))(?:/|\.|$)",
    re.IGNORECASE,
)
_ENOUGH = 2
_MOST_LINKS = 10_000
_LONG_SLUG = 3  # hyphens
_TALKATIVE = 25  # letters of a headline; one of Chinese or Japanese needs fewer


@dataclass(frozen=True, slots=True)
class LinkVerdict:
    """Whether a link looks like an article's, and why."""

    is_article: bool
    reason: str


def read_listing(body: bytes, *, url: str, content_type: str) -> Found:
    """Give the links of a page that stay on its site and look like articles, in the page's order."""
    charset = _CHARSET.search(content_type)
    try:
        parser = lxml_html.HTMLParser(encoding=charset[1] if charset else None, no_network=True)
        root = lxml_html.document_fromstring(without_crowded_tags(body), parser=parser)
    except (etree.LxmlError, ValueError, LookupError) as error:
        return Found(fault=f"malformed: {error}"[:300])
    entries = unique(_entries(root, url))
    return Found(entries=entries, fault=None if entries else "no entries: no link looks like an article")


def judge_link(url: str, text: str, *, in_heading: bool = False, in_chrome: bool = False) -> LinkVerdict:
    """Judge a canonical URL of the same site by its path and by the words that it is linked with."""
    path = unquote(urlsplit(url).path)
    if urls.is_homepage(url):
        return LinkVerdict(False, "a front page")
    if found := _FILE.search(path):
        return LinkVerdict(False, f"a {found[0]} file")
    if found := _NO_ARTICLE.search(path):
        return LinkVerdict(False, f"the path has {found[0].strip('/.')!r}")
    if in_chrome:
        return LinkVerdict(False, "in the navigation or the footer")
    signs = [*_signs_of_path(path), *_signs_of_text(text, in_heading=in_heading)]
    if len(signs) >= _ENOUGH:
        return LinkVerdict(True, ", ".join(signs))
    return LinkVerdict(False, f"only {signs[0]}" if signs else "nothing speaks for it")


def _signs_of_path(path: str) -> Iterator[str]:
    slug = path.rstrip("/").rpartition("/")[2]
    if _DATE.search(path):
        yield "a date in the path"
    if slug.count("-") >= _LONG_SLUG or slug.count("_") >= _LONG_SLUG:
        yield "a long slug"
    if _NUMBER.search(slug):
        yield "a number in the path"
    if slug.endswith((".html", ".htm", ".shtml")):
        yield "a document name"


def _signs_of_text(text: str, *, in_heading: bool) -> Iterator[str]:
    wide = sum(1 for letter in text if letter >= "\u2e80")
    if len(text) + 2 * wide >= _TALKATIVE:
        yield "the words of a headline"
    if in_heading and text:
        yield "in a heading"


def _entries(root: Any, url: str) -> Iterator[Entry]:
    base_element = root.find(".//base[@href]")
    base = (address(url, base_element.get("href")) if base_element is not None else None) or url
    own = urls.registered_domain(urls.host_of(url))
    texts: dict[str, str] = {}
    verdicts: dict[str, bool] = {}
    for anchor in islice(root.iter("a"), _MOST_LINKS):
        target = address(base, anchor.get("href", "")) if anchor.get("href", "").strip("# ") else None
        if target is None or urls.registered_domain(urls.host_of(target)) != own:
            continue
        text = " ".join(anchor.text_content().split())[:500]
        around = [anchor, *anchor.iterancestors(), *anchor.iterdescendants()]
        tags = {element.tag for element in around if isinstance(element.tag, str)}
        verdict = judge_link(target, text, in_heading=bool(tags & _HEADINGS), in_chrome=bool(tags & _CHROME))
        verdicts[target] = verdicts.get(target, False) or verdict.is_article
        texts[target] = _headline(texts.get(target, ""), text)
    for target, is_article in verdicts.items():
        if is_article:
            yield Entry(url=target, title=text_of(texts[target]))


def _headline(known: str, text: str) -> str:
    """Several links lead to one article (picture, headline, teaser, "more"): the first telling one names it."""
    return known if len(known) >= _TALKATIVE or len(known) >= len(text) else text
