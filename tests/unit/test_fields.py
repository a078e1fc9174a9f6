"""Fields by vote: bylines, headlines and dates of many kinds, and input that means no good."""

import time
from datetime import UTC, datetime

import pytest

from copytaster.authors import is_person, opens_byline, people
from copytaster.date_words import of_change, of_publication
from copytaster.dates import read_moment
from copytaster.headline import best_headline
from copytaster.metadata import read_metadata
from copytaster.model import Entry, Page
from copytaster.parse import parse_html
from copytaster.signals import Heading, read_signals
from copytaster.slugs import fit, slug_words
from copytaster.visible import look
from copytaster.votes import family, record

URL = "https://courier.example/news/ferry-to-sail-again"
FETCHED = datetime(2026, 3, 4, 12, tzinfo=UTC)
PROSE = "<p>The ferry that was laid up for the winter will sail again on Monday, the council said.</p>" * 4


def told(head: str = "", body: str = PROSE, **facts):
    page = Page(**{"url": URL, "body": b"", "fetched_at": FETCHED, **facts})
    tree = parse_html(f"<html><head>{head}</head><body>{body}</body></html>")
    return read_metadata(page, read_signals(tree), tree)


def json_ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


# authors


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Written by Ada Quill", ("Ada Quill",)),
        ("Geschrieben von Jörg Öhler", ("Jörg Öhler",)),
        ("Publié par Zoé Petit", ("Zoé Petit",)),
        ("Escrito por José de la Cruz", ("José de la Cruz",)),
        ("Scritto da Carla Bruni e Pia Neri", ("Carla Bruni", "Pia Neri")),
        ("Publicado por Ana Lima", ("Ana Lima",)),
        ("Door Jan van der Berg", ("Jan van der Berg",)),
        ("Av Åsa Ek og Ola Dahl", ("Åsa Ek", "Ola Dahl")),
        ("Tekst: Mette Holm", ("Mette Holm",)),
        ("Teksti: Aino Salo", ("Aino Salo",)),
        ("Autor: Jan Kowalski, Ewa Nowak", ("Jan Kowalski", "Ewa Nowak")),
        ("Автор: Иван Петров", ("Иван Петров",)),
        ("Автори: Олена Коваль, Іван Бойко", ("Олена Коваль", "Іван Бойко")),
        ("Συντάκτης: Νίκος Παππάς", ("Νίκος Παππάς",)),
        ("Yazan: Ayşe Yılmaz", ("Ayşe Yılmaz",)),
        ("Oleh: Budi Santoso", ("Budi Santoso",)),
        ("作者：王小明、李华", ("王小明", "李华")),
        ("（责编：王小明、李华）", ("王小明", "李华")),
        ("Von: det/dpa", ("det", "dpa")),
        ("김민준 기자", ("김민준",)),
        ("בקלם", ("בקלם",)),
        ("مأت", ("مأت",)),
        ("מאת דנה כהן", ("דנה כהן",)),
        ("Ada Quill, MD, PhD", ("Ada Quill",)),
        ("By Ada Quill. Reviewed by Bo Check", ("Ada Quill",)),
        ("Ada Quill / Foto: Bo Shutter", ("Ada Quill",)),
        ("Ada Quill am 2. März 2026", ("Ada Quill",)),
        ("Ada Quill, chief political correspondent", ("Ada Quill",)),
        ("Quill,Ada Bo,Cy Dee", ("Quill", "Ada Bo", "Cy Dee")),
        ("freeman1984", ("freeman1984",)),
        ("Chefredakteur", ()),
        ("Read more", ()),
    ],
)
def test_bylines_of_many_languages_give_people(byline, names):
    assert people([byline]) == names


@pytest.mark.parametrize(
    "name", ["Ada Quill", "Jan van der Berg", "KATE DAWN", "Иван Петров", "王小明", "D’Arcy Finch"]
)
def test_names_of_people(name):
    assert is_person(name)


@pytest.mark.parametrize(
    "name", ["Courier Team", "Staff Reporter", "Über den", "Redaktion", "Ada", "of the", "Room 101"]
)
def test_what_is_no_name_of_a_person(name):
    assert not is_person(name)


