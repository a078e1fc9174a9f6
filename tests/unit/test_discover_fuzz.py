"""Whatever a server sends in place of a feed, a sitemap, a listing or a robots.txt: entries, a fault, never an exception."""

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copytaster.discover import read
from copytaster.model import Host
from copytaster.robots import decode, judge
from copytaster.urls import canonicalize

AT = "https://harbour.example/news/latest.xml"
KINDS = st.sampled_from(["feed", "sitemap", "listing"])
TYPES = st.sampled_from(
    ["application/rss+xml", "text/html; charset=utf-16", "application/json", "", "é; charset='"]
)

NAMES = st.sampled_from(
    [
        "rss",
        "feed",
        "rdf:RDF",
        "channel",
        "item",
        "entry",
        "url",
        "urlset",
        "sitemap",
        "sitemapindex",
        "loc",
        "lastmod",
        "link",
        "title",
        "guid",
        "id",
        "pubDate",
        "updated",
        "dc:creator",
        "author",
        "name",
        "description",
        "content",
        "a",
        "h2",
        "nav",
        "base",
    ]
)
ATTRIBUTES = st.sampled_from(
    [
        "",
        " href='/2026/11/02/ferry-runs-again'",
        " rel='alternate'",
        " xml:base='//['",
        " xmlns:dc='x'",
        " type=html",
        " a='",
    ]
)
TEXTS = st.sampled_from(
    [
        "https://harbour.example/2026/11/ferry-runs-again",
        "//[",
        "http://\x00/",
        "tag:x",
        "2026-11-02",
        "&amp;",
        "&#xD800;",
        *(
            "<![CDATA[",
            "]]>",
            "&x;",
            "<!--",
            "é",
            "\ud83d",
            "<",
            "\x0b",
            "ferry " * 50,
            "javascript:alert(1)",
        ),
    ]
)
HEADS = st.sampled_from(
    [
        *("", "\ufeff", "<?xml version='1.0' encoding='utf-16'?>", "<?xml version='9'?>", "<!DOCTYPE html>"),
        *("<!DOCTYPE r [<!ENTITY x '&y;&y;'><!ENTITY y 'yy'>]>", "{", "https://harbour.example/1\n"),
    ]
)
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32-be", "utf-7"])

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "items",
                    "url",
                    "external_url",
                    "id",
                    "title",
                    "authors",
                    "author",
                    "name",
                    "tags",
                    "language",
                    "summary",
                    "date_published",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@st.composite
def markup(draw) -> bytes:
    """Elements that open, close, or do either where they should not."""
    pieces = [draw(HEADS)]
    for _ in range(draw(st.integers(0, 25))):
        name = draw(NAMES)
        tag = draw(st.sampled_from([f"<{name}{draw(ATTRIBUTES)}>", f"</{name}>", f"<{name}/>", f"<{name}"]))
        pieces += [tag, draw(TEXTS)]
    return "".join(pieces).encode(draw(ENCODINGS), "replace")


@st.composite
def json_feeds(draw) -> bytes:
    told = draw(st.fixed_dictionaries({"items": st.lists(JSON, max_size=5), "language": JSON}) | JSON)
    return json.dumps(told).encode("utf-8", "surrogatepass")


@st.composite
def robots_files(draw) -> bytes:
    rule = st.sampled_from(
        ["User-agent", "Allow", "Disallow", "Crawl-delay", "Request-rate", "\ufeffUser-agent", ""]
    )
    pattern = st.text(alphabet="/*$%a1.é?: \t#\x00", max_size=30) | st.sampled_from(
        ["Copytaster", "*", "1e999", "nan", "-1", "1/0"]
    )
    lines = draw(st.lists(st.tuples(rule, st.sampled_from([":", ": ", "", "="]), pattern), max_size=20))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    return end.join("".join(line) for line in lines).encode("utf-8", "surrogatepass")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=markup() | json_feeds() | st.binary(max_size=300), kind=KINDS, content_type=TYPES)
def test_any_document_gives_unique_canonical_entries_or_a_fault(body, kind, content_type) -> None:
    found = read(kind, body, url=AT, content_type=content_type)
    addresses = [entry.url for entry in found.entries]
    assert len(set(addresses)) == len(addresses)
    assert [canonicalize(url) for url in addresses] == addresses
    for entry in (*found.entries, *found.children):
        text = "".join(
            str(getattr(entry, name)) for name in ("title", "summary", "authors", "keywords", "in_language")
        )
        assert "\x00" not in text
        text.encode()


@settings(max_examples=300, deadline=None)
@given(body=robots_files() | st.binary(max_size=300), path=st.text(alphabet="/a1%?*$é", max_size=20))
def test_any_robots_file_gives_a_verdict_and_a_delay_that_a_clock_can_keep(body, path) -> None:
    host = Host(host="harbour.example", robots_txt=decode(body), robots_status=200)
    verdict = judge(host, f"https://harbour.example/{path}", "Copytaster/0.1")
    assert verdict.allowed in (True, False)
    assert verdict.crawl_delay_seconds is None or 0 <= verdict.crawl_delay_seconds <= 3_600
    assert math.isfinite(verdict.crawl_delay_seconds or 0.0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_list_of_addresses_is_read_in_any_encoding_that_says_what_it_is(encoding: str) -> None:
    body = "https://harbour.example/1\nnothing\nhttps://harbour.example/é\n".encode(encoding)
    found = read("sitemap", body, url=AT, content_type="text/plain")
    assert [entry.url for entry in found.entries] == [
        "https://harbour.example/1",
        "https://harbour.example/%C3%A9",
    ]


def test_a_list_without_one_address_says_so() -> None:
    found = read("sitemap", b"http://[\nnothing\n", url=AT, content_type="text/plain")
    assert (found.entries, found.fault) == ((), "no entries: a list without one address")


@pytest.mark.parametrize("line", ["Disallow: /", "Disallow:/\t# all of it"])
def test_a_rule_for_us_survives_any_rubbish_before_it(line: str) -> None:
    rubbish = b"\xff\xfe\x00<html>\r\nCrawl-delay: x\r\nNonsense\r\n: :\r\n"
    text = decode(rubbish + b"User-agent: Copytaster\r\n" + line.encode())
    host = Host(host="harbour.example", robots_txt=text, robots_status=200)
    assert not judge(host, "https://harbour.example/news", "Copytaster/0.1").allowed
