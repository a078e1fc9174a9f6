"""Whether a body is a page at all, by what the server says and by what the bytes say. Pure."""

import re
from typing import Final

from copytaster.errors import Unusable

#: Bytes that are looked at.
LOOKED_AT: Final = 2_048
_HTML_TYPES: Final = {"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"}
_XML_TYPES: Final = {"text/xml", "application/xml"}
_SILENT_TYPES: Final = {"", "application/octet-stream", "application/x-unknown", "unknown/unknown", "*/*"}
_MAGIC: Final = (
    (b"%PDF-", "PDF"),
    (b"\x89PNG\r\n\x1a\n", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"PK\x03\x04", "ZIP archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"BM", "BMP image"),
    (b"OggS", "Ogg media"),
    (b"ID3", "MP3 audio"),
    (b"\x00\x00\x01\x00", "icon"),
    (b"\x1aE\xdf\xa3", "Matroska video"),
    (b"wOF", "font"),
    (b"{\\rtf", "RTF document"),
    (b"\xd0\xcf\x11\xe0", "Office document"),
)
_MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|script|style|link|div|p|h1|article|section|main|a|br|table|!--)",
    re.IGNORECASE,
)
_FEED = re.compile(rb"<(?:rss|feed|rdf:rdf|urlset|sitemapindex|svg)[\s>]", re.IGNORECASE)


def media_type(content_type: str, head: bytes) -> str:
    """Give ``text/html`` or ``text/plain`` for a body that begins with ``head``.

    ``content_type`` is the header, "" if there was none. Raises ``Unusable("not_html")`` for
    anything else: PDF, images, video, JSON, feeds, whatever the header claims.
    """
    declared = content_type.partition(";")[0].strip().lower()
    head = head[:LOOKED_AT]
    if found := _other_than_text(head, content_type):
        raise Unusable("not_html", found)
    text = _ascii_part(head).lstrip(b"\xef\xbb\xbf \t\r\n\f")
    if declared in _HTML_TYPES:
        return _html_unless_data(text)
    if declared == "text/plain":
        return "text/html" if text.startswith(b"<") and _MARKUP.match(text) else "text/plain"
    if (declared in _XML_TYPES or declared in _SILENT_TYPES) and _is_html(text):
        return "text/html"
    raise Unusable("not_html", declared or "neither type nor markup")


def _other_than_text(head: bytes, content_type: str) -> str | None:
    name = next((name for magic, name in _MAGIC if head.startswith(magic)), None)
    if name == "BMP image" and b"\x00" not in head:
        return None  # two letters are no proof
    if name:
        return name
    if head[4:8] == b"ftyp" or (head[:4] == b"RIFF" and head[8:12] in {b"WEBP", b"AVI ", b"WAVE"}):
        return "audio, video or image"
    if b"\x00" in head and not _is_wide(head, content_type):
        return "binary data"
    return None


def _is_wide(head: bytes, content_type: str) -> bool:
    """UTF-16 and UTF-32 are full of zero bytes and yet text."""
    return (
        head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")) or "utf-16" in content_type.lower()
    )


def _ascii_part(head: bytes) -> bytes:
    return head.replace(b"\x00", b"").lstrip(b"\xff\xfe")


def _html_unless_data(text: bytes) -> str:
    if text[:1] in {b"{", b"["} and not _MARKUP.search(text):
        raise Unusable("not_html", "JSON that calls itself HTML")
    if text.startswith(b"<") and not _is_html(text) and _FEED.search(text):
        raise Unusable("not_html", "a feed that calls itself HTML")
    return "text/html"


def _is_html(text: bytes) -> bool:
    found = _MARKUP.search(text)
    feed = _FEED.search(text)
    return found is not None and (feed is None or found.start() < feed.start())
