"""The sample site is what its manifest says: other tests and the demo trust that manifest."""

import re
import subprocess
import sys
import urllib.robotparser
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from examples.manifest import EXAMPLES, read_pages, read_sources
from examples.serve import HOSTS, PUBLISHER, SITE, UPDATED_URL, SampleSite, known_host
from lxml import etree, html

from copytaster.errors import REASONS
from copytaster.model import Source

NOW = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)
PAGES = read_pages(SampleSite(NOW))
ARTICLES = [page for page in PAGES if page.is_article]
SOURCES = read_sources()
VOCABULARIES = {"purl.org", "schema.org", "www.google.com", "www.sitemaps.org", "www.w3.org"}
BY_HAND = {
    "http://www.inland-ledger.example/farm/story-20398-wool-cheque-buys-a-pair-of-boots",
    "http://www.tidewater-courier.example/fr/ville/la-halle-aux-poissons-ouvre-la-nuit",
}

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.url.removeprefix("http://"))
each_article = pytest.mark.parametrize("page", ARTICLES, ids=lambda page: page.url.removeprefix("http://"))


@dataclass(frozen=True)
class Got:
    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def running():
    with SampleSite(NOW).serving() as running:
        yield running


@pytest.fixture(scope="module")
def untouched():
    """A server that no test updates, shared by those that only read."""
    with SampleSite(NOW).serving() as running:
        yield running


def ask(running, url, method="GET", **headers):
    parts = urlsplit(url)
    connection = HTTPConnection("127.0.0.1", running.port, timeout=10)
    try:
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target, headers={"Host": parts.netloc, "Connection": "close"} | sent)
        answer = connection.getresponse()
        return Got(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


def text_of(got):
    """The text of a page as a reader sees it, white space normalised."""
    charset = "windows-1251" if b"windows-1251" in got.body else None
    charset = charset or re.search(r"charset=([\w-]+)", got.headers["Content-Type"])[1]
    return " ".join(html.fromstring(got.body.decode(charset)).text_content().split())


def links_of(running, source):
    """The links of a feed, a sitemap, or the headlines of a listing."""
    body = ask(running, source["url"]).body
    if source["kind"] == "listing":
        links = html.fromstring(body).xpath("//main//h2/a/@href")
        return [f"http://{urlsplit(source['url']).netloc}{link}" for link in links]
    wanted = "//item/link/text() | //*[local-name()='loc']/text()"
    entries = "//*[local-name()='entry']/*[local-name()='link']/@href"
    return etree.fromstring(body).xpath(f"{wanted} | {entries}")


def site_files(*suffixes):
    return [file for file in EXAMPLES.rglob("*") if file.suffix in suffixes]


# What is served


@each_page
def test_a_page_is_served_with_the_status_of_the_manifest(untouched, page):
    got = ask(untouched, page.url)
    assert (got.status, got.headers["Content-Type"]) == (page.status, page.content_type)
    assert got.headers.get("Location") == page.location


@each_article
def test_an_article_stands_on_its_page(untouched, page):
    text = text_of(ask(untouched, page.url))
    for words in (page.headline, page.body_starts, page.body_ends, *page.subheadings, *page.must_contain):
        assert words in text
    assert text.index(page.body_starts) < text.index(page.body_ends)


@each_article
def test_what_must_be_cut_stands_on_the_page_first(untouched, page):
    text = text_of(ask(untouched, page.url))
    assert [words for words in page.must_not_contain if words not in text] == []


@each_article
def test_an_article_is_long_enough_to_be_one(page):
    assert 4 <= page.paragraphs <= 8
    assert page.date_published.tzinfo is not None


def test_most_pages_are_good_articles_in_many_languages():
    assert len(ARTICLES) >= 20
    assert len(ARTICLES) > len(PAGES) / 2
    assert {page.in_language for page in ARTICLES} == {"ar", "de", "en", "es", "fr", "ja", "pt", "ru"}


def test_states_and_reasons_are_those_of_the_pipeline():
    assert {page.state for page in PAGES} == {"loaded", "quarantined", "gone"}
    for page in PAGES:
        assert page.reasons <= REASONS
        assert bool(page.reason) == (page.state == "quarantined")


def test_a_redirect_leads_to_an_article():
    redirect = next(page for page in PAGES if page.status == 301)
    assert redirect.loaded_as in {page.url for page in ARTICLES}
    assert redirect.loaded_as.endswith(redirect.location)


def test_the_syndicated_copy_has_the_paragraphs_of_its_origin(untouched):
    copy = next(page for page in ARTICLES if page.copy_of)
    origin, copied = (
        {p.text_content() for p in html.fromstring(ask(untouched, url).body).iter("p")}
        for url in (copy.copy_of, copy.url)
    )
    assert sum(len(words.split()) > 40 for words in origin & copied) == copy.paragraphs


def test_russian_pages_are_windows_1251_declared_in_two_ways(untouched):
    pages = [page for page in ARTICLES if page.in_language == "ru"]
    answers = [ask(untouched, page.url) for page in pages]
    for page, got in zip(pages, answers, strict=True):
        assert page.headline in got.body.decode("windows-1251")
        with pytest.raises(UnicodeDecodeError):
            got.body.decode("utf-8")
    in_header = ["windows-1251" in got.headers["Content-Type"] for got in answers]
    in_meta = [b"charset=windows-1251" in got.body for got in answers]
    assert in_header == [False, True]
    assert in_meta == [True, False]


def test_the_aggregator_glues_ten_headlines_to_their_summaries(untouched):
    page = next(page for page in ARTICLES if "ten teasers" in page.shows)
    body = ask(untouched, page.url).body.decode()
    assert body.count("Read more »") == 10
    assert len(re.findall(r"</b></a>\w", body)) == 10
    assert "<p>Aldmoor Latest News, Aldmoor Headlines</p>" in body


# Where the pages are linked


def test_sources_have_the_fields_of_the_model():
    sources = [Source(source_id=number, **fields) for number, fields in enumerate(SOURCES)]
    assert {source.kind for source in sources} == {"feed", "sitemap", "listing"}
    assert {urlsplit(source.url).netloc for source in sources} == set(HOSTS)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source["url"])
