"""Whatever the page: an article or a named reason, in bounded time and memory."""

import time
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tools.fuzz_extract import attempt, check_storable, donors

from copytaster.errors import REASONS, Unusable
from copytaster.extract import extract
from copytaster.model import Article, Page
from copytaster.pool import Limits, Lost, in_order
from copytaster.readers import prime, read_all

LINE = "The harbour council met on Tuesday and agreed to repair the northern wall before the autumn storms arrive."
TOP = "<html lang=en><head><title>Wall to be rebuilt | Gazette</title></head><body>"
STORY = f"<article><h1>Wall to be rebuilt</h1><p>{LINE} First.</p><p>{LINE} Second.</p><p>{LINE} Third.</p></article>"
SECONDS = 8.0  # of CPU, with a machine in mind that does much else


@pytest.fixture(scope="module", autouse=True)
def _primed():
    prime()  # what is loaded once is not the page's time


def page(body: str | bytes, **facts) -> Page:
    body = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return Page(**{"url": "https://gazette.example/wall", "body": body, **facts})


def reading(body: str | bytes, **facts) -> Article | str:
    """Give the article or the reason, and fail where neither can be stored or it takes too long."""
    began = time.process_time()
    result: Article | str
    try:
        result = extract(page(body, **facts))
        check_storable(result)
    except Unusable as refused:
        result = refused.reason
    assert isinstance(result, Article) or result in REASONS
    assert time.process_time() - began < SECONDS
    return result


def ld(text: str) -> str:
    return f"<script type='application/ld+json'>{text}</script>"


# size and depth


MEGABYTES = {
    "nested divs": TOP + STORY + "<div>" * 2_000_000,
    "nested bold": TOP + STORY + "<b>" * 3_000_000,
    "open links": TOP + STORY + "<a href=x>" * 1_000_000,
    "nested lists": TOP + STORY + "<ul><li>" * 200_000,
    "end tags": TOP + STORY + "</div>" * 1_500_000,
    "comments": TOP + STORY + "<!--" * 2_000_000,
    "one word": TOP + STORY + "<p>" + "a" * 9_000_000,
    "white space first": TOP + " \n" * 4_000_000 + STORY,
    "references": TOP + STORY + "<p>" + "&amp;" * 1_500_000,
    "an attribute": TOP + STORY + "<p class='" + "x " * 4_000_000 + "'>",
    "attributes": TOP + STORY + "<p " + " ".join(f"a{i}=1" for i in range(300_000)) + ">",
    "attributes that hold a sign": TOP
    + STORY
    + "<p a='<' "
    + " ".join(f"a{i}='<'" for i in range(80_000))
    + ">",
    "a script first": TOP + "<script>" + "var a = '<p>';" * 500_000 + "</script>" + STORY,
    "open scripts": TOP + STORY + "<script>" * 300_000,
    "cells": TOP + STORY + "<table><tr>" + "<td colspan=9999 rowspan=9999>x" * 100_000,
}


@pytest.mark.parametrize("name", MEGABYTES)
def test_megabytes_around_a_story_hide_it_at_most(name):
    result = reading(MEGABYTES[name])
    assert result == "empty" or LINE in result.article_body


@pytest.mark.parametrize(
    "body",
    [
        f"<p>{LINE}</p>" * 90_000,
        "<p>" + f"{LINE} " * 95_000,
        "<p>word of mouth</p>" * 60_000,
        "<p>" + "word<br>" * 900_000,
        "<p>Read more of this »</p>" * 40_000,
        "<table>" + ("<tr>" + "<td>one two three</td>" * 30 + "</tr>") * 500 + "</table>",
    ],
)
def test_more_text_than_any_article_has_is_read_in_part(body):
    result = reading(TOP + body)
    assert result == "empty" or 0 < len(result.article_body) < 2_000_000


def test_ten_thousand_links_do_not_drown_the_story():
    links = "".join(
        f"<li><a href=/n/{i}>Another story of the harbour, number {i}</a></li>" for i in range(10_000)
    )
    result = reading(TOP + f"<nav><ul>{links}</ul></nav>" + STORY)
    assert LINE in result.article_body
    assert "Another story" not in result.article_body


