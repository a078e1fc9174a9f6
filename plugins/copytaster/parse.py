"""Text -> tree: the one parse of a page. Pure."""

import re

import orjson
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from copytaster.errors import Unusable

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)
_OTHER_FORMATS = (b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b", b"RIFF", b"ID3")
_FEED = re.compile(
    r"^\s*(?:<\?xml[^>]*\?>\s*)?(?:(?><!--.*?-->)\s*)*+<(?:rss|feed|urlset|sitemapindex|svg)\b",
    re.IGNORECASE | re.DOTALL,
)
_COUNT = etree.XPath("count(//*)")
_WIDE_CELLS = etree.XPath("//*[string-length(@colspan) > 1 or string-length(@rowspan) > 1]")
_MOST_ELEMENTS = 30_000
_ANY_TAG = re.compile(r"<(?:[a-zA-Z][a-zA-Z0-9]*[\s/>]|!doctype\b|!--)", re.IGNORECASE)


def sniff(body: bytes) -> bool:
    """Say whether this may be HTML or text: False when the first bytes say that this is neither HTML nor text."""
    return not body.lstrip()[:8].startswith(_OTHER_FORMATS)


def has_markup(text: str) -> bool:
    """Say whether there is a tag anywhere."""
    return _ANY_TAG.search(text) is not None


def is_json(text: str) -> bool:
    """Say whether the whole text is a JSON object or array."""
    if text.lstrip()[:1] not in {"{", "["}:
        return False
    try:
        orjson.loads(text)
    except ValueError:
        return False
    return True


def parse_html(text: str) -> HtmlElement:
    """Parse a decoded page; raise ``Unusable`` for feeds, JSON and what makes no tree.

    Of a page with more elements than any article has, only a beginning is read that has fewer:
    everything that reads the tree then ends in bounded time.
    """
    if _FEED.match(text[:2000]):
        raise Unusable("not_html", "an XML document of another kind")
    text = _XML_DECLARATION.sub("", _CONTROL.sub("", text), count=1)
    tree = _parse(text)
    while _COUNT(tree) > _MOST_ELEMENTS:
        text = text[: len(text) // 2]
        tree = _parse(text)
    for cell in _WIDE_CELLS(tree):  # the extractor fills in every cell that is spanned
        cell.attrib.pop("colspan", None)
        cell.attrib.pop("rowspan", None)
    return tree


def _parse(text: str) -> HtmlElement:
    parser = HTMLParser(
        collect_ids=False, default_doctype=False, encoding="utf-8", remove_comments=True, remove_pis=True
    )
    try:
        return document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError as error:  # lxml's word for "no element in it"
        raise Unusable("empty", str(error)) from error
