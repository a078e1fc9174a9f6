"""What bench/extraction.py makes of numbers: goals, halves, pairs, and the JSON line that it ends with."""

import json
import lzma
from math import sqrt

import extraction
import pytest
from measuring import chrome, goals, marks, pace, reader, truth
from measuring.aggregator import AggregatorPage
from measuring.samples import CORPUS

needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the scorer comes with the corpus, which is not here"
)


def mark(number, benchmark="invented", half="A", **page):
    return marks.Mark(id=f"page {number}", benchmark=benchmark, half=half, page=page)


def page(form, number=0):
    return AggregatorPage(
        name=f"story {number} {form}",
        host="kantpost.example",
        language="en",
        form=form,
        headline="Ferry runs again",
        own=("The ferry across the Kant runs again after eleven weeks in the yard.",),
        added=("Bridge of Velland closed for repairs", "Read more »"),
        content="…",
    )


def test_a_goal_is_met_at_its_bound_and_missed_beside_it():
    at_least, at_most = goals.Goal("f1", "text", 0.972), goals.Goal("residue", "residue", 0.015, at_most=True)
    assert at_least.met_by(0.972)
    assert not at_least.met_by(0.97199999)
    assert at_most.met_by(0.015)
    assert not at_most.met_by(0.01500001)


def test_a_value_is_never_rounded_into_its_goal():
    told = goals.figures({"cpu_to_trafilatura": 0.80000001}, ["cpu"])
    assert told == {"cpu_to_trafilatura": {"value": 0.8, "goal": 0.8, "met": False}}


def test_a_figure_that_could_not_be_measured_is_not_met():
    told = goals.figures({}, ["cpu"])
    assert told["cpu_to_trafilatura"] == {"value": None, "goal": 0.8, "met": False}
    assert not goals.all_met(told)


def test_values_without_a_goal_stand_last_and_decide_nothing():
    told = goals.figures({"cpu_to_trafilatura_least": 3.0, "cpu_to_trafilatura": 0.5}, ["cpu"])
    assert list(told) == ["cpu_to_trafilatura", "cpu_to_trafilatura_least"]
    assert told["cpu_to_trafilatura_least"] == {"value": 3.0}
    assert goals.all_met(told)


def test_every_figure_has_one_goal_and_every_group_a_figure():
    names = [goal.figure for goal in goals.GOALS]
    assert len(names) == len(set(names))
    assert {goal.group for goal in goals.GOALS} == set(goals.GROUPS)


def test_only_the_benchmarks_that_a_group_needs_are_read():
    assert goals.benchmarks_of(["residue"]) == ("aeb", "wcxb", "fundus-parsers")
    assert goals.benchmarks_of(["cpu", "memory"]) == ()


def test_a_site_stands_in_one_half_whatever_its_page():
    rows = [{"id": f"a/{number}", "host": "kantpost.example"} for number in range(20)]
    assert len({truth.half_of(row) for row in rows}) == 1
    sites = [{"id": f"a/{number}", "host": f"outlet{number}.example"} for number in range(200)]
    assert 60 < sum(truth.half_of(row) == "A" for row in sites) < 140


def test_a_reader_is_told_nothing_of_what_is_true():
    row = {
        "id": "a/1",
        "url": "http://kantpost.example/1",
        "html": "<p>…",
        "text": "…",
        "title": "…",
        "host": "…",
    }
    assert truth.page_of(row) == {"id": "a/1", "url": "http://kantpost.example/1", "html": "<p>…"}
    assert "html" not in truth.truth_of(row)


def test_a_reading_cut_short_by_the_end_of_its_process_is_left_out(tmp_path):
    (tmp_path / "some.jsonl").write_text('{"id": "a/1"}\n{"id": "a/2", "te')
    assert truth.read_rows(tmp_path / "some.jsonl") == [{"id": "a/1"}]


def test_pages_are_compared_pair_by_pair():
    ours = [mark(n, shingle_f1=value) for n, value in enumerate((0.9, 0.8, 0.5, 1.0))]
    theirs = [mark(n, shingle_f1=value) for n, value in enumerate((0.7, 0.8, 0.6, 0.9))]
    pair = marks.paired(ours, theirs, "invented")
    assert (pair.pages, pair.better, pair.worse) == (4, 2, 1)
    assert pair.mean == pytest.approx(0.05)
    deviations = (0.15, -0.05, -0.15, 0.05)
    assert pair.error == pytest.approx(sqrt(sum(d * d for d in deviations) / 3) / sqrt(4))


def test_pairs_of_another_benchmark_or_half_do_not_count():
    ours = [mark(1, half="B", shingle_f1=0.9), mark(2, benchmark="another", shingle_f1=0.9)]
    assert marks.paired(ours, ours, "invented", "A") is None
    assert marks.paired(ours, ours, "invented", "B").pages == 1


def test_the_share_of_right_snippets_stands_for_a_page_that_has_no_text():
    assert marks.page_value({"seg": (3, 1, 1, 3)}) == 0.75
    assert marks.page_value({"rouge": (1.0, 0.5, 0.6), "shingle_f1": 0.9}) == 0.6
    assert marks.page_value({"empty": True}) is None


