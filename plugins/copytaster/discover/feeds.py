"""RSS 0.9x-2.0, Atom, RDF and JSON Feed -> entries.

Three readers, each taking what the one before could not: feedparser; lxml in recovery mode; and item by
item out of what is hardly XML any more.
"""

import io
import re
from collections.abc import Iterator, Mapping
from itertools import islice, pairwise
from typing import Any

import orjson
from lxml import etree

from copytaster.discover.documents import Found, address, text_of, unique
from copytaster.model import Entry

_ITEM = re.compile(rb"<(?:[a-z0-9]+:)?(?:item|entry)[\s>]", re.IGNORECASE)
# Over these sizes feedparser would take many seconds: of good XML, of malformed XML.
_GIANT, _LARGE = 2 * 1024 * 1024, 256 * 1024
_MOST_SALVAGED = 2_000
_LARGEST_ITEM = 256 * 1024
_LONGEST_TEXT = 8_000  # characters; no field and no address is longer
_ITEMS = frozenset({"item", "entry"})
_HARMLESS = ("CharacterEncodingOverride", "NonXMLContentType")
_NAMES = {
    "title": "title",
    "description": "summary",
    "summary": "summary",
    "pubdate": "published",
    "published": "published",
    "issued": "published",
    "date": "published",
    "updated": "updated",
    "modified": "updated",
    "creator": "author",
    "author": "author",
    "category": "keyword",
    "subject": "keyword",
    "language": "language",
}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def read_feed(body: bytes, *, url: str, content_type: str) -> Found:
    """Read an XML feed, broken or not."""
    parsed: Any = {}
    fault: str | None = None
    if len(body) <= _LARGE or (len(body) <= _GIANT and _is_well_formed(body)):
        parsed, fault = _feedparser(body, url, content_type)
    elif not _is_well_formed(body):
        fault = "malformed: and too large to be read closely"
    entries = unique(_parsed_entries(parsed, url))
    items = len(_ITEM.findall(body))
    if (fault or not entries) and len(entries) < items:
        entries = unique((*entries, *_recovered(body, url)))
    if len(entries) < items and (fault or not entries):
        entries = unique((*entries, *_salvaged(body, url)))
    if items and not entries and fault is None:
        fault = "no entries: a feed without one link"
    return Found(entries=entries, fault=fault)


def _is_well_formed(body: bytes) -> bool:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return False
    return True