def test_prose_that_begins_with_by_names_nobody():
    body = f"<h1>Ferry to sail again</h1><p>By Monday the ferry was full.</p>{PROSE}"
    assert opens_byline("By Monday the ferry was full.")
    assert told("", body).authors == ()


@pytest.mark.parametrize(
    "byline",
    [
        "<p class=a1>By <a href='/x'>Ada Quill</a></p>",
        "<p>By <b>Ada Quill</b>, harbour reporter</p>",
        "<div><strong>Autor:</strong> <a href='/u/7'>Ada Quill</a><br><strong>Tags:</strong> Boats</div>",
        "<span class='meta'><time datetime='2026-03-01'>1 March</time> by Ada Quill, for the ferry board</span>",
        "<a href='/team/ada-quill'>Ada Quill</a>",
        "<p class='post-author'><span>Posted on 1 March 2026</span> <span>by</span> <span>Ada Quill</span></p>",
        "<div class='author-box'><h4>Ada Quill</h4><p>" + "writes about boats. " * 30 + "</p></div>",
        "<div class=byline>By <a>Ada Quill</a>. Reviewed by <a>Bo Check</a></div>",
    ],
)
def test_bylines_that_only_readers_see(byline):
    assert told("", f"<h1>Ferry to sail again</h1>{byline}{PROSE}").authors == ("Ada Quill",)


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("<p>by quillfeather on August 3, 2019</p>", ("quillfeather",)),
        ("<p>Von A. Q. am <a href=/7>07.08.2013</a> unter <a href=/c>Hafen</a></p>", ("A. Q",)),
        ("<p><b>Fähre</b> Posted by Quillfeather under</p>", ("Quillfeather",)),
        ("<p>By QFR, in <a href=/b>Boats</a>, <a href=/h>Harbour</a> · 31 Jan 2025, 20:02</p>", ("QFR",)),
        ("<p>By clicking on <a href=/x>this map</a> you see the route.</p>", ()),
        ("<p>By late 2020, the ferry was full.</p>", ()),
        ("<p>By early 2020 | Ferries</p>", ()),
    ],
)
def test_a_nickname_is_believed_where_its_date_follows(byline, names):
    assert told("", f"<h1>Ferry to sail again</h1>{byline}{PROSE}").authors == names


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("<div class='field field-name-author field-label-hidden'>von <a class=username>Ada</a></div>", ("Ada",)),
        ("<div class=meta><h6>Author(s)</h6><ul><li>Ada Quill</li><li>Bo Dee</li></ul></div>", ("Ada Quill", "Bo Dee")),
        ("<div class=author-name><span>By Staff Writer</span></div>", ("Staff Writer",)),
        ("<div class=author-job>Senior Editor</div>", ()),
        ("<div>Reviewed by <a href='/people/bo-check'>Bo Check</a></div>", ()),
        ("<div><span>Revu</span><span>Reviewed by</span> <a rel=author>Bo Check</a></div>", ()),
        ("<div class=author>Ada <p>Bo Dee, photographer from the harbour and founder of the club of rowers.</p></div>", ("Ada",)),
        ("<p>(fot. Archiv)</p><div class=autor><b>Ada Quill</b></div>", ("Ada Quill",)),
        ("<span class=author>Eine Publikation</span><p class=writer>Ada Quill</p>", ("Ada Quill",)),
        ("<p>来源：<a href=/s>海港网</a> 作者：陈望</p>", ("陈望",)),
        ("<p>(Reporting by Ada Quill and Bo Dee, who have been at the harbour; editing by Cy Ek)</p>", ("Ada Quill", "Bo Dee")),
    ],
)  # fmt: skip
def test_roles_reviewers_and_sentences_beside_a_byline_are_no_authors(byline, names):
    assert told("", f"<h1>Ferry to sail again</h1>{byline}{PROSE}").authors == names


def test_the_staff_of_a_site_yields_to_people():
    site = "<meta property=og:site_name content=Courier>"
    staff = "<meta name=twitter:label1 content='Written by'><meta name=twitter:data1 content='Courier Staff'>"
    assert told(site + staff + "<meta name=author content='Ada Quill'>").authors == ("Ada Quill",)
    assert told(site + staff).authors == ("Courier Staff",)


