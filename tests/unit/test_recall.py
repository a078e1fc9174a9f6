"""What a site repeats (memory) and what is cut for it (recall)."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copytaster.memory import Known, Sighting, as_read, line_key, observe, site_of, tally, warm
from copytaster.model import Article, Cut
from copytaster.recall import recall

TODAY = date(2026, 10, 2)
SITE = "harbour.example"
BUTTON = "Get the evening tide table by post"
CREDO = "The Harbour Post is owned by its readers"
APPEAL = (
    "If you have come this far you will know that good reporting on harbours costs money, and that we have kept every "
    "line of it free for all who live from the sea, so please think about becoming one of our friends today."
)
WIRE = (
    "The strait has been closed to ships of more than forty metres since the lighthouse at Cape Senn went dark in a "
    "storm two winters ago, and pilots from three countries have asked in vain for a new lamp ever since then."
)


def prose(number):
    ship = "".join(chr(97 + int(digit)) for digit in str(number))  # digits do not tell lines apart
    return (
        f"The story of the {ship} is of its own kind: her master said that nothing like it had been seen in the basin "
        f"since the spring in which two tugs met a whale and each of them blamed the other one for it."
    )


def story(number, *lines, site=SITE, **changed):
    body = "\n".join(line if line != "…" else prose(number) for line in lines or ["…"])
    url = f"https://www.{site}/story-{number}"
    told = Article(
        url=url,
        canonical_url=url,
        headline=f"Whale {number} in basin",
        article_body=body,
        text_digest=f"{site}{number}",
    )
    return replace(told, **changed)


def memory_of(articles, site=SITE, stored=None):
    seen = tally(one for article in articles if (one := observe(article)))
    return warm(stored or {}, seen, today=TODAY).get(site, {})


def bodies(articles, site=SITE):
    memory = memory_of(articles, site)
    return [recall(article, memory).article_body.split("\n") for article in articles]


def second_paragraph(number):
    return prose(number + 500)


def test_what_ends_most_pages_of_a_batch_is_cut_from_the_first_as_from_the_last():
    articles = [story(i, "…", second_paragraph(i), BUTTON) for i in range(8)]
    assert bodies(articles) == [[prose(i), second_paragraph(i)] for i in range(8)]


def test_a_cut_says_by_what_evidence_and_where_the_line_stood():
    articles = [story(i, CREDO, "…", BUTTON) for i in range(8)]
    read = recall(articles[0], memory_of(articles))
    assert read.cuts == (
        Cut(line=CREDO, rule="site-memory", place=0, evidence="on 8 of 8 articles of the site since 2026-10-02, at the head"),
        Cut(line=BUTTON, rule="site-memory", place=2, evidence="on 8 of 8 articles of the site since 2026-10-02, at the end"),
    )  # fmt: skip
    assert read.word_count == len(prose(0).split())
    assert read.text_digest != articles[0].text_digest


def test_places_count_the_lines_that_other_rules_cut():
    earlier = (Cut(line="Share", rule="share", place=0), Cut(line="Next", rule="navigation", place=2))
    articles = [story(i, "…", BUTTON, cuts=earlier) for i in range(8)]
    read = recall(articles[0], memory_of(articles))
    assert [(cut.place, cut.rule) for cut in read.cuts] == [
        (0, "share"),
        (2, "navigation"),
        (3, "site-memory"),
    ]


def test_a_line_that_was_cut_is_still_seen_so_that_it_is_not_forgotten():
    articles = [story(i, CREDO, "…", BUTTON) for i in range(8)]
    read = recall(articles[0], memory_of(articles))
    assert as_read(read) == as_read(articles[0])
    assert observe(replace(read, text_digest="")).sightings == observe(articles[0]).sightings
    assert observe(read).cut == {line_key(CREDO), line_key(BUTTON)}


@pytest.mark.parametrize("count", [1, 2])
def test_two_articles_are_no_evidence(count):
    articles = [story(i, "…", BUTTON) for i in range(count)]
    assert all(BUTTON in body for body in bodies(articles))


def test_a_line_on_few_pages_of_a_site_stays():
    articles = [story(i, "…", *([BUTTON] if i % 20 == 0 else [])) for i in range(60)]
    assert sum(BUTTON in body for body in bodies(articles)) == 3


def test_case_numbers_and_edge_signs_do_not_matter():
    assert line_key("Comments (37) »") == line_key("comments (4)") != line_key("comment")
    assert line_key("* * *") is line_key("12.04.2026") is line_key("x" * 1_001) is None


def test_copies_and_readings_again_of_one_article_count_once():
    again = [story(1, "…", BUTTON), story(1, "…", BUTTON), story(2, "…", BUTTON, text_digest=f"{SITE}1")]
    assert tally(map(observe, again))[SITE].articles == 1


def test_a_line_that_stands_twice_in_an_article_counts_once():
    seen = tally(map(observe, [story(1, BUTTON, "…", second_paragraph(1), BUTTON)]))[SITE]
    assert seen.lines[line_key(BUTTON)] == 1
    assert seen.sightings[Sighting(line_key(BUTTON), "tail")] == 1


def test_a_wire_paragraph_that_many_sites_have_stays_and_the_sites_own_appeal_goes():
    sites = [f"{name}.example" for name in ("harbour", "fjord", "delta")]
    articles = [
        story(i, "…", second_paragraph(i), prose(i + 900), WIRE, site=site)
        for site in sites
        for i in range(12)
    ]
    articles += [story(i + 50, "…", second_paragraph(i + 50), prose(i + 950), APPEAL) for i in range(30)]
    told = bodies(articles)
    assert all(WIRE in body for body in told[:36])
    assert not any(APPEAL in body for body in told[36:])


def test_paragraphs_of_an_article_that_came_before_under_another_address_stay():
    same = [prose(900 + i) for i in range(6)]
    articles = [story(i, *same, prose(i)) for i in range(20)]
    assert all(set(same) <= set(body) for body in bodies(articles))


def test_a_headline_that_other_pages_list_stays_where_it_is_the_story():
    title = "Pilots of three countries ask for a new lamp at Cape Senn"
    listing = [story(i, "…", second_paragraph(i), title) for i in range(12)]
    own = story(99, title, "…", second_paragraph(99), headline="No lamp yet")
    *others, last = bodies([*listing, own])
    assert not any(title in body for body in others)
    assert title in last
    own = story(99, "…", second_paragraph(99), title, headline=title)
    assert title in bodies([*listing, own])[-1]


def test_the_subheading_of_a_series_and_what_announces_something_stay_between_paragraphs():
    articles = [
        story(i, "…", "What we know", second_paragraph(i), prose(i + 70), "The tides today:", *map(prose, range(i * 9, i * 9 + 5)))
        for i in range(1, 7)
    ]  # fmt: skip
    many = [
        story(i, "…", second_paragraph(i), "The tides today:", *map(prose, range(i * 9, i * 9 + 5)))
        for i in range(30)
    ]
    assert all("What we know" in body for body in bodies(articles))
    assert all("The tides today:" in body for body in bodies(many))


def test_what_is_nearly_everywhere_between_paragraphs_goes():
    articles = [
        story(i, "…", second_paragraph(i), "Sponsored by Corrin Rope", *map(prose, range(i * 9, i * 9 + 6)))
        for i in range(12)
    ]
    assert not any("Sponsored by Corrin Rope" in body for body in bodies(articles))


def test_a_quotation_needs_as_much_as_a_paragraph():
    quote = "“Nothing floats for ever”"
    articles = [story(i, "…", second_paragraph(i), quote) for i in range(6)]
    assert all(quote in body for body in bodies(articles))


def test_an_article_is_never_emptied():
    chrome = [BUTTON, CREDO, "Write to the desk"]
    articles = [story(i, *chrome) for i in range(9)]
    assert bodies(articles) == [chrome] * 9


def test_what_a_person_decided_comes_before_the_evidence():
    articles = [story(i, "…", BUTTON) for i in range(9)]
    keep = memory_of(articles, stored={SITE: {line_key(BUTTON): Known(decision="keep")}})
    assert recall(articles[0], keep) is articles[0]
    cut = memory_of(articles[:1], stored={SITE: {line_key(BUTTON): Known(decision="cut")}})
    (only,) = recall(articles[0], cut).cuts
    assert (only.line, only.evidence) == (BUTTON, "by decision")


def test_evidence_that_has_decayed_suffices_no_more():
    key = line_key(BUTTON)
    article = story(1, "…", BUTTON)
    assert recall(article, {key: Known(articles=30, of=40, tail=30)}).cuts
    assert recall(article, {key: Known(articles=2.4, of=3.2, tail=2.4)}) is article
    assert (
        recall(article, {key: Known(articles=30, of=600, tail=30)}) is article
    )  # a redesign: hundreds without it


def test_what_is_stored_and_what_the_batch_shows_add_up():
    articles = [story(i, "…", BUTTON) for i in range(2)]
    stored = {SITE: {line_key(BUTTON): Known(articles=10, of=11, tail=10, since=date(2026, 1, 5))}}
    (cut,) = recall(articles[0], memory_of(articles, stored=stored)).cuts
    assert cut.evidence == "on 12 of 13 articles of the site since 2026-01-05, at the end"


def test_the_site_is_the_registered_domain():
    assert site_of("https://sport.harbour.example/a") == site_of("http://www.harbour.example:8080/b") == SITE
    assert site_of("urn:sha256:abc") is None
    assert observe(replace(story(1), url="urn:sha256:abc")) is None


@given(
    st.lists(
        st.sampled_from([BUTTON, CREDO, APPEAL, WIRE, prose(1), prose(2), "", "Tides:", "“No”", "海港新聞。"])
    ),
    st.integers(1, 90),
)
def test_recall_cuts_only_whole_lines_keeps_their_order_and_leaves_something(lines, articles):
    article = story(1, *lines) if lines else story(1)
    known = Known(articles=articles, of=articles, head=articles, middle=articles, tail=articles)
    memory = {key: known for line in lines if (key := line_key(line)) is not None}
    read = recall(article, memory)
    assert as_read(read) == as_read(article)
    assert read.article_body.strip() or not article.article_body.strip()
    assert recall(read, memory).cuts[: len(read.cuts)] or not read.cuts
