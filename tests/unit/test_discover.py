"""Discovery: good documents give their entries, bad ones what can be read of them and a fault."""

import gzip
import random

import pytest

from copytaster.discover import judge_link, read
from copytaster.model import Entry

AT = "https://harbour.example/news/feed.xml"

RSS = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Harbour News</title><link>https://harbour.example/</link><language>en-GB</language>
<item><title>Ferry &amp;amp; tram share one ticket</title><link>/2026/11/ferry-and-tram?utm_source=rss</link>
<pubDate>Mon, 02 Nov 2026 10:00:00 +0100</pubDate><dc:creator>Ada Moor</dc:creator><category>Transport</category>
<description>&lt;p&gt;One &lt;b&gt;ticket&lt;/b&gt; for all.&lt;/p&gt;</description></item>
<item><title>Second</title><guid isPermaLink="true">https://harbour.example/second</guid></item>
<item><title>No link at all</title><guid isPermaLink="false">4711</guid></item>
<item><title>Once more</title><link>https://harbour.example/second#top</link></item>
</channel></rss>"""

ATOM = b"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://harbour.example/a/">
<entry><title type="html">Die &amp;lt;neue&amp;gt; F\xc3\xa4hre</title><link rel="enclosure" href="x.mp3"/><link href="faehre"/>
<id>tag:harbour.example,2026:1</id><published>2026-11-02T09:00:00Z</published><updated>2026-11-02T11:30:00+01:00</updated>
<author><name>Jo Kai</name></author><category term="Hafen"/><summary>Kurz.</summary></entry></feed>"""

RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><item rdf:about="https://harbour.example/1"><title>One</title>
<link>https://harbour.example/1</link><dc:date>2026-11-02</dc:date></item></rdf:RDF>"""

NEWS_SITEMAP = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://harbour.example/a-b </loc><lastmod>2026-11-02</lastmod>
<image:image><image:loc>https://harbour.example/a.jpg</image:loc><image:title>A crane</image:title></image:image>
<news:news><news:publication><news:name>Harbour</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2026-11-02T08:15:00+01:00</news:publication_date><news:title>A &amp; B</news:title>
<news:keywords>port, crane</news:keywords></news:news></url>
<url><loc>/relative</loc></url><url><loc>javascript:void(0)</loc></url></urlset>"""

INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://harbour.example/s1.xml.gz</loc><lastmod>2026-11-01</lastmod></sitemap>
<sitemap><loc>https://harbour.example/s2.xml</loc></sitemap></sitemapindex>"""

LISTING = """<!doctype html><html><head><title>Harbour</title><base href="https://harbour.example/"></head><body>
<nav><a href="/2026/11/02/old-crane-moved-to-the-new-museum">A long enough line within the navigation</a></nav>
<main>
<article><a href="2026/11/02/ferry-runs-again-after-storm"><img src="f.jpg"></a>
<h2><a href="2026/11/02/ferry-runs-again-after-storm?utm_medium=front">Ferry runs again after the storm</a></h2>
<a href="2026/11/02/ferry-runs-again-after-storm">Read more</a></article>
<h3><a href="/story/%E8%88%B9-9">嵐のあと船が再び動き出す</a></h3>
<a href="/tag/storm-and-wind-and-rain">All the storms of this year in one place</a>
<a href="https://elsewhere.example/2026/11/02/a-story-of-another-site">A story of quite another site</a>
<a href="/report-of-the-year-2026.pdf">The report of the year as a document</a>
<a href="mailto:desk@harbour.example">Write to the whole editorial desk today</a>
</main></body></html>""".encode()


def test_an_rss_feed_gives_its_fields_as_written() -> None:
    found = read("feed", RSS, url=AT, content_type="application/rss+xml")

    assert found.fault is None
    assert found.entries == (
        Entry(
            url="https://harbour.example/2026/11/ferry-and-tram",
            title="Ferry & tram share one ticket",
            date_published="Mon, 02 Nov 2026 10:00:00 +0100",
            authors=("Ada Moor",),
            summary="One ticket for all.",
            in_language="en-GB",
            keywords=("Transport",),
        ),
        Entry(url="https://harbour.example/second", title="Second", in_language="en-GB"),
    )


def test_an_atom_entry_is_linked_by_its_alternate_link_under_the_xml_base() -> None:
    (entry,) = read("feed", ATOM, url=AT, content_type="application/atom+xml").entries

    assert entry.url == "https://harbour.example/a/faehre"
    assert (entry.date_published, entry.date_modified) == (
        "2026-11-02T09:00:00Z",
        "2026-11-02T11:30:00+01:00",
    )
    assert (entry.authors, entry.keywords, entry.in_language) == (("Jo Kai",), ("Hafen",), "de")


def test_the_only_date_of_rdf_is_the_publication() -> None:
    (entry,) = read("feed", RDF, url=AT, content_type=None).entries

    assert (entry.url, entry.date_published, entry.date_modified) == (
        "https://harbour.example/1",
        "2026-11-02",
        None,
    )


