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
from pathlib import Path

import pytest

from copytaster.config import PROJECT_ROOT
from copytaster.model import Article, Finding, Verdict
from copytaster.validate import BatchRefused, BrokenSuite, Origin, mend, validate
from copytaster.validate.describe import FIGURES, TEXTS, columns, describe
from copytaster.validate.suite import NULLABLE, load_suite, read_suite

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
    date_published_precision="minute",
    date_published_zone="page",
    authors=("Wren Alder",),
    in_language="en-GB",
)
SOURCE = Origin(source_url="https://gull.example/feed.xml", in_language="en")
MENU = "\n".join(["Home and garden", "Sports and games", "Ships", "Weather at sea"] * 6)

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
    "time without a zone": {"date_published_zone": "unknown"},
    "day without a zone": {"date_published_zone": "unknown", "date_published_precision": "day"},
    "changed before it was published": {"date_modified": NOW - timedelta(days=9)},
    "author with a time": {"authors": ("Wren Alder", "3 hours ago")},
    "author with a login": {"authors": ("Wren Alder", "ferryman1984")},
    "author with an address": {"authors": ("wren@gull.example",)},
    "author that is a sentence": {
        "authors": ("He has written on ships and harbours for us since he left the sea",)
    },
    "forty authors": {
        "authors": tuple(f"Wren {letter}{other}" for letter in "ABCDEFG" for other in "hijklm")
    },
    "no author": {"authors": ()},
    "French": {"in_language": "fr"},
    "canonical elsewhere": {"canonical_url": "https://tern.example/wall"},
    "canonical on a sister host": {"canonical_url": "https://www.gull.example/wall"},
    "table of figures": {"article_body": "12.5 13.8 14.2 15.9 16.4 17.7\n" * 20},
    "many figures": {"article_body": "Boat 1024 of 2048 came in at 14:05 and left.\n" * 4},
    "scrawl": {"article_body": "!!! ??? *** --- a ::: ;;; ,,, ... ### ===\n" * 20},
    "capitals": {"article_body": PARAGRAPH.upper() * 2},
    "menu": {"article_body": MENU},
    "no sentences": {"article_body": "The harbour and the wall and the boats that lie behind it\n" * 8},
    "tags": {"article_body": f'{PARAGRAPH}\n{PARAGRAPH}\n<div class="ad">Boats</div>'},
    "template": {"article_body": f"{PARAGRAPH}\n{PARAGRAPH}\n{{{{ user.name }}}}"},
    "prose with a bracket": {"article_body": f"{PARAGRAPH}\n{PARAGRAPH}\nIf a < b and b > c, then what?"},
    "only buttons": {"article_body": "\n".join([PARAGRAPH, *["Read more"] * 3])},
    "no address": {"canonical_url": " "},
    "relative address": {"canonical_url": "/wall"},
    "address with a space": {"canonical_url": "https://gull.example/the wall"},
    "button": {"article_body": f"{PARAGRAPH}\n{PARAGRAPH}\n» Read More »"},
    "teaser": {"article_body": f"{PARAGRAPH}\n{PARAGRAPH}\nFerry late again, says the mayor Read more »"},
    "prose about buttons": {"article_body": f"{PARAGRAPH}\n{PARAGRAPH}\nThose who read more know more."},
}


def share(count, of):
    return count / of if of else 0.0