def test_a_source_links_to_the_pages_that_the_manifest_names(untouched, source):
    named = {page.listed_as or page.url for page in PAGES if source["url"] in page.found_in}
    links = links_of(untouched, source)
    assert set(links) == named
    assert len(links) == len(named)


def test_every_page_is_linked_but_two_that_are_given_by_hand():
    through_redirects = {page.loaded_as for page in PAGES}
    unlinked = {page.url for page in PAGES if not page.found_in} - through_redirects
    assert unlinked == BY_HAND


@pytest.mark.parametrize("host", HOSTS)
def test_robots_txt_forbids_only_the_page_that_is_meant(untouched, host):
    got = ask(untouched, f"http://{host}/robots.txt")
    rules = urllib.robotparser.RobotFileParser()
    rules.parse(got.body.decode().splitlines())
    forbidden = [page.reason for page in PAGES if urlsplit(page.url).netloc == host]
    allowed = [rules.can_fetch("Copytaster", page.url) for page in PAGES if urlsplit(page.url).netloc == host]
    assert allowed == [reason != "blocked_by_robots" for reason in forbidden]
    assert all(rules.can_fetch("Copytaster", source["url"]) for source in SOURCES)
    assert rules.crawl_delay("Copytaster") is None


def test_no_page_links_to_nothing(untouched):
    dead = set()
    for file in site_files(".html"):
        host, *steps = file.relative_to(SITE).parts
        if steps[0] == "_parts":
            continue
        path = "/".join(steps).removesuffix(".html").removesuffix("index").removesuffix(".updated")
        served = ask(untouched, f"http://{host}/{path}")
        if served.status == 200 and path:
            links = re.findall(rb'(?:href|src)="(/[^"#?]*)', served.body)
            dead |= {f"http://{host}{link.decode()}" for link in links}
    dead = {url for url in dead if not url.endswith(".mp4") and ask(untouched, url).status != 200}
    assert dead == set()


def test_no_real_domain_is_named():
    named = set()
    for file in site_files(".html", ".xml", ".txt", ".json", ".yaml", ".css", ".svg", ".py"):
        text = file.read_text("utf-8")
        named |= set(re.findall(r"https?://([a-zA-Z0-9.-]+\.[a-z]+)", text))
        named |= set(re.findall(r"\w@([\w.-]+\.[a-z]+)", text))
    assert {name for name in named if not name.endswith(".example")} <= VOCABULARIES


# Time


@pytest.mark.parametrize("clock", ["00:00", "12:34", "23:59"])
@pytest.mark.parametrize("updated", [False, True])
def test_no_date_lies_in_the_future_at_any_hour_of_the_start(clock, updated):
    now = datetime.fromisoformat(f"2026-03-01T{clock}:00+00:00")
    site = SampleSite(now, updated=updated)
    for page in read_pages(site):
        for date in filter(None, (page.date_published, page.date_modified)):
            assert now - timedelta(days=5) < date <= now
        if page.date_modified:
            assert page.date_modified >= page.date_published


def test_one_page_is_dated_2099_on_the_page_and_in_the_feed(untouched):
    page = next(page for page in PAGES if "2099" in page.shows)
    assert b"2099-03-14" in ask(untouched, page.url).body
    assert b"2099-03-14" in ask(untouched, page.found_in[0]).body


def test_the_same_start_gives_the_same_bytes():
    first, second = SampleSite(NOW), SampleSite(NOW)
    for page in PAGES:
        host, path = urlsplit(page.url).netloc, urlsplit(page.url).path
        assert first.answer(host, path) == second.answer(host, path)


