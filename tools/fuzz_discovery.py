"""Breaks good feeds, sitemaps, listing pages and robots files by the thousand; says where their readers fail or dawdle.

Each document follows from one number: ``--only NUMBER`` makes it again, in this process and with its traceback.
Documents that failed are kept as files.
"""

# ruff: noqa: PLR2004, S311 - odds and sizes are its matter, and no secret its purpose
import argparse
import gzip
import json
import math
import random
import re
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time
from typing import Literal, TypeAlias

from fuzz_extract import (
    ADDRESSES,
    DATES,
    ENTITIES,
    SCRIPTS,
    blanks,
    controls,
    drop_stretch,
    flip,
    lie,
    put,
    recode,
    repeat,
    text_value,
    truncate,
)

from copytaster.discover import Found, read
from copytaster.discover.documents import MOST_ENTRIES
from copytaster.model import Host, SourceKind
from copytaster.pool import Limits, Lost, in_order
from copytaster.robots import decode, judge
from copytaster.urls import canonicalize

ROOT = Path(__file__).resolve().parents[1]
LARGEST = 1_000_000  # bytes of a document
AT = "https://harbour.example/news/latest.xml"
AGENT = "Copytaster/0.1"
GOAL_SECONDS = 5.0
_MOST_MUTATIONS = 5
_SHOWN = 10  # faults of one kind that are printed
_HALF = re.compile("[\ud800-\udfff]")

Form = Literal["rss", "atom", "rdf", "json", "sitemap", "index", "urls", "listing", "robots"]
Mutator: TypeAlias = Callable[[random.Random, bytes], bytes]

TYPES = (
    "application/rss+xml", "application/atom+xml; charset=utf-8", "text/xml; charset=windows-1251", "text/html; charset=utf-16",
    "application/feed+json", "application/json", "text/plain", "application/x-gzip", "", "text/html; charset=\x00", "image/png", "é/é; charset='",
)  # fmt: skip
XML_TAGS = (
    "item", "entry", "link", "title", "guid", "id", "pubDate", "updated", "description", "content", "author", "name", "category", "channel",
    "rss", "feed", "url", "loc", "lastmod", "sitemap", "urlset", "news:news", "media:group", "dc:creator", "xhtml:div", "a:b:c", "image",
)  # fmt: skip
FIELDS = (
    "version", "title", "items", "id", "url", "external_url", "date_published", "date_modified", "author", "authors", "name",
    "tags", "summary", "language", "content_html", "next_url", "attachments",
)  # fmt: skip
RULES = (
    "User-agent", "Allow", "Disallow", "Crawl-delay", "Request-rate", "Visit-time", "Sitemap", "Host", "Noindex", "user agent",
    "Dissallow", "Clean-param", "License", "\ufeffUser-agent", "",
)  # fmt: skip
PATTERNS = (
    "/", "", "*", "$", "/*$", "/news/*?page=", "/%zz%", "/" + "*" * 60 + "a", "/" + "*a" * 40 + "$", "/" + "%41" * 900, "/(a+)+$", "/é", "[", "\\",
    "http://harbour.example/x", "?", "#", "0.5", "1e999", "-1", "NaN", "1/0", "0/0", "9" * 400, "1/1s 0900-1800", "100/1m", "Copytaster", "copytaster/9", "* *",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a reader is given."""

    form: Form
    kind: SourceKind
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document."""

    fault: str = ""  # the exception and where it was raised; empty when there was none
    seconds: float = 0.0  # of CPU
    told: str = ""  # what the reader says is wrong, in a word
    entries: int = 0


class Wrong(Exception):
    """The reader gave what it must never give."""


# Good documents


def _items(chance: random.Random) -> list[tuple[str, str]]:
    count = chance.choice((0, 1, 3, 20, 200))
    return [
        (f"https://harbour.example/2026/11/{i}-ferry-runs-again", f"The ferry runs again, part {i}")
        for i in range(count)
    ]


def rss(chance: random.Random) -> str:
    """Make an RSS feed; some are of the old versions."""
    items = "".join(
        f"<item><title>{title} &amp; more</title><link>{url}</link><guid isPermaLink='false'>{url}#id</guid>"
        f"<pubDate>Mon, 02 Nov 2026 10:00:00 +0100</pubDate><dc:creator>Ada Moor</dc:creator><category>Port</category>"
        f"<description><![CDATA[<p>One <b>ticket</b> for all.</p>]]></description></item>\n"
        for url, title in _items(chance)
    )
    version = chance.choice(("0.91", "0.92", "2.0"))
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="{version}" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>Harbour</title><link>https://harbour.example/</link><language>en</language>{items}</channel></rss>"
    )