def expected(article, twins=frozenset()):  # noqa: PLR0915 - one line a rule
    """Judge one article in plain Python: (rule, reason, severity) in the order of importance."""
    found = []

    def check(rule, reason, severity, *, passes):
        if not passes:
            found.append((rule, reason, severity))

    def has_letters(text):
        return any(character.isalnum() for character in text or "")

    headline, body = article.headline or "", article.article_body
    lost = sum(c == "\ufffd" or 0xD800 <= ord(c) <= 0xDFFF for c in headline + body)
    per_mille = 1000 * lost / (len(headline) + len(body) or 1)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in body)
    url, language = article.canonical_url.strip(), article.in_language
    date, modified = article.date_published, article.date_modified
    lines = [line for line in body.splitlines() if line.strip()]
    buttons = [line for line in lines if line.strip(" »").lower().endswith("read more")]
    visible = [c for c in body if not c.isspace() and unicodedata.category(c)[0] not in "ZC"]
    digits = share(sum(c.isdigit() for c in visible), len(visible))
    signs = share(sum(unicodedata.category(c)[0] in "PS" for c in visible), len(visible))
    capitals = share(sum(c.isupper() for c in body), sum(c.isupper() or c.islower() for c in body))
    ends = sum(line.rstrip().endswith((".", "!", "?", ":", "=")) and not line.endswith("=") for line in lines)
    short = sum(len(line) < 40 for line in lines)

    check("page_kind", article.page_kind, "error", passes=article.page_kind == "article")
    check("url_present", "url_missing", "error", passes=bool(url))
    absolute = not url or (url.startswith(("https:", "http:")) and not any(c.isspace() for c in url))
    check("url_absolute", "url_missing", "error", passes=absolute)
    check("canonical_on_site", "canonical_elsewhere", "error", passes="tern.example" not in url)
    check("duplicate_in_batch", "duplicate", "warning", passes=url not in twins)
    check("text_decoded", "undecoded_characters", "error", passes=per_mille <= 10)
    check("text_decoded_whole", "undecoded_characters", "warning", passes=per_mille == 0)
    check("headline_present", "headline_missing", "error", passes=has_letters(headline))
    check("headline_length", "headline_too_long", "error", passes=len(headline.strip()) <= 300)
    check("body_present", "body_missing", "error", passes=has_letters(body))
    check("body_length", "body_too_short", "error", passes=not has_letters(body) or len(body) + wide >= 120)
    check("body_not_of_digits", "body_shape", "error", passes=digits <= 0.5)
    check("body_few_digits", "body_shape", "warning", passes=digits <= 0.15)
    check("body_not_of_signs", "body_shape", "error", passes=signs <= 0.5)
    check("body_few_signs", "body_shape", "warning", passes=signs <= 0.2)
    check("body_few_capitals", "body_shape", "warning", passes=capitals <= 0.5)
    check("body_has_sentences", "body_shape", "warning", passes=len(lines) < 8 or ends > 0)
    fragments = len(lines) >= 20 and short / len(lines) > 0.9
    check("body_not_fragmented", "body_shape", "warning", passes=not fragments)
    check("no_markup", "markup_left", "warning", passes="<div" not in body and "{{" not in body)
    check("mostly_text", "residue_left", "error", passes=share(len(buttons), len(lines)) <= 0.5)
    check("no_residue", "residue_left", "warning", passes=not buttons)
    soon = not date or date <= NOW + timedelta(days=1)
    check("date_not_in_future", "date_in_future", "nulled", passes=soon)
    check("date_after_1700", "date_absurd", "nulled", passes=not date or date.year >= 1700)
    check("date_not_before_source", "date_absurd", "warning", passes=not date or date.year >= 1990)
    check("date_present", "date_missing", "warning", passes=date is not None)
    timed = article.date_published_precision == "minute"
    zoned = not timed or article.date_published_zone != "unknown"
    check("date_zone_known", "zone_unknown", "warning", passes=zoned)
    soon = not modified or modified <= NOW + timedelta(days=1)
    check("modified_not_in_future", "date_in_future", "nulled", passes=soon)
    after = not (date and modified) or modified + timedelta(days=1) >= date
    check("modified_not_before_published", "date_absurd", "warning", passes=after)
    names = all(not re.search(r"\b\d|@", name) and len(name.split()) <= 10 for name in article.authors)
    check("authors_are_people", "authors_absurd", "nulled", passes=names)
    digits = any(character.isdigit() for name in article.authors for character in name)
    check("authors_without_digits", "authors_absurd", "warning", passes=not digits)
    check("authors_not_too_many", "authors_absurd", "nulled", passes=len(article.authors) <= 30)
    check("language_known", "language_unknown", "warning", passes=language is not None)
    check("language_tag", "language_unknown", "warning", passes=language in {None, "en-GB", "fr"})
    check("language_of_source", "language_mismatch", "warning", passes=language in {None, "en-GB"})
    return found


def told(verdict):
    return [(finding.rule, finding.reason, finding.severity) for finding in verdict.findings]


def generated(count, seed):
    """Articles with no fault to three at once; a later one may undo an earlier one."""
    rng = random.Random(seed)
    for number in range(count):
        url = f"https://gull.example/{number}"
        article = replace(GOOD, url=url, canonical_url=url)
        for name in rng.sample(sorted(FAULTS), rng.choice((0, 1, 1, 1, 2, 3))):
            article = replace(article, **FAULTS[name])
        yield article


def twins(articles):
    """Canonical addresses that stand in a batch more than once."""
    urls = [article.canonical_url.strip() for article in articles]
    return {url for url in urls if url and urls.count(url) > 1}


def judged(articles, **changes):
    return [
        told(verdict) for verdict in validate(articles, now=NOW, origins=[SOURCE] * len(articles), **changes)
    ]


def test_a_good_article_is_clean_without_findings():
    (verdict,) = validate([GOOD], now=NOW, origins=[SOURCE])
    assert verdict.findings == ()
    assert verdict.clean
    assert verdict.reason is None