@pytest.mark.parametrize(
    "head",
    [
        b'<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://dtd.example/rss-0.91.dtd"><rss version="0.91">',
        b'<rss version="0.92">',
        b'<rss version="0.93">',
        b'<rss version="2.0">',
        b"<rss>",
        b'<RSS VERSION="2.0">',
    ],
)
def test_every_version_of_rss_is_read(head: bytes) -> None:
    item = b"<item><title>Ferry</title><link>https://harbour.example/ferry</link><description>It runs.</description></item>"
    end = b"</RSS>" if head.startswith(b"<RSS") else b"</rss>"
    body = head + b"<channel><title>H</title><language>cy</language>" + item + b"</channel>" + end

    (entry,) = read("feed", body, url=AT, content_type="text/xml").entries

    assert (entry.url, entry.title, entry.summary) == ("https://harbour.example/ferry", "Ferry", "It runs.")


def test_what_is_recovered_of_a_broken_feed_keeps_its_language() -> None:
    for body in (
        RSS.replace(b"Harbour News", b"Harbour \x08 & <b>News"),
        ATOM.replace(b"<summary>", b"<summary>& <b>"),
    ):
        found = read("feed", body, url=AT, content_type=None)
        assert {entry.in_language for entry in found.entries} <= {"en-GB", "de"}
        assert found.entries


def test_a_json_feed_is_read() -> None:
    body = b"""{"version": "https://jsonfeed.org/version/1.1", "language": "fr", "items": [
      {"id": "1", "url": "/un", "title": "Un", "date_published": "2026-11-02T10:00:00+01:00",
       "authors": [{"name": "Ana"}], "tags": ["port", 3]}, {"id": "no link"}, 7]}"""

    (entry,) = read("feed", body, url=AT, content_type="application/feed+json").entries

    assert entry == Entry(
        url="https://harbour.example/un",
        title="Un",
        date_published="2026-11-02T10:00:00+01:00",
        authors=("Ana",),
        in_language="fr",
        keywords=("port",),
    )


@pytest.mark.parametrize("body", [NEWS_SITEMAP, gzip.compress(NEWS_SITEMAP)])
def test_a_news_sitemap_gives_its_news_tags_and_not_those_of_images(body: bytes) -> None:
    found = read("sitemap", body, url="https://harbour.example/news.xml", content_type="text/xml")

    assert found.fault is None
    assert found.entries == (
        Entry(
            url="https://harbour.example/a-b",
            title="A & B",
            date_published="2026-11-02T08:15:00+01:00",
            date_modified="2026-11-02",
            in_language="en",
            keywords=("port", "crane"),
        ),
        Entry(url="https://harbour.example/relative"),
    )


def test_a_sitemap_index_gives_its_children_and_no_pages() -> None:
    found = read("sitemap", INDEX, url=AT, content_type="text/xml")

    assert found.entries == ()
    assert [(child.url, child.date_modified) for child in found.children] == [
        ("https://harbour.example/s1.xml.gz", "2026-11-01"),
        ("https://harbour.example/s2.xml", None),
    ]


def test_a_text_sitemap_is_a_list_of_urls() -> None:
    found = read(
        "sitemap",
        b"https://harbour.example/1\nhttps://harbour.example/2\n",
        url=AT,
        content_type="text/plain",
    )

    assert [entry.url for entry in found.entries] == [
        "https://harbour.example/1",
        "https://harbour.example/2",
    ]


def test_a_feed_that_is_registered_as_a_sitemap_is_read_as_what_it_is() -> None:
    assert len(read("sitemap", RSS, url=AT, content_type=None).entries) == 2
    assert len(read("feed", NEWS_SITEMAP, url=AT, content_type=None).entries) == 2


def test_a_listing_page_gives_the_articles_of_its_own_site() -> None:
    found = read(
        "listing", LISTING, url="https://harbour.example/front", content_type="text/html; charset=utf-8"
    )

    assert [(entry.url, entry.title) for entry in found.entries] == [
        (
            "https://harbour.example/2026/11/02/ferry-runs-again-after-storm",
            "Ferry runs again after the storm",
        ),
        (
            "https://harbour.example/story/%E8%88%B9-9",
            "嵐のあと船が再び動き出す",
        ),
    ]


@pytest.mark.parametrize(
    ("url", "text", "expected"),
    [
        ("https://a.example/", "The front page of this newspaper", "a front page"),
        ("https://a.example/author/jo-b-kai-of-the-desk", "Jo Kai", "the path has 'author'"),
        ("https://a.example/x", "x", "nothing speaks for it"),
        ("https://a.example/2026/11/02/ferry", "Ferry", "only a date in the path"),
        ("https://a.example/2026/11/02/the-ferry-runs-again", "Ferry", "a date in the path, a long slug"),
        (
            "https://a.example/story/1234567",
            "The ferry runs again after all",
            "a number in the path, the words of a headline",
        ),
    ],
)
def test_a_link_is_judged_with_a_reason(url: str, text: str, expected: str) -> None:
    assert judge_link(url, text).reason == expected