def test_what_a_site_calls_its_products_is_no_person():
    site = "<meta property=og:site_name content='Higher Deck'><meta name=author content='HIGHER DECK THRIVE'>"
    body = f"<h1>Ferry to sail again</h1><p class=byline>By <a>Ada Quill</a></p>{PROSE}"
    assert told(site, body).authors == ("Ada Quill",)


def test_a_network_beside_a_person_is_no_author():
    head = json_ld('{"@type":"NewsArticle","author":["Ada Quill","North Coast Ferry Learning Network"]}')
    assert told(head).authors == ("Ada Quill",)


@pytest.mark.parametrize(
    "line", ["<p><em>By Ada Quill, MA</em></p>", "<p>Von Ada Quill</p>", "<h3>Par Ada Quill</h3>"]
)
def test_what_heads_the_text_outweighs_the_user_who_posted_it(line):
    head = "<meta name=author content='Bo Poster'><meta itemprop=author content='Bo Poster'>"
    assert told(head, f"<h1>Ferry to sail again</h1>{line}{PROSE}").authors == ("Ada Quill",)


@pytest.mark.parametrize(
    "line",
    [
        "<p>by Ada Quill</p>",  # of a book
        "<p>By Monday Evening</p>",
        "<div class=related><p>By Ada Quill</p></div>",
        "<p>By Ada Quill</p><p>Short.</p>",
    ],
)
def test_other_lines_with_by_leave_the_declared_author(line):
    head = "<meta name=author content='Bo Poster'><meta itemprop=author content='Bo Poster'>"
    assert told(head, f"<h1>Ferry to sail again</h1>{line}<div>{PROSE}</div>").authors == ("Bo Poster",)


def test_a_byline_with_the_declared_and_others_does_not_override():
    head = "<meta name=author content='Ada Quill'>"
    body = f"<h1>Ferry to sail again</h1><div class=byline>By <a>Ada Quill</a> <a>Harbour Guidelines</a></div>{PROSE}"
    assert told(head, body).authors == ("Ada Quill",)


def test_a_list_of_books_names_no_author_of_the_page():
    books = "".join(
        f"<h3>Novel {at}</h3><p>by {name}</p>" for at, name in enumerate(("Bo Dee", "Cy Ek", "Dana Fu"))
    )
    assert told("", f"<h1>Ferry to sail again</h1>{books}{PROSE}").authors == ()


def test_a_given_name_is_completed_by_another_signal_or_by_the_site():
    head = "<meta name=author content=Ada>"
    assert told(head, f"<h1>Ferry to sail again</h1>{PROSE}<p>Written by Ada Quill</p>").authors == (
        "Ada Quill",
    )
    site = "<meta property=og:site_name content='Ada Quill Sailing'>"
    assert told(head + site, url="https://www.adaquill.example/ferry").authors == ("Ada Quill",)
    assert told(head + site).authors == ("Ada",)


def test_a_byline_in_the_foot_of_the_article_is_read_and_those_of_other_articles_are_not():
    foot = "<footer class='entry-footer'><span class=author>Ada Quill</span></footer>"
    other = "<article><h2>Another story</h2><span class=byline>Bo Teaser</span></article>"
    body = f"<article><h1>Ferry to sail again</h1>{PROSE * 40}{{}}</article>{other}"
    assert told("", body.format(foot)).authors == ("Ada Quill",)
    assert told("", body.format("")).authors == ()


@pytest.mark.parametrize(
    "end",
    [
        "<aside class='author-bio sidebar'><h3>Ada Quill</h3><p>Ada rows at dawn.</p></aside>",
        "<div class=sidebar><div class='about-author'><b>Über Ada Quill</b> <i>Ada Quill</i> <p>Ada rudert.</p></div></div>",
        "<div class='team-author-card'><img alt='Ada Quill'><p>Ada Quill</p><p>| Author</p></div>",
    ],
)
def test_boxes_about_one_writer_name_the_author(end):
    body = f"<h1>Ferry to sail again</h1>{PROSE * 40}"
    assert told("", body + end).authors == ("Ada Quill",)
    assert told("", f"{body}<div class=comments>{end}</div>").authors == ()


