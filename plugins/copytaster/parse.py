"""Text -> tree: the one parse of a page. Pure."""

import re

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from copytaster.errors import Unusable

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)
_OTHER_FORMATS = (b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b", b"RIFF", b"ID3")
_FEED = re.compile(
    r"^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed|urlset|sitemapindex|svg)\b",
    re.IGNORECASE | re.DOTALL,
)
_ANY_TAG = re.compile(r"<(?:[a-zA-Z][a-zA-Z0-9]*[\s/>]|!doctype\b|!--)", re.IGNORECASE)


def sniff(body: bytes) -> bool:
    """True unless the first bytes say that this is neither HTML nor text."""
    return not body.lstrip()[:8].startswith(_OTHER_FORMATS)


def has_markup(text: str) -> bool:
    """True if there is a tag anywhere."""
    return _ANY_TAG.search(text) is not None


def parse_html(text: str) -> HtmlElement:
    """Parse a decoded page; raise ``Unusable`` for feeds, JSON and what makes no tree."""
    if _FEED.match(text[:2000]):
        raise Unusable("not_html", "an XML document of another kind")
    text = _XML_DECLARATION.sub("", _CONTROL.sub("", text), count=1)
    parser = HTMLParser(
        collect_ids=False, default_doctype=False, encoding="utf-8", remove_comments=True, remove_pis=True
    )
    try:
        return document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError as error:  # lxml's word for "no element in it"
        raise Unusable("empty", str(error)) from error