def atom(chance: random.Random) -> str:
    """Make an Atom feed."""
    entries = "".join(
        f"<entry><title type='html'>{title} &amp;lt;b&amp;gt;</title><link rel='alternate' href='{url}'/><id>tag:{url}</id>"
        "<published>2026-11-02T09:00:00Z</published><author><name>Jo Kai</name></author><category term='Port'/>"
        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>Short.</p></div></content></entry>\n"
        for url, title in _items(chance)
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://harbour.example/a/">{entries}</feed>'


def rdf(chance: random.Random) -> str:
    """Make an RSS 1.0 feed."""
    items = "".join(
        f'<item rdf:about="{url}"><title>{title}</title><link>{url}</link><dc:date>2026-11-02</dc:date></item>\n'
        for url, title in _items(chance)
    )
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/">{items}</rdf:RDF>'
    )


def json_feed(chance: random.Random) -> str:
    """Make a JSON Feed, in which now and then a value of another type stands."""
    feed: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Harbour",
        "language": "en",
        "items": [
            {"id": url, "url": url, "title": title, "authors": [{"name": "Ada"}], "tags": ["port"]}
            for url, title in _items(chance)
        ],
    }
    for place in (feed, *(item for item in feed["items"] if isinstance(item, dict))):  # type: ignore[attr-defined]
        if chance.random() < 0.3:
            place[chance.choice(FIELDS)] = anything(chance, 4)
    return json.dumps(feed, ensure_ascii=chance.random() < 0.5)


def sitemap(chance: random.Random) -> str:
    """Make a sitemap with news tags."""
    urls = "".join(
        f"<url><loc>{url}</loc><lastmod>2026-11-02</lastmod><news:news><news:publication_date>2026-11-02T08:15:00+01:00"
        f"</news:publication_date><news:title>{title}</news:title><news:keywords>port, crane</news:keywords></news:news></url>\n"
        for url, title in _items(chance)
    )
    return (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
    )


