"""Page -> fields, with the signal that won each."""

from datetime import UTC, datetime, timedelta

import pytest

from copytaster.authors import people
from copytaster.dates import read_moment, zone_named
from copytaster.headline import best_headline
from copytaster.language import normal_tag, read_language
from copytaster.metadata import read_metadata
from copytaster.model import Entry, Page
from copytaster.parse import parse_html
from copytaster.signals import Heading, read_signals
from copytaster.written_dates import read_written

URL = "https://gazette.example/news/2026/03/02/harbour-wall"
FETCHED = datetime(2026, 3, 4, 12, tzinfo=UTC)


def told(head: str = "", body: str = "<p>Text.</p>", **facts):
    page = Page(**{"url": URL, "body": b"", "fetched_at": FETCHED, **facts})
    tree = parse_html(f"<html><head>{head}</head><body>{body}</body></html>")
    return read_metadata(page, read_signals(tree), tree)


def json_ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


# JSON-LD


@pytest.mark.parametrize(
    "script",
    [
        '{"@type":"NewsArticle","headline":"Wall to be rebuilt",}',
        '<!-- {"@type":"NewsArticle","headline":"Wall to be rebuilt"} -->',
        '//<![CDATA[\n{"@type":"NewsArticle","headline":"Wall to be rebuilt"}\n//]]>',
        '{"@type":"NewsArticle","headline":"Wall to be\n rebuilt"}',
        '{"@context":"x","@graph":[{"@type":"WebSite"},{"@type":["Thing","NewsArticle"],"headline":"Wall to be rebuilt"}]}',
        '[{"@type":"Organization","name":"Gazette"},{"@type":"ReportageNewsArticle","headline":"Wall to be rebuilt"}]',
        '{"@type":"WebPage","mainEntity":{"@type":"schema:NewsArticle","headline":"Wall to be rebuilt"}}',
        '{"@type":"NewsArticle","headline":"Wall to be rebuilt"}{"@type":"Organization"}',
        '{"@type":"NewsArticle","headline":"Wall to be rebuilt"};',
        "{&quot;@type&quot;:&quot;NewsArticle&quot;,&quot;headline&quot;:&quot;Wall to be rebuilt&quot;}",
    ],
)
def test_json_ld_is_read_as_it_is_found(script):
    assert told(json_ld(script)).headline == "Wall to be rebuilt"


def test_the_node_about_this_page_is_taken():
    other = '{"@type":"NewsArticle","headline":"Another story","url":"https://gazette.example/other","datePublished":"2025-01-01"}'
    own = f'{{"@type":"NewsArticle","headline":"Wall to be rebuilt","mainEntityOfPage":"{URL}/"}}'
    assert told(json_ld(other) + json_ld(own)).headline == "Wall to be rebuilt"


def test_authors_that_are_only_referred_to_are_looked_up():
    graph = '{"@graph":[{"@type":"Article","author":{"@id":"#p"}},{"@type":"Person","@id":"#p","name":"Mira Sand"}]}'
    assert told(json_ld(graph)).authors == ("Mira Sand",)


@pytest.mark.parametrize(
    "script",
    [
        "",
        "{",
        "null",
        "[[[[",
        '{"@type":5}',
        '{"@type":"NewsArticle","author":[[3]],"headline":{"a":1}}',
        "[" * 9_999,
    ],
)
def test_broken_json_ld_is_no_reason_to_fail(script):
    assert told("<title>Wall to be rebuilt</title>" + json_ld(script)).headline == "Wall to be rebuilt"


# headline


@pytest.mark.parametrize(
    "title",
    [
        "Wall to be rebuilt | The Gazette",
        "Wall to be rebuilt - The Gazette",
        "The Gazette: Wall to be rebuilt",
        "Wall to be rebuilt — gazette.example",
        "Wall to be rebuilt » News » The Gazette",
    ],
)
def test_the_site_name_is_cut_from_the_headline(title):
    head = f"<meta property='og:site_name' content='The Gazette'><title>{title}</title>"
    assert told(head).headline == "Wall to be rebuilt"


def test_a_dash_within_the_headline_stays():
    head = "<meta property='og:site_name' content='The Gazette'><title>Wall - and pier - to be rebuilt - The Gazette</title>"
    assert told(head).headline == "Wall - and pier - to be rebuilt"


def test_the_visible_headline_wins_over_the_one_for_search_engines():
    headings = [Heading(text="Council votes to rebuild the northern wall")]
    claims = [("title", "Council votes to rebuild wall: what you need to know")]
    assert best_headline(headings, claims, []) == ("h1", "Council votes to rebuild the northern wall")


