"""Sources are polled over real HTTP into a real Postgres: what is asked for, what is taken, what is kept."""

import gzip
from dataclasses import replace

import pytest

from copytaster import steps, store
from copytaster.config import Settings
from copytaster.scouting import scout, watch
from servers import site_server

HOST = "www.harbour.example"
AT = f"http://{HOST}"
XML = {"Content-Type": "application/xml"}
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def site():
    with site_server() as site:
        yield site


@pytest.fixture
def around(database_url, tmp_path, site):
    hosts = (HOST, "harbour.example", "m.harbour.example", "feeds.example")
    settings = Settings(
        database_url=database_url,
        connect_to=site.connect_to(*hosts),
        host_delay_seconds=0.001,
        max_attempts=1,
    )
    return {"settings": settings, "archive": tmp_path}


@pytest.fixture
def db(around):
    with store.connect(around["settings"].database_url) as db:
        db.autocommit = True
        yield db


@pytest.fixture
def poll(around, db, site):
    """Poll all sources now; give the paths that were asked for and what was new."""

    def poll():
        with db.cursor() as cursor:
            cursor.execute("UPDATE copytaster.source SET next_poll_at = now(), lease_expires_at = NULL")
        before = len(site.log.requests)
        new = steps.poll_sources(**around)
        return [seen.path for seen in site.log.requests[before:]], new

    return poll


@pytest.fixture
def ingest(around):
    def ingest():
        for batch in steps.claim_batches(**around):
            for step in (
                steps.fetch_pages,
                steps.extract_articles,
                steps.validate_articles,
                steps.load_articles,
            ):
                step(batch, **around)

    return ingest


def rows(db, sql, *values):
    with db.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def pages(db):
    return {url for (url,) in rows(db, "SELECT url FROM copytaster.page")}


def feed(*links, head=""):
    items = "".join(f"<item><title>Ferry</title><link>{link}</link></item>" for link in links)
    return f'<rss version="2.0"><channel><title>H</title>{head}{items}</channel></rss>'.encode()


def urlset(*names):
    return (
        "<urlset>" + "".join(f"<url><loc>{AT}/{name}</loc></url>" for name in names) + "</urlset>"
    ).encode()


def index(*children):
    told = (
        f"<sitemap><loc>{AT}/{name}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</sitemap>"
        for name, at in children
    )
    return ("<sitemapindex>" + "".join(told) + "</sitemapindex>").encode()


# feeds


def test_links_elsewhere_are_left_out_counted_and_explained(poll, site, db):
    site.pages["/feed"] = (
        200,
        XML,
        feed(f"{AT}/a", "https://ads.example/b", "https://stories.example/c", f"{AT}/live/d"),
    )
    store.add_source(db, f"{AT}/feed", "feed", name="Harbour", hosts=["stories.example"], deny=["/live/"])
    assert poll()[1] == 2
    assert pages(db) == {f"{AT}/a", "https://stories.example/c"}
    state = store.source_state(db, f"{AT}/feed")
    assert (state["entries"], state["taken"], state["hosts_elsewhere"]) == (4, 2, ["ads.example"])
    (told,) = rows(db, "SELECT stage, what, detail FROM news.explain('https://ads.example/b')")
    assert told == ("discover", "left out of Harbour", "ads.example is not a host of this source")
    (told,) = rows(db, "SELECT detail FROM news.explain(%s)", f"{AT}/live/d")
    assert told == ("the source's rule denies /live/",)


def test_an_answer_that_did_not_change_costs_nothing_with_validators_and_without(poll, site, db):
    site.pages["/etag"] = (200, XML | {"ETag": '"a b"', "Last-Modified": "someday"}, feed(f"{AT}/a"))
    site.pages["/plain"] = (200, XML, feed(f"{AT}/b"))
    for name in ("etag", "plain"):
        store.add_source(db, f"{AT}/{name}", "feed")
    assert poll()[1] == 2
    assert poll()[1] == 0
    sent = next(seen.headers for seen in reversed(site.log.requests) if seen.path == "/etag")
    assert (sent["if-none-match"], sent["if-modified-since"]) == ('"a b"', "someday")
    etag, plain = (store.source_state(db, f"{AT}/{name}") for name in ("etag", "plain"))
    assert [etag[name] for name in ("polls", "not_modified", "unchanged")] == [2, 1, 0]
    assert [plain[name] for name in ("polls", "not_modified", "unchanged")] == [2, 0, 1]
    site.pages["/plain"] = (200, XML, feed(f"{AT}/b", f"{AT}/c"))
    assert poll()[1] == 1


