"""Invented pages of every kind, and articles that look like one: judged by the rules and the scorecard."""

import time

import pytest

from copytaster.kind import judge
from copytaster.kind.facts import Facts
from copytaster.kind.features import FEATURES
from copytaster.kind.scorecard import read_scorecard, weigh
from copytaster.model import Page
from copytaster.parse import parse_html
from copytaster.signals import read_signals

STORY = {
    "en": "The ferry company said on Monday that it would give up the night service to the outer islands at the end of the month. ",
    "de": "Die Reederei teilte am Montag mit, dass sie die Nachtverbindung zu den äußeren Inseln zum Monatsende einstellen werde. ",
    "ar": "أعلنت شركة العبارات يوم الاثنين أنها ستوقف الخدمة الليلية إلى الجزر الخارجية في نهاية الشهر بعد سنوات من الخسائر المتواصلة. ",
    "he": "חברת המעבורות הודיעה ביום שני כי תפסיק את שירות הלילה לאיים החיצוניים בסוף החודש לאחר שנים של הפסדים כבדים ומתמשכים. ",
    "ja": "フェリー会社は月曜日、長年にわたる赤字のため、離島への夜間便を今月末で廃止すると発表した。島の住民からは不安の声が上がっている。",
    "ru": "Паромная компания сообщила в понедельник, что в конце месяца прекратит ночные рейсы на дальние острова из-за многолетних убытков. ",
}
HEADLINE = {
    "en": "Night ferry to the islands ends",
    "de": "Nachtfähre zu den Inseln wird eingestellt",
    "ar": "إلغاء العبارة الليلية إلى الجزر",
    "he": "מעבורת הלילה לאיים תופסק",
    "ja": "離島への夜間フェリー、今月末で廃止",
    "ru": "Ночной паром на острова отменяют",
}
STORY_URL = "https://tidewater.example/2026/03/night-ferry-to-the-islands-ends"


def judged(body: str, *, head: str = "", url: str = STORY_URL, status: int = 200):
    tree = parse_html(f"<html><head>{head}</head><body>{body}</body></html>")
    return judge(tree, Page(url=url, body=b"", http_status=status), read_signals(tree))


def kind_of(body: str, **where) -> str:
    kind, evidence = judged(body, **where)
    assert (kind == "article") == (not evidence)
    return kind


def story(paragraphs: int = 8, language: str = "en") -> str:
    text = "".join(f"<p>{STORY[language] * 2}</p>" for _ in range(paragraphs))
    return f"<article><h1>{HEADLINE[language]}</h1>{text}</article>"


def thread(posts: int, text: str, user: str = "members") -> str:
    return "".join(
        f"<div class='post'><div class='post-author'><a class='username' href='/{user}/sailor{n}'>sailor{n}</a>"
        f"<img class='avatar' src='a.png'></div><div class='post-body'>{text}</div>"
        f"<div class='post-actions'><a class='reply' href='#'>Reply</a><a class='quote' href='#'>Quote</a></div></div>"
        for n in range(posts)
    )


def shelf(products: int, currency: str, button: str) -> str:
    cards = "".join(
        f"<li class='product-card'><a href='/shop/lamps/lamp-{n}'><img src='{n}.jpg'><h3>Storm lamp {n}</h3></a>"
        f"<span class='price'>{n + 12}.00 {currency}</span><button class='add-to-cart'>{button}</button></li>"
        for n in range(products)
    )
    filters = "".join(
        f"<label class='filter'><input type=checkbox class='filter-option'> {n} cm</label>" for n in range(9)
    )
    return (
        f"<h1>Lamps</h1><div class='filters facets'>{filters}</div><ul class='product-grid products'>{cards}</ul>"
        "<div class='sort-by'><select class='sorting'></select></div><div class='minicart cart'></div>"
    )


def teasers(count: int, text: str) -> str:
    return "".join(
        f"<div class='teaser card'><a href='/harbour/{n}'><img src='{n}.jpg'><h3>{text[:70]}{n}</h3></a><p>{text[:90]}</p></div>"
        for n in range(count)
    )