def test_boxes_about_several_writers_name_nobody():
    boxes = "".join(
        f"<aside class=author-bio><h3>{name} Quill</h3>{name} rows.</aside>" for name in ("Ada", "Bo")
    )
    assert told("", f"<h1>Ferry to sail again</h1>{PROSE * 40}{boxes}").authors == ()


def test_a_portrait_behind_the_headline_names_the_author():
    portrait = (
        "<p>26 Dec 2025 • <img class='avatar small' src=/p.png> Mahala Das in <a href=/c>Boat Repairs</a></p>"
    )
    assert told("", f"<h1>Ferry to sail again</h1>{portrait}{PROSE}").authors == ("Mahala Das",)
    assert told("", f"<h1>Ferry to sail again</h1>{portrait.replace('avatar', 'photo')}{PROSE}").authors == ()
    assert told("", f"<h1>Ferry to sail again</h1><div class=comments>{portrait}</div>{PROSE}").authors == ()


@pytest.mark.parametrize(
    ("end", "names"),
    [
        ("again. (Ada Quill)</p>", ("Ada Quill",)),
        ("wieder. (Ada Quill und Bo Dee) +++</p>", ("Ada Quill", "Bo Dee")),
        ("снова. (Вера Лодкина)</p>", ("Вера Лодкина",)),
        ("πάλι.</p><p>— Νίκη Βάρκα</p>", ("Νίκη Βάρκα",)),
        ("said Ada the skipper (Ada Quill)</p>", ()),  # a spelling, no signature
        ("again. (dpa)</p>", ()),
        ("again. (Foto: Ada Quill)</p>", ()),
        ("又。（追记）</p>", ()),
        ("again.</p><p>— and that was all</p>", ()),
    ],
)
def test_what_signs_the_last_paragraph_is_the_author_where_nobody_else_is_named(end, names):
    last = f"<p>The harbour board will meet in the old customs house, and the ferry will sail {end}"
    body = f"<h1>Ferry to sail again</h1><div>{PROSE}{last}</div>"
    assert told("", body).authors == names
    assert told("<meta name=author content='Cy Ek'>", body).authors == ("Cy Ek",)


def test_a_login_yields_to_the_name_that_signs():
    body = f"<h1>Ferry to sail again</h1><div>{PROSE}<p>{'The harbour board will meet again soon. ' * 3}(Ada Quill)</p></div>"
    assert told("<meta name=author content='ada.quill'>", body).authors == ("Ada Quill",)


@pytest.mark.parametrize(
    "name", ["Mahala Das", "Minh Le", "Jiwoo Do", "Ursula von der Marsch", "Anna da Silva"]
)
def test_surnames_that_look_like_particles_are_surnames(name):
    assert is_person(name)
    assert not is_person(f"{name.split()[0]} von")
    assert not is_person(f"Von {name.split()[0]}")


def test_the_byline_near_the_headline_wins_over_those_of_teasers():
    teaser = "<div class=item><h3>Another story</h3><span class=author>Bo Teaser</span></div>"
    body = (
        f"{teaser * 2}<h1>Ferry to sail again</h1><span class=writer>Ada Quill</span>{PROSE * 20}{teaser * 3}"
    )
    assert told("<title>Ferry to sail again</title>", body).authors == ("Ada Quill",)


def test_all_writers_of_a_byline_are_read():
    byline = "<span class=info><a rel=author href=/1>Ada Quill</a><a rel=author href=/2>Bo Dee</a></span>"
    assert told("", f"<h1>Ferry to sail again</h1>{byline}{PROSE}").authors == ("Ada Quill", "Bo Dee")


def test_one_who_comments_is_no_author():
    comment = (
        "<div class='comment-author vcard' itemprop=author><cite class=fn itemprop=name>Bo Angry</cite></div>"
    )
    assert told("", f"<h1>Ferry to sail again</h1>{PROSE}<ol class=comment-list>{comment}</ol>").authors == ()


def test_people_win_over_the_company_that_meta_names():
    head = "<meta name=author content='Courier Holdings Ltd'>"
    body = f"<h1>Ferry to sail again</h1><a rel=author>Ada Quill</a>{PROSE}"
    found = told(head, body)
    assert found.authors == ("Ada Quill",)
    assert found.provenance["authors"]["also"] == [["meta author", "Courier Holdings Ltd"]]