def test_each_fault_alone_is_what_the_oracle_says():
    faulty = {}
    for number, (name, fault) in enumerate(FAULTS.items()):
        faulty[name] = replace(GOOD, canonical_url=f"https://gull.example/{number}")
        faulty[name] = replace(faulty[name], **fault)
    found = dict(zip(faulty, judged(list(faulty.values())), strict=True))
    assert found == {name: expected(article) for name, article in faulty.items()}


@pytest.mark.parametrize(("count", "seed"), [(10_000, 1), (500, 2), (7, 3)])
def test_verdicts_equal_those_of_plain_python_in_order(count, seed):
    articles = list(generated(count, seed))
    same = twins(articles)
    verdicts = judged(articles)
    assert len(verdicts) == len(articles)
    wrong = [
        (a.url, v, expected(a, same))
        for a, v in zip(articles, verdicts, strict=True)
        if v != expected(a, same)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "name",
    ["no address", "no headline", "no body", "no date", "no language", "consent wall", "lone surrogate"],
)
def test_a_batch_in_which_every_article_has_the_same_fault_is_judged(name):
    batch = [replace(GOOD, **FAULTS[name])] * 2
    assert judged(batch) == [expected(article, twins(batch)) for article in batch]


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
    late = replace(GOOD, date_published=NOW + timedelta(days=30), canonical_url="https://gull.example/late")
    short = replace(GOOD, article_body="Too short to print.", canonical_url="https://gull.example/short")
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
        verdicts = list(pool.map(judged, batches))
    for batch, found in zip(batches, verdicts, strict=True):
        same = twins(batch)
        assert found == [expected(article, same) for article in batch]


def test_judging_prints_nothing(capfd):
    validate([GOOD, replace(GOOD, headline=None)], now=NOW)
    assert capfd.readouterr() == ("", "")


def test_every_rule_says_something_and_every_column_is_described():
    suite = load_suite()
    assert all(rule.says.endswith(".") for rule in suite.rules)
    assert set(describe(GOOD, now=NOW, suite=suite)) == {*TEXTS, *FIGURES}


def test_what_may_be_emptied_is_what_an_article_can_do_without():
    fields = Article.__dataclass_fields__
    assert {name: fields[name].default for name in NULLABLE} == NULLABLE


OWN = files("copytaster").joinpath("data", "expectations", "article.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "expect_column_values_to_be_null",
            "expect_column_values_to_be_nil",
            "does not take the rule no_residue",
        ),
        (
            "{column: residue}",
            "{column: residu}",
            "no_residue: there is no column residu; did you mean residue",
        ),
        ("{column: headline}", "{column: headline, mostly: 0.1}", "headline_present must not let a share"),
        ("{column: headline}", "{columns: headline}", "headline_present names no column"),
        (
            "{column: headline, max_value: 300}",
            "{column: headline, max_value: many}",
            "headline|does not take",
        ),
        ("code: no_residue", "code: page_kind", "two rules have the code page_kind"),
        ("outcome: quarantine", "outcome: fatal", r"rules.0.outcome.*'fail_batch', 'quarantine'"),
        ("    outcome: quarantine\n", "", "the rule page_kind lacks outcome"),
        ("    says: There is no text.\n", "    sais: There is no text.\n", "sais: Extra inputs"),
        ("reason: url_missing", "reason: url_mising", "no reason url_mising; did you mean url_missing"),
        ("field: headline", "field: headlin", "no field headlin; did you mean headline"),
        ("regex: '^[A-Za-z]", "regex: '^([A-Za-z]", "url_absolute: its regex cannot be read"),
        ("rules:", "rules: [", "the suite: no YAML"),
        (
            "outcome: quarantine\n    reason: headline_missing",
            "outcome: null_field\n    reason: headline_missing",
            "cannot do without headline",
        ),
    ],
)
def test_a_suite_that_would_let_articles_pass_unjudged_is_refused(old, new, message):
    assert old in OWN
    with pytest.raises(BrokenSuite, match=message):
        validate([GOOD, replace(GOOD, headline=None)], now=NOW, suite=read_suite(OWN.replace(old, new, 1)))


def test_a_deployment_changes_only_what_it_names():
    suite = read_suite(OWN, "rules: [{code: headline_length, with: {max_value: 20}, outcome: warn}]")
    assert judged([GOOD], suite=suite) == [[("headline_length", "headline_too_long", "warning")]]