def test_a_heading_that_is_the_site_is_no_headline():
    assert (
        told("<title>Wall to be rebuilt | Gazette</title>", "<h1>Gazette</h1>").headline
        == "Wall to be rebuilt"
    )


# authors


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Mira Sand", ("Mira Sand",)),
        ("By Mira Sand and Jon van der Berg", ("Mira Sand", "Jon van der Berg")),
        ("Von Mira Sand und Jörg Öhler", ("Mira Sand", "Jörg Öhler")),
        ("Par Mira Sand et Zoé Petit", ("Mira Sand", "Zoé Petit")),
        ("Por Mira Sand y José de la Cruz", ("Mira Sand", "José de la Cruz")),
        ("От Мира Санд и Иван Петров", ("Мира Санд", "Иван Петров")),
        ("Mira Sand, Jon Berg & Li Wei", ("Mira Sand", "Jon Berg", "Li Wei")),
        ("Mira Sand | 2 March 2026, 10:15", ("Mira Sand",)),
        ("Mira Sand, Staff Reporter", ("Mira Sand",)),
        ("Mira Sand (@mirasand)", ("Mira Sand",)),
        ("mira.sand@gazette.example", ()),
        ("https://gazette.example/authors/mira", ()),
        ("The Gazette", ()),
        ("Daniel Dale", ("Daniel Dale",)),
        ("Admin", ()),
    ],
)
def test_bylines_give_people(byline, names):
    assert people([byline], outlets=["The Gazette"]) == names


def test_a_byline_that_only_readers_see_is_read():
    body = "<h1>Wall</h1><div class='article-byline'>By <a href='/a/m'>Mira Sand</a>, harbour reporter</div><p>Text.</p>"
    assert told("", body).authors == ("Mira Sand",)


def test_commenters_are_no_authors():
    body = "<h1>Wall</h1><div class='comments'><span class='comment-author'>Angry Reader</span></div>"
    assert told("", body).authors == ()


def test_the_outlet_counts_only_where_nobody_else_is_named():
    head = "<meta name=author content='The Gazette'><meta property='og:site_name' content='The Gazette'>"
    assert told(head, "<span class=byline>By Mira Sand</span>").authors == ("Mira Sand",)
    assert told(head).authors == ("The Gazette",)


# dates


@pytest.mark.parametrize(
    ("raw", "at", "precision", "zone"),
    [
        ("2026-03-02T10:15:30Z", "2026-03-02T10:15:30+00:00", "second", "page"),
        ("2026-03-02T10:15:30.123+01:00", "2026-03-02T10:15:30+01:00", "second", "page"),
        ("2026-03-02T10:15+0530", "2026-03-02T10:15:00+05:30", "minute", "page"),
        ("2026-03-02 10:15", "2026-03-02T10:15:00+00:00", "minute", "unknown"),
        ("2026-03-02", "2026-03-02T00:00:00+00:00", "day", "unknown"),
        ("20260302T101530Z", "2026-03-02T10:15:30+00:00", "second", "page"),
        ("Mon, 02 Mar 2026 10:15:30 -0500", "2026-03-02T10:15:30-05:00", "second", "page"),
        ("1772446530", "2026-03-02T10:15:30+00:00", "second", "page"),
        ("1772446530000", "2026-03-02T10:15:30+00:00", "second", "page"),
        ("March 2, 2026 at 10:15 am EST", "2026-03-02T10:15:00-05:00", "minute", "page"),
        ("Montag, 2. März 2026, 10:15 Uhr", "2026-03-02T10:15:00+00:00", "minute", "unknown"),
        ("le 2 mars 2026 à 10h15", "2026-03-02T10:15:00+00:00", "minute", "unknown"),
        ("2 de marzo de 2026", "2026-03-02T00:00:00+00:00", "day", "unknown"),
        ("2 марта 2026", "2026-03-02T00:00:00+00:00", "day", "unknown"),
        ("2 Ιανουάριος 2026", "2026-01-02T00:00:00+00:00", "day", "unknown"),
        ("2 KASIM 2026", "2026-11-02T00:00:00+00:00", "day", "unknown"),
        ("2026年3月2日", "2026-03-02T00:00:00+00:00", "day", "unknown"),
        ("02.03.2026", "2026-03-02T00:00:00+00:00", "day", "unknown"),
    ],
)
def test_dates_are_read_as_pages_write_them(raw, at, precision, zone):
    moment = read_moment(raw)
    assert moment is not None
    assert (moment.at.isoformat(), moment.precision, moment.zone) == (at, precision, zone)


