"""Each article of a batch is judged, by the suite as it stands in the repository."""

import random
import re
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

from copytaster.errors import REASONS
from copytaster.model import Article, Finding
from copytaster.validate import BrokenSuite, validate
from copytaster.validate.describe import FIGURES, TEXTS, columns, describe
from copytaster.validate.expectations import failing_rows
from copytaster.validate.suite import load_suite, read_suite

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PARAGRAPH = (
    "The harbour board met on Monday and agreed to mend the outer wall before the winter storms come in."
)
GOOD = Article(
    url="https://gull.example/wall",
    canonical_url="https://gull.example/wall",
    headline="Harbour wall to be mended",
    article_body="\n".join([PARAGRAPH] * 4),
    date_published=NOW - timedelta(hours=3),
    date_published_raw="2026-11-23T09:00:00Z",
    in_language="en-GB",
)

#: What can be wrong with an article, as changes of a good one.
FAULTS = {
    "listing": {"page_kind": "listing", "kind_evidence": ("forty links",)},
    "consent wall": {"page_kind": "consent_wall", "article_body": "We value your privacy.", "headline": None},
    "paywall stub": {"page_kind": "paywall_stub"},
    "no headline": {"headline": None},
    "headline of dots": {"headline": " … "},
    "endless headline": {"headline": "word " * 61},
    "headline at the bound": {"headline": "w" * 300},
    "no body": {"article_body": ""},
    "body of bullets": {"article_body": " \n•\n—\n"},
    "short body": {"article_body": "z" * 119},
    "body at the bound": {"article_body": "z" * 120},
    "short Chinese body": {"article_body": "海" * 59},
    "Chinese body at the bound": {"article_body": "海" * 60},
    "wrong charset": {"article_body": "пров\ufffd" * 100},
    "nothing decoded": {"article_body": "\ufffd " * 300, "headline": "\ufffd\ufffd"},
    "one character of a hundred lost": {"headline": "", "article_body": ("z" * 99 + "\ufffd") * 3},
    "a little more lost": {"headline": "", "article_body": ("z" * 98 + "\ufffd") * 3},
    "one lost character": {"article_body": PARAGRAPH * 8 + "\ufffd"},
    "lone surrogate": {"article_body": PARAGRAPH * 8 + "\ud83d"},
    "surrogate in the headline": {"headline": "Harbour \udc80 wall"},
    "tomorrow": {"date_published": NOW + timedelta(hours=23)},
    "next month": {"date_published": NOW + timedelta(days=30)},
    "year of Windows": {"date_published": datetime(1601, 1, 1, tzinfo=UTC)},
    "first year": {"date_published": datetime(1, 1, 1, tzinfo=UTC)},
    "last year": {"date_published": datetime(9999, 12, 31, tzinfo=UTC)},
    "epoch": {"date_published": datetime(1970, 1, 1, tzinfo=UTC)},
    "no date": {"date_published": None},
    "mended next month": {"date_modified": NOW + timedelta(days=30)},
    "no language": {"in_language": None},
    "undetermined language": {"in_language": "und"},
    "language by name": {"in_language": "English"},
    "no address": {"canonical_url": " "},
    "relative address": {"canonical_url": "/wall"},
    "address with a space": {"canonical_url": "https://gull.example/the wall"},
    "button": {"article_body": f"{PARAGRAPH}\n{PARAGRAPH}\n» Read More »"},
    "teaser": {"article_body": f"{PARAGRAPH}\n{PARAGRAPH}\nFerry late again, says the mayor Read more »"},
    "prose about buttons": {"article_body": f"{PARAGRAPH}\n{PARAGRAPH}\nThose who read more know more."},
}


