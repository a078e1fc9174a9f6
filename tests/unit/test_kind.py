"""Page -> kind, with evidence."""

import pytest

from copytaster.kind import judge
from copytaster.kind.facts import Facts
from copytaster.kind.scorecard import Scorecard, weigh
from copytaster.model import Page
from copytaster.parse import parse_html
from copytaster.signals import read_signals

PROSE = "The harbour council met on Tuesday and agreed to repair the northern wall before the autumn storms arrive. "
DATED = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Wall","datePublished":"2026-03-02"%s}</script>'


def kind_of(
    head: str, body: str, *, url: str = "https://gazette.example/news/harbour-wall-4411", status: int = 200
):
    tree = parse_html(f"<html><head>{head}</head><body>{body}</body></html>")
    kind, evidence = judge(tree, Page(url=url, body=b"", http_status=status), read_signals(tree))
    assert (kind == "article") == (not evidence)
    return kind


def paragraphs(count: int) -> str:
    return f"<p>{PROSE * 2}</p>" * count


def links(count: int) -> str:
    return "".join(
        f"<div><a href='/s/{i}'>Council agrees on budget number {i} after a long night</a></div>"
        for i in range(count)
    )


def test_a_full_article_is_one():
    assert kind_of(DATED % "" + "<title>Wall</title>", paragraphs(6)) == "article"


def test_an_article_among_many_links_is_one():
    assert kind_of("<title>Wall</title>", links(60) + paragraphs(8) + links(60)) == "article"


def test_a_short_brief_is_an_article():
    assert kind_of("<title>Bridge closed</title>", f"<h1>Bridge closed</h1><p>{PROSE}</p>") == "article"


def test_an_article_about_missing_pages_is_one():
    assert kind_of("<title>Why 'page not found' haunts us</title>", paragraphs(8)) == "article"


def test_a_full_text_marked_as_paid_is_an_article():
    assert kind_of(DATED % ',"isAccessibleForFree":false', paragraphs(12)) == "article"


def test_a_paid_text_that_breaks_off_is_a_stub():
    offer = "<div>Subscribe to continue reading this story.</div>"
    assert kind_of(DATED % ',"isAccessibleForFree":"False"', f"<p>{PROSE}</p>{offer}") == "paywall_stub"


def test_a_text_much_shorter_than_its_word_count_is_a_stub():
    assert kind_of(DATED % ',"isAccessibleForFree":false,"wordCount":900', paragraphs(4)) == "paywall_stub"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("404 - Page not found", "soft_404"),
        ("Seite nicht gefunden | Beispielbote", "soft_404"),
        ("Страница не найдена", "soft_404"),
        ("503 Service Unavailable", "error_page"),
    ],
)
def test_a_page_that_says_that_it_is_none_is_believed(title, kind):
    assert kind_of(f"<title>{title}</title>", f"<h1>{title}</h1><p>Try the search.</p>") == kind


def test_a_challenge_is_told_from_an_article():
    body = "<div id='challenge-stage'>Verify you are human by completing the action below.</div>"
    assert kind_of("<title>Just a moment...</title>", body, status=403) == "bot_challenge"


def test_a_consent_wall_is_told_from_an_article():
    body = "<h1>We value your privacy</h1><p>We and our partners store and/or access information on a device.</p>"
    assert kind_of("<title>Before you continue</title>", body) == "consent_wall"


def test_a_consent_banner_above_an_article_does_not_matter():
    banner = "<div><p>We value your privacy. We and our partners store and/or access information on a device.</p></div>"
    assert kind_of(DATED % "", banner + paragraphs(6)) == "article"


def test_a_login_form_is_told_from_an_article():
    body = "<h1>Log in</h1><form><input name=u><input type=password name=p></form>"
    assert kind_of("<title>Log in - Gazette</title>", body) == "login"


def test_an_empty_application_needs_javascript():
    body = "<div id=root></div><noscript>You need to enable JavaScript to run this app.</noscript><script src=a.js></script>"
    assert kind_of("<title>Gazette</title>", body) == "needs_javascript"


def test_a_live_blog_is_told_from_an_article():
    node = '{"@type":"LiveBlogPosting","headline":"Storm","coverageStartTime":"2026-03-02T06:00Z","liveBlogUpdate":[]}'
    assert kind_of(f'<script type="application/ld+json">{node}</script>', paragraphs(9)) == "live_blog"


