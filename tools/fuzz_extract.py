"""Mutates the pages of ``tests/pages`` without end and says where extraction fails, hangs or gives what no row can hold.

Each page follows from one number and the fixtures: ``--only NUMBER`` makes it again, in this process and with
its traceback. Pages that failed are kept as files, as fixtures change.
"""

# ruff: noqa: PLR2004, RUF001, S311 - odds and sizes are its matter, signs of every script its material, and no secret its purpose
import argparse
import json
import random
import re
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from time import monotonic, process_time

from copytaster.errors import Unusable
from copytaster.extract import extract
from copytaster.model import Article, Entry, Page
from copytaster.pool import Limits, Lost, in_order
from copytaster.readers import prime

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "tests" / "pages"
_MOST_MUTATIONS = 6
_LARGEST = 12_000_000  # bytes of a page, a little more than fetching lets through
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # as JSON writes it
_SHOWN = 20  # faults of one kind that are printed

Mutator = Callable[[random.Random, bytes], bytes]

TAGS = (
    "a", "abbr", "article", "aside", "b", "blockquote", "body", "br", "button", "code", "dd", "details", "div", "dl", "dt",
    "em", "figcaption", "figure", "font", "footer", "form", "frameset", "h1", "h2", "h6", "head", "header", "hr", "html",
    "iframe", "img", "li", "main", "math", "nav", "noscript", "ol", "option", "p", "plaintext", "pre", "q", "ruby",
    "script", "section", "select", "span", "strong", "style", "sub", "svg", "table", "tbody", "td", "template", "textarea",
    "th", "time", "title", "tr", "ul", "video", "xmp", "o:p", "amp-img", "x-unknown",
)  # fmt: skip
SCRIPTS = (
    "שלום עולם, זו שורה של טקסט. ", "هذا سطر من النص العربي، وفيه فاصلة. ", "港町は二日、工事を始めると発表した。", "ข่าววันนี้ไม่มีช่องว่างระหว่างคำ",
    "Z̸̢̛͓̰̗͈̈́͛̓a̷͇͒l̴͙̈́g̶̙̃o̵͓͝ ", "\u200b\u200c\u200d\u2060\ufeff", "\u202eright to left\u202c ", "👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿 ", "ﬁﬂ Ǆ ß İ ı ſ ", "\u2028\u2029\x85",
    "a" * 300 + " ", "- " * 200, "| " * 200, "12:34:56 " * 60, "." * 400, "(((" * 100, "2026-03-02 " * 50, "Read more » " * 40,
)  # fmt: skip
CHARSETS = (
    "utf-8", "utf-16", "utf-16le", "utf-32", "utf-7", "iso-8859-1", "windows-1251", "koi8-r", "shift_jis", "euc-jp",
    "iso-2022-jp", "gb18030", "big5", "euc-kr", "windows-1256", "tis-620", "x-user-defined", "hz-gb-2312", "cp037",
    "rot13", "base64", "idna", "undefined", "unicode_escape", "mbcs", "\x00", "'", "utf-8;utf-16", "é",
)  # fmt: skip
DATES = (
    "0000-00-00", "9" * 400, "2026-02-30T25:61:61+99:99", "2026-03-02T10:00:00.123456789Z", "1", "-1", "99999999999999",
    "Mon, 02 Mar 2026 10:00:00 +9999", "2 مارس 2026", "٢ مارس ٢٠٢٦", "令和8年3月2日", "2569-03-02", "31 April 2026", "yesterday", "",
    "2026-W10-1", "2026-061", "12/13/2026", "Infinity", "1e309", "²⁰²⁶-⁰³-⁰²", "2026-03-02" * 50, "０２/０３/２０２６", "24:00 2026-12-31",
)  # fmt: skip
ADDRESSES = (
    "http://[", "http://[::1", "https://a.example:99999999/", "//", "javascript:alert(1)", "data:text/html,x", "http://\x00/",
    "http://xn--a.example/", "http://" + "a" * 300 + ".example/", "https://a.example/" + "%" * 500, "http://a.example/\ud800",
    "ftp://a.example/", "http:///", "", "?", "#", "../" * 300, "http://user:pass@a.example/", "http://1.2.3.4.5.example/2026/99/99/",
    "mailto:x@a.example", "http://а.example/новости", "http://a..example/", "http://a.example/2026/03/02/wall.html",
)  # fmt: skip
KEYS = (
    "@context", "@graph", "@id", "@type", "@value", "about", "alternateName", "alternativeHeadline", "articleBody",
    "articleSection", "author", "creator", "dateModified", "datePublished", "description", "hasPart", "headline", "image",
    "inLanguage", "isAccessibleForFree", "itemListElement", "keywords", "license", "liveBlogUpdate", "mainEntity",
    "mainEntityOfPage", "name", "offers", "publisher", "sourceOrganization", "thumbnailUrl", "url", "wordCount",
)  # fmt: skip
TYPES = (
    "NewsArticle",
    "Article",
    "LiveBlogPosting",
    "WebPage",
    "Person",
    "Organization",
    "ItemList",
    "Product",
    "",
    "null",
)
METAS = (
    "og:title", "og:type", "og:url", "og:image", "og:site_name", "og:locale", "og:updated_time", "article:published_time",
    "article:modified_time", "article:author", "article:section", "article:tag", "author", "date", "description", "keywords",
    "news_keywords", "title", "robots", "tdm-reservation", "generator", "twitter:title", "dc.date", "dc.creator", "parsely-pub-date",
)  # fmt: skip
ENTITIES = ("&amp;", "&#0;", "&#xD800;", "&#1114112;", "&#xFFFE;", "&lt;p&gt;", "&nbsp;", "&NotEqualTilde;", "&", "&#", "&#x;", "&a;")  # fmt: skip