def expected(article):
    """Judge one article in plain Python: (rule, reason, severity) in the order of importance."""
    found = []

    def check(rule, reason, severity, *, passes):
        if not passes:
            found.append((rule, reason, severity))

    def has_letters(text):
        return any(character.isalnum() for character in text or "")

    headline, body = article.headline or "", article.article_body
    lost = sum(c == "\ufffd" or 0xD800 <= ord(c) <= 0xDFFF for c in headline + body)
    share = 1000 * lost / (len(headline) + len(body) or 1)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in body)
    url, language = article.canonical_url.strip(), article.in_language
    date, modified = article.date_published, article.date_modified
    last = [line.strip(" »").lower() for line in body.splitlines()]

    check("page_kind", article.page_kind, "error", passes=article.page_kind == "article")
    check("url_present", "url_missing", "error", passes=bool(url))
    absolute = not url or (url.startswith(("https:", "http:")) and not any(c.isspace() for c in url))
    check("url_absolute", "url_missing", "error", passes=absolute)
    check("text_decoded", "undecoded_characters", "error", passes=share <= 10)
    check("text_decoded_whole", "undecoded_characters", "warning", passes=share == 0)
    check("headline_present", "headline_missing", "error", passes=has_letters(headline))
    check("headline_length", "headline_too_long", "error", passes=len(headline.strip()) <= 300)
    check("body_present", "body_missing", "error", passes=has_letters(body))
    check("body_length", "body_too_short", "error", passes=not has_letters(body) or len(body) + wide >= 120)
    check("date_not_in_future", "date_in_future", "error", passes=not date or date <= NOW + timedelta(days=1))
    check("date_after_1700", "date_absurd", "error", passes=not date or date.year >= 1700)
    check("date_after_1990", "date_absurd", "warning", passes=not date or date.year >= 1990)
    check("date_present", "date_missing", "warning", passes=date is not None)
    soon = not modified or modified <= NOW + timedelta(days=1)
    check("modified_not_in_future", "date_in_future", "warning", passes=soon)
    check("language_known", "language_unknown", "warning", passes=language is not None)
    check("language_tag", "language_unknown", "warning", passes=language in {None, "en-GB"})
    check("no_residue", "residue_left", "warning", passes=not any(x.endswith("read more") for x in last))
    return found


def told(verdict):
    return [(finding.rule, finding.reason, finding.severity) for finding in verdict.findings]


def generated(count, seed):
    """Articles with no fault to three at once; a later one may undo an earlier one."""
    rng = random.Random(seed)
    for number in range(count):
        article = replace(GOOD, url=f"https://gull.example/{number}")
        for name in rng.sample(sorted(FAULTS), rng.choice((0, 1, 1, 1, 2, 3))):
            article = replace(article, **FAULTS[name])
        yield article


def test_a_good_article_is_clean_without_findings():
    (verdict,) = validate([GOOD], now=NOW)
    assert verdict.findings == ()
    assert verdict.clean
    assert verdict.reason is None


@pytest.mark.parametrize(("count", "seed"), [(3_000, 1), (500, 2), (7, 3)])
def test_verdicts_equal_those_of_plain_python_in_order(count, seed):
    articles = list(generated(count, seed))
    verdicts = validate(articles, now=NOW)
    assert len(verdicts) == len(articles)
    assert [told(verdict) for verdict in verdicts] == [expected(article) for article in articles]


@pytest.mark.parametrize(
    "name",
    ["no address", "no headline", "no body", "no date", "no language", "consent wall", "lone surrogate"],
)
def test_a_batch_in_which_every_article_has_the_same_fault_is_judged(name):
    article = replace(GOOD, **FAULTS[name])
    assert [told(verdict) for verdict in validate([article] * 2, now=NOW)] == [expected(article)] * 2


def test_a_consent_wall_is_withheld_as_one_and_shows_why():
    wall = replace(GOOD, page_kind="consent_wall", kind_evidence=("id=consent-box",), article_body="Accept?")
    (verdict,) = validate([wall], now=NOW)
    assert verdict.reason == "consent_wall"
    assert verdict.findings[0] == Finding(
        field="page_kind", rule="page_kind", reason="consent_wall", seen="id=consent-box"
    )


def test_an_article_that_does_not_say_its_date_or_language_is_loaded_with_warnings():
    (verdict,) = validate([replace(GOOD, date_published=None, in_language=None)], now=NOW)
    assert verdict.clean
    assert {finding.reason for finding in verdict.findings} == {"date_missing", "language_unknown"}


