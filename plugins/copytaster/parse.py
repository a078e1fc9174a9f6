"""Text -> tree: the one parse of a page. Pure."""

import re
from collections import Counter
from itertools import islice

import orjson
from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from copytaster.errors import Unusable

_CONTROL = bytes({*range(0x20), 0x7F} - set(b"\t\n\r"))
_NO_CHARACTERS = ("\ufffe", "\uffff")
_XML_DECLARATION = re.compile(rb"\s*<\?xml[^>]*\?>", re.IGNORECASE)
_OTHER_FORMATS = (b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b", b"RIFF", b"ID3")
_FEED = re.compile(
    r"^\s*(?:<\?xml[^>]*\?>\s*)?(?:(?><!--.*?-->)\s*)*+<(?:rss|feed|urlset|sitemapindex|svg)\b",
    re.IGNORECASE | re.DOTALL,
)
_LONG_RUN = re.compile(rb"(?:\A|(?<=>))[^>]{20000,}")  # what may hold such a tag: "<" ends none
_TAG_BEGINS = re.compile(rb"<[a-zA-Z]")
# A quote that does not follow "=" is part of a name, as for the parser.
_ATTRIBUTE = re.compile(rb"[^\s=]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|\S*))?")
_MOST_ATTRIBUTES = 1_000  # the parser compares each with all before it
_SCRIPT = re.compile(rb"<script\b([^<>]{0,2000})>", re.IGNORECASE)
_MANY_LINKS = 500
_LINKS_KEPT = 300
_NO_PROSE = frozenset({"a", "script", "style"})
_MUCH_BLANK = (b" " * 1_000, b"\t" * 1_000, b"\n" * 1_000, b" \n" * 500)
_BLANKS = re.compile(rb"[ \t\r\n]{200,}")
#: lxml.html asks a function in Python for the class of each element, each time that one is looked at.
_ONE_CLASS = etree.ElementDefaultClassLookup(element=HtmlElement)
_COUNT = etree.XPath("count(//*)")
_TEXTS = etree.XPath("//text()[not(parent::script or parent::style)]", smart_strings=False)
_MOST_ELEMENTS = 16_000  # the largest of thousands of real pages has 10,106
_MOST_BLOCKS = 8_000  # the last of the readers that are asked takes time by its square
_BLOCK_TAGS = ("p", "li", "td", "th", "dd", "dt", "div", "blockquote", "pre", "br", "h2", "h3", "h4")
_FEW_SIGNS = 3_000  # "<" in a page that is not large, below which nobody need count
_MOST_TEXT = 1_000_000  # characters: three novels
_LARGE = 500_000  # bytes of markup below which nobody need count
_LARGEST = 9_000_000  # bytes: the parser loses a text of more than ten million
_MOST_SIGNS = 100_000  # "<" in a page: its tree then takes less than a tenth of a gigabyte
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

    Of a page with more elements or more text than any article has, long lists of links are shortened; if
    that is not enough, only a beginning is read: everything that reads the tree then ends in bounded time.
    """
    if _FEED.match(text[:2000]):
        raise Unusable("not_html", "an XML document of another kind")
    markup = _bounded(_without_controls(text))
    tree = _parse(markup)
    if (excess := _excess(tree, markup)) > 1:
        _shorten_lists_of_links(tree)
        excess = _excess(tree, markup)
    while excess > 1:
        markup = markup[: int(0.9 * len(markup) / excess)].decode("utf-8", "ignore").encode()
        tree = _parse(markup)
        excess = _excess(tree, markup)
    for cell in tree.iter("td", "th"):  # the extractor fills in every cell that is spanned
        for name in ("colspan", "rowspan"):
            if len(cell.get(name, "")) > 1:
                del cell.attrib[name]
    return tree


def _shorten_lists_of_links(tree: HtmlElement) -> None:
    """Leave the first of very many links that stand together: the story may come after them."""
    links: Counter[HtmlElement] = Counter()
    prose: Counter[HtmlElement] = Counter()
    for element in reversed(list(tree.iter())):  # those within before those around
        parent = element.getparent()
        if element.tag in _NO_PROSE:
            prose[element] = 0
            links[element] += element.tag == "a"
        else:
            prose[element] += len((element.text or "").strip())
        if links[element] >= _MANY_LINKS and prose[element] < links[element]:
            for child in element[_LINKS_KEPT:]:
                child.drop_tree()
            links[element] = _LINKS_KEPT
        if parent is not None:
            links[parent] += links[element]
            prose[parent] += prose[element] + len((element.tail or "").strip())


def _bounded(markup: bytes) -> bytes:
    """Cut markup to what can be parsed in bounded memory."""
    if len(markup) < _LARGE:
        return markup
    if any(run in markup for run in _MUCH_BLANK):  # ten times as quick as to look for all that is blank
        markup = _BLANKS.sub(b"\n", markup)
    markup = without_crowded_tags(markup[:_LARGEST])
    if markup.count(b"<") > _MOST_SIGNS:
        markup = _without_scripts(markup)
    while (signs := markup.count(b"<")) > _MOST_SIGNS:
        markup = markup[: int(0.9 * len(markup) * _MOST_SIGNS / signs)]
    return markup


def _without_scripts(markup: bytes) -> bytes:
    """Take out scripts but JSON-LD, each to its end tag, in linear time."""
    lowered, kept, place = markup.lower(), [], 0
    for opening in _SCRIPT.finditer(markup):
        if opening.start() < place or b"ld+json" in opening[1]:
            continue
        end = lowered.find(b"</script", opening.end())
        if end < 0:
            break
        kept.append(markup[place : opening.end()])
        place = end
    return b"".join([*kept, markup[place:]])


def without_crowded_tags(markup: bytes) -> bytes:
    """Take the attributes off tags that have more than a thousand: their number squared is the time of a parse."""
    return _LONG_RUN.sub(_without_crowd, markup)


def _without_crowd(run: re.Match[bytes]) -> bytes:
    begins = _TAG_BEGINS.search(run[0])
    if begins is None:
        return run[0]
    words = islice(_ATTRIBUTE.finditer(run[0], begins.start()), _MOST_ATTRIBUTES + 1)
    name, *attributes = (word[0] for word in words)
    return run[0][: begins.start()] + name if len(attributes) == _MOST_ATTRIBUTES else run[0]


def _excess(tree: HtmlElement, markup: bytes) -> float:
    """Say how many times as large a page is as the largest that is read whole."""
    if len(markup) < _LARGE and markup.count(b"<") < _FEW_SIGNS:
        return 0.0
    elements = float(_COUNT(tree))
    excess = elements / _MOST_ELEMENTS
    if elements > _MOST_BLOCKS:
        excess = max(excess, sum(1 for _ in tree.iter(*_BLOCK_TAGS)) / _MOST_BLOCKS)
    if len(markup) >= _LARGE:
        excess = max(excess, sum(len(text.strip()) for text in _TEXTS(tree)) / _MOST_TEXT)
    return excess


def _without_controls(text: str) -> bytes:
    """Take out what no tree can hold, and an XML declaration; most of it on bytes, in a tenth of the time."""
    for sign in _NO_CHARACTERS:
        text = text.replace(sign, "")
    markup = text.encode("utf-8", "replace").translate(None, _CONTROL)
    declared = _XML_DECLARATION.match(markup)
    return markup[declared.end() :] if declared else markup


def _parse(markup: bytes) -> HtmlElement:
    parser = etree.HTMLParser(
        collect_ids=False, default_doctype=False, encoding="utf-8", remove_comments=True, remove_pis=True
    )
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        tree: HtmlElement = document_fromstring(markup, parser=parser)
    except etree.ParserError as error:  # lxml's word for "no element in it"
        raise Unusable("empty", str(error)) from error
    return tree
