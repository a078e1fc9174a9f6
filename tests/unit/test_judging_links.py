"""Which links of a source are taken, what a site's addresses teach, and which sitemaps are worth reading."""

from datetime import UTC, datetime, timedelta

import pytest

from copytaster.discover import judge_link, judged, read, read_links
from copytaster.discover.shapes import learn, shape_of
from copytaster.discover.sift import joined, matches, sift
from copytaster.discover.walk import no_longer_listed, to_read
from copytaster.model import Entry, KnownSitemap, Source

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SOURCE = Source(source_id=1, url="https://www.harbour.example/feed.xml", kind="feed")


def listing(*links):
    body = "<!doctype html><html><body><main>" + "".join(
        f"<p><a href='{href}'>{text}</a></p>" for href, text in links
    )
    return read_links(
        body.encode(), url="https://www.harbour.example/", content_type="text/html; charset=utf-8"
    )


# shapes


@pytest.mark.parametrize(
    ("url", "shape"),
    [
        ("https://h.example/", "/"),
        ("https://h.example/2026/11/25/ferry-runs-aground", "/Y/M/M/words"),
        ("https://h.example/2026/11/ferry-runs-aground-48213.html", "/Y/M/words-N.html"),
        ("https://h.example/2026-11-25/ferry", "/Y-M/word"),
        ("https://h.example/harbour/481234", "/harbour/N"),
        ("https://h.example/harbour/ferry", "/harbour/word"),
        ("https://h.example/Harbour/Ferry/", "/harbour/ferry/"),
        ("https://h.example/story.php?id=7&page=2", "/word.php?id&page"),
        (
            "https://h.example/news/%E8%88%B9%E3%81%8C%E5%86%8D%E3%81%B3-%E5%8B%95%E3%81%8D-%E5%87%BA%E3%81%99",
            "/news/words",
        ),
    ],
)
def test_addresses_made_alike_have_one_shape(url, shape):
    assert shape_of(url) == shape


def judged_pages(*, articles=(), others=()):
    return [*((url, None) for url in articles), *((url, "section_front") for url in others)]


def test_what_became_of_pages_says_what_like_addresses_are():
    shapes = learn(
        judged_pages(
            articles=[f"https://h.example/local/{n}" for n in (41234, 41235, 41239)],
            others=[f"https://h.example/places/the-{n}-of-the-town" for n in "abc"],
        )
    )
    assert shapes.of("https://h.example/local/49999").is_article is True
    assert str(shapes.of("https://h.example/places/the-d-of-the-town")).startswith(
        "0 of 3 pages like /places/words"
    )
    assert shapes.of("https://h.example/places/the-d-of-the-town").is_article is False
    # In a folder of which nothing is known, what is known of the shape in other folders counts.
    assert shapes.of("https://h.example/county/49999").is_article is True
    assert shapes.of("https://h.example/unlike") is None


def test_two_pages_teach_nothing_and_neither_do_faults():
    some = [("https://h.example/local/41234", None), ("https://h.example/local/41235", None)]
    faults = [
        (f"https://h.example/local/5{n}234", reason)
        for n, reason in enumerate(["paywall_stub", "date_missing"])
    ]
    assert learn(some + faults).of("https://h.example/local/49999").is_article is None


def test_what_was_learned_overrules_words_and_the_navigation():
    shapes = learn(
        judged_pages(articles=[f"https://www.harbour.example/archive/ferry-news-no-{n}" for n in "abc"])
    )
    url = "https://www.harbour.example/archive/toll-for-big-ships"
    assert not judge_link(url, "Toll for big ships at last").is_article
    taken = judge_link(url, "", in_chrome=True, learned=shapes.of(url))
    assert taken.is_article
    assert taken.reason.startswith("3 of 3 pages like /archive/words were articles")


def test_one_word_that_looks_like_articles_is_not_taken_from_the_navigation():
    shapes = learn(
        judged_pages(articles=[f"https://h.example/{word}" for word in ("ferry", "toll", "crane")])
    )
    url = "https://h.example/sport"
    assert not judge_link(url, "Sport", in_chrome=True, learned=shapes.of(url)).is_article
    assert judge_link(url, "Sport", learned=shapes.of(url)).is_article
    about = "https://h.example/contact"
    assert not judge_link(about, "Contact", learned=shapes.of(about)).is_article