@pytest.mark.parametrize("language", STORY)
def test_a_story_is_an_article_in_any_script(language):
    head = f"<title>{HEADLINE[language]}</title>"
    assert kind_of(story(language=language), head=head) == "article"
    assert kind_of(story(language=language), head=head, url="") == "article"


@pytest.mark.parametrize("language", STORY)
def test_a_thread_is_a_forum_in_any_script(language):
    body = f"<h1>{HEADLINE[language]}?</h1>" + thread(12, STORY[language])
    kind, evidence = judged(body, url="https://boats.example/forum/threads/night-ferry.4411/")
    assert kind == "forum"
    assert any("forum in the address" in sign for sign in evidence)


@pytest.mark.parametrize(
    ("currency", "button"), [("€", "In den Warenkorb"), ("円", "カートに入れる"), ("руб", "В корзину")]
)
def test_a_shelf_of_products_is_held_back(currency, button):
    kind, evidence = judged(
        shelf(24, currency, button), head="<title>Lamps</title>", url="https://lamps.example/shop/lamps"
    )
    assert kind == "listing"
    assert evidence[-1].endswith("suffice")


@pytest.mark.parametrize("language", STORY)
def test_a_page_of_teasers_is_held_back(language):
    page = f"<h1>{HEADLINE[language].split()[0]}</h1>" + teasers(20, STORY[language])
    assert kind_of(page, url="https://tidewater.example/category/harbour/") in {"listing", "section_front"}
    assert kind_of(page, url="https://tidewater.example/") == "section_front"


@pytest.mark.parametrize(
    ("title", "body", "kind"),
    [
        ("Making sure you're not a bot!", "<p>Loading.</p>", "bot_challenge"),
        ("Один момент", "<p>Подтвердите, что вы не робот</p>", "bot_challenge"),
        ("Avant de continuer", "<p>Nous et nos partenaires stockons des cookies avec votre consentement.</p>", "consent_wall"),
        ("Accedi", "<form><input type=password></form>", "login"),
        ("ログイン", "<form><input type=password></form>", "login"),
        ("الصفحة غير موجودة", "<p>عد إلى الصفحة الرئيسية.</p>", "soft_404"),
        ("הדף לא נמצא", "<p>חזרו לעמוד הבית.</p>", "soft_404"),
        ("페이지를 찾을 수 없습니다", "<p>홈으로</p>", "soft_404"),
        ("502 Bad Gateway", "<p>nginx</p>", "error_page"),
    ],
)  # fmt: skip
def test_a_page_that_is_in_the_way_is_named(title, body, kind):
    assert kind_of(f"<h1>{title}</h1>{body}", head=f"<title>{title}</title>") == kind


@pytest.mark.parametrize(
    ("node", "kind"),
    [
        ('{"@type":"ImageGallery","name":"Lamps"}', "gallery"),
        ('{"@type":"VideoObject","name":"Lamps"}', "media_only"),
        ('{"@type":"PodcastEpisode","name":"Lamps"}', "media_only"),
        ('{"@type":"Product","name":"Lamp","offers":{"price":12}}', "product"),
        ('{"@type":"LiveBlogPosting","coverageStartTime":"2026-03-02T06:00Z"}', "live_blog"),
    ],
)
def test_markup_names_the_kind_of_a_page_with_little_text(node, kind):
    head = f'<script type="application/ld+json">{node}</script>'
    assert kind_of("<h1>Lamps</h1><p>A few words.</p>", head=head) == kind


# What looks like another kind and is an article.


def test_an_article_about_cookies_under_a_banner_is_one():
    banner = "<div class='cookie-banner'><p>We value your privacy. We and our partners store cookies on your device.</p></div>"
    text = (
        "<p>"
        + "Cookies without consent are no longer lawful, the regulator told publishers on Monday. " * 4
        + "</p>"
    )
    assert kind_of(f"{banner}<h1>Regulator rules on cookies</h1>{text * 6}{STORY['en'] * 5}") == "article"


def test_an_article_that_tells_of_the_404_is_one():
    assert kind_of(story(), head="<title>404: how a missing page became a joke</title>") == "article"