def test_who_declares_all_writers_wins_over_who_declares_one():
    head = json_ld('{"@type":"NewsArticle","author":{"@type":"Person","name":"Ada Quill"}}')
    assert told(head + "<meta name=author content='Ada Quill,Bo Dee'>").authors == ("Ada Quill", "Bo Dee")


def test_the_label_of_a_card_says_what_its_data_is():
    head = "<meta name=twitter:label1 content='Verfasst von'><meta name=twitter:data1 content='Ada Quill'>"
    assert told(head).authors == ("Ada Quill",)
    head = "<meta name=twitter:label1 content='Reading time'><meta name=twitter:data1 content='Two Minutes'>"
    assert told(head).authors == ()


def test_a_site_of_one_writer_bears_the_writers_name():
    head = "<meta property=og:site_name content='Ada Quill'><meta name=author content='Ada Quill'>"
    assert told(head).authors == ("Ada Quill",)


# headline


def headline(headings, claims, sites=(), url="", below=()):
    found = best_headline([Heading(text=text) for text in headings], claims, sites, url, lambda: below)
    return found and found[1]


def test_the_address_tells_the_headline_from_the_sites_name():
    claims = [("title", "Notes from the quay » Archive » Ferry to sail again")]
    assert headline(["Notes from the quay"], claims, url=URL) == "Ferry to sail again"


def test_of_two_parts_the_first_is_the_headline():
    claims = [("title", "Opening hours and fares | Board of the Northern Ferry")]
    assert headline([], claims) == "Opening hours and fares"


def test_a_kicker_that_independent_signals_give_stays():
    claims = [
        ("json-ld", "Northern coast: Ferry to sail again"),
        ("meta og:title", "Northern coast: Ferry to sail again"),
    ]
    assert headline(["Ferry to sail again"], claims) == "Northern coast: Ferry to sail again"


def test_a_line_below_the_headline_is_cut_where_its_element_begins():
    page = "<h1>Ferry to sail again <small>Council agrees after a long night</small></h1>"
    assert (
        told("<meta property=og:title content='Ferry to sail again'>", page).headline == "Ferry to sail again"
    )


def test_a_longer_heading_is_no_kicker_and_a_claim():
    claims = [("meta og:title", "Best ferries of the northern coast")]
    assert (
        headline(["The Best ferries of the northern coast"], claims)
        == "The Best ferries of the northern coast"
    )


def test_a_heading_of_the_second_level_is_taken_below_the_sites_name():
    claims = [("title", "Quay Notes - Ferry to sail again on Monday")]
    below = ["Opening hours", "Ferry to sail again on Monday", "Older notes"]
    assert headline(["Quay Notes"], claims, url="https://diary.example/0302.html", below=below) == below[1]


def test_a_lower_heading_tells_how_much_of_a_title_is_the_headline():
    claims = [
        ("meta og:title", "Ferry to sail again | What we know"),
        ("title", "Ferry to sail again | What we know"),
    ]
    assert headline([], claims) == "Ferry to sail again"
    assert (
        headline([], claims, below=["Ferry to sail again | What we know"])
        == "Ferry to sail again | What we know"
    )
    claims = [("title", "Ferry to sail again - A harbour waits")]
    assert headline([], claims, below=["Ferry to sail again"]) == "Ferry to sail again"


def test_the_name_of_a_series_above_the_heading_is_not_taken_for_it():
    claims = [
        ("meta og:title", "Ferry to sail again"),
        ("title", "Quay, cranes & gulls » Ferry to sail again"),
    ]
    found = headline(["Ferry to sail again", "Most read"], claims, below=["Quay, cranes & gulls", "Comments"])
    assert found == "Ferry to sail again"


def test_lower_headings_are_not_asked_for_where_the_first_level_has_the_headline():
    def never():
        raise AssertionError

    claims = [("title", "Ferry to sail again | The Courier")]
    assert best_headline([Heading(text="Ferry to sail again")], claims, ["The Courier"], URL, never)