def test_a_deployment_adds_and_switches_off_rules():
    changes = """
    rules:
      - {code: headline_present, enabled: false}
      - code: no_shouting
        says: The headline shouts.
        expect: expect_column_values_to_not_match_regex
        with: {column: headline, regex: '!$'}
        outcome: quarantine
        reason: body_shape
        field: headline
    """
    suite = read_suite(OWN, changes)
    batch = [
        replace(GOOD, headline=None),
        replace(GOOD, headline="Wall mended!", canonical_url="https://gull.example/2"),
    ]
    assert judged(batch, suite=suite) == [[], [("no_shouting", "body_shape", "error")]]


def test_a_source_has_rules_of_its_own_by_its_url_or_host():
    changes = """
    sources:
      https://gull.example/feed.xml: [{code: headline_length, with: {max_value: 20}}]
      tern.example: [{code: headline_length, enabled: false}, {code: headline_present, enabled: false}]
    """
    suite = read_suite(OWN, changes)
    elsewhere = "https://plover.example/1"
    batch = [
        GOOD,
        replace(GOOD, url="https://tern.example/1", canonical_url="https://tern.example/1", headline=None),
        replace(GOOD, url=elsewhere, canonical_url=elsewhere, headline=None),
    ]
    verdicts = validate(batch, now=NOW, origins=[SOURCE, None, None], suite=suite)
    assert [v.reason for v in verdicts] == ["headline_too_long", None, "headline_missing"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            "rules: [{code: headline_lenght, outcome: warn}]",
            "no rule headline_lenght; did you mean headline_length",
        ),
        ("rules: [{code: headline_lenght, enabled: false}]", "no rule headline_lenght"),
        (
            "sources: {tern.example: [{code: no_such, enabled: false}]}",
            "source tern.example: there is no rule no_such",
        ),
        (
            "sources: {tern.example: [{code: no_residue, field: standfirst}]}",
            "source tern.example: the rule no_residue: an article has no field standfirst",
        ),
        ("rules: [{code: no_residue, with: {regex: '('}}]", "no_residue: its regex cannot be read"),
        ("rules: [{code: one}, {code: one}]", "two rules have the code one"),
        ("rule: []", "the deployment's expectations: rule: Extra inputs"),
        ("- a list", "the deployment's expectations: the file: Input should be"),
        ("rules: 7", "rules: Input should be a valid tuple"),
        ("\t", "no YAML"),
    ],
)
def test_a_deployments_file_that_cannot_be_followed_is_refused(changes, message):
    with pytest.raises(BrokenSuite, match=message):
        read_suite(OWN, changes)


def test_the_example_of_a_deployments_file_can_be_used():
    changes = Path(PROJECT_ROOT, "examples", "expectations.yaml").read_text(encoding="utf-8")
    suite = read_suite(OWN, changes)
    assert suite.sources
    assert {rule.code for rule in suite.rules} != {rule.code for rule in read_suite(OWN).rules}
    assert [verdict.clean for verdict in validate([GOOD], now=NOW, suite=suite)] == [True]


def test_a_rule_can_refuse_the_whole_batch():
    suite = read_suite(OWN, "rules: [{code: no_markup, outcome: fail_batch}]")
    with pytest.raises(
        BatchRefused, match=r"1 articles failed no_markup .*first is https://gull.example/wall"
    ):
        validate([replace(GOOD, **FAULTS["tags"])], now=NOW, suite=suite)


def test_an_absurd_field_is_emptied_and_what_stood_there_is_kept():
    article = replace(
        GOOD,
        date_published=NOW + timedelta(days=30),
        authors=("3 hours ago",),
        field_provenance={"date_published": {"signal": "json-ld", "agreement": 1.0}},
    )
    (verdict,) = validate([article], now=NOW)
    assert verdict.clean
    mended = mend(article, verdict)
    assert (mended.date_published, mended.date_published_precision, mended.authors) == (None, None, ())
    assert mended.date_published_raw == GOOD.date_published_raw
    assert mended.field_provenance == {
        "date_published": {
            "signal": "json-ld",
            "agreement": 1.0,
            "emptied_by": "date_not_in_future",
            "seen": "2026-12-23T12:00:00+00:00",
        },
        "authors": {"emptied_by": "authors_are_people", "seen": "3 hours ago"},
    }
    assert mend(GOOD, Verdict()) is GOOD


def test_a_page_kind_without_a_reason_of_its_name_is_refused():
    with pytest.raises(BrokenSuite, match="'advert', which is none of"):
        validate([replace(GOOD, page_kind="advert")], now=NOW)


def test_width_agrees_with_unicode_for_every_letter_of_the_basic_plane():
    letters = [chr(n) for n in range(0x3100, 0xFFE7) if unicodedata.category(chr(n)).startswith("L")]
    wrong = [c for c in letters if columns(c) != 1 + (unicodedata.east_asian_width(c) in "WF")]
    assert re.sub("[㇀-㇯]", "", "".join(wrong)) == ""
