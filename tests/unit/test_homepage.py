"""What a homepage tells of its site's feeds and sitemaps, and which of them is the best source."""

from datetime import UTC, datetime

from copytaster.discover.candidates import describe, ranked, why
from copytaster.discover.documents import Found
from copytaster.discover.homepage import named_sitemaps, read_homepage, well_known
from copytaster.model import Entry

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
AT = "https://www.harbour-post.example/"

PAGE = """<!doctype html><html lang=cy><head><title>News from the coast | The Harbour Post</title>
<link rel="alternate" type="application/rss+xml" title="News" href="/feed/">
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">
<link rel="alternate" type="text/html" hreflang="en" href="/en/">
<link rel="ALTERNATE feed" href="atom.xml">
<link rel="alternate" type="application/feed+json; charset=utf-8" href="https://feeds.example/harbour.json">
</head><body><a href="/sport/rss.xml">RSS</a> <a href="/feed/">again</a> <a href="https://other.example/rss">theirs</a>
<a href="feed:https://feeds.feedhost.example/harbour">by a service</a> <a href="/feeding-the-gulls">no feed</a></body></html>"""


def test_the_feeds_that_a_page_names_come_before_those_that_it_links_to():
    home = read_homepage(PAGE.encode(), url=AT)
    assert [(hint.url.removeprefix("https://"), hint.how) for hint in home.feeds] == [
        ("www.harbour-post.example/feed/", "named by the page"),
        ("www.harbour-post.example/atom.xml", "named by the page"),
        ("feeds.example/harbour.json", "named by the page"),
        ("www.harbour-post.example/sport/rss.xml", "linked on the page"),
        ("feeds.feedhost.example/harbour", "linked on the page"),
    ]
    assert home.in_language == "cy"


def test_a_site_is_called_what_its_host_spells():
    assert read_homepage(PAGE.encode(), url=AT).name == "News from the coast | The Harbour Post"
    page = PAGE.replace("The Harbour Post", "Harbour Post")
    assert read_homepage(page.encode(), url=AT).name == "Harbour Post"
    named = page.replace("<head>", "<head><meta property='og:site_name' content='The Post'>")
    assert read_homepage(named.encode(), url=AT).name == "The Post"


def test_a_page_that_is_none_tells_nothing():
    for body in (b"", b"\x00\xff", b"<<<<", b"%PDF-1.4"):
        assert read_homepage(body, url=AT).feeds == ()


def test_robots_txt_names_sitemaps_those_for_news_first():
    text = "User-agent: *\nDisallow:\nSitemap: /all.xml\nSITEMAP:https://h.example/google-news.xml # daily\nsitemap: ftp://x/\n"
    assert [hint.url for hint in named_sitemaps(text, AT)] == [
        "https://h.example/google-news.xml",
        "https://www.harbour-post.example/all.xml",
    ]


def test_well_known_paths_start_at_the_root():
    assert "https://www.harbour-post.example/feed/" in [
        hint.url for hint in well_known("feeds", AT + "sport/")
    ]
    assert "https://www.harbour-post.example/sitemap.xml" in [hint.url for hint in well_known("sitemaps", AT)]


def found(kind, *names, date="2026-11-25T08:00:00Z", title="A ferry", url=None):
    entries = tuple(
        Entry(url=AT + name, title=title, date_published=date, in_language="cy") for name in names
    )
    return describe(url or f"{AT}{kind}", kind, Found(entries=entries), how="named", now=NOW)


def test_a_feed_comes_before_a_news_sitemap_and_that_before_a_listing():
    plain = found("sitemap", "a", "b", "c", title=None, date=None, url=AT + "all.xml")
    best = ranked(
        [found("listing", "a", "x", date=None), plain, found("sitemap", "a", "b"), found("feed", "a")]
    )
    assert [candidate.sort for candidate in best] == ["feed", "news sitemap", "listing", "sitemap"]
    assert why(best[0], best[1:]).startswith("a feed is small")


def test_a_dead_feed_comes_after_what_lives_and_the_reason_names_it():
    dead = found("feed", "old", date="2024-01-05T08:00:00Z")
    best = ranked([dead, found("sitemap", "a", "b")])
    assert [candidate.kind for candidate in best] == ["sitemap", "feed"]
    assert f"the newest entry of {AT}feed is of 2024-01-05" in why(best[0], best[1:])


def test_one_feed_with_two_addresses_is_found_once():
    assert (
        len(
            ranked(
                [
                    found("feed", "a", "b"),
                    found("feed", "b", "a", url=AT + "rss"),
                    found("feed", "c", url=AT + "c"),
                ]
            )
        )
        == 2
    )


def test_a_look_into_a_source_says_what_it_is():
    entries = (
        Entry(
            url=AT + "a", title="A ferry", date_published="Mon, 23 Nov 2026 10:00:00 GMT", in_language="cy"
        ),
        Entry(url="https://ads.example/b", title="Buy", date_published="2027-11-25", in_language="en"),
    )
    told = describe(AT + "feed", "feed", Found(entries=entries), how="given", now=NOW).summary()
    assert told["entries"] == 2
    assert told["newest"] == "2026-11-23T10:00:00+00:00"  # what lies ahead is a mistake
    assert told["language"] == "several"
    assert told["hosts_elsewhere"] == ["ads.example"]
    assert told["headlines"] == ["A ferry", "Buy"]