def test_a_video_page_without_text_is_media_only():
    assert (
        kind_of(
            "<meta property=og:type content=video.other><title>Clip</title>", "<video></video><p>Watch.</p>"
        )
        == "media_only"
    )


def test_a_front_page_is_a_section_front():
    assert kind_of("<title>Gazette</title>", links(40), url="https://gazette.example/") == "section_front"


def test_a_page_of_teasers_is_a_listing():
    assert kind_of("<title>Politics</title>", links(40), url="https://gazette.example/politics") == "listing"


def test_a_thread_is_a_forum():
    node = '{"@type":"DiscussionForumPosting","headline":"Which paint?"}'
    assert kind_of(f'<script type="application/ld+json">{node}</script>', paragraphs(4)) == "forum"


def test_an_article_with_questions_and_answers_is_one():
    node = '{"@type":"FAQPage","mainEntity":[{"@type":"Question","name":"When?"}]}'
    assert kind_of(f'<script type="application/ld+json">{node}</script>', paragraphs(6)) == "article"


def test_a_banner_over_an_article_is_no_consent_wall():
    story = (
        "<p>"
        + "The ferry left the quay at noon with all her lamps lit and nobody on the bridge. " * 4
        + "</p>"
    )
    banner = "<div><p>We value your privacy. We and our partners store cookies on your device, with your consent.</p></div>"
    assert kind_of("", f"{banner}<h1>The ferry that left alone</h1>{story * 3}") == "article"


def test_a_page_that_asks_for_consent_in_two_paragraphs_is_a_wall():
    asks = (
        "<h1>Weiterlesen mit Werbung oder im Pur-Abo</h1>"
        "<p>Mit Ihrer Einwilligung verarbeiten wir und bis zu 90 Partner personenbezogene Daten, um Anzeigen auszuspielen.</p>"
        "<p>Ihre Einwilligung können Sie jederzeit im Datenschutz-Center mit Wirkung für die Zukunft widerrufen.</p>"
    )
    assert kind_of("", asks) == "consent_wall"


def test_a_section_is_known_by_its_linked_headings():
    teaser = "<div><h3><a href='/harbour/{0}'>The pilots of the north quay ask for lamps</a></h3><p>They have waited since the spring for an answer from the commission, they say.</p></div>"
    page = "<h1>Harbour</h1>" + "".join(teaser.format(n) for n in range(8))
    assert kind_of("", page, url="https://www.tidewater-courier.example/harbour/") == "section_front"
    assert (
        kind_of("", page, url="https://www.tidewater-courier.example/2026/11/22/pilots-ask-for-lamps")
        == "article"
    )


def test_a_story_below_a_long_menu_is_no_list_though_its_column_is_not_found():
    menu = links(60)
    story = f'<div class="sidebar">{paragraphs(4)}</div>'
    assert kind_of("<title>Bears counted</title>", menu + story) == "article"
    assert kind_of("<title>Bears</title>", menu, url="https://gazette.example/bears") != "article"


def test_two_words_of_a_forum_in_the_address_name_a_thread():
    page = "<title>Mulch or grow?</title>", f"<h1>Mulch or grow?</h1><p>{PROSE}</p>"
    assert kind_of(*page, url="https://forum.example/community/topic/mulch-or-grow") == "forum"
    assert kind_of(*page, url="https://gazette.example/community/mulch-or-grow") == "article"
    dated = (DATED % "" + page[0], page[1])
    assert kind_of(*dated, url="https://forum.example/community/topic/mulch-or-grow") == "article"


def test_a_page_that_wants_to_know_whether_one_is_human_is_no_article():
    assert kind_of("<title>Let us know you're not a robot</title>", "<p>Press.</p>") == "bot_challenge"
    assert kind_of("<title>I am not a robot, says the ferry's pilot</title>", paragraphs(8)) == "article"


def test_a_page_without_a_list_is_held_back_only_by_many_points():
    tree = parse_html(f"<html><head></head><body><h1>Pier closed</h1><p>{PROSE}</p></body></html>")
    facts = Facts(tree, Page(url="", body=b""), read_signals(tree))
    assert weigh(facts, Scorecard(1.0, 0.0, (), ())) is None
    kind, evidence = weigh(facts, Scorecard(3.0, 0.0, (), ()))
    assert (kind, evidence[-1]) == ("listing", "3.0 points against an article, 0.0 suffice")
