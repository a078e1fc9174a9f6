"""Each folder of ``tests/pages`` is a page and what must come of it; one test for each field that it tells.

``page.html`` is the page as served, ``page.json`` what is known of it (the fields of ``Page``), ``article.json``
the truth, written by hand: only the fields that the case is about. Of ``cuts`` it names lines that must be
among them, each with its rule. ``pytest tests/unit --bless`` rewrites the fields that are told, and no others.
"""

import json
from dataclasses import asdict, fields
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from copytaster.extract import extract
from copytaster.model import Article, Page

PAGES = Path(__file__).parents[1] / "pages"
CASES = sorted(folder.name for folder in PAGES.iterdir())
FIELDS = {field.name for field in fields(Article)}


@cache
def read(case: str) -> Article:
    facts = json.loads((PAGES / case / "page.json").read_text(encoding="utf-8"))
    facts["fetched_at"] = datetime.fromisoformat(facts["fetched_at"])
    return extract(Page(body=(PAGES / case / "page.html").read_bytes(), **facts))


@cache
def expected(case: str) -> dict:
    return json.loads((PAGES / case / "article.json").read_text(encoding="utf-8"))


def seen(case: str, name: str) -> object:
    """The field as JSON has it; the body as lines, so that a diff shows which one; cuts only where told."""
    article = read(case)
    if name == "article_body":
        return article.article_body.split("\n")
    if name == "cuts":
        lines = [cut["line"] for cut in expected(case)["cuts"]]
        return [{"line": cut.line, "rule": cut.rule} for cut in article.cuts if cut.line in lines]
    return json.loads(json.dumps(asdict(article)[name], default=str))


@pytest.fixture(autouse=True)
def _blessed(request, case):
    if request.config.getoption("--bless"):
        told = {name: seen(case, name) for name in expected(case)}
        text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
        (PAGES / case / "article.json").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("case", "name"), [(case, name) for case in CASES for name in expected(case)])
def test_a_page_gives_what_it_says(case, name):
    assert seen(case, name) == expected(case)[name]


@pytest.mark.parametrize("case", CASES)
def test_a_case_tells_fields_of_an_article(case):
    told = expected(case)
    assert told
    assert set(told) <= FIELDS