def test_a_field_that_an_extractor_never_tells_has_no_figure():
    goal = goals.Goal("invented_title", "fields", 0.9, of=("invented", "title", "exact"))
    summary = {"invented": {"title": {"exact": 0.0}}}
    assert marks.value_of(goal, summary, [{"id": "a/1", "text": "…"}]) is None
    assert marks.value_of(goal, summary, [{"id": "a/1", "title": None}]) == 0.0
    assert marks.value_of(goal, {}, [{"id": "a/1", "title": None}]) is None


def test_the_round_in_the_middle_is_the_ratio():
    rounds = [pace.Round(ours=o, base=10.0) for o in (4.0, 9.0, 5.0)]
    assert pace.median_ratio(rounds) == 0.5
    assert "50.0 ms to trafilatura's 100.0 ms" in pace.describe(rounds, 100)
    assert "(least 0.40)" in pace.describe(rounds, 100)


def test_an_extractor_that_raises_has_found_nothing_and_its_error_is_named():
    def read(content, url):
        raise KeyError("no such node")

    told = reader.read_row(read, {"id": "a/1", "html": "<p>"})
    assert told["error"] == "KeyError: 'no such node'"
    assert "text" not in told
    assert told["seconds"] >= 0


def test_a_page_of_bytes_is_handed_over_as_bytes():
    told = reader.read_row(lambda content, url: {"text": repr(content)}, {"id": "a/1", "html_b64": "5A=="})
    assert told["text"] == repr(b"\xe4")


def test_an_aggregator_page_keeps_chrome_or_loses_a_paragraph_or_neither():
    pages = [page("aside", number) for number in range(3)]
    own = pages[0].own[0]
    readings = [
        {"id": pages[0].name, "text": own},
        {"id": pages[1].name, "text": f"{own}\nBridge of Velland closed for repairs"},
        {"id": pages[2].name, "text": ""},
    ]
    shares = chrome.shares(chrome.outcomes(pages, readings))
    assert (shares.pages, shares.keeping, shares.losing) == (3, pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert chrome.shares([]) is None


def test_an_aggregator_page_without_a_reading_has_lost_its_article():
    assert chrome.shares(chrome.outcomes([page("divs")], [])).losing == 1


def test_plain_text_goes_to_the_command_as_text():
    assert chrome.row_of(page("text woven")) == {"id": "story 0 text woven", "text": "…"}
    assert chrome.row_of(page("woven")) == {"id": "story 0 woven", "html": "…"}


def test_without_a_corpus_it_says_so_and_passes(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(extraction, "CORPUS", tmp_path / "none")
    assert extraction.main([]) == 0
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("skipped: there is no corpus at ")
    assert json.loads(last) == {}


@pytest.mark.parametrize(("ratio", "status"), [(0.5, 0), (0.9, 1)])
def test_the_last_line_is_json_and_the_status_tells_whether_the_goals_are_met(
    capsys, tmp_path, ratio, status
):
    found = extraction.Findings()
    found.columns["copytaster"]["cpu_to_trafilatura"] = ratio
    plan = extraction.Plan(("cpu",), None, 1, tmp_path, ())
    assert extraction.report(found, plan) == status
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told == {"cpu_to_trafilatura": {"value": ratio, "goal": 0.8, "met": status == 0}}


def write_corpus(folder):
    rows = [
        {"id": "aeb/1", "bench": "aeb", "host": "kantpost.example", "text": "One two three four five.\nSix."},
        {"id": "aeb/2", "bench": "aeb", "host": "velland.example", "text": "Seven eight nine ten eleven."},
    ]
    (folder / "aeb").mkdir()
    with lzma.open(folder / "aeb" / "pages.jsonl.xz", "wt") as out:
        out.writelines(json.dumps(row | {"html": f"<p>{row['text']}"}) + "\n" for row in rows)
    (folder / "score.py").write_bytes((CORPUS / "score.py").read_bytes())


@needs_corpus
def test_readings_are_scored_by_the_scorer_of_the_corpus(tmp_path):
    write_corpus(tmp_path)
    truths = [truth.truth_of(row) for row in truth.load_rows(tmp_path, ("aeb",))]
    readings = [{"id": "aeb/1", "text": "One two three four five.\nSix.\nRead more"}]
    marked = marks.mark(tmp_path, truths, readings)
    summary = marks.summaries(tmp_path, marked)
    values = {goal.figure: marks.value_of(goal, summary, readings) for goal in goals.GOALS if goal.of}
    assert values["aeb_residue"] == 0.5  # "Read more" on one page of two
    assert values["aeb_same"] == 0
    assert values["aeb_shingle_f1"] == pytest.approx(
        2 * 0.6 * 0.5 / 1.1
    )  # 3 of 5 shingles; a page in full, one not
    assert values["wcxb_shingle_f1"] is None


@needs_corpus
def test_a_sample_is_always_the_same(tmp_path):
    write_corpus(tmp_path)
    chosen = [row["id"] for row in truth.load_rows(tmp_path, ("aeb",), 1)]
    assert len(chosen) == 1
    assert chosen == [row["id"] for row in truth.load_rows(tmp_path, ("aeb",), 1)]