def index(chance: random.Random) -> str:
    """Make a sitemap index."""
    below = "".join(
        f"<sitemap><loc>{url}.xml.gz</loc><lastmod>2026-11-02</lastmod></sitemap>\n"
        for url, _ in _items(chance)
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{below}</sitemapindex>'


def url_list(chance: random.Random) -> str:
    """Make a sitemap of plain lines."""
    return "\n".join(url for url, _ in _items(chance))


def listing(chance: random.Random) -> str:
    """Make a front page."""
    teasers = "".join(
        f"<article><h2><a href='{url}?utm_source=front'>{title}</a></h2></article>\n"
        for url, title in _items(chance)
    )
    return f"<!doctype html><html><head><base href='https://harbour.example/'></head><body><nav><a href='/about'>About</a></nav>{teasers}</body></html>"


def robots(chance: random.Random) -> str:
    """Make a robots.txt: real rules and odd ones."""
    lines = ["User-agent: *", "Disallow: /private/", "Crawl-delay: 2", "", "User-agent: Copytaster"]
    for _ in range(chance.choice((3, 30, 2_000))):
        rule, pattern = chance.choice(RULES), chance.choice((*PATTERNS, *ADDRESSES))
        lines.append(f"{rule}{chance.choice((': ', ':', ' ', ' : ', '='))}{pattern}")
    return chance.choice(("\n", "\r\n", "\r")).join(lines)


GOOD: dict[Form, Callable[[random.Random], str]] = {
    "rss": rss,
    "atom": atom,
    "rdf": rdf,
    "json": json_feed,
    "sitemap": sitemap,
    "index": index,
    "urls": url_list,
    "listing": listing,
    "robots": robots,
}
#: Feeds are half of it, as they are of the web.
FORMS: tuple[Form, ...] = ("rss", "rss", "rss", "atom", "atom", "rdf", "json", "json", "sitemap", "sitemap", "index", "urls", "listing", "robots", "robots", "robots")  # fmt: skip
KINDS: dict[Form, SourceKind] = {"sitemap": "sitemap", "index": "sitemap", "urls": "sitemap", "listing": "listing"}  # fmt: skip


def anything(chance: random.Random, depth: int) -> object:
    """Make a value of any type that JSON has; texts that are too long for many of them are cut."""
    kind = chance.random()
    if depth and kind < 0.3:
        return {chance.choice(FIELDS): anything(chance, depth - 1) for _ in range(chance.randrange(6))}
    if depth and kind < 0.4:
        return [anything(chance, depth - 1)] * chance.choice((0, 1, 3, 40 if depth < 3 else 3))
    if kind < 0.6:
        return chance.choice((None, True, False, 0, -1, 1.5, 10**400, 1e308))
    return text_value(chance)[: chance.choice((20, 2_000))]


# What breaks them, beside what breaks pages


def splice(chance: random.Random, body: bytes) -> bytes:
    """Go on in the middle of a document of another form."""
    other = GOOD[chance.choice(FORMS)](chance).encode("utf-8", "replace")
    return body[: chance.randrange(len(body) + 1)] + other[chance.randrange(len(other) + 1) :]


def nest(chance: random.Random, body: bytes) -> bytes:
    """Open elements, or brackets, without end."""
    tags = "".join(f"<{chance.choice(XML_TAGS)}>" for _ in range(chance.choice((1, 2))))
    opened = chance.choice((tags, tags, "[", '{"items":[', "<![CDATA[", "<!--"))
    return put(chance, body, opened.encode() * chance.choice((2, 300, 5_000, 60_000)))


def unclosed(chance: random.Random, body: bytes) -> bytes:
    """Forget what closes one thing or another."""
    ends = (
        b"]]>",
        b"</item>",
        b"</link>",
        b"</title>",
        b">",
        b'"',
        b"'",
        b"}",
        b"]",
        b"</loc>",
        b"?>",
        b"\n",
        b":",
    )
    return body.replace(chance.choice(ends), b"", chance.choice((1, -1)))


def double(chance: random.Random, body: bytes) -> bytes:
    """Say everything twice, or many times."""
    return body * chance.choice((2, 2, 40))


def attributes(chance: random.Random, body: bytes) -> bytes:
    """Add an element with very many, or very long, attributes."""
    many = "".join(f" a{i}='{i}'" for i in range(chance.choice((10, 5_000, 60_000))))
    name = chance.choice(
        ("href", "rel", "xmlns", "xmlns:dc", "xml:base", "xml:lang", "rdf:about", "isPermaLink", "type")
    )
    long = f" {name}='{chance.choice(('x -', *ADDRESSES[:6])) * chance.choice((1, 10, 100_000))}'"
    return put(
        chance, body, f"<{chance.choice(XML_TAGS)}{chance.choice((many, long))}>".encode("utf-8", "replace")
    )


def entity_bomb(chance: random.Random, body: bytes) -> bytes:
    """Define entities in terms of others, in terms of themselves, or by a file, and use them."""
    lines = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    loop = '<!ENTITY a11 "&b;"><!ENTITY b "&a11;">'
    outside = (
        '<!ENTITY a11 SYSTEM "file:///etc/passwd"><!ENTITY % p SYSTEM "http://169.254.169.254/x.dtd">%p;'
    )
    wide = f'<!ENTITY a11 "{"x" * chance.choice((10, 100_000))}">'
    told = chance.choice((f'<!ENTITY a0 "ha">{lines}', loop, outside, wide))
    body = re.sub(rb"^\s*<\?xml.*?\?>", b"", body)
    body = body.replace(b"</title>", b"&a11;" * chance.choice((1, 1, 20)) + b"</title>")
    return f"<?xml version='1.0'?><!DOCTYPE rss [{told}]>".encode() + body


def entities(chance: random.Random, body: bytes) -> bytes:
    """Add references, some to nothing."""
    return put(chance, body, chance.choice(ENTITIES).encode() * chance.choice((1, 50, 50_000)))


def addresses(chance: random.Random, body: bytes) -> bytes:
    """Link to what is no page."""
    url = chance.choice((*ADDRESSES, "http://a.example/" + "a/" * 40_000, "//[" * 9, "x" * 100_000))
    most = max(1, LARGEST // max(1, len(url)))
    link = url.encode("utf-8", "surrogatepass")
    return body.replace(b"https://harbour.example", link, chance.choice((1, most)))


def dates(chance: random.Random, body: bytes) -> bytes:
    """Date everything oddly."""
    return re.sub(rb"2026-11-02[^<\"]*|Mon, 02 Nov[^<]*", lambda _: chance.choice(DATES).encode(), body)


def words(chance: random.Random, body: bytes) -> bytes:
    """Add text of another script, or such as makes expressions run in circles."""
    text = chance.choice(
        (*SCRIPTS, "<", "<a", "< ", "&", "&#", "<!", "<?", "'\"", ":", "http://")
    ) * chance.choice((1, 200, 30_000))
    return put(chance, body, text.encode("utf-8", "surrogatepass"))


def swap_tag(chance: random.Random, body: bytes) -> bytes:
    """Make another element of one, everywhere."""
    old, new = chance.choice(XML_TAGS).encode(), chance.choice(XML_TAGS).encode()
    return body.replace(b"<" + old, b"<" + new).replace(b"</" + old, b"</" + new)


def values(chance: random.Random, body: bytes) -> bytes:
    """Put any JSON anywhere."""
    return put(
        chance,
        body,
        json.dumps(anything(chance, 4), ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass"),
    )


def zipped(chance: random.Random, body: bytes) -> bytes:
    """Compress it, once or twice, whole or torn; or a bomb in its place."""
    if chance.random() < 0.1:
        body = bytes(60 * 1024 * 1024)
    body = gzip.compress(body, 6, mtime=0)
    body = gzip.compress(body, 1, mtime=0) if chance.random() < 0.2 else body
    return body[: chance.randrange(len(body) + 1)] if chance.random() < 0.3 else body


MUTATORS: tuple[Mutator, ...] = (
    flip, flip, truncate, truncate, splice, repeat, drop_stretch, controls, recode, lie, nest, unclosed, unclosed, double, attributes,
    entity_bomb, entities, addresses, dates, words, swap_tag, values, blanks, zipped,
)  # fmt: skip


def document(number: int) -> Document:
    """Make the document of that number."""
    chance = random.Random(number)
    form = chance.choice(FORMS)
    body = GOOD[form](chance).encode("utf-8", "surrogatepass")
    for _ in range(chance.randint(1, _MOST_MUTATIONS)):
        body = chance.choice(MUTATORS)(chance, body)[:LARGEST]
    kind: SourceKind = KINDS.get(form, "feed")
    if chance.random() < 0.2:
        kind = chance.choice(("feed", "sitemap", "listing"))
    return Document(form=form, kind=kind, content_type=chance.choice(TYPES), body=body)


# Trying them


def attempt(number: int) -> Outcome:
    """Read the document of that number; whatever is raised is told."""
    given = document(number)
    began = process_time()
    try:
        told, entries = read_document(given)
    except Exception as fault:  # noqa: BLE001 - to find these is what this is for
        return Outcome(fault=_told(fault), seconds=process_time() - began)
    return Outcome(seconds=process_time() - began, told=told, entries=entries)


def read_document(given: Document) -> tuple[str, int]:
    """Read a document as the pipeline would: what is wrong with it in a word, and how many entries it gave."""
    if given.form == "robots":
        check_robots(given.body)
        return "robots", 0
    found = read(given.kind, given.body, url=AT, content_type=given.content_type)
    check_found(found)
    return (found.fault or "read").partition(":")[0], len(found.entries)


def check_robots(body: bytes) -> None:
    """Judge some URLs by a robots.txt; raise ``Wrong`` for what the database or the clock could not take."""
    text = decode(body)
    if "\x00" in text or _HALF.search(text):
        raise Wrong("a robots.txt that no row can hold")
    host = Host(host="harbour.example", robots_txt=text, robots_status=200)
    for path in ("/", "/news/ferry?page=2", "/" + "a" * 2_000, "/%C3%A9/%zz/*$", "/private/x"):
        verdict = judge(host, f"https://harbour.example{path}", AGENT)
        delay = verdict.crawl_delay_seconds
        if delay is not None and not (math.isfinite(delay) and 0 <= delay <= 86_400):
            raise Wrong(f"a delay of {delay}")


def check_found(found: Found) -> None:
    """Raise ``Wrong`` for entries that are not unique, not canonical, or that JSON and Postgres refuse."""
    entries = (*found.entries, *found.children)
    if len(entries) > 2 * MOST_ENTRIES or len({entry.url for entry in found.entries}) < len(found.entries):
        raise Wrong("too many entries, or one twice")
    for entry in entries:
        if canonicalize(entry.url) != entry.url:
            raise Wrong(f"not canonical: {entry.url[:80]}")
        text = json.dumps(asdict(entry), ensure_ascii=False)
        if "\\u0000" in text.replace("\\\\", "") or _HALF.search(text):
            raise Wrong("an entry that no row can hold")


def _told(fault: BaseException) -> str:
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in frames if "copytaster" in frame.filename]
    places = dict.fromkeys(f"{Path(f.filename).name}:{f.lineno}" for f in (*ours[-1:], frames[-1]))
    return f"{type(fault).__name__} at {' > '.join(places)}: {str(fault)[:160]}"


@dataclass(slots=True)
class Tally:
    """What came of all documents."""

    faults: Counter[str]
    told: Counter[str]
    entries: int = 0
    slowest: float = 0.0
    slowest_number: int = -1

    def take(self, number: int, outcome: Outcome | Lost, limit: float) -> str:
        """Count an outcome; give what is wrong with it."""
        if isinstance(outcome, Lost):
            self.slowest = math.inf if outcome.trouble == "timeout" else self.slowest
            return f"process {outcome.trouble}"
        self.told[outcome.told or "failed"] += 1
        self.entries += outcome.entries
        if outcome.seconds > self.slowest:
            self.slowest, self.slowest_number = outcome.seconds, number
        return outcome.fault or (f"more than {limit:g} s" if outcome.seconds > limit else "")


def fuzz(numbers: Sequence[int], *, limit: float, keep: Path) -> Tally:
    """Try every number; print what fails or is slow as it is met."""
    tally = Tally(Counter(), Counter())
    limits = Limits(seconds=60.0, jobs=2_000)
    for number, outcome in in_order(
        attempt, iter(numbers), workers=1, limits=limits, preload=("feedparser",), fork=True
    ):
        if not (fault := tally.take(number, outcome, limit)):
            continue
        kind = fault.split(": ")[0]
        tally.faults[kind] += 1
        if tally.faults[kind] <= _SHOWN:
            seconds = "" if isinstance(outcome, Lost) else f" ({outcome.seconds:.1f} s of CPU)"
            print(f"{number}: {fault}{seconds}", flush=True)
            _save(number, keep)
    return tally


def _save(number: int, keep: Path) -> Path:
    given = document(number)
    keep.mkdir(parents=True, exist_ok=True)
    path = keep / f"{number}.{given.form}"
    path.write_bytes(given.body)
    return path


def _only(number: int, keep: Path) -> int:
    """Make one document again, keep it, and let its exception rise."""
    given = document(number)
    print(
        f"{_save(number, keep)}: {len(given.body)} bytes, a {given.kind}, {given.content_type!r}", flush=True
    )
    began = process_time()
    print(*read_document(given))
    print(f"{process_time() - began:.2f} s of CPU")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit 0 if nothing failed and nothing was slow, 1 otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000, help="how many to make")
    parser.add_argument("--first", type=int, default=0, help="the number to begin with")
    parser.add_argument(
        "--slow", type=float, default=GOAL_SECONDS, help="seconds of CPU that a document may take"
    )
    parser.add_argument(
        "--keep", type=Path, default=ROOT / ".data" / "fuzz", help="where documents that failed are kept"
    )
    parser.add_argument("--only", type=int, help="make just this document, and let what it raises rise")
    told = parser.parse_args(arguments)
    if told.only is not None:
        return _only(told.only, told.keep)
    tally = fuzz(range(told.first, told.first + told.documents), limit=told.slow, keep=told.keep)
    for name, times in (*tally.told.most_common(), *tally.faults.most_common()):
        print(f"{times:8} {name}")
    slowest = round(tally.slowest, 2) if math.isfinite(tally.slowest) else None
    print(f"{tally.entries} entries; slowest: number {tally.slowest_number}")
    figures = {
        "documents": {"value": told.documents},
        "faults": {"value": tally.faults.total(), "goal": 0, "met": not tally.faults},
        "slowest_seconds": {
            "value": slowest,
            "goal": told.slow,
            "met": slowest is not None and slowest <= told.slow,
        },
    }
    print(json.dumps(figures))
    return 0 if all(figure.get("met", True) for figure in figures.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