FAILURES = {
    "missing": (404, b"", 1.0, "HTTP 404"),
    "broken": (500, b"", 0.5, "HTTP 500"),
    "busy": (503, b"", 0.25, "HTTP 503"),
    "hasty": (429, b"", 0.25, "HTTP 429"),
    "html": (
        200,
        b"<!doctype html><html><body>Sorry</body></html>",
        1.0,
        "html: a web page where a feed should be",
    ),
    "empty": (200, b"", 1.0, "empty: a document without content"),
}


def test_a_failure_weighs_what_it_is(poll, site, db):
    for name, (status, body, _, _) in FAILURES.items():
        site.pages[f"/{name}"] = (status, XML, body)
        store.add_source(db, f"{AT}/{name}", "feed")
    poll()
    for name, (_, _, weight, fault) in FAILURES.items():
        state = store.source_state(db, f"{AT}/{name}")
        assert (state["failures"], state["failed"]) == (weight, 1), name
        assert fault in state["fault"]


def test_a_broken_feed_gives_what_it_has_and_the_fault_is_kept(poll, site, db):
    site.pages["/feed"] = (200, XML, feed(f"{AT}/a", f"{AT}/b").replace(b"</channel></rss>", b""))
    store.add_source(db, f"{AT}/feed", "feed")
    assert poll()[1] == 2
    state = store.source_state(db, f"{AT}/feed")
    assert state["fault"].startswith("malformed:")
    assert state["failures"] == 0


def test_retry_after_and_the_life_in_caches_put_the_next_poll_off(poll, site, db):
    site.pages["/busy"] = (429, XML | {"Retry-After": "7200"}, b"")
    site.pages["/kept"] = (
        200,
        XML | {"Cache-Control": "public, max-age=1800", "Age": "300"},
        feed(f"{AT}/a"),
    )
    site.pages["/long"] = (200, XML | {"Cache-Control": "max-age=99999999"}, feed(f"{AT}/b"))
    for name in ("busy", "kept", "long"):
        store.add_source(db, f"{AT}/{name}", "feed", interval_seconds=300)
    poll()
    waits = dict(
        rows(db, "SELECT url, round(extract(epoch FROM next_poll_at - polled_at)) FROM copytaster.source")
    )
    assert {
        url.rpartition("/")[2]: abs(float(wait) - meant) < 5
        for (url, wait), meant in zip(waits.items(), (7200, 1500, 3600), strict=True)
    } == {
        "busy": True,
        "kept": True,
        "long": True,
    }


def test_several_sources_of_one_host_are_asked_one_after_the_other(around, db, site):
    for number in range(4):
        site.pages[f"/feed{number}"] = (200, XML, feed(f"{AT}/{number}"))
        store.add_source(db, f"{AT}/feed{number}", "feed")
    settings = replace(around["settings"], host_delay_seconds=0.2)
    assert steps.poll_sources(settings=settings, archive=around["archive"]) == 4
    assert min(site.log.gaps(HOST)) > 0.15


# one page, many addresses


def test_forms_of_one_page_are_one_page(poll, site, db):
    site.pages["/feed"] = (200, XML, feed(f"{AT}/a", "http://m.harbour.example/a", f"{AT}/a/amp/"))
    store.add_source(db, f"{AT}/feed", "feed")
    assert poll()[1] == 1
    assert pages(db) == {f"{AT}/a"}
    site.pages["/feed"] = (200, XML, feed("https://harbour.example/a?amp=1", f"https://{HOST}/a"))
    assert poll()[1] == 0
    assert pages(db) == {f"{AT}/a"}


def test_a_link_that_is_an_alias_of_an_article_is_not_fetched_again(poll, ingest, site, db):
    page = (
        "<!doctype html><html lang=en><head><title>Ferry</title>"
        f"<link rel=canonical href='{AT}/ferry'><link rel=amphtml href='{AT}/lite/ferry'></head><body>"
        "<article><h1>The ferry runs again</h1>"
        + "<p>The ferry runs again after the storm of last week, and all are glad of it.</p>" * 9
        + "</article></body></html>"
    ).encode()
    site.pages["/ferry"] = (200, HTML, page)
    site.pages["/feed"] = (200, XML, feed(f"{AT}/ferry"))
    store.add_source(db, f"{AT}/feed", "feed")
    poll()
    ingest()
    assert rows(db, "SELECT state FROM copytaster.page") == [("loaded",)]
    site.pages["/feed"] = (200, XML, feed(f"{AT}/lite/ferry"))
    assert poll()[1] == 0
    assert pages(db) == {f"{AT}/ferry"}