class Unstorable(Exception):
    """The article holds what no JSON line and no row of Postgres can."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one page."""

    fault: str = ""  # the exception and where it was raised; empty when there was none
    seconds: float = 0.0  # of CPU
    reason: str = ""  # why the page was refused, where it was


# Bytes


def flip(chance: random.Random, body: bytes) -> bytes:
    """Change some bytes to any others."""
    changed = bytearray(body)
    for _ in range(min(len(changed), chance.choice((1, 10, 200)))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def truncate(chance: random.Random, body: bytes) -> bytes:
    """Keep a beginning or an end."""
    place = chance.randrange(len(body) + 1)
    return body[:place] if chance.random() < 0.8 else body[place:]


def splice(chance: random.Random, body: bytes) -> bytes:
    """Go on in the middle of another page."""
    other = chance.choice(donors())
    return body[: chance.randrange(len(body) + 1)] + other[chance.randrange(len(other) + 1) :]


def repeat(chance: random.Random, body: bytes) -> bytes:
    """Say a stretch of the page many times over."""
    start = chance.randrange(len(body) + 1)
    stretch = body[start : start + chance.choice((1, 5, 60, 2_000))]
    return body[:start] + stretch * chance.choice((2, 50, 3_000)) + body[start:]


def drop_stretch(chance: random.Random, body: bytes) -> bytes:
    """Leave out a stretch, in the middle of whatever it is."""
    start = chance.randrange(len(body) + 1)
    return body[:start] + body[start + chance.choice((1, 4, 300, 5_000)) :]


def controls(chance: random.Random, body: bytes) -> bytes:
    """Strew control characters, NUL and broken UTF-8 in."""
    for _ in range(chance.choice((1, 30))):
        sign = chance.choice((b"\x00", b"\x00\x00", b"\x0b", b"\x1b$B", b"\x7f", b"\xc0\x80", b"\xed\xa0\x80", b"\xff", b"\x80", b"\xef\xbf\xbe"))  # fmt: skip
        body = put(chance, body, sign)
    return body


def recode(chance: random.Random, body: bytes) -> bytes:
    """Write the page in another encoding than it says."""
    name = chance.choice(("utf-16", "utf-16-le", "utf-32", "utf-7", "cp1251", "shift_jis", "gb18030", "iso2022_jp", "cp037", "euc_kr", "utf-8-sig"))  # fmt: skip
    return body.decode("utf-8", "replace").encode(name, "xmlcharrefreplace")


def lie(chance: random.Random, body: bytes) -> bytes:
    """Declare an encoding at the top."""
    name = chance.choice(CHARSETS)
    return (
        chance.choice((f'<meta charset="{name}">', f"<?xml version='1.0' encoding='{name}'?>")).encode()
        + body
    )


# Markup


def nest(chance: random.Random, body: bytes) -> bytes:
    """Open tags without end."""
    tags = "".join(f"<{chance.choice(TAGS)}>" for _ in range(chance.choice((1, 2, 3))))
    return put(chance, body, tags.encode() * chance.choice((2, 300, 5_000, 60_000)))


def close_all(chance: random.Random, body: bytes) -> bytes:
    """Close tags that were never opened."""
    return put(chance, body, f"</{chance.choice(TAGS)}>".encode() * chance.choice((1, 500)))


def swap_tag(chance: random.Random, body: bytes) -> bytes:
    """Make another tag of one, everywhere."""
    old, new = (
        chance.choice((b"p", b"div", b"h1", b"article", b"a", b"li", b"head", b"script")),
        chance.choice(TAGS),
    )
    return body.replace(b"<" + old, b"<" + new.encode()).replace(b"</" + old, b"</" + new.encode())


def forget_ends(chance: random.Random, body: bytes) -> bytes:
    """Leave out the end tags of one kind, or all signs that close one."""
    return body.replace(*chance.choice(((b"</p>", b""), (b"</div>", b""), (b">", b""), (b'"', b""), (b"</script>", b""), (b"-->", b""))))  # fmt: skip


def attributes(chance: random.Random, body: bytes) -> bytes:
    """Add a tag with very many, or very long, attributes."""
    many = "".join(f" a{i}='{i}'" for i in range(chance.choice((10, 5_000, 100_000))))
    long = f" {chance.choice(('class', 'id', 'style', 'href', 'content', 'datetime'))}='{'x -' * chance.choice((10, 300_000))}'"
    return put(chance, body, f"<{chance.choice(TAGS)}{chance.choice((many, long))}>".encode())


def spans(chance: random.Random, body: bytes) -> bytes:
    """Add cells that want to be large."""
    size = chance.choice(("9", "1000", "99999999999", "-1", "x"))
    return put(
        chance,
        body,
        f"<table><tr><td colspan={size} rowspan={size}>x</td></tr></table>".encode()
        * chance.choice((1, 100)),
    )


def links(chance: random.Random, body: bytes) -> bytes:
    """Add up to ten thousand links."""
    text = chance.choice(SCRIPTS)[:60]
    link = f"<li><a href='{chance.choice(ADDRESSES)}'>{text}</a></li>".encode("utf-8", "replace")
    return put(chance, body, link * chance.choice((3, 300, 10_000)))


def entities(chance: random.Random, body: bytes) -> bytes:
    """Add references, some to nothing, or a document type that defines some in terms of others."""
    if chance.random() < 0.3:
        lines = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
        return f'<!DOCTYPE html [<!ENTITY a0 "ha">{lines}]><p>&a11;</p>'.encode() + body
    return put(chance, body, chance.choice(ENTITIES).encode() * chance.choice((1, 50, 100_000)))


def words(chance: random.Random, body: bytes) -> bytes:
    """Add text of another script, or such as makes expressions run in circles."""
    tag = chance.choice(TAGS)
    text = chance.choice(SCRIPTS) * chance.choice((1, 20, 2_000))
    return put(chance, body, f"<{tag}>{text}</{tag}>".encode("utf-8", "surrogatepass"))


def blanks(chance: random.Random, body: bytes) -> bytes:
    """Add white space by the megabyte."""
    return put(
        chance,
        body,
        chance.choice((b" ", b"\n", b"\t", b"\xc2\xa0", b" \n", b"<br>"))
        * chance.choice((5, 1_000, 1_000_000)),
    )


def paragraphs(chance: random.Random, body: bytes) -> bytes:
    """Add very many paragraphs."""
    line = chance.choice(SCRIPTS) + "The harbour council met on Tuesday. "
    return put(chance, body, f"<p>{line}</p>".encode() * chance.choice((3, 500, 20_000)))


# What machines read


def json_ld(chance: random.Random, body: bytes) -> bytes:
    """Add JSON-LD in which anything may stand anywhere."""
    if chance.random() < 0.15:
        text = chance.choice(("[" * 60_000, '{"@graph":' * 20_000, '{"a":' * 900 + "1" + "}" * 900, "{" * 9, '"' * 99, "[1e999,NaN]"))  # fmt: skip
    else:
        text = json.dumps(value(chance, 6), ensure_ascii=chance.random() < 0.5)
        if chance.random() < 0.3:
            text = text[: chance.randrange(len(text) + 1)] + chance.choice(
                ("", ",}", "]]>", "\n\t\x00", "'", "<!--")
            )
    return put(
        chance, body, f'<script type="application/ld+json">{text}</script>'.encode("utf-8", "surrogatepass")
    )


def value(chance: random.Random, depth: int) -> object:
    """Make a value of any type, texts as likely as all others."""
    kind = chance.random()
    if depth and kind < 0.4:
        node = {chance.choice(KEYS): value(chance, depth - 1) for _ in range(chance.randrange(8))}
        return {"@type": chance.choice(TYPES), **node} if chance.random() < 0.7 else node
    if depth and kind < 0.5:
        return [value(chance, depth - 1)] * chance.choice((0, 1, 3, 400 if depth < 3 else 3))
    if kind < 0.6:
        return chance.choice((None, True, False, 0, -1, 1.5, 10**400, 1e308))
    return text_value(chance)


def text_value(chance: random.Random) -> str:
    """Make a text as fields have it, or such as no field should."""
    return str(
        chance.choice(
            (
                *DATES,
                *ADDRESSES,
                *SCRIPTS,
                *TYPES,
                "x" * 100_000,
                "\ud800",
                "\x00",
                "By Ann Lee and Bo Karr",
                "a, b; c | d",
            )
        )
    )


def metas(chance: random.Random, body: bytes) -> bytes:
    """Add meta tags, links and times that say anything."""
    told = text_value(chance).replace('"', "")
    tag = chance.choice(
        (
            f'<meta property="{chance.choice(METAS)}" content="{told}">',
            f'<meta name="{chance.choice(METAS)}" content="{told}">',
            f'<link rel="canonical" href="{told}"><base href="{told}">',
            f'<time datetime="{told}" pubdate itemprop="datePublished">{told}</time>',
            f'<span class="byline author" rel="author" itemprop="author">{told}</span>',
            f'<html lang="{told}" dir="rtl"><title>{told}</title><h1>{told}</h1>',
        )
    )
    return put(chance, body, tag.encode("utf-8", "surrogatepass"))


MUTATORS: tuple[Mutator, ...] = (
    flip, truncate, splice, repeat, drop_stretch, controls, recode, lie, nest, close_all, swap_tag, forget_ends, attributes,
    spans, links, entities, words, blanks, paragraphs, json_ld, json_ld, metas, metas,
)  # fmt: skip


def put(chance: random.Random, body: bytes, extra: bytes) -> bytes:
    """Put something in: between tags more often than in the middle of one."""
    place = chance.randrange(len(body) + 1)
    if chance.random() < 0.8:
        place = body.find(b">", place) + 1 or place
    return body[:place] + extra + body[place:]


@cache
def donors() -> tuple[bytes, ...]:
    """All pages that are mutated."""
    return tuple(path.read_bytes() for path in sorted(FIXTURES.glob("*/page.html")))


def mutated(number: int) -> Page:
    """Make the page of that number."""
    chance = random.Random(number)
    body = chance.choice(donors())
    for _ in range(chance.randint(1, _MOST_MUTATIONS)):
        body = chance.choice(MUTATORS)(chance, body)[:_LARGEST]
    page = Page(
        url="https://courier.example/2026/03/02/wall", body=body, fetched_at=datetime(2026, 3, 4, tzinfo=UTC)
    )
    return _with_odd_facts(chance, page) if chance.random() < 0.4 else page


def _with_odd_facts(chance: random.Random, page: Page) -> Page:
    """Change what fetching and discovery tell of the page."""
    entry = Entry(
        url=page.url,
        title=text_value(chance),
        date_published=text_value(chance),
        authors=(text_value(chance),),
    )
    return replace(
        page,
        url=chance.choice((page.url, *ADDRESSES)).encode(errors="ignore").decode().replace("\x00", ""),
        headers={"content-type": f"text/html; charset={chance.choice(CHARSETS)}"},
        media_type=chance.choice(("text/html", "text/html", "text/plain")),
        fetched_at=chance.choice((page.fetched_at, None)),
        entry=chance.choice((None, entry)),
        source_language=chance.choice((None, "en", "xx", text_value(chance))),
        source_zone=chance.choice((None, "Europe/Dublin", "../../etc/passwd", text_value(chance))),
    )


def attempt(number: int) -> Outcome:
    """Read the page of that number; whatever is raised is told, but for what readers of pages must expect."""
    page = mutated(number)
    began = process_time()
    try:
        check_storable(extract(page))
    except Unusable as refused:
        return Outcome(seconds=process_time() - began, reason=refused.reason)
    except Exception as fault:  # noqa: BLE001 - to find these is what this is for
        return Outcome(fault=_told(fault), seconds=process_time() - began)
    return Outcome(seconds=process_time() - began)


def check_storable(article: Article) -> None:
    """Raise ``Unstorable`` for what JSON, UTF-8 or Postgres refuse."""
    for name, told in asdict(article).items():
        text = json.dumps(told, ensure_ascii=False, default=str)
        if _NUL.search(text):
            raise Unstorable(f"a NUL in {name}")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise Unstorable(f"half a character in {name}") from error
    for moment in (article.date_published, article.date_modified):
        if moment is not None and moment.utcoffset() is None:
            raise Unstorable("a date without a zone")


def _told(fault: BaseException) -> str:
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in frames if "copytaster" in frame.filename]
    places = dict.fromkeys(f"{Path(f.filename).name}:{f.lineno}" for f in (*ours[-1:], frames[-1]))
    return f"{type(fault).__name__} at {' > '.join(places)}: {str(fault)[:160]}"


