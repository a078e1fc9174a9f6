"""The checks of the crawl find what is wrong, where something is."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from measuring import web_checks
from measuring.web import ROBOTS, TROUBLES, make_web
from measuring.web_checks import Kept
from measuring.web_documents import FORMS
from measuring.web_faults import FAULTS
from measuring.web_server import Seen

from copytaster.discover import read
from copytaster.urls import canonicalize

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def web():
    return make_web(hosts=20, pages=300, seed=1, trap=9, now=NOW)


def _seen(host: str, target: str, at: float, place: str = "plain") -> Seen:
    return Seen(at=at, place=place, host=host, target=target)


def _as_it_should_be(web) -> dict[str, Kept]:
    kept = {}
    for page in web.pages.values():
        fate = min(page.fates)
        is_state = fate in {"loaded", "gone"}
        kept[page.url] = Kept(
            url=page.url, state=fate if is_state else "quarantined", reason=None if is_state else fate
        )
    return kept


def test_a_web_has_all_its_pages_and_each_trouble_and_fault(web) -> None:
    answers = {page.answer for page in web.pages.values()}
    assert len(web.pages) == 300
    assert set(FAULTS) <= answers
    assert set(TROUBLES) <= {site.trouble for site in web.sites.values()}
    assert len({site.form for site in web.sites.values()} & set(FORMS)) >= 16


def test_the_same_seed_makes_the_same_web(web) -> None:
    again = make_web(hosts=20, pages=300, seed=1, trap=9, now=NOW)
    assert list(again.pages.values()) == list(web.pages.values())
    other = make_web(hosts=20, pages=300, seed=2, trap=9, now=NOW)
    assert list(other.pages.values()) != list(web.pages.values())


def test_a_large_web_has_each_form_of_source_and_robots() -> None:
    web = make_web(hosts=60, pages=900, seed=1, trap=9, now=NOW)
    assert {site.form for site in web.sites.values()} >= set(FORMS)
    assert {site.robots for site in web.plain} == set(ROBOTS)


def test_pages_are_known_under_their_canonical_address(web) -> None:
    assert [
        page.url for page in web.pages.values() if canonicalize(page.linked_as or page.url) != page.url
    ] == []


@pytest.mark.parametrize("form", sorted(FORMS))
def test_each_form_tells_of_the_pages_that_it_was_given(web, form) -> None:
    from measuring.web import _told

    pages = web.plain[0].pages
    kind, make = FORMS[form]
    at = f"http://{web.plain[0].name}"
    documents = make(at, _told(pages))
    found = {
        entry.url
        for path, document in documents.items()
        for entry in read(kind, document.body, url=at + path, content_type=document.content_type).entries
    }
    assert found == {page.url for page in pages}


def test_a_crawl_without_fault_is_clean(web) -> None:
    kept = _as_it_should_be(web)
    assert web_checks.unsettled(kept.values()) == []
    assert web_checks.not_found(web, kept) == []
    assert web_checks.from_nowhere(web, kept) == []
    assert web_checks.unexpected(web, kept) == []


def test_a_page_that_waits_is_unsettled() -> None:
    assert web_checks.unsettled([Kept(url="u", state="fetched", reason=None)]) == ["u: fetched"]


def test_a_link_that_is_not_on_the_list_was_not_found_but_a_twin_is_found_with_its_article(web) -> None:
    kept = _as_it_should_be(web)
    twin = next(page for page in web.pages.values() if page.is_twin)
    del kept[twin.url]
    assert web_checks.not_found(web, kept) == []
    del kept[twin.story]
    assert len(web_checks.not_found(web, kept)) >= 2


def test_a_page_that_nobody_may_have_told_of_is_from_nowhere(web) -> None:
    assert web_checks.from_nowhere(web, ["http://www.elsewhere-0.example/x"]) == [
        "http://www.elsewhere-0.example/x"
    ]


def test_another_fate_than_the_fault_explains_is_unexpected(web) -> None:
    kept = _as_it_should_be(web)
    loop = next(page for page in web.pages.values() if page.answer == "redirect loop")
    kept[loop.url] = Kept(url=loop.url, state="loaded", reason=None)
    assert len(web_checks.unexpected(web, kept)) == 1


def test_articles_are_there_once_each(web) -> None:
    stories = Counter({page.story: 1 for page in web.pages.values() if page.fates == {"loaded"}})
    stories -= Counter(page.story for page in web.pages.values() if page.answer.startswith("redirect to"))
    assert web_checks.articles_off(web, stories) == []
    first, second, *_ = stories
    stories[first] = 2
    del stories[second]
    stories["http://www.elsewhere-0.example/x"] = 1
    assert len(web_checks.articles_off(web, stories)) == 3


def test_rules_are_broken_by_what_is_forbidden_and_by_what_comes_before_them(web) -> None:
    site = next(site for site in web.plain if site.robots == "some")
    good = [_seen(site.name, "/robots.txt", 1.0), _seen(site.name, "/a", 2.0)]
    assert web_checks.broken_rules(web, {site.name: good}) == []
    assert len(web_checks.broken_rules(web, {site.name: [*good, _seen(site.name, "/private/a", 3.0)]})) == 1
    assert len(web_checks.broken_rules(web, {site.name: good[1:]})) == 1
    closed = next(site for site in web.sites.values() if site.trouble == "robots 500")
    asked = [_seen(closed.name, "/robots.txt", 1.0), _seen(closed.name, "/a", 2.0)]
    assert len(web_checks.broken_rules(web, {closed.name: asked})) == 1


def test_gaps_are_those_of_one_host_and_polls_do_not_count(web) -> None:
    first, second = web.plain[0].name, web.plain[1].name
    log = [
        _seen(first, "/a", 1.0),
        _seen(second, "/a", 1.01),
        _seen(first, "/latest", 1.02),
        _seen(first, "/b", 1.04),
    ]
    gaps = list(web_checks.gaps(web, web_checks.of_pages(web, log), crawl_delay=False))
    assert [round(gap, 3) for gap, _ in gaps] == [0.04]
    assert len(web_checks.under(gaps, 0.05)) == 1
    assert web_checks.under(gaps, 0.03) == []
    assert list(web_checks.gaps(web, web_checks.of_pages(web, log), crawl_delay=True)) == []


def test_busy_hosts_may_be_asked_again_when_the_clock_was_put_forward(web) -> None:
    busy = next(site for site in web.sites.values() if site.trouble == "busy: 503")
    log = {busy.name: [_seen(busy.name, "/a", 1.0), _seen(busy.name, "/a", 5.0)]}
    assert len(web_checks.too_soon(web, log, [])) == 1
    assert web_checks.too_soon(web, log, [3.0]) == []


def test_nobody_may_be_in_the_trap_nor_at_hosts_that_no_source_may_name(web) -> None:
    log = [
        _seen("127.0.0.1", "/", 1.0, place="trap"),
        _seen(web.elsewhere[0], "/a", 2.0),
        _seen(web.plain[0].name, "/a", 3.0),
    ]
    assert len(web_checks.trespasses(web, log)) == 2


def test_a_sick_source_says_what_ails_it(web) -> None:
    sick = {source.url: f"{source.fault}: as it is" for source in web.sources if source.fault}
    assert web_checks.unexplained(web, sick) == []
    assert len(web_checks.unexplained(web, dict.fromkeys(sick))) == len(sick) > 5