@pytest.mark.parametrize(
    "path",
    ["/schlagwort/hafen-und-meer-und-wind", "/auteurs/jean-de-la-mer", "/тег/порт", "/etiqueta/puerto"],
)
def test_lists_are_known_by_their_words_in_many_languages(path):
    verdict = judge_link(f"https://h.example{path}", "All that was ever written about this", in_heading=True)
    assert not verdict.is_article
    assert verdict.reason.startswith("the path has")


# the difference to the last visit


def test_at_a_later_visit_a_link_that_was_not_there_needs_less_to_speak_for_it():
    links = listing(
        ("/ferry", "The ferry runs again after the storm"), ("/toll", "The toll for big ships comes in May")
    )
    assert not judged(links).entries
    found = judged(links, known=frozenset({"https://www.harbour.example/toll"}))
    assert [(entry.url, entry.evidence) for entry in found.entries] == [
        ("https://www.harbour.example/ferry", "the words of a headline, new since the last visit")
    ]
    assert found.left_out == {"https://www.harbour.example/toll": "only the words of a headline"}


def test_a_link_that_stands_in_the_navigation_and_in_the_text_is_judged_by_the_text():
    body = b"<nav><a href='/2026/11/a-ferry-runs-again'>x</a></nav><h2><a href='/2026/11/a-ferry-runs-again'>Ferry</a></h2>"
    assert (
        len(read("listing", body, url="https://www.harbour.example/", content_type="text/html").entries) == 1
    )


def test_links_to_further_hosts_of_the_source_are_links_of_its_listing():
    body = b"<p><a href='https://stories.example/2026/11/02/a-ferry-runs-again'>A ferry runs again after it all</a></p>"
    where = {"url": "https://www.harbour.example/", "content_type": "text/html"}
    assert read_links(body, **where) == ()
    assert len(read_links(body, **where, hosts=("stories.example",))) == 1


# what is taken


def sifted(*links, **changes):
    source = Source(**{"source_id": 1, "url": SOURCE.url, "kind": "feed", **changes})
    return sift([Entry(url=url) for url in links], source)


def test_links_to_other_hosts_are_left_out_and_counted():
    found = sifted(
        "https://m.harbour.example/a", "https://ads.example/b", "https://ads.example/c", "ftp://x.example/"
    )
    assert [url for _, url, _ in found.taken] == ["https://m.harbour.example/a"]
    assert found.elsewhere == {"ads.example": 2}
    assert found.left_out["https://ads.example/b"] == "ads.example is not a host of this source"
    assert found.left_out["ftp://x.example/"].startswith("forbidden_address")


def test_a_host_that_is_allowed_is_allowed_with_all_below_it_and_nothing_beside():
    links = ("https://stories.example/a", "https://www.stories.example/b", "https://mystories.example/c")
    assert [host for *_, host in sifted(*links, hosts=("stories.example",)).taken] == [
        "stories.example",
        "www.stories.example",
    ]


def test_rules_of_paths_leave_links_out_with_the_rule():
    found = sifted(
        "https://www.harbour.example/news/a",
        "https://www.harbour.example/news/live/b",
        "https://www.harbour.example/shop/c",
        allow=("/news/",),
        deny=("/*/live/",),
    )
    assert [url for _, url, _ in found.taken] == ["https://www.harbour.example/news/a"]
    assert set(found.left_out.values()) == {
        "the source's rule denies /*/live/",
        "no rule of the source allows it",
    }


@pytest.mark.parametrize(
    ("pattern", "target", "fits"),
    [
        ("/sport/", "/sport/ferry", True),
        ("/sport/", "/sport", False),
        ("/sport", "/sports/x", True),
        ("*.pdf$", "/a/b.pdf", True),
        ("*.pdf$", "/a/b.pdf?x", False),
        ("*.pdf", "/a/b.pdf?x", True),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("/*/live/", "/news/live/x", True),
        ("/*/live/", "/live/x", False),
        ("/a*b*c$", "/aXbYbZc", True),
        ("/a*b*c$", "/aXcYb", False),
        ("*?amp", "/x?amp=1", True),
        ("*", "/", True),
        ("/ab*bc$", "/abc", False),
    ],
)
def test_patterns_are_read_as_in_robots_txt(pattern, target, fits):
    assert matches(pattern, target) is fits


