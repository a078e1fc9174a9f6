"""Sitemaps, news sitemaps and sitemap indexes -> entries and children."""

import codecs
import io
from collections.abc import Iterator
from typing import Any

from lxml import etree

from copytaster.discover.documents import MOST_ENTRIES, Found, address, text_of, unique
from copytaster.model import Entry

_NEWS_LISTS = str.maketrans(";", ",")


def read_sitemap(body: bytes, *, url: str) -> Found:
    """Read ``urlset`` and ``sitemapindex``, with Google's ``news:`` tags; torn ones as far as they go."""
    pages: list[Entry] = []
    children: list[Entry] = []
    fault = None
    try:
        for _, element in _elements(body):
            is_page = element.tag.rpartition("}")[2] == "url"
            if (entry := _entry(element, url)) is not None:
                (pages if is_page else children).append(entry)
            _forget(element)
            if len(pages) + len(children) >= MOST_ENTRIES:
                break
    except etree.XMLSyntaxError as error:
        fault = f"malformed: {error}"[:300]
    if fault is None and not _is_closed(body):
        fault = "torn: the document has no end"
    return Found(entries=unique(pages), children=unique(children), fault=fault)


def read_url_list(body: bytes, *, url: str) -> Found:
    """Read a text sitemap: one URL a line."""
    encoding = "utf-16" if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    lines = body.decode(encoding, "replace").splitlines()[:MOST_ENTRIES]
    found = (address(url, line) for line in lines if "://" in line)
    entries = unique(Entry(url=page) for page in found if page)
    return Found(entries=entries, fault=None if entries else "no entries: a list without one address")


def _elements(body: bytes) -> Iterator[tuple[str, Any]]:
    """Walk without building the tree: a full sitemap has 50 MB."""
    return iter(
        etree.iterparse(
            io.BytesIO(body),
            events=("end",),
            tag=("{*}url", "{*}sitemap"),
            recover=True,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
        )
    )


def _forget(element: Any) -> None:
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _entry(element: Any, base: str) -> Entry | None:
    told: dict[str, str] = {}
    for part in element.iter(
        "{*}loc", "{*}lastmod", "{*}title", "{*}publication_date", "{*}language", "{*}keywords"
    ):
        in_image_or_video = any(
            "image" in str(parent.tag) or "video" in str(parent.tag) for parent in part.iterancestors()
        )
        if not in_image_or_video and part.text:
            told.setdefault(part.tag.rpartition("}")[2], part.text.strip())
    url = address(base, told["loc"]) if told.get("loc") else None
    if url is None:
        return None
    keywords = (text_of(word) for word in told.get("keywords", "").translate(_NEWS_LISTS).split(","))
    return Entry(
        url=url,
        title=text_of(told.get("title")),
        date_published=text_of(told.get("publication_date")),
        date_modified=text_of(told.get("lastmod")),
        in_language=text_of(told.get("language")),
        keywords=tuple(word for word in keywords if word),
    )


def _is_closed(body: bytes) -> bool:
    tail = body[-400:].lower()
    return any(end in tail for end in (b"urlset>", b"sitemapindex>", b"/>"))
