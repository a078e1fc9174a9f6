"""Each folder of ``tests/pages`` is a page and the article that must come of it; one test a field.

A new case is a folder with ``page.html`` and ``page.json``; ``pytest tests/unit --bless`` writes the rest.
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
CASES = sorted(folder.name for folder in PAGES.iterdir() if (folder / "page.json").exists())
# What changes with every version of the rules, and not with the page.
UNSTABLE = {"extractor_version", "ruleset_version"}
FIELDS = [field.name for field in fields(Article) if field.name not in UNSTABLE]


@cache
def read(case: str) -> dict:
    facts = json.loads((PAGES / case / "page.json").read_text(encoding="utf-8"))
    facts["fetched_at"] = datetime.fromisoformat(facts["fetched_at"])
    article = extract(Page(body=(PAGES / case / "page.html").read_bytes(), **facts))
    told = asdict(article)
    told["article_body"] = article.article_body.split("\n")  # lines, so that a diff shows which one
    return json.loads(json.dumps({name: told[name] for name in FIELDS}, default=str))


@cache
def expected(case: str) -> dict:
    return json.loads((PAGES / case / "article.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _blessed(request, case):
    if request.config.getoption("--bless"):
        text = json.dumps(read(case), ensure_ascii=False, indent=2) + "\n"
        (PAGES / case / "article.json").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("case", CASES)
def test_a_page_gives_the_expected(case, name):
    assert read(case)[name] == expected(case)[name]