def test_what_did_not_work_under_one_address_is_tried_under_another(poll, site, db):
    site.pages["/feed"] = (200, XML, feed(f"{AT}/a"))
    store.add_source(db, f"{AT}/feed", "feed")
    poll()
    rows(db, "UPDATE copytaster.page SET state = 'gone', http_status = 404 RETURNING 1")
    site.pages["/feed"] = (200, XML, feed(f"https://{HOST}/a"))
    assert poll()[1] == 1
    assert pages(db) == {f"{AT}/a", f"https://{HOST}/a"}


# sitemaps


def test_sitemaps_below_an_index_are_read_when_their_lastmod_changes(poll, site, db):
    site.pages["/index.xml"] = (
        200,
        XML,
        index(("a.xml.gz", "2026-11-24"), ("b.xml", "2026-11-25"), ("old.xml", "2024-01-01")),
    )
    site.pages["/a.xml.gz"] = (200, {"Content-Type": "application/gzip"}, gzip.compress(urlset("a1", "a2")))
    site.pages["/b.xml"] = (200, XML, urlset("b1"))
    store.add_source(db, f"{AT}/index.xml", "sitemap")
    assert poll() == (["/index.xml", "/b.xml", "/a.xml.gz"], 3)
    assert poll() == (["/index.xml"], 0)
    site.pages["/index.xml"] = (
        200,
        XML,
        index(("a.xml.gz", "2026-11-24"), ("b.xml", "2026-11-25T10:00:00Z")),
    )
    site.pages["/b.xml"] = (200, XML, urlset("b1", "b2"))
    assert poll() == (["/index.xml", "/b.xml"], 1)


def test_an_index_in_an_index_is_read_down_to_a_bound(poll, site, db):
    for depth in range(6):
        site.pages[f"/{depth}.xml"] = (
            200,
            XML,
            index((f"{depth + 1}.xml", None), (f"leaf{depth}.xml", None), ("0.xml", None)),
        )
        site.pages[f"/leaf{depth}.xml"] = (200, XML, urlset(f"page{depth}"))
    store.add_source(db, f"{AT}/0.xml", "sitemap")
    asked, new = poll()
    assert new == 3
    assert set(asked) == {"/0.xml", "/1.xml", "/2.xml", "/3.xml", "/leaf0.xml", "/leaf1.xml", "/leaf2.xml"}


def test_more_sitemaps_than_one_poll_reads_are_read_by_the_next(poll, site, db):
    names = [f"s{number}.xml" for number in range(30)]
    for name in names:
        site.pages[f"/{name}"] = (200, XML, urlset(f"page-{name}"))
    site.pages["/index.xml"] = (200, XML | {"ETag": '"1"'}, index(*((name, "2026-11-25") for name in names)))
    store.add_source(db, f"{AT}/index.xml", "sitemap")
    assert [poll()[1] for _ in range(3)] == [20, 10, 0]


def test_one_bad_sitemap_does_not_spoil_the_others_and_a_gone_one_is_retired(poll, site, db):
    site.pages["/index.xml"] = (200, XML, index(("gone.xml", None), ("html.xml", None), ("good.xml", None)))
    site.pages["/html.xml"] = (200, HTML, b"<!doctype html><html><body>no</body></html>")
    site.pages["/good.xml"] = (200, XML, urlset("good"))
    store.add_source(db, f"{AT}/index.xml", "sitemap")
    assert poll()[1] == 1
    state = store.source_state(db, f"{AT}/index.xml")
    assert state["failures"] == 0
    assert state["fault"] == f"{AT}/html.xml: html: a web page where a sitemap should be"
    known = store.known_sitemaps(db, state["source_id"])
    assert {url.rpartition("/")[2]: sitemap.retired_at is not None for url, sitemap in known.items()} == {
        "gone.xml": True,
        "html.xml": False,
        "good.xml": False,
    }
    rows(db, "UPDATE copytaster.sitemap SET next_read_at = now() RETURNING 1")
    assert "/gone.xml" not in poll()[0]