def test_dates_are_written_in_the_zone_and_language_asked_for():
    site = SampleSite(NOW)
    assert site.fill("{{date:-1d 14:05 +09:00}}") == "2026-03-09T14:05:00+09:00"
    assert site.fill("{{date:-2h +09:00}}") == "2026-03-10T22:30:00+09:00"
    assert site.fill("{{date:-1d 14:05 -05:00 | naive}}") == "2026-03-09T14:05:00"
    assert site.fill("{{date:-1d 14:05 | rfc822}}") == "Mon, 09 Mar 2026 14:05:00 +0000"
    assert site.fill("{{date:-1d 14:05 | de}}") == "9. März 2026, 14:05 Uhr"
    with pytest.raises(ValueError, match="not a moment"):
        site.fill("{{date:yesterday}}")


def test_no_placeholder_is_left_on_a_page(untouched):
    for page in [*PAGES, *SOURCES]:
        url = page["url"] if isinstance(page, dict) else page.url
        assert b"{{" not in ask(untouched, url).body


# The update


def test_the_update_changes_article_feed_and_sitemap(running):
    before = next(page for page in read_pages(running.site) if page.url == UPDATED_URL)
    urls = [UPDATED_URL, *before.found_in]
    first = [ask(running, url) for url in urls]
    assert ask(running, f"http://{PUBLISHER}/__update", "POST").status == 200
    again = [
        ask(running, url, If_None_Match=got.headers["ETag"]) for url, got in zip(urls, first, strict=True)
    ]
    assert [got.status for got in again] == [200, 200, 200]
    after = next(page for page in read_pages(running.site) if page.url == UPDATED_URL)
    text = text_of(again[0])
    for words in (after.body_starts, after.body_ends, *after.must_contain, after.abstract):
        assert words in text
    assert "41 passengers had been landed" in text_of(first[0])
    assert "41 passengers had been landed" not in text
    assert after.date_published == before.date_published
    assert after.date_modified > before.date_modified
    assert after.date_modified.isoformat().encode() in again[0].body


def test_the_update_leaves_other_pages_alone():
    before, after = SampleSite(NOW), SampleSite(NOW)
    after.update()
    for page in PAGES:
        host, path = urlsplit(page.url).netloc, urlsplit(page.url).path
        changed = before.answer(host, path).body != after.answer(host, path).body
        assert changed == (page.url == UPDATED_URL)


def test_other_posts_are_refused(running):
    assert ask(running, UPDATED_URL, "POST").status == 405
    assert not running.site.updated


# HTTP


@pytest.mark.parametrize("url", [UPDATED_URL, *(source["url"] for source in SOURCES)])
def test_a_conditional_get_of_what_has_not_changed_is_a_304(untouched, url):
    headers = ask(untouched, url).headers
    for condition in (
        {"If_None_Match": headers["ETag"]},
        {"If_None_Match": f'W/"old", W/{headers["ETag"]}'},
        {"If_Modified_Since": headers["Last-Modified"]},
    ):
        got = ask(untouched, url, **condition)
        assert (got.status, got.body, got.headers["ETag"]) == (304, b"", headers["ETag"])


def test_a_stale_or_broken_condition_gets_the_page(untouched):
    headers = ask(untouched, UPDATED_URL).headers
    stale = {"If_None_Match": '"old"', "If_Modified_Since": headers["Last-Modified"]}
    for condition in (stale, {"If_Modified_Since": "yesterday"}):
        assert ask(untouched, UPDATED_URL, **condition).status == 200


def test_head_sends_the_headers_alone(untouched):
    got, head = ask(untouched, UPDATED_URL), ask(untouched, UPDATED_URL, "HEAD")
    assert head.body == b""
    assert head.headers["Content-Length"] == str(len(got.body))


def test_requests_are_counted_by_url_without_query(running):
    ask(running, UPDATED_URL + "?utm_source=feed")
    ask(running, UPDATED_URL)
    assert running.requests == {UPDATED_URL: 2}


def test_an_unknown_host_is_the_publisher_and_localhost_names_stand_for_the_sites():
    assert known_host("127.0.0.1:8089") == PUBLISHER
    assert known_host("www.inland-ledger.localhost:8089") == "www.inland-ledger.example"


@pytest.mark.parametrize("path", ["/../serve.py", "/%2e%2e/serve.py", "/_routes.json", "/_parts/fuss.html"])
def test_only_what_is_published_is_served(untouched, path):
    assert ask(untouched, f"http://{PUBLISHER}{path}").status == 404


def test_the_script_needs_the_standard_library_only_and_says_where_it_is():
    command = [sys.executable, "-S", "-u", EXAMPLES / "serve.py", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            lines = [server.stdout.readline() for _ in range(len(HOSTS) + 3)]
        finally:
            server.terminate()
    port = re.search(r"http://127\.0\.0\.1:(\d+)/", lines[0])[1]
    assert f"{PUBLISHER}:80=127.0.0.1:{port}" in lines[-1]
    assert lines[-1].startswith("COPYTASTER_CONNECT_TO=")