def fuzz(numbers: Iterator[int], *, slow: float, keep: Path) -> tuple[Counter[str], Counter[str]]:
    """Try every number; print what fails or is slow as it is met. Returns faults and refusals, counted."""
    faults: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    limits = Limits(seconds=120.0, jobs=500)  # by the clock: the machine may do much else
    prime()
    for number, outcome in in_order(attempt, numbers, workers=1, limits=limits, fork=True):
        if isinstance(outcome, Lost):
            fault = f"process {outcome.trouble}"
        else:
            ends[outcome.reason or "read"] += 1
            fault = outcome.fault or (f"more than {slow:g} s" if outcome.seconds > slow else "")
        if fault:
            kind = fault.split(": ")[0]
            faults[kind] += 1
            if faults[kind] <= _SHOWN:
                seconds = "" if isinstance(outcome, Lost) else f" ({outcome.seconds:.1f} s of CPU)"
                print(f"{number}: {fault}{seconds}", flush=True)
                _save(mutated(number), keep / f"{number}.html")
    return faults, ends


def _save(page: Page, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(page.body)
    facts = {name: told for name, told in asdict(page).items() if name != "body"}
    path.with_suffix(".json").write_text(json.dumps(facts, default=str, indent=1))


def _until(first: int, seconds: float) -> Iterator[int]:
    end = monotonic() + seconds
    for number in count(first):
        if monotonic() >= end:
            return
        yield number


def _only(number: int, keep: Path) -> int:
    """Make one page again, keep it, and let its exception rise."""
    page = mutated(number)
    _save(page, keep / f"{number}.html")
    print(f"{keep / f'{number}.html'}: {len(page.body)} bytes", flush=True)
    began = process_time()
    try:
        check_storable(extract(page))
    except Unusable as refused:
        print(refused)
    print(f"{process_time() - began:.2f} s of CPU")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit 0 if nothing failed, 1 if something did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to go on")
    parser.add_argument("--first", type=int, default=0, help="the number to begin with")
    parser.add_argument("--slow", type=float, default=5.0, help="seconds of CPU that a page may take")
    parser.add_argument(
        "--keep", type=Path, default=ROOT / ".data" / "fuzz", help="where pages that failed are kept"
    )
    parser.add_argument("--only", type=int, help="make just this page, and let what it raises rise")
    told = parser.parse_args(arguments)
    if told.only is not None:
        return _only(told.only, told.keep)
    faults, ends = fuzz(_until(told.first, told.seconds), slow=told.slow, keep=told.keep)
    for name, times in (*ends.most_common(), *faults.most_common()):
        print(f"{times:8} {name}")
    print(json.dumps({"pages": ends.total(), "faults": faults.total()}))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