@pytest.mark.parametrize("backing", [[], [("json-ld", "Harbour news")]])
def test_a_heading_without_a_word_of_the_address_loses_to_claims_made_of_it(backing):
    claims = [*backing, ("meta og:title", "Ferry to sail again"), ("title", "Ferry to sail again")]
    expected = "Harbour news" if backing else "Ferry to sail again"
    assert headline(["Harbour news"], claims, url=URL) == expected


def test_a_short_name_of_the_site_is_none_of_two_headings():
    claims = [("meta og:title", "Gulls."), ("title", "Gulls. | Notes from the old quay")]
    assert headline(["Notes from the old quay", "Gulls."], claims) == "Gulls."


def test_a_long_second_half_behind_a_bar_stays_where_json_ld_has_it():
    whole = "Ferry to sail again | What the council decided last night"
    claims = [("json-ld", whole), ("title", f"{whole} | The Courier")]
    assert headline([whole], claims, ["The Courier"]) == whole
    section = "Ferry to sail again | Opinion"
    claims = [("json-ld", section), ("meta og:title", "Ferry to sail again"), ("title", section)]
    assert headline([section], claims) == "Ferry to sail again"


def test_words_of_an_address():
    slug = slug_words("https://courier.example/2026/03/schoene-faehre-laeuft-aus-123456.html")
    assert len(slug) == 4
    assert fit("Schöne Fähre läuft aus", slug) == 1.0
    assert fit("Another story", slug) == 0.0
    assert slug_words("https://courier.example/article/77123") == ()


# dates