def test_one_page_in_several_forms_gets_one_place():
    found = sifted(
        "http://m.harbour.example/a", "https://www.harbour.example/a", "https://www.harbour.example/b?amp=1"
    )
    taken = joined(found.taken, {})
    assert [url for _, url, _ in taken] == ["https://www.harbour.example/a"] * 2 + [
        "https://www.harbour.example/b?amp=1"
    ]
    known = {"https://www.harbour.example/b?amp=1": ("https://www.harbour.example/b", "www.harbour.example")}
    assert joined(found.taken, known)[2][1:] == known["https://www.harbour.example/b?amp=1"]


# sitemaps below an index


def child(name, lastmod=None):
    return Entry(url=f"https://h.example/{name}", date_modified=lastmod)


def known(name, **told):
    sitemap = KnownSitemap(url=f"https://h.example/{name}", parent_url="https://h.example/index.xml", **told)
    return {sitemap.url: sitemap}


def due(*children, **before):
    return [entry.url.rpartition("/")[2] for entry in to_read(children, before.get("known", {}), now=NOW)]


def test_the_sitemaps_that_changed_last_are_read_first_and_stale_ones_never():
    children = (
        child("a.xml", "2026-11-20"),
        child("b.xml", "2026-11-25T11:00:00Z"),
        child("c.xml", "2025-11-01"),
        child("d.xml"),
        child("posts-2024-03.xml"),
        child("posts-2026-10.xml"),
        child("2019/all.xml"),
    )
    assert due(*children) == ["b.xml", "a.xml", "posts-2026-10.xml", "d.xml"]


def test_a_sitemap_is_read_again_when_its_lastmod_changes():
    before = known("a.xml", lastmod="2026-11-20", read_at=NOW)
    assert due(child("a.xml", "2026-11-20"), known=before) == []
    assert due(child("a.xml", "2026-11-21"), known=before) == ["a.xml"]


def test_a_sitemap_without_lastmod_has_a_time_of_its_own():
    later, now = NOW + timedelta(minutes=1), NOW
    assert due(child("a.xml"), known=known("a.xml", read_at=NOW, next_read_at=later)) == []
    assert due(child("a.xml"), known=known("a.xml", read_at=NOW, next_read_at=now)) == ["a.xml"]


def test_a_sitemap_that_is_gone_is_asked_again_only_when_its_index_says_that_it_changed():
    gone = known("a.xml", lastmod="2026-11-20", read_at=NOW, retired_at=NOW)
    assert due(child("a.xml", "2026-11-20"), child("a.xml"), known=gone) == []
    assert due(child("a.xml", "2026-11-24"), known=gone) == ["a.xml"]


def test_a_sitemap_that_its_index_names_no_more_is_told_of():
    before = {**known("a.xml"), **known("b.xml"), **known("c.xml", retired_at=NOW)}
    assert no_longer_listed("https://h.example/index.xml", [child("b.xml")], before) == (
        "https://h.example/a.xml",
    )
    assert no_longer_listed("https://h.example/other.xml", [child("b.xml")], before) == ()


@pytest.mark.parametrize(
    "path",
    [
        "/comment/opinion/3046526/a-ferry-runs-again-at-last",
        "/people/the-keeper-of-the-tide-gate-4389658",
        "/archives/2026/11/25/gate",
    ],
)
def test_a_date_or_a_number_with_words_speaks_against_a_folder_of_lists(path):
    assert judge_link(f"https://h.example{path}", "The keeper of the tide gate speaks").is_article


@pytest.mark.parametrize(
    "path", ["/topic/48213", "/archive/2026/11", "/tag/election-2026", "/search?q=a-ferry-that-runs-48213"]
)
def test_folders_of_lists_stay_closed_to_bare_numbers_and_months(path):
    assert not judge_link(
        f"https://h.example{path}", "All that was ever written about this", in_heading=True
    ).is_article


@pytest.mark.parametrize(
    ("inside", "title"),
    [
        (
            "<span>Harbour</span><h3>The ferry <b>r</b>uns again</h3><p>After the storm.</p>",
            "The ferry runs again",
        ),
        (
            "<span>Harbour</span><span>The ferry runs again at last</span>",
            "Harbour The ferry runs again at last",
        ),
        ("The <b>f</b>erry runs again after it all", "The ferry runs again after it all"),
    ],
)
def test_the_words_of_a_card_are_those_of_its_heading_and_are_not_glued(inside, title):
    (link,) = listing(("/2026/11/ferry", inside))
    assert link.text == title