@pytest.mark.parametrize(
    "raw", ["", "yesterday", "2026-13-45", "0000-00-00", "12345678901234567890", "Call 2026-555"]
)
def test_what_is_no_date_is_none(raw):
    assert read_moment(raw) is None


def test_the_sources_zone_holds_for_dates_without_one():
    moment = read_moment("2026-07-02 10:15", source_zone=zone_named("Europe/Prague"))
    assert moment is not None
    assert moment.at.astimezone(UTC) == datetime(2026, 7, 2, 8, 15, tzinfo=UTC)
    assert moment.zone == "source_default"


def test_a_future_date_loses_to_a_plausible_one():
    head = json_ld('{"@type":"NewsArticle","datePublished":"2031-01-01T00:00:00Z"}')
    published = told(
        head + "<meta property='article:published_time' content='2026-03-02T10:15:00Z'>"
    ).published
    assert published is not None
    assert published.at == datetime(2026, 3, 2, 10, 15, tzinfo=UTC)


def test_a_future_date_is_kept_for_the_checks_where_there_is_no_other():
    head = json_ld('{"@type":"NewsArticle","datePublished":"2031-01-01T00:00:00Z"}')
    published = told(head, url="https://gazette.example/wall").published
    assert published is not None
    assert published.at > FETCHED + timedelta(days=1)


def test_a_day_is_sharpened_by_a_time_of_the_same_day():
    head = json_ld('{"@type":"NewsArticle","datePublished":"2026-03-02"}')
    published = told(head + "<meta name=pubdate content='2026-03-02T10:15:00Z'>").published
    assert published is not None
    assert published.precision == "second"


def test_a_page_without_a_date_has_none():
    assert told(url="https://gazette.example/wall").published is None


def test_the_feed_gives_the_date_that_the_page_does_not():
    entry = Entry(url=URL, date_published="Mon, 02 Mar 2026 10:15:30 GMT")
    published = told(url="https://gazette.example/wall", entry=entry).published
    assert published is not None
    assert published.zone == "feed"


# address, rights, the rest


def test_a_canonical_address_of_another_site_is_not_believed():
    head = "<link rel=canonical href='https://other.example/wall'><meta property='og:url' content='https://www.gazette.example/wall'>"
    assert told(head).canonical_url == "https://www.gazette.example/wall"


def test_the_homepage_is_not_believed_to_be_the_canonical_address():
    assert told("<link rel=canonical href='https://gazette.example/'>").canonical_url == URL


def test_other_addresses_are_aliases():
    found = told("<link rel=canonical href='/wall'>", requested_url="https://gazette.example/w?id=5")
    assert found.canonical_url == "https://gazette.example/wall"
    assert found.url_aliases == (URL, "https://gazette.example/w?id=5")


def test_rights_are_read():
    head = "<meta name=tdm-reservation content=1><link rel=license href='https://gazette.example/terms'>"
    found = told(head + json_ld('{"@type":"NewsArticle","isAccessibleForFree":"False"}'))
    assert (found.tdm_reservation, found.usage_terms) == (True, "https://gazette.example/terms")
    assert found.is_accessible_for_free is False


def test_losers_stand_beside_the_winner():
    head = "<meta property='og:title' content='Wall to rise again'><title>Wall to be rebuilt</title>"
    provenance = told(head, "<h1>Wall to be rebuilt</h1>").provenance["headline"]
    assert provenance == {
        "from": "h1",
        "also": [["meta og:title", "Wall to rise again"]],
        "agreement": 0.67,
        "signals": 3,
    }


# language


@pytest.mark.parametrize(
    ("told_tag", "tag"),
    [("en_us", "en-US"), ("PT-br", "pt-BR"), ("zh-hans-cn", "zh-Hans-CN"), ("und", None), ("", None)],
)
def test_tags_are_normalised(told_tag, tag):
    assert normal_tag(told_tag) == tag


def test_enough_text_wins_over_wrong_markup():
    text = (
        "Der Stadtrat beschloss am Dienstag, die nördliche Hafenmauer vor den Herbststürmen zu erneuern. " * 4
    )
    assert read_language(["en-GB"], text) == "de"
    assert read_language(["de-AT"], text) == "de-AT"


def test_little_text_does_not():
    assert read_language(["cs"], "Die Mauer") == "cs"


@pytest.mark.parametrize(
    ("text", "month"),
    [("3 Ιανουάριος 2024", "1"), ("3 Nİsan 2024", "4"), ("3 NISAN 2024", "4"), ("1er août 2024", "8")],
)
def test_a_month_is_known_in_any_case(text, month):
    assert read_written(text)["m"] == month
