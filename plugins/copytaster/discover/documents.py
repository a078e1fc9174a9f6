"""What discovery has in common: the result, what a document is, how an entry is made."""

import html
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urljoin

from copytaster import codings, urls
from copytaster.errors import Unusable
from copytaster.model import Entry

DocumentKind = Literal["nothing", "html", "json", "sitemap", "urls", "feed"]

#: Most entries that are taken from one document; the sitemap protocol's own bound.
MOST_ENTRIES: Final = 50_000
_MOST_BYTES: Final = 50 * 1024 * 1024
_LONGEST_TEXT: Final = 2_000
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # Postgres takes none of them
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]{1,9})|([0-9]{1,9}));")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_SITEMAP = re.compile(rb"<(?:[a-z0-9]+:)?(?:urlset|sitemapindex)[\s>]", re.IGNORECASE)
_FEED = re.compile(rb"<(?:rss|feed|rdf:rdf|(?:[a-z0-9]+:)?(?:rss|feed|channel|rdf))[\s>]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a document gave: entries, the sitemaps that an index names, and what is wrong with it."""

    entries: tuple[Entry, ...] = ()
    children: tuple[Entry, ...] = ()  # URL and, as ``date_modified``, the index's lastmod
    left_out: Mapping[str, str] = field(default_factory=dict)  # a listing's other links: URL -> why
    fault: str | None = None


def unpacked(body: bytes) -> tuple[bytes, str | None]:
    """Undo gzip (sitemaps are published so), as far as it goes; the second value is the fault."""
    if not body.startswith(b"\x1f\x8b"):
        return body, None
    pieces: list[bytes] = []
    try:
        pieces.extend(codings.decoded(body, "gzip", limit=_MOST_BYTES))
    except codings.BrokenCoding as error:
        return b"".join(pieces), f"torn: {error}"
    except Unusable as error:
        return b"", f"too large: {error.detail}"
    return b"".join(pieces), None


def without_bad_references(body: bytes) -> bytes:
    """Take out character references to what is no character: parsers choke on half a surrogate pair."""
    return _REFERENCE.sub(_checked, body) if b"&#" in body else body


def _checked(found: re.Match[bytes]) -> bytes:
    number = int(found[1], 16) if found[1] else int(found[2])
    return b"" if number == 0 or 0xD800 <= number <= 0xDFFF or number > sys.maxunicode else found[0]  # noqa: PLR2004


def recognise(body: bytes, content_type: str) -> DocumentKind:
    """Say what a document is, by its first kilobytes rather than by its label."""
    head = body[:4_096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\f")
    if not head:
        return "nothing"
    if head.startswith((b"{", b"[")):
        return "json"
    if head.startswith((b"http://", b"https://")):
        return "urls"
    marks = (("sitemap", _SITEMAP), ("feed", _FEED), ("html", _HTML))
    places = [(found.start(), kind) for kind, mark in marks if (found := mark.search(head))]
    if places:
        return min(places)[1]  # type: ignore[return-value]
    return "html" if "html" in content_type.lower() and not head.startswith(b"<?xml") else "feed"


def address(base: str, link: str) -> str | None:
    """Give the canonical URL of a link, None for what is none (or none that we may fetch)."""
    try:
        return urls.canonicalize(urljoin(base, link.strip()))
    except (Unusable, ValueError):
        return None


def text_of(markup: str | None) -> str | None:
    """Give a field's plain text, bounded; feeds put HTML, escaped once or twice, anywhere."""
    if not markup:
        return None
    text = markup[: 4 * _LONGEST_TEXT]
    if "<" in text or "&" in text:
        text = html.unescape(_TAG.sub(" ", text))
    text = _UNSTORABLE.sub("", text)
    return " ".join(text.split())[:_LONGEST_TEXT].strip() or None


def unique(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Give each URL once, the first time; at most ``MOST_ENTRIES``."""
    kept: dict[str, Entry] = {}
    for entry in entries:
        kept.setdefault(entry.url, entry)
        if len(kept) == MOST_ENTRIES:
            break
    return tuple(kept.values())