@pytest.mark.parametrize(
    "written",
    [
        "2 March 2026", "2. März 2026", "2 mars 2026", "2 de marzo de 2026", "2 marzo 2026", "2 de março de 2026", "2 maart 2026",
        "2 marca 2026", "2. března 2026", "2. marca 2026", "2 марта 2026", "2 березня 2026", "2 март 2026", "2 Μαρτίου 2026", "2 Mart 2026",
        "den 2 mars 2026", "2. marts 2026", "2. maaliskuuta 2026", "2026. március 2.", "2 martie 2026", "2. ožujka 2026", "2026 m. kovo 2",
        "2. märts 2026", "2 Maret 2026", "2 de març de 2026", "2 مارس 2026", "2 במרץ 2026", "2 मार्च 2026", "2026年3月2日", "2026년 3월 2일", "02.03.26",
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_language(written):
    moment = read_moment(written)
    assert moment is not None
    assert moment.at.date().isoformat() == "2026-03-02"


@pytest.mark.parametrize(
    ("text", "published", "changed"),
    [
        ("2 March 2026", "2 March 2026", ""),
        ("Updated 3 March 2026", "", "Updated 3 March 2026"),
        ("Published 2 March 2026, updated 3 March 2026", "Published 2 March 2026, ", "updated 3 March 2026"),
        (
            "Aktualisiert: 03.03.2026 Veröffentlicht: 02.03.2026",
            "Veröffentlicht: 02.03.2026",
            "Aktualisiert: 03.03.2026 ",
        ),
        ("입력 2026.03.02 수정 2026.03.03", "입력 2026.03.02 ", "수정 2026.03.03"),
    ],
)
def test_words_say_which_date_it_is(text, published, changed):
    assert (of_publication(text), of_change(text)) == (published, changed)


def test_the_date_near_the_headline_wins_over_that_of_today():
    body = f"<div class=today-date>Wednesday, 4 March 2026</div>{'<i></i>' * 40}<h1>Ferry to sail again</h1><p>2 March 2026</p>{PROSE}"
    published = told("<title>Ferry to sail again</title>", body).published
    assert published is not None
    assert published.at.day == 2


def test_updated_dates_are_those_of_the_change():
    body = (
        f"<h1>Ferry to sail again</h1><p class=date>Published 1 March 2026 | Updated 3 March 2026</p>{PROSE}"
    )
    found = told("<title>Ferry to sail again</title>", body)
    assert (found.published and found.published.at.day, found.modified and found.modified.at.day) == (1, 3)


def test_the_day_for_which_most_signals_speak():
    head = json_ld('{"@type":"NewsArticle","datePublished":"2025-01-01"}')
    head += "<meta property=article:published_time content='2026-03-02T09:00:00Z'><meta itemprop=datePublished content='2026-03-02'>"
    found = told(head)
    assert found.published is not None
    assert found.published.at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert found.provenance["date_published"]["agreement"] == 0.67


def test_of_one_moment_the_local_time_is_kept():
    head = json_ld('{"@type":"NewsArticle","datePublished":"2026-03-02T23:30:00Z"}')
    found = told(head + "<meta property=article:published_time content='2026-03-03T00:30:00+01:00'>")
    assert found.published is not None
    assert found.published.at.isoformat() == "2026-03-03T00:30:00+01:00"


DAY_BEFORE = "https://courier.example/2026/03/01/ferry-to-sail-again"


@pytest.mark.parametrize(
    "clock",
    [
        "<time datetime='2026-03-01 18:09:55'>",
        '<script>var page = {"date": "2026-03-01T18:09:55"}</script>',
        "<script>x = '2026-03-02 00:09:55', y = '2026-03-01 18:09:55'</script>",
    ],
)
def test_a_moment_told_in_utc_is_that_of_the_newsrooms_clock(clock):
    head = json_ld('{"@type":"NewsArticle","datePublished":"2026-03-02T01:09:55Z"}')
    found = told(head, f"<h1>Ferry to sail again</h1>{clock}{PROSE}", url=DAY_BEFORE)
    assert found.published is not None
    assert found.published.at.isoformat() == "2026-03-01T18:09:55-07:00"


@pytest.mark.parametrize(
    ("clock", "url"),
    [
        ("2026-03-01 18:10:55", DAY_BEFORE),  # no zone's distance
        ("2026-03-01 08:09:55", DAY_BEFORE),  # more than any zone's
        ("2026-03-01 99:09:55", DAY_BEFORE),  # no time
        ("2026-03-01 18:09:55", URL),  # nothing says that the day is another
    ],
)
def test_other_times_of_a_page_are_no_clock(clock, url):
    head = json_ld('{"@type":"NewsArticle","datePublished":"2026-03-02T01:09:55Z"}')
    found = told(f"{head}<script>seen('{clock}')</script>", url=url)
    assert found.published is not None
    assert found.published.at.isoformat() == "2026-03-02T01:09:55+00:00"


def test_of_dates_near_the_headline_the_nearest_is_believed():
    latest = "<p class=date>3 March 2026</p><p>Strike in the port</p>"
    body = f"{latest}<h1>Ferry to sail again</h1><p class=date>1 March 2026</p>{PROSE}{latest}"
    found = told("<title>Ferry to sail again</title>", body)
    assert found.published is not None
    assert found.published.at.day == 1


@pytest.mark.parametrize(
    ("head", "body", "source"),
    [
        ('<script>{"title": "Ferry", "published_at": "2026-03-02T06:22:28+01:00"}</script>', "", "data"),
        (r'<script>push("{\"datePublished\":\"2026-03-02\"}")</script>', "", "data"),
        ("<title>Ferry to sail again (2 March 2026)</title>", "", "title"),
        ("", f"<div>{PROSE}</div><h5>02.03.2026</h5>", "text"),
        ("", "<p>It all began on 7 May 1998, when the ferry was new.</p><b>2 March 2026</b>", "text"),
    ],
)
def test_a_date_that_nothing_names_is_read_at_last(head, body, source):
    found = told(head, f"{body}{'<i></i>' * 200}<p>No word about when.</p>", url="https://courier.example/f")
    assert found.published is not None
    assert found.published.at.date().isoformat() == "2026-03-02"
    assert found.provenance["date_published"]["from"] == source


def test_a_day_yet_to_come_is_not_guessed():
    assert (
        told("<title>Harbour festival on 7 May 2026</title>", "<p>No word about when.</p>").published is None
    )


@pytest.mark.parametrize(("site", "month"), [("courier.example", 3), ("courier.co.uk", 2)])
def test_what_comes_first_in_english_depends_on_the_country(site, month):
    body = f"<h1>Ferry to sail again</h1><p class=date>03/02/2026</p>{PROSE}"
    found = told(
        "<title>Ferry to sail again</title><meta name=language content=en>", body, url=f"https://{site}/f"
    )
    assert found.published is not None
    assert found.published.at.month == month


def test_dates_of_comments_are_none_of_the_article():
    body = f"<h1>Ferry to sail again</h1>{PROSE}<div class=comment-list><span class=comment-date>3 March 2026</span></div>"
    found = told("", body)
    assert found.provenance.get("date_published", {}).get("from") != "visible"


# votes


def test_agreement_is_that_of_independent_signals():
    provenance = {}
    voices = [("meta og:title", "A"), ("meta twitter:title", "A"), ("title", "B"), ("feed", "a!")]
    record(provenance, "headline", ("json-ld", "A"), voices)
    assert provenance["headline"] == {
        "from": "json-ld",
        "also": [["title", "B"]],
        "agreement": 0.75,
        "signals": 4,
    }
    assert family("meta og:title") == family("meta article:published_time") == "social"


def test_the_feed_has_a_vote():
    entry = Entry(
        url=URL, title="Ferry to sail again", authors=("Ada Quill",), date_published="2026-03-02T10:00:00Z"
    )
    found = told(entry=entry)
    assert (found.headline, found.authors) == ("Ferry to sail again", ("Ada Quill",))
    assert found.provenance["authors"] == {"from": "feed", "agreement": 1.0, "signals": 1}


# rights


def test_one_part_that_is_paid_for_makes_the_article_one():
    script = '{"@type":"NewsArticle","isAccessibleForFree":true,"hasPart":{"@type":"WebPageElement","isAccessibleForFree":"False"}}'
    found = told(json_ld(script))
    assert found.is_accessible_for_free is False
    assert found.provenance["is_accessible_for_free"] == {"from": "json-ld hasPart"}


# bad input


@pytest.mark.parametrize(
    "script",
    [
        '{"@type":"NewsArticle","headline":"Ferry to sail again","author":{"@type":"Person","name":"Ada Quill"},"articleBody":"cut of',
        '{"@type":"NewsArticle","headline":"Ferry to sail again","author":[{"name":"Ada Quill"}],"description":"a "stray" quote"}',
    ],
)
def test_a_script_that_is_no_json_gives_its_plain_fields(script):
    found = told(json_ld(script))
    assert (found.headline, found.authors) == ("Ferry to sail again", ("Ada Quill",))


DEEP = '{"@graph":[' * 500 + "1" + "]}" * 500
HOSTILE = {
    "deep JSON-LD": json_ld(DEEP),
    "wide JSON-LD": json_ld('{"@graph":[' + ",".join(['{"@type":"NewsArticle","headline":"A b c","author":"X Y"}'] * 20_000) + "]}"),
    "a JSON-LD of brackets": json_ld("[{" * 200_000),
    "a script of half pairs": json_ld('{"@type":"NewsArticle","author":[' + '{"name":"' * 50_000),
    "wrong types": json_ld('{"@type":["NewsArticle",7],"author":[[[]],{"name":{"a":[]}}],"datePublished":{"x":1},"image":[7],"hasPart":"no","keywords":{"a":1}}'),
    "a title of bars": "<title>" + "a | " * 20_000 + "</title>",
    "a title of dashes": "<meta property=og:title content='" + "- " * 2_000 + "'>",
    "an author of ats": "<meta name=author content='" + "@" * 5_000 + "'>",
    "an author of brackets": "<meta name=author content='" + "(" * 5_000 + "'>",
    "many authors": "<meta name=author content='Ada Quill'>" * 5_000,
    "a date of digits": "<meta name=date content='" + "1" * 5_000 + "'>",
}  # fmt: skip


@pytest.mark.parametrize("head", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_markup_is_read_in_bounded_time(head):
    start = time.process_time()
    found = told(
        head + "<meta property=og:site_name content=Courier>", "<h1>Ferry to sail again</h1>" + PROSE
    )
    assert found.headline
    assert time.process_time() - start < 5


def test_a_page_of_bylines_and_dates_is_looked_at_in_bounded_time():
    body = "<h1>Ferry</h1>" + "<p class='author date'>by <a href='/author/x'>x</a> <time></time></p>" * 9_000
    tree = parse_html(f"<html><body>{body}</body></html>")
    start = time.process_time()
    sights = look(tree, "Ferry")
    assert len(sights.dates) <= 60
    assert time.process_time() - start < 5
