"""Page -> Article."""

import gzip
import json
import lzma
import time
from datetime import UTC, datetime

import pytest

from copytaster import extract_cli
from copytaster.errors import Unusable
from copytaster.extract import extract
from copytaster.model import Page
from copytaster.pool import Limits, Lost, in_order
from copytaster.reading import rough_text

LINE = "The harbour council met on Tuesday and agreed to repair the northern wall before the autumn storms arrive"
ARTICLE = (
    "<html lang=en><head><title>Wall to be rebuilt | Gazette</title></head><body><nav><a href=/>Home</a></nav>"
    f"<article><h1>Wall to be rebuilt</h1><p>{LINE}, first.</p><p>{LINE}, <a href=/x>second</a>.</p><p>{LINE}, third.</p>"
    "<p><a href=/more>Read more »</a></p></article></body></html>"
)


def page(body: str | bytes, **facts) -> Page:
    body = body.encode() if isinstance(body, str) else body
    return Page(**{"url": "https://gazette.example/wall", "body": body, **facts})


def test_an_article_is_its_own_paragraphs_without_the_headline():
    article = extract(page(ARTICLE))
    assert article.headline == "Wall to be rebuilt"
    assert article.article_body.split("\n") == [f"{LINE}, first.", f"{LINE}, second.", f"{LINE}, third."]
    assert article.page_kind == "article"
    assert article.in_language == "en"
    assert article.word_count == 57
    assert article.text_digest
    assert article.extractor_version
    assert article.ruleset_version


def test_the_same_page_gives_the_same_article():
    assert extract(page(ARTICLE)) == extract(page(ARTICLE))


def test_a_syndicated_copy_with_other_chrome_has_the_same_digest():
    copy = (
        ARTICLE.replace("Gazette", "Courier")
        .replace("<nav>", "<nav><a href=/a>Sport</a>")
        .replace("<article>", "<main><article>")
    )
    assert extract(page(copy)).text_digest == extract(page(ARTICLE)).text_digest


def test_text_that_stands_only_in_json_ld_is_read():
    node = json.dumps(
        {"@type": "NewsArticle", "headline": "Wall", "articleBody": f"{LINE}, first.\n{LINE}, second."}
    )
    article = extract(
        page(
            f"<html><head><script type='application/ld+json'>{node}</script></head><body><div id=app></div></body></html>"
        )
    )
    assert article.article_body == f"{LINE}, first.\n{LINE}, second."


def test_plain_text_is_read_as_such():
    article = extract(page(f"Wall to be rebuilt\n\n{LINE}.\n\n{LINE}, again.", media_type="text/plain"))
    assert (article.headline, article.article_body.count("\n")) == ("Wall to be rebuilt", 1)
    assert article.text_digest


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"\x00" * 50, "empty"),
        (b"<html><body></body></html>", "empty"),
        (b"<!-- only this -->", "empty"),
        (b"%PDF-1.7 ...", "not_html"),
        (b'{"title": "x"}', "not_html"),
        (b"<?xml version='1.0'?><rss><channel/></rss>", "not_html"),
        (b"<!-- x -->" * 900 + b"<rss/>", "empty"),
        (bytes(range(1, 32)) * 300, "not_html"),
    ],
)
def test_what_cannot_be_read_has_a_reason(body, reason):
    with pytest.raises(Unusable) as raised:
        extract(page(body))
    assert raised.value.reason == reason


@pytest.mark.parametrize(
    "body",
    [
        "<p>" + "a" * 100_000,
        "<div>" * 3_000 + LINE,
        "<b>" * 100_000 + LINE,
        "<ul><li>" * 3_000 + LINE,
        "<table><tr><td colspan=1000 rowspan=1000>" + LINE + "</td></tr></table>",
        "<a href=x>" + LINE + "</a>" + "<a>" * 40_000,
        "<p>" + LINE + "<script>" * 2_000,
        f"<base href='http://['><link rel=canonical href='http://[::1'><p>{LINE}</p>",
        f"<p>{LINE}\ud800 and \x00 then</p>".encode("utf-8", "surrogatepass"),
        f"<script type='application/ld+json'>{'[' * 50_000}</script><p>{LINE}</p>",
        f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"a \\ud800 \\u0000 b"}}</script><p>{LINE}</p>',
        f"<time datetime='99999-99-99'>x</time><meta name=date content='{'9' * 400}'><p>{LINE}</p>",
    ],
)
def test_hostile_markup_gives_an_article_or_a_reason(body):
    try:
        article = extract(page(body))
    except Unusable:
        return
    text = json.dumps(article.field_provenance) + article.article_body + (article.headline or "")
    assert "\x00" not in text
    text.encode("utf-8")


