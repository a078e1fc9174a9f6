"""A group of cases becomes a question that a person can answer; an answer becomes decisions."""

import re

import pytest

from copytaster.review import BadAnswer, decision, question

HOSTILE = "{{ 7 * 7 }} `` ![](http://tracker.example/x) <script>"


def case(number, **changed):
    return {
        "quarantine_id": number,
        "capture_id": 100 + number,
        "url": f"https://gull.example/{number}",
        "headline": f"Ferry {number} late",
        "body": "The ferry came late.\nThe pier was full.",
        "cuts": [{"line": "Read more »", "rule": "read-more", "place": 3}],
        "findings": [
            {"severity": "error", "rule": "body_length", "field": "article_body", "seen": "The ferry"}
        ],
        "seen": None,
        "detail": "",
        **changed,
    }


def group(*cases):
    return {
        "reason": "body_too_short",
        "rule": "body_length",
        "source_name": "Gull Gazette",
        "cause": "The text is short.",
        "cure": "Release it if it is whole.",
        "cases": list(cases),
    }


def answer(option, *numbers, **form):
    cases = [{"quarantine_id": n, "capture_id": 100 + n, "url": "u"} for n in numbers or (1, 2, 3)]
    return {
        "chosen_options": [option],
        "params_input": form,
        "responded_by_user": {"id": "7", "name": "robin"},
        "cases": cases,
    }


def test_a_question_shows_headline_page_reason_findings_text_and_cuts():
    asked = question(group(case(1)))
    assert asked["subject"] == "1 page held back: body_too_short (Gull Gazette)"
    for shown in (
        "Ferry 1 late",
        "https://gull.example/1",
        "body_length on article_body",
        "The pier was full.",
    ):
        assert shown in asked["body"]
    assert "read-more: Read more »" in asked["body"]
    assert "Release it if it is whole." in asked["body"]
    assert asked["cases"] == [{"quarantine_id": 1, "capture_id": 101, "url": "https://gull.example/1"}]


def test_a_hundred_alike_are_one_question_that_stays_short():
    asked = question(group(*(case(n, body="x" * 1_500) for n in range(100))))
    assert asked["subject"].startswith("100 pages held back")
    assert len(asked["cases"]) == 100
    assert len(asked["body"]) < 20_000
    assert "* 99: ` Ferry 99 late `" in asked["body"]


def test_what_a_page_says_is_never_markdown():
    body = question(group(case(1, headline=HOSTILE, body=f"```\n{HOSTILE}\n````", detail=HOSTILE)))["body"]
    outside, fence = [], None
    for line in body.splitlines():
        if fence is None and re.fullmatch("`{3,}text", line):
            fence = line.removesuffix("text")
        elif line == fence:
            fence = None
        elif fence is None:
            outside.append(line)
    assert fence is None
    text = "\n".join(outside)
    assert "``` {{ 7 * 7 }} `` ![](http://tracker.example/x) <script> ```" in text
    assert text.count("tracker") == 1


def test_an_answer_is_for_all_cases_but_those_left_out():
    decided = decision(answer("Discard", leave_out=" 2, 3", note="advert"))
    assert [case["quarantine_id"] for case in decided.cases] == [1]
    assert (decided.option, decided.note, decided.fixes, decided.decided_by) == (
        "Discard",
        "advert",
        None,
        "robin",
    )


def test_mending_takes_the_fields_that_are_filled_in():
    decided = decision(
        answer(
            "Mend and release", 1, headline=" Ferry late ", authors="Wren Alder, Ada Quill", in_language=None
        )
    )
    assert decided.fixes == {"headline": "Ferry late", "authors": ["Wren Alder", "Ada Quill"]}
    assert decision(answer("Release", 1, headline="Ferry late")).fixes is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (answer("Mend and release", 1, note="?"), "fill in at least one of headline"),
        (answer("Release", 1, leave_out="1 and 2"), "'and' is no number"),
        (answer("Release", 1, leave_out="9"), "no case 9 in this review"),
    ],
)
def test_an_answer_that_cannot_be_carried_out_says_what_to_do(given, message):
    with pytest.raises(BadAnswer, match=message):
        decision(given)


def test_no_answer_in_time_means_later():
    timed_out = {**answer("Later"), "responded_by_user": None, "params_input": None}
    assert decision(timed_out).option == "Later"