def _feedparser(body: bytes, url: str, content_type: str) -> tuple[Any, str | None]:
    import feedparser

    headers = {"content-location": url, "content-type": content_type or "application/xml"}
    try:
        parsed = feedparser.parse(  # type: ignore[attr-defined, no-untyped-call]
            io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # noqa: BLE001 - it raises whatever broke inside it (its issue 599)
        return {}, f"malformed: {type(error).__name__}: {error}"[:300]
    problem = parsed.get("bozo_exception")
    if not parsed.get("bozo") or type(problem).__name__ in _HARMLESS:
        return parsed, None
    return parsed, f"malformed: {type(problem).__name__}: {problem}"[:300]


def _parsed_entries(parsed: Any, base: str) -> Iterator[Entry]:
    is_rss = str(parsed.get("version", "")).startswith("rss")
    language = (parsed.get("feed") or {}).get("language")
    for item in parsed.get("entries", ()):
        url = _link(item, base)
        if url is None:
            continue
        published, updated = _text(item, "published"), _text(item, "updated")
        if is_rss and published is None:  # dc:date, the only date that RDF has
            published, updated = updated, None
        yield Entry(
            url=url,
            title=text_of(_text(item, "title")),
            date_published=text_of(published),
            date_modified=text_of(updated),
            authors=tuple(dict.fromkeys(_authors(item))),
            summary=text_of(_text(item, "summary")),
            in_language=text_of((dict.get(item, "title_detail") or {}).get("language") or language),
            keywords=tuple(dict.fromkeys(_terms(item))),
        )


def _text(item: Any, name: str) -> str | None:
    """Read a field without feedparser's substitutes (it gives ``published`` for ``updated``)."""
    value = dict.get(item, name)
    return value.strip() or None if isinstance(value, str) else None


def _link(item: Any, base: str) -> str | None:
    links = (dict.get(item, name) for name in ("feedburner_origlink", "link", "id"))
    return next(
        (url for link in links if isinstance(link, str) and link and (url := _page(base, link))), None
    )


def _page(base: str, link: str) -> str | None:
    """Resolve a link; an identifier such as ``tag:…`` or a bare number is none."""
    is_relative = ":" not in link.partition("/")[0]
    if is_relative and "/" not in link and "." not in link and not link.startswith("?"):
        return None
    return address(base, link)


def _authors(item: Any) -> Iterator[str]:
    people = dict.get(item, "authors") or [dict.get(item, "author_detail") or {}]
    for person in people:
        if name := text_of(person.get("name")):
            yield name


def _terms(item: Any) -> Iterator[str]:
    for tag in dict.get(item, "tags") or ():
        if term := text_of(tag.get("term") or tag.get("label")):
            yield term


def _recovered(body: bytes, base: str) -> Iterator[Entry]:
    """Read what lxml makes of it: unclosed tags, stray ampersands, undeclared prefixes."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return
    if root is None:
        return
    language = root.findtext("{*}channel/{*}language") or root.get(_LANGUAGE)
    for element in root.iter("{*}item", "{*}entry", "item", "entry"):
        if (entry := _entry(element, base, text_of(language))) is not None:
            yield entry


def _salvaged(body: bytes, base: str) -> Iterator[Entry]:
    """Cut the bytes at each item and read the pieces one by one."""
    starts = [found.start() for found in islice(_ITEM.finditer(body), _MOST_SALVAGED)]
    for start, end in pairwise([*starts, len(body)]):
        piece = body[start : min(end, start + _LARGEST_ITEM)]
        yield from _recovered(b"<piece>" + piece + b"</piece>", base)


def _entry(element: Any, base: str, language: str | None) -> Entry | None:
    url = _first_link(element, base)
    if url is None:
        return None
    told: dict[str, list[str]] = {}
    for child in element:
        name = _NAMES.get(_local(child))
        value = (
            text_of(child.findtext("{*}name") or _text_within(child) or child.get("term")) if name else None
        )
        if name and value:
            told.setdefault(name, []).append(value)
    return Entry(
        url=url,
        title=_one(told, "title"),
        date_published=_one(told, "published"),
        date_modified=_one(told, "updated"),
        authors=tuple(told.get("author", ())),
        summary=_one(told, "summary"),
        in_language=_one(told, "language") or text_of(element.get(_LANGUAGE)) or language,
        keywords=tuple(told.get("keyword", ())),
    )


def _one(told: Mapping[str, list[str]], name: str) -> str | None:
    return told.get(name, [None])[0]


def _first_link(element: Any, base: str) -> str | None:
    own = list(_own(element))  # an unclosed title swallows the link
    for names in ({"origlink"}, {"link"}, {"guid", "id"}):
        for child in own:
            if _local(child) not in names or child.get("rel", "alternate") != "alternate":
                continue
            link = child.get("href") or _text_within(child).strip() or (child.tail or "").strip()
            if link and (url := _page(base, link)):
                return url
    return None


def _own(element: Any) -> Iterator[Any]:
    """Walk through an item, up to the next: within one that nobody closed stand all that follow."""
    for child in islice(element.iter(), 1, None):
        if _local(child) in _ITEMS:
            return
        yield child


def _text_within(element: Any) -> str:
    """Give an element's text, the beginning of a very long one."""
    pieces, size = [], 0
    for piece in element.itertext():
        pieces.append(piece)
        size += len(piece)
        if size > _LONGEST_TEXT:
            break
    return "".join(pieces)


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(element.tag, str) else ""


def read_json_feed(body: bytes, *, url: str) -> Found:
    """Read JSON Feed 1.0 or 1.1."""
    try:
        feed = orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        return Found(fault=f"malformed: {error}"[:300])
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        return Found(fault="json: no JSON Feed")
    language = feed.get("language")
    told = (_json_entry(item, url, language) for item in items if isinstance(item, dict))
    entries = unique(entry for entry in told if entry is not None)
    return Found(
        entries=entries, fault="no entries: a feed without one link" if items and not entries else None
    )


def _json_entry(item: Mapping[str, object], base: str, language: object) -> Entry | None:
    links = (item.get(name) for name in ("url", "external_url", "id"))
    url = next(
        (found for link in links if isinstance(link, str) and link and (found := _page(base, link))), None
    )
    if url is None:
        return None
    people = item.get("authors")
    people = people if isinstance(people, list) else [item.get("author")]
    names = (person.get("name") for person in people if isinstance(person, dict))
    tags = item.get("tags")
    return Entry(
        url=url,
        title=_string(item.get("title")),
        date_published=_string(item.get("date_published")),
        date_modified=_string(item.get("date_modified")),
        authors=tuple(text for name in names if (text := _string(name))),
        summary=_string(item.get("summary")) or _string(item.get("content_text")),
        in_language=_string(item.get("language")) or _string(language),
        keywords=tuple(text for tag in tags if (text := _string(tag))) if isinstance(tags, list) else (),
    )


def _string(value: object) -> str | None:
    return text_of(value) if isinstance(value, str) else None