def test_a_long_read_with_many_links_is_an_article():
    linked = f"<p>{STORY['en']}<a href='/note'>as the harbour board wrote in its letter</a> {STORY['en']}</p>"
    aside = f"<aside>{teasers(30, STORY['en'])}</aside>"
    assert kind_of(f"<article><h1>The last night boat</h1>{linked * 40}</article>{aside}") == "article"


def test_an_interview_is_an_article():
    asked = f"<p><strong>Why does the ferry stop now?</strong></p><p>{STORY['en'] * 2}</p>"
    head = "<title>Questions and answers on the ferry</title>"
    assert kind_of(f"<h1>Questions and answers on the ferry</h1>{asked * 9}", head=head) == "article"


def test_an_article_with_two_hundred_comments_is_one():
    comment = f"<li class='comment'><a href='/profile/x'>x</a><time>3 March</time><p>{STORY['en']}</p><a class='reply' href='#'>Reply</a></li>"
    assert kind_of(f"{story(12)}<ol class='comments'>{comment * 200}</ol>") == "article"


def test_a_summary_of_a_live_blog_is_an_article():
    node = '{"@type":"NewsArticle","headline":"Storm: what we know","datePublished":"2026-03-02"}'
    head = f'<title>Storm live: what we know</title><script type="application/ld+json">{node}</script>'
    assert kind_of(story(), head=head) == "article"


def test_a_recipe_is_an_article():
    items = "".join(f"<li>{n} spoons of flour</li>" for n in range(1, 12))
    steps = "".join(f"<li>{STORY['en'].replace('ferry', 'dough')}</li>" for _ in range(6))
    node = '<script type="application/ld+json">{"@type":"Recipe","name":"Harbour bread"}</script>'
    body = f"<h1>Harbour bread with caraway</h1><p>{STORY['en']}</p><ul>{items}</ul><ol>{steps}</ol>"
    assert (
        kind_of(body, head=node, url="https://oven.example/recipes/harbour-bread-with-caraway") == "article"
    )


def test_a_poem_is_an_article():
    verse = "<p>The boat is gone<br>the lamp burns on<br>and nobody counts the bell</p>"
    assert kind_of(f"<article><h1>The boat is gone</h1>{verse * 7}</article>") == "article"


@pytest.mark.parametrize("language", STORY)
def test_two_sentences_from_the_wire_are_an_article(language):
    body = f"<h1>{HEADLINE[language]}</h1><p>{STORY[language]}</p><p>{STORY[language]}</p>"
    assert kind_of(body, head=f"<title>{HEADLINE[language]}</title>") == "article"


def test_a_review_with_prices_is_an_article():
    lamp = f"<h2>Storm lamp</h2><p>{STORY['en'] * 2}</p><p>It costs 24 € in the shop.</p>"
    assert kind_of(f"<h1>Five storm lamps that we tried at sea</h1>{lamp * 6}") == "article"


# The scorecard itself.


def test_the_scorecard_asks_only_for_what_is_measured():
    assert set(read_scorecard().features) <= set(FEATURES)


def test_the_evidence_is_what_was_measured():
    body = "<h1>Ferry?</h1>" + thread(12, STORY["en"])
    tree = parse_html(f"<html><body>{body}</body></html>")
    page = Page(url="https://boats.example/forum/threads/night-ferry.4411/", body=b"")
    facts = Facts(tree, page, read_signals(tree))
    verdict = weigh(facts)
    assert verdict
    assert f"links to the pages of {FEATURES['users'].measure(facts):.0f} users" in verdict[1]
    assert FEATURES["users"].measure(facts) == 12


@pytest.mark.parametrize(
    "body",
    [
        "<div class='card'><a href='/x/1'>A headline long enough to be a story</a></div>" * 10_000,
        "<div class=a>" * 10_000 + "text",
        "<h2><a href=/x>" + "word " * 20 + "</a>" * 5_000,
        "<p>" + STORY["en"] + "<b>" * 200 + "</p>" * 10,
        f"<li><p>{STORY['en']}</p>" * 10_000,
    ],
)
def test_a_hostile_page_is_judged_in_bounded_time(body):
    begun = time.process_time()
    judged(body)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "url", ["", "http://[broken", "mailto:x@tidewater.example", "https://tidewater.example/?p=1"]
)
def test_any_address_is_judged(url):
    assert kind_of(story(), url=url) == "article"