def test_a_sitemap_for_a_day_is_retired_when_its_index_drops_it(poll, site, db):
    for day in ("24", "25"):
        site.pages[f"/{day}.xml"] = (200, XML, urlset(f"page{day}"))
    site.pages["/index.xml"] = (200, XML, index(("24.xml", None)))
    store.add_source(db, f"{AT}/index.xml", "sitemap")
    poll()
    site.pages["/index.xml"] = (200, XML, index(("25.xml", None)))
    assert poll() == (["/index.xml", "/25.xml"], 1)
    rows(db, "UPDATE copytaster.sitemap SET next_read_at = now() RETURNING 1")
    assert "/24.xml" not in poll()[0]


def test_a_sitemap_without_lastmod_is_asked_again_even_where_the_index_stays_as_it_was(poll, site, db):
    site.pages["/index.xml"] = (200, XML | {"ETag": '"1"'}, index(("a.xml", None)))
    site.pages["/a.xml"] = (200, XML | {"ETag": '"a"'}, urlset("one"))
    store.add_source(db, f"{AT}/index.xml", "sitemap")
    assert poll()[1] == 1
    site.pages["/a.xml"] = (200, XML | {"ETag": '"b"'}, urlset("one", "two"))
    assert poll()[1] == 1
    assert poll() == (["/index.xml", "/a.xml"], 0)  # 304: it has a time of its own from now on
    assert poll()[0] == ["/index.xml"]


def test_a_troubled_host_is_left_in_peace(poll, site, db):
    site.pages["/index.xml"] = (200, XML, index(("a.xml", "2026-11-25"), ("b.xml", "2026-11-24")))
    site.pages["/a.xml"] = (503, XML | {"Retry-After": "5000"}, b"")
    site.pages["/b.xml"] = (200, XML, urlset("b"))
    store.add_source(db, f"{AT}/index.xml", "sitemap", interval_seconds=300)
    assert poll() == (["/index.xml", "/a.xml"], 0)
    (wait,) = rows(db, "SELECT next_poll_at > now() + interval '4990 seconds' FROM copytaster.source")[0]
    assert wait
    site.pages["/a.xml"] = (200, XML, urlset("a"))
    assert poll() == (["/index.xml", "/a.xml", "/b.xml"], 2)


# listing pages


def listing(*links):
    return (
        "<!doctype html><html><body><nav><a href='/2026/11/a-link-in-the-menu'>Menu of the whole site</a></nav><main>"
        + "".join(f"<p><a href='{href}'>{text}</a></p>" for href, text in links)
        + "</main></body></html>"
    ).encode()


def test_a_listing_page_is_compared_with_what_it_showed_before_and_says_why(poll, site, db):
    old = ("/ferry", "The ferry runs again after the storm")
    site.pages["/"] = (200, HTML, listing(old, ("/2026/11/25/toll", "The toll for big ships comes in May")))
    store.add_source(db, f"{AT}/", "listing", name="Front")
    assert poll()[1] == 1
    assert pages(db) == {f"{AT}/2026/11/25/toll"}
    (told,) = rows(db, "SELECT what, detail FROM news.explain(%s)", f"{AT}/ferry")
    assert told == ("left out of Front", "only the words of a headline")
    site.pages["/"] = (200, HTML, listing(old, ("/crane", "The old crane moves to the new museum")))
    assert poll()[1] == 1
    story = rows(db, "SELECT what, detail FROM news.explain(%s)", f"{AT}/crane")
    reason = "the words of a headline, new since the last visit"
    assert any(what == "sighted in Front" and reason in detail for what, detail in story)
    assert any(what == "new" and reason in detail for what, detail in story)


def test_a_link_that_no_source_shows_any_more_is_forgotten_and_one_that_is_shown_stays(
    poll, site, db, around
):
    menu = listing(("/2026/11/25/toll", "The toll for big ships comes in May"))
    site.pages["/"] = (200, HTML, menu)
    store.add_source(db, f"{AT}/", "listing")
    poll()
    store.put_links_left_out(
        db, store.list_sources(db)[0].source_id, {f"{AT}/gone-from-the-page": "only a long slug"}
    )
    rows(db, "UPDATE copytaster.link_left_out SET judged_at = now() - interval '200 days' RETURNING 1")
    site.pages["/"] = (200, HTML, menu + b"<!-- another day -->")
    poll()
    assert steps.sweep(**around)["links_forgotten"] == 1
    assert rows(db, "SELECT url FROM copytaster.link_left_out") == [(f"{AT}/2026/11/a-link-in-the-menu",)]