def test_a_finding_shows_what_was_seen_and_not_the_figure_derived_from_it():
    late = replace(GOOD, date_published=NOW + timedelta(days=30))
    short = replace(GOOD, article_body="Too short to print.")
    button = replace(GOOD, article_body=f"{PARAGRAPH}\n{PARAGRAPH}\n» Read More »")
    seen = [verdict.findings[0].seen for verdict in validate([late, short, button], now=NOW)]
    assert seen == ["2026-12-23T12:00:00+00:00", "Too short to print.", "» Read More »"]


def test_evidence_is_never_longer_than_a_line_that_one_can_read():
    huge = replace(GOOD, headline="w" * 100_000, article_body="x" * 50)
    (verdict,) = validate([huge], now=NOW)
    assert [len(finding.seen) for finding in verdict.findings] == [200, 50]


def test_an_empty_batch_gives_no_verdicts_and_loads_nothing_heavy():
    code = (
        "import sys, datetime; from copytaster.validate import validate\n"
        "assert validate([], now=datetime.datetime.now(datetime.UTC)) == []\n"
        "heavy = {'great_expectations', 'pandas', 'numpy', 'airflow', 'psycopg2'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    plugins = files("copytaster").joinpath("..")
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(plugins)}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_threads_that_judge_at_once_get_each_their_own_verdicts():
    batches = [list(generated(20, seed)) for seed in range(12)]
    with ThreadPoolExecutor(4) as pool:
        judged = list(pool.map(lambda batch: validate(batch, now=NOW), batches))
    for batch, verdicts in zip(batches, judged, strict=True):
        assert [told(verdict) for verdict in verdicts] == [expected(article) for article in batch]


def test_judging_prints_nothing(capfd):
    validate([GOOD, replace(GOOD, headline=None)], now=NOW)
    assert capfd.readouterr() == ("", "")


def test_every_check_names_a_reason_a_field_and_columns_that_exist():
    suite = load_suite()
    for expectation, check in zip(suite.expectations, suite.checks, strict=True):
        assert check.reason in REASONS | {"{page_kind}"}, check.rule
        assert check.field in Article.__dataclass_fields__, check.rule
        assert {check.evidence, expectation["kwargs"]["column"]} <= {*TEXTS, *FIGURES}, check.rule
    assert len({check.rule for check in suite.checks}) == len(suite.checks)
    assert set(describe(GOOD, now=NOW, suite=suite)) == {*TEXTS, *FIGURES}


def broken(change):
    """Run the suite's text, changed, over one good and one bad article."""
    original = (
        files("copytaster").joinpath("data", "expectations", "article.yaml").read_text(encoding="utf-8")
    )
    text = change(original)
    assert text != original
    suite = read_suite(text)
    rows = [describe(a, now=NOW, suite=suite) for a in (GOOD, replace(GOOD, headline=None))]
    return failing_rows(suite, rows)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "expect_column_values_to_be_null",
            "expect_column_values_to_be_nil",
            "does not take the check no_residue",
        ),
        ("{column: residue}", "{column: leftovers}", "no_residue could not be run.*leftovers"),
        ("{column: headline}", "{column: headline, mostly: 0.1}", "headline_present must not let a share"),
        ("rule: no_residue", "rule: page_kind", "two checks have the rule page_kind"),
        ("severity: critical", "severity: fatal", "lacks 'fatal'"),
        ("{rule: page_kind, ", "{", "lacks 'rule'"),
    ],
)
def test_a_suite_that_would_let_articles_pass_unjudged_is_refused(old, new, message):
    with pytest.raises(BrokenSuite, match=message):
        broken(lambda text: text.replace(old, new, 1))


def test_a_page_kind_without_a_reason_of_its_name_is_refused():
    with pytest.raises(BrokenSuite, match="'advert', which is none of"):
        validate([replace(GOOD, page_kind="advert")], now=NOW)


def test_width_agrees_with_unicode_for_every_letter_of_the_basic_plane():
    letters = [chr(n) for n in range(0x3100, 0xFFE7) if unicodedata.category(chr(n)).startswith("L")]
    wrong = [c for c in letters if columns(c) != 1 + (unicodedata.east_asian_width(c) in "WF")]
    assert re.sub("[㇀-㇯]", "", "".join(wrong)) == ""
