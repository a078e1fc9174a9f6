"""How an invented site tells of its pages: feeds, sitemaps and listings of every form, whole and broken."""

import gzip
import html
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import TypeAlias
from urllib.parse import urlsplit

from copytaster.model import SourceKind

XML = "application/xml"
_RSS_NAMES = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
_SITEMAP_NAMES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_NEWS_NAMES = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A link as it is published; the address need not be one."""

    url: str
    title: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is served under one path."""

    content_type: str
    body: bytes


Documents: TypeAlias = Mapping[str, Document]
Form: TypeAlias = Callable[[str, Sequence[Told]], Documents]


def _of(content_type: str, text: str | bytes, path: str = "/latest") -> dict[str, Document]:
    body = text.encode() if isinstance(text, str) else text
    return {path: Document(content_type=content_type, body=body)}


def _rss_text(
    links: Sequence[Told], *, names: str = _RSS_NAMES, escape: Callable[[str], str] = html.escape
) -> str:
    items = "".join(
        f"<item><title>{escape(link.title)} &amp; more</title><link>{escape(link.url)}</link><dc:creator>Desk</dc:creator>"
        f"<pubDate>{format_datetime(link.published_at)}</pubDate></item>\n"
        for link in links
    )
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {names}><channel><title>News</title>\n{items}</channel></rss>'


def _rss(_: str, links: Sequence[Told]) -> Documents:
    return _of("application/rss+xml", _rss_text(links))


def _rss_unescaped(_: str, links: Sequence[Told]) -> Documents:
    """Forget to escape: a stray ampersand in each title."""
    links = [Told(url=link.url, title=f"Q&A: {link.title}", published_at=link.published_at) for link in links]
    return _of("application/rss+xml", _rss_text(links, escape=str))


def _rss_torn(_: str, links: Sequence[Told]) -> Documents:
    """Break off within an item that comes after all others."""
    return _of("text/html", _rss_text(links).removesuffix("</channel></rss>") + "<item><title>And the la")


def _rss_without_names(_: str, links: Sequence[Told]) -> Documents:
    """Use a prefix that nobody declared, after a blank line that must not be there."""
    return _of("text/xml", "\n\n" + _rss_text(links, names=""))


def _rss_control_signs(_: str, links: Sequence[Told]) -> Documents:
    return _of(XML, _rss_text(links).replace(" &amp; more", "\x0b\x00 &nbsp;&bogus; more"))


def _rss_old_charset(_: str, links: Sequence[Told]) -> Documents:
    """Say UTF-8 and write Windows-1252."""
    text = _rss_text(links).replace(" &amp; more", " \u2013 \u201ccafé\u201d")
    return _of("application/rss+xml", text.encode("cp1252"))


def _atom(_: str, links: Sequence[Told]) -> Documents:
    entries = "".join(
        f"<entry><title>{html.escape(link.title)}</title><link href='{html.escape(link.url)}'/><id>tag:news,2026:{number}</id>"
        f"<published>{link.published_at.isoformat()}</published></entry>\n"
        for number, link in enumerate(links)
    )
    return _of("application/atom+xml", f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>')


def _rdf(_: str, links: Sequence[Told]) -> Documents:
    items = "".join(
        f'<item rdf:about="{number}"><title>{html.escape(link.title)}</title><link>{html.escape(link.url)}</link></item>\n'
        for number, link in enumerate(links)
    )
    names = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    return _of(XML, f"<rdf:RDF {names}>{items}</rdf:RDF>")


def _json(_: str, links: Sequence[Told]) -> Documents:
    items = [{"id": link.url, "url": link.url, "title": link.title} for link in links]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "News",
        "items": [*items, 7, {"id": 4711}, None],
    }
    return _of("application/feed+json", json.dumps(feed))


def _urlset(links: Sequence[Told]) -> str:
    urls = "".join(
        f"<url><loc>{html.escape(link.url)}</loc><lastmod>{link.published_at.isoformat()}</lastmod></url>\n"
        for link in links
    )
    return f'<?xml version="1.0"?><urlset {_SITEMAP_NAMES}>{urls}</urlset>'


def _sitemap(_: str, links: Sequence[Told]) -> Documents:
    return _of(XML, _urlset(links))


def _sitemap_gzip(_: str, links: Sequence[Told]) -> Documents:
    return _of("application/x-gzip", gzip.compress(_urlset(links).encode(), mtime=0))