def test_what_became_of_pages_teaches_what_their_addresses_are(poll, site, db):
    site.pages["/"] = (
        200,
        HTML,
        listing(*((f"/local/4123{n}", "Local news, with the words of a headline") for n in range(3))),
    )
    store.add_source(db, f"{AT}/", "listing")
    assert poll()[1] == 3
    run = "UPDATE copytaster.page SET state = 'quarantined', reason = 'section_front', next_fetch_at = NULL RETURNING 1"
    assert len(rows(db, run)) == 3
    site.pages["/"] = (200, HTML, listing(("/local/41239", "Local news, with the words of a headline")))
    assert poll()[1] == 0
    (told,) = rows(db, "SELECT detail FROM news.explain(%s)", f"{AT}/local/41239")
    assert told == ("0 of 3 pages like /local/N were articles",)


# finding sources


def test_a_site_is_searched_within_what_its_robots_txt_allows(around, site, db):
    page = b"<html lang=en><head><link rel=alternate type=application/rss+xml href=/closed/feed></head><body></body></html>"
    site.pages["/"] = (200, HTML, page)
    site.pages["/closed/feed"] = (200, XML, feed(f"{AT}/a"))
    site.pages["/robots.txt"] = (
        200,
        {"Content-Type": "text/plain"},
        b"User-agent: *\nDisallow: /closed/\nSitemap: /map.xml",
    )
    site.pages["/map.xml"] = (200, XML, index(("news.xml", None), ("pages.xml", None)))
    news = b"<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>http://www.harbour.example/b</loc><news:news><news:title>B</news:title><news:publication_date>2026-11-25</news:publication_date></news:news></url></urlset>"
    site.pages["/news.xml"] = (200, XML, news)
    found = scout(f"{AT}/", around["settings"])
    assert found.closed == (f"{AT}/closed/feed",)
    assert "/closed/feed" not in site.log.paths()
    assert [(candidate.sort, candidate.url, candidate.how) for candidate in found.candidates] == [
        ("news sitemap", f"{AT}/news.xml", "named by a sitemap index"),
        ("sitemap", f"{AT}/map.xml", "named by robots.txt"),
    ]
    assert "no living feed was found" in found.why


def test_the_site_of_a_page_is_a_host_of_a_feed_that_lies_elsewhere(around, site, db, poll):
    page = b"<html><head><title>Harbour</title><link rel=alternate type=application/rss+xml href=http://feeds.example/h></head></html>"
    site.pages["/"] = (200, HTML, page)
    site.pages["/h"] = (200, XML, feed(f"{AT}/a", "https://ads.example/b"))
    (watched,) = watch(db, {"url": f"{AT}/"}, scout(f"{AT}/", around["settings"]))
    assert watched.url == "http://feeds.example/h"
    (source,) = store.list_sources(db)
    assert (source.name, source.hosts) == ("Harbour", ("harbour.example",))
    assert poll()[1] == 1
    assert pages(db) == {f"{AT}/a"}


def test_the_form_in_airflow_adds_what_it_found_and_reports_it(around, site, db):
    site.pages["/feed"] = (200, XML, feed(f"{AT}/a", head="<language>cy</language>"))
    told = {
        "url": f"{AT}/feed",
        "everything": False,
        "name": None,
        "zone": "Europe/London",
        "hosts": [],
        "deny": ["/live/"],
        "min_interval": "2m",
        "max_interval": None,
    }
    (row,) = steps.add_source(told, **around)
    assert row["watched"]
    assert (row["kind"], row["entries"], row["language"]) == ("feed", 1, "cy")
    (source,) = store.list_sources(db)
    assert (source.zone, source.deny, source.min_interval_seconds) == ("Europe/London", ("/live/",), 120)


def test_a_source_that_is_added_again_is_read_anew(poll, site, db):
    site.pages["/feed"] = (200, XML | {"ETag": '"1"'}, feed("https://stories.example/c"))
    store.add_source(db, f"{AT}/feed", "feed")
    assert poll()[1] == 0
    store.add_source(db, f"{AT}/feed", "feed", hosts=["stories.example"])
    assert poll()[1] == 1