def test_ten_thousand_links_in_bare_divs_do_not_hide_the_story():
    links = "".join(
        f"<div><div><a href=/n/{i}><b>A story, number {i}</b></a></div></div>" for i in range(10_000)
    )
    assert LINE in reading(TOP + f"<div>{links}</div>" + STORY).article_body


def test_nothing_but_ten_thousand_links_is_no_article():
    links = "".join(
        f"<li><a href=/n/{i}>Another story of the harbour, number {i}</a></li>" for i in range(10_000)
    )
    assert reading(TOP + f"<ul>{links}</ul>").page_kind in {"listing", "section_front"}


def test_a_text_before_ten_thousand_links_is_found():
    links = "".join(f"<div><a href=/n/{i}>Another story, number {i}</a></div>" for i in range(10_000))
    assert LINE in reading(TOP + STORY + links).article_body


# what is cut off or broken


@pytest.mark.parametrize("case", range(0, len(donors()), 9))
def test_a_page_that_breaks_off_gives_what_there_is(case):
    whole = donors()[case]
    for place in range(0, len(whole), max(1, len(whole) // 12)):
        reading(whole[:place])


def test_a_page_torn_in_its_last_paragraph_keeps_the_others():
    result = reading((TOP + STORY)[:-70])
    assert f"{LINE} First." in result.article_body
    assert f"{LINE} Second." in result.article_body


@pytest.mark.parametrize("sign", ["\x00", "\x0b", "\x1b", "\x7f", "\ufffe", "\u2028", "\x85"])
def test_control_characters_leave_no_trace(sign):
    result = reading(TOP + STORY.replace("harbour", f"har{sign}bour").replace("rebuilt", f"rebuilt{sign}"))
    assert result.headline == "Wall to be rebuilt"
    assert sign not in result.article_body
    assert "agreed to repair the northern wall" in result.article_body


@pytest.mark.parametrize("body", [b"", b" \n", b"\x00" * 999, b"\xef\xbb\xbf", b"<html>", b"<!doctype html>"])
def test_nothing_is_empty(body):
    assert reading(body) == "empty"


def test_a_page_of_pictures_without_a_title_is_empty():
    assert reading("<html><body>" + "<img src=a.png>" * 50 + "<div></div></body></html>") == "empty"


# JSON-LD


HOSTILE_LD = {
    "deep lists": "[" * 100_000,
    "deep objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "deep graph": '{"@graph":[' * 50_000,
    "huge": "[" + '{"@type":"NewsArticle","headline":"x"},' * 100_000 + "{}]",
    "numbers": '{"@type":"NewsArticle","headline":5,"author":7,"datePublished":1e999,"keywords":0,"image":1,"wordCount":"∞"}',
    "lists of lists": '{"@type":[["NewsArticle"]],"headline":[[["x"]]],"author":[[{"name":["a"]}]],"datePublished":[[]]}',
    "objects": '{"@type":"NewsArticle","headline":{},"author":{"name":{"name":{}}},"datePublished":{"@value":{}},"publisher":[]}',
    "nulls": '{"@type":"NewsArticle","headline":null,"author":[null],"datePublished":null,"publisher":null,"articleBody":null}',
    "long digits": '{"@type":"NewsArticle","wordCount":' + "9" * 5_000 + "}",
    "long headline": '{"@type":"NewsArticle","headline":"' + "x" * 1_000_000 + '"}',
    "half characters": '{"@type":"NewsArticle","headline":"a \\ud800 \\u0000 b","author":{"name":"\\udfff"}}',
    "refers to itself": '{"@type":"NewsArticle","@id":"#a","author":{"@id":"#a"},"publisher":{"@id":"#a"}}',
    "quotes unescaped": '{"@type":"NewsArticle","headline":"a "b" c","author":',
    "no JSON": "<!-- window.x = {} -->",
}


@pytest.mark.parametrize("name", HOSTILE_LD)
def test_hostile_json_ld_does_not_spoil_what_can_be_seen(name):
    result = reading(TOP + ld(HOSTILE_LD[name]) + STORY)
    assert result.headline == "Wall to be rebuilt"
    assert result.article_body.count("\n") == 2


# addresses, encodings


@pytest.mark.parametrize(
    "url", ["", "http://[", "http://[::1", "//", "?", "https://a.example:99999999/", "é"]
)
def test_any_address_will_do(url):
    assert reading(TOP + STORY, url=url).headline == "Wall to be rebuilt"


@pytest.mark.parametrize("name", ["idna", "base64", "undefined", "rot13", "utf-7", "utf-32", "punycode", "é"])
def test_a_charset_that_no_page_has_does_not_matter(name):
    result = reading(
        f"<meta charset={name}>" + TOP + STORY, headers={"content-type": f"text/html; charset={name}"}
    )
    assert LINE in result.article_body


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("cp1251", "Жители посёлка вернулись домой после наводнения, сообщили спасатели вечером. "),
        ("shift_jis", "港町の防波堤を建て替える工事が四月に始まると、町が発表した。"),
        ("gb18030", "港口新防波堤工程将于四月开工，预计两年后完成。"),
        ("euc_kr", "항구의 새 방파제 공사가 사월에 시작된다고 군청이 밝혔다. "),
        ("cp1256", "أعلنت البلدية أن أعمال بناء حاجز الأمواج الجديد تبدأ في أبريل. "),
        ("cp1250", "Práce na nové hrázi začnou v dubnu, oznámilo město večer. Žluťoučký kůň. "),
    ],
)
def test_a_text_without_a_word_of_its_charset_is_read(charset, text):
    body = f"<html><body><div><p>{text * 6}</p><p>{text * 5}</p></div></body></html>".encode(charset)
    assert text.strip() in reading(body).article_body