def test_no_field_holds_what_a_database_cannot_store() -> None:
    feed = b"""{"items": [{"url": "/x", "title": "a\\u0000b", "date_published": "2026\\u0000", "tags": ["\\u0000", "c"]}]}"""
    broken = RSS.replace(b"Ada Moor", b"Ada&#0;&#xD800;\x00Moor").replace(b"</title>", b"", 1)

    assert read("feed", feed, url=AT, content_type=None).entries == (
        Entry(url="https://harbour.example/x", title="ab", date_published="2026", keywords=("c",)),
    )
    for entry in read("feed", broken, url=AT, content_type=None).entries:
        assert "\x00" not in repr(entry).encode().decode("unicode_escape")
        assert all(not "\ud800" <= letter <= "\udfff" for author in entry.authors for letter in author)


def test_a_web_page_instead_of_a_feed_is_named() -> None:
    assert (
        read("feed", LISTING, url=AT, content_type="text/html").fault
        == "html: a web page where a feed should be"
    )
    assert (
        read("feed", b"\xef\xbb\xbf \n", url=AT, content_type="text/xml").fault
        == "empty: a document without content"
    )
    assert (read("feed", b'{"a": 1}', url=AT, content_type=None).fault or "").startswith("json:")


def test_a_feed_without_entries_has_no_fault() -> None:
    found = read(
        "feed", b'<rss version="2.0"><channel><title>x</title></channel></rss>', url=AT, content_type=None
    )

    assert found.entries == ()
    assert found.fault is None


@pytest.mark.parametrize(
    "broken",
    [
        RSS[:-30],
        RSS.replace(b"&amp;amp;", b"& "),
        RSS.replace(b"</title>", b"", 2),
        RSS.replace(b"utf-8", b"no-such-charset"),
        b"\n\n" + RSS,
        b"PHP Warning: something\n" + RSS,
        RSS.replace(b"xmlns:dc", b"xmlns:other"),
        RSS.replace(b"Harbour News", b"Harbour\x08News\xff"),
    ],
)
def test_a_broken_feed_gives_what_it_has(broken: bytes) -> None:
    found = read("feed", broken, url=AT, content_type="application/rss+xml")

    assert "https://harbour.example/2026/11/ferry-and-tram" in {entry.url for entry in found.entries}


def test_what_is_wrong_with_a_feed_is_told_beside_its_entries() -> None:
    found = read("feed", RSS[:-30], url=AT, content_type="application/rss+xml")

    assert found.entries
    assert (found.fault or "").startswith("malformed:")


def test_a_torn_sitemap_gives_what_it_has_and_says_so() -> None:
    found = read(
        "sitemap", NEWS_SITEMAP[: NEWS_SITEMAP.index(b"<url><loc>javascript")], url=AT, content_type=None
    )
    packed = read("sitemap", gzip.compress(NEWS_SITEMAP)[:-9], url=AT, content_type=None)

    assert len(found.entries) == 2
    assert (found.fault or "").startswith("torn")
    assert (packed.fault or "").startswith("torn")


def test_entities_neither_grow_nor_read_files() -> None:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha") for n in range(12))
    item = b"<item><title>&l11;&file;ok</title><link>https://harbour.example/x</link></item>"
    head = b'<!DOCTYPE rss [<!ENTITY file SYSTEM "file:///etc/passwd">' + laughs + b"]>"
    for body in (
        head + b'<rss version="2.0"><channel>' + item + b"</channel></rss>",
        head
        + b"<urlset><url><loc>https://harbour.example/x</loc><title>&l11;&file;ok</title></url></urlset>",
    ):
        found = read("feed", body, url=AT, content_type=None)
        told = " ".join(entry.title or "" for entry in found.entries)
        assert "root:" not in told
        assert len(told) < 3_000


def test_a_compressed_bomb_is_given_up() -> None:
    found = read("sitemap", gzip.compress(bytes(60_000_000)), url=AT, content_type=None)

    assert (found.fault or "").startswith("too large")


def test_no_mutation_of_a_good_document_raises() -> None:
    chance = random.Random(11)
    for number in range(500):
        body = bytearray(chance.choice([RSS, ATOM, RDF, NEWS_SITEMAP, INDEX, LISTING]))
        for _ in range(chance.randint(1, 12)):
            place = chance.randrange(len(body))
            body[place : place + chance.randint(0, 9)] = chance.choice(
                [
                    b"",
                    b"<",
                    b">",
                    b"&",
                    b"\x00",
                    b"]]>",
                    b"<!--",
                    b"<item>",
                    b"\xff",
                    b"<![CDATA[",
                    b"http://[",
                    b"%",
                    b"&#xD800;",
                    b"&#0;",
                    b"\xed\xa0\x80",
                    b"&#99999999;",
                    b"</",
                ]
            )
        kind = ("feed", "sitemap", "listing")[number % 3]
        read(kind, bytes(body), url=AT, content_type=None)