def test_rough_text_leaves_scripts_out():
    assert (
        rough_text("<p>One &amp; two</p><script>let x;</script><div>three<b>!</b></div><style>")
        == "One & two\nthree!"
    )


# the command


def rows_of(path):
    opener = {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix, open)
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.mark.parametrize("ending", ["", ".gz", ".xz"])
def test_each_row_in_gives_one_row_out_in_the_same_order(tmp_path, ending):
    source, target = tmp_path / f"in.jsonl{ending}", tmp_path / f"out.jsonl{ending}"
    opener = {".gz": gzip.open, ".xz": lzma.open}.get(ending, open)
    pages = [
        {"id": 1, "url": "https://gazette.example/wall", "html": ARTICLE},
        {"id": "two", "url": None, "html": ""},
        {"id": 3, "url": "https://gazette.example/p", "html_b64": "PHA+SGVsbG8gdGhlcmU8L3A+"},
        {"id": 4, "url": None, "text": f"Wall to be rebuilt\n{LINE}.\n{LINE}, again."},
        {"id": 5},
        {"id": 6, "html": "<p>\ud800</p>" + ARTICLE},
    ]
    with opener(source, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in pages)
    assert extract_cli.run_many(str(source), str(target), 2) == 0
    rows = rows_of(target)
    assert [row["id"] for row in rows] == [1, "two", 3, 4, 5, 6]
    assert rows[0]["title"] == "Wall to be rebuilt"
    assert rows[0]["text"].count("\n") == 2
    assert [row["reason"] for row in rows] == [None, "empty", None, None, "empty", None]
    assert rows[0]["kind"] == "article"


def test_a_line_that_is_no_json_is_reported_and_keeps_its_place(tmp_path, capsys):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('nonsense\n{"id": 2, "text": "Hello there, all of you"}\n')
    assert extract_cli.run_many(str(source), str(target)) == 1
    assert [row["id"] for row in rows_of(target)] == [None, 2]
    assert "1 lines are no JSON objects" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_one_clear_line(tmp_path, capsys):
    assert extract_cli.run_one(str(tmp_path / "none.html")) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_one_file_gives_one_article(tmp_path, capsys):
    file = tmp_path / "wall.html"
    file.write_text(ARTICLE)
    assert extract_cli.run_one(str(file), "https://gazette.example/wall") == 0
    assert json.loads(capsys.readouterr().out)["headline"] == "Wall to be rebuilt"


# the pool


def work(job: object) -> object:
    if job == "hang":
        time.sleep(60)
    if job == "crash":
        raise SystemExit(3)
    return job


def test_a_job_that_hangs_or_crashes_costs_one_result():
    jobs = ["a", "hang", "b", "crash", "c"]
    results = [result for _, result in in_order(work, jobs, workers=2, limits=Limits(seconds=3.0, jobs=2))]
    assert results == ["a", Lost("timeout"), "b", Lost("crashed"), "c"]


def test_the_moment_of_a_future_fetch_does_not_matter():
    assert extract(page(ARTICLE, fetched_at=datetime(2099, 1, 1, tzinfo=UTC))).date_published is None


def test_a_page_that_only_a_browser_would_draw_gives_the_text_of_its_data():
    paragraphs = [
        f"The {word} ferry left Skerrow at noon, and nobody on the quay thought much of it at the time." * 2
        for word in ("old", "new", "red", "slow")
    ]
    markup = json.dumps("".join(f'<p class="x">{text}</p>' for text in paragraphs))
    page = f"""<html><head><title>Ferry leaves</title></head><body><div id="__next"></div>
    <script id="__NEXT_DATA__" type="application/json">{{"props":{{"story":{{"title":"Ferry leaves","contentHtml":{markup}}}}}}}</script></body></html>"""
    article = extract(Page(url="http://fen.example/ferry-leaves", body=page.encode()))
    assert article.article_body.split("\n") == paragraphs
    assert article.page_kind == "article"


def test_an_empty_application_page_still_needs_javascript():
    page = '<html><head><title>App</title></head><body><div id="root"></div><script>var a = {"content": "short"}</script></body></html>'
    assert extract(Page(url="http://fen.example/app", body=page.encode())).page_kind == "needs_javascript"