def _sitemap_torn(_: str, links: Sequence[Told]) -> Documents:
    return _of(XML, _urlset(links).removesuffix("</urlset>") + "<url><lo")


def _news_sitemap(_: str, links: Sequence[Told]) -> Documents:
    urls = "".join(
        f"<url><loc>{html.escape(link.url)}</loc><news:news><news:publication_date>{link.published_at.isoformat()}"
        f"</news:publication_date><news:title>{html.escape(link.title)}</news:title></news:news></url>\n"
        for link in links
    )
    return _of(XML, f"<urlset {_SITEMAP_NAMES} {_NEWS_NAMES}>{urls}</urlset>")


def _index_text(base: str, paths: Sequence[str], changed_at: datetime) -> str:
    below = "".join(
        f"<sitemap><loc>{base}{path}</loc><lastmod>{changed_at.isoformat()}</lastmod></sitemap>\n"
        for path in paths
    )
    return f"<sitemapindex {_SITEMAP_NAMES}>{below}</sitemapindex>"


def _index(base: str, links: Sequence[Told]) -> Documents:
    """Name three sitemaps, one of them compressed."""
    parts = {f"/sitemap-{number}.xml": _urlset(links[number::3]).encode() for number in range(3)}
    packed = gzip.compress(parts.pop("/sitemap-2.xml"), mtime=0)
    told = {path: Document(content_type=XML, body=body) for path, body in parts.items()}
    told["/sitemap-2.xml.gz"] = Document(content_type="application/octet-stream", body=packed)
    return {**_of(XML, _index_text(base, list(told), links[0].published_at)), **told}


def _index_of_indexes(base: str, links: Sequence[Told]) -> Documents:
    """Name an index that names the sitemaps, and itself once more."""
    inner = dict(_index(base, links))
    upper = inner.pop("/latest")
    named = upper.body.replace(
        b"</sitemapindex>", f"<sitemap><loc>{base}/latest</loc></sitemap></sitemapindex>".encode()
    )
    inner["/sitemap-index.xml"] = Document(content_type=XML, body=named)
    return {**_of(XML, _index_text(base, ["/sitemap-index.xml"], links[0].published_at)), **inner}


def _url_list(_: str, links: Sequence[Told]) -> Documents:
    return _of("text/plain", "\r\n".join(link.url for link in links))


def _listing(_: str, links: Sequence[Told]) -> Documents:
    teasers = "".join(
        f'<div><h3><a href="{html.escape(link.url)}">{html.escape(link.title)}</a></h3><p>In short.</p></div>\n'
        for link in links
    )
    chrome = '<nav><a href="/town/">Town</a><a href="/about-us">About us and what we stand for in this town</a></nav>'
    return _of(
        "text/html; charset=utf-8", f"<!doctype html><html><body>{chrome}<main>{teasers}</main></body></html>"
    )


def _listing_relative(base: str, links: Sequence[Told]) -> Documents:
    """Link as sites do it: by path, from a base; elements that nobody closes."""
    host = urlsplit(base).netloc
    text = next(iter(_listing(base, links).values())).body.decode()
    text = text.replace(f"http://{host}/", "").replace("</div>", "").replace("</h3>", "")
    return _of("text/html", text.replace("<body>", f"<head><base href='http://{host}/'></head><body>"))


#: Each form under its name, with what an operator would have registered it as.
FORMS: Mapping[str, tuple[SourceKind, Form]] = {
    "RSS": ("feed", _rss),
    "listing": ("listing", _listing),
    "sitemap": ("sitemap", _sitemap),
    "Atom": ("feed", _atom),
    "sitemap index": ("sitemap", _index),
    "JSON Feed": ("feed", _json),
    "sitemap, gzip": ("sitemap", _sitemap_gzip),
    "RSS, not escaped": ("feed", _rss_unescaped),
    "news sitemap": ("sitemap", _news_sitemap),
    "RSS, torn": ("feed", _rss_torn),
    "RDF": ("feed", _rdf),
    "listing, relative and unclosed": ("listing", _listing_relative),
    "RSS, undeclared prefix": ("feed", _rss_without_names),
    "list of addresses": ("sitemap", _url_list),
    "RSS, control signs": ("feed", _rss_control_signs),
    "sitemap, torn": ("sitemap", _sitemap_torn),
    "RSS, wrong charset": ("feed", _rss_old_charset),
    "RSS registered as a sitemap": ("sitemap", _rss),
    "sitemap registered as a feed": ("feed", _sitemap),
    "index of indexes": ("sitemap", _index_of_indexes),
}