# anything at all


@pytest.mark.parametrize("number", range(40))
def test_a_mutated_page_never_raises(number):
    assert not attempt(number).fault


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
@example(b"<p>\xff\xfe")
@example(b"<plaintext>")
def test_any_bytes_give_an_article_or_a_reason(body):
    reading(body)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200), st.text(max_size=80), st.sampled_from(("p", "div", "li", "td", "h2", "pre")))
def test_any_text_in_a_page_gives_an_article(text, title, tag):
    body = f"<html><head><title>{title}</title></head><body>{STORY}<{tag}>{text}</{tag}></body></html>"
    assert isinstance(reading(body), Article)


# the processes


def hoard(megabytes: int, *, kept: list[bytearray]) -> int:
    kept.append(bytearray(b"x") * (megabytes << 20))
    return megabytes


_KEPT: list[bytearray] = []


def job(number: int) -> object:
    return len(_KEPT) if number == 0 else hoard(number, kept=_KEPT)


def test_a_job_that_asks_for_too_much_memory_costs_one_result():
    limits = Limits(seconds=60.0, bytes=256 << 20)
    results = [result for _, result in in_order(job, [1, 4_000, 2], workers=1, fork=True, limits=limits)]
    assert results == [1, Lost("out_of_memory"), 2]


def test_a_process_that_has_grown_is_replaced():
    limits = Limits(seconds=60.0, growth=64 << 20)
    results = [result for _, result in in_order(job, [1, 0, 100, 0], workers=1, fork=True, limits=limits)]
    assert results == [1, 1, 100, 0]  # what the first process hoarded is gone


def pause(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def test_a_job_that_waits_for_its_turn_is_not_given_up_at_once():
    results = [
        result for _, result in in_order(pause, [1.5, 9.0], workers=1, fork=True, limits=Limits(seconds=1.0))
    ]
    assert results == [1.5, Lost("timeout")]


def test_a_job_that_only_computes_is_given_up():
    began = time.monotonic()
    results = [
        result for _, result in in_order(spin, [60.0], workers=1, fork=True, limits=Limits(seconds=1.0))
    ]
    assert results == [Lost("timeout")]
    assert time.monotonic() - began < 60


def spin(seconds: float) -> float:
    while time.process_time() < seconds:
        pass
    return seconds


def tidy() -> None:
    _KEPT.clear()


def test_processes_are_tidied_between_jobs():
    jobs = [1] * 100 + [0] + [1] * 5 + [0]
    results = [result for _, result in in_order(job, jobs, workers=1, fork=True, limits=Limits(), tidy=tidy)]
    assert (results[100], results[-1]) == (0, 5)


def test_a_page_that_cannot_be_read_costs_its_own_row():
    pages = [page(TOP + STORY, page_id=number) for number in range(3)]
    pages[1] = replace(pages[1], body=b"\x00")
    readings = list(read_all(pages, beat=partial(int, 0)))
    assert [reading.reason for reading in readings] == [None, "empty", None]
