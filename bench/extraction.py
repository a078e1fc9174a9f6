"""How clean, how complete and how dear our reading of a page is, beside trafilatura and other extractors.

Every figure stands beside its goal, for three variants of trafilatura as well, and for other extractors
where they are installed (``--others`` does it, in an environment of their own). Body and fields are
scored by the corpus' own scorer; our rows come from ``copytaster extract --jsonl``, as anyone would get
them. What is fitted to some sites would show in the two halves, which have no site in common.

    python bench/extraction.py [--pages 40] [--workers 2] [--only text --only cpu] [--keep FOLDER] [--others]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from measuring import chrome, pace
from measuring.aggregator import FORMS, AggregatorPage, aggregator_pages
from measuring.goals import GROUPS, Goal, Group, all_met, benchmarks_of, figures, goals_of
from measuring.kinds import page_kinds
from measuring.marks import Mark, mark_all, paired, summaries, value_of
from measuring.samples import CORPUS
from measuring.systems import BASE, OURS, ROOT, System, other_systems, own_systems, read_with, read_with_ours
from measuring.truth import HALVES, Row, half_of, is_article, load_rows, page_of, sample, truth_of
from rich.console import Console
from rich.table import Table

NEWS = ("aeb", "fundus-eval", "fundus-parsers")
PACED_PAGES, ROUNDS = 200, 3
AGGREGATED = 10  # articles of each language
ENDURED_PAGES = 2_000
_WIDTH = 150  # where the output is no terminal

Column = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be measured, and how."""

    groups: tuple[Group, ...]
    pages: int | None  # of each benchmark
    workers: int
    folder: Path
    others: tuple[System, ...]

    def at_most(self, count: int) -> int:
        """Take fewer where a quick look was asked for."""
        return count if self.pages is None else min(count, self.pages)

    def wants(self, *groups: Group) -> bool:
        """Tell whether any of these groups is asked for."""
        return any(group in self.groups for group in groups)


@dataclass(frozen=True, slots=True)
class Findings:
    """Figures of each system, figures without a goal of ours, and remarks for the reader."""

    columns: dict[str, Column] = field(default_factory=lambda: defaultdict(dict))
    besides: Column = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and tell by the exit code whether all goals are met."""
    given = _parse(arguments)
    if not CORPUS.is_dir():
        print(f"skipped: there is no corpus at {CORPUS} to measure with")
        print("{}")
        return 0
    groups = tuple(given.only or GROUPS)
    others = other_systems(make=given.others) if set(groups) - {"kinds", "cpu", "memory"} else ()
    with _folder(given.keep) as folder:
        plan = Plan(groups, given.pages, given.workers, folder, others)
        return report(measure(plan), plan)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, help="a quick look: at most so many of each benchmark")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes that read")
    parser.add_argument("--only", action="append", choices=GROUPS, help="a group of figures; may be repeated")
    parser.add_argument("--keep", type=Path, help="where the readings are to stay, a file for each extractor")
    parser.add_argument(
        "--others", action="store_true", help="install the other extractors if they are missing"
    )
    return parser.parse_args(arguments)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
    else:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep


def measure(plan: Plan) -> Findings:
    """Run each part that is asked for."""
    found = Findings()
    if plan.wants("cpu"):
        timed(measure_pace, plan, found)
    if plan.wants("text", "fields", "residue", "aggregator", "kinds"):
        timed(measure_readings, plan, found)
    with ThreadPoolExecutor() as threads:  # neither of these measures time, and each keeps one core busy
        alone: list[Callable[[Plan, Findings], None]] = []
        alone += [measure_kinds] * plan.wants("kinds") + [measure_memory] * plan.wants("memory")
        for job in [threads.submit(timed, part, plan, found) for part in alone]:
            job.result()
    return found


def timed(part: Callable[[Plan, Findings], None], plan: Plan, found: Findings) -> None:
    """Run a part, and note how long it took."""
    began = monotonic()
    part(plan, found)
    found.remarks.append(f"{part.__name__.removeprefix('measure_')} took {monotonic() - began:.0f} s")


# Body and fields


def measure_readings(plan: Plan, found: Findings) -> None:
    """Have every system read the pages, and score what they found."""
    benchmarks = benchmarks_of(plan.groups) or ("wcxb",) * plan.wants("kinds")
    pages, truths = [], []
    for row in load_rows(CORPUS, benchmarks, plan.pages):
        pages.append(page_of(row))
        truths.append(truth_of(row))
    aggregated = _aggregated(plan)
    ours = read_with_ours([*pages, *map(chrome.row_of, aggregated)], plan.folder, plan.workers)
    readings = {OURS: ours}
    if plan.wants("text", "fields", "residue", "aggregator"):
        articles = [page for page, truth in zip(pages, truths, strict=True) if is_article(truth)]
        html = [chrome.row_of(page) for page in aggregated if not chrome.is_text(page)]
        readings |= read_with((*own_systems(), *plan.others), [*articles, *html], plan.folder, plan.workers)
    truths_of_articles = [truth for truth in truths if is_article(truth)]
    score_readings(plan, found, truths_of_articles, readings)
    score_aggregated(found, aggregated, readings)
    note_reasons(found, truths, ours)
    note_speed(found, {truth["id"] for truth in truths}, readings)


def score_readings(
    plan: Plan, found: Findings, truths: Sequence[Row], readings: Mapping[str, Sequence[Row]]
) -> None:
    """Fill the columns with what the scorer says; compare ours with trafilatura half by half and page by page."""
    goals = [goal for goal in goals_of(plan.groups) if goal.of]
    if not goals:
        return
    marks = mark_all(CORPUS, truths, readings, plan.workers)
    for name, marked in marks.items():
        summary = summaries(CORPUS, marked)
        found.columns[name] |= {goal.figure: value_of(goal, summary, readings[name]) for goal in goals}
    found.tables.append(table_of_halves(goals, marks))
    if plan.wants("text"):
        found.tables.append(table_of_pairs(goals, marks))


def table_of_halves(goals: Sequence[Goal], marks: Mapping[str, Sequence[Mark]]) -> Table:
    """Show each figure for the sites of either half."""
    names = (OURS, BASE)
    table = Table("figure", *(f"{name} {half}" for name in names for half in HALVES), "gain A", "gain B")
    table.title = "by halves without a common site"
    parts = {(name, half): summaries(CORPUS, marks[name], half) for name in names for half in HALVES}
    for goal in goals:
        values = {key: value_of(goal, summary) for key, summary in parts.items()}
        gains = [_difference(values[OURS, half], values[BASE, half]) for half in HALVES]
        table.add_row(goal.figure, *map(_shown, values.values()), *gains)
    return table


def table_of_pairs(goals: Sequence[Goal], marks: Mapping[str, Sequence[Mark]]) -> Table:
    """Show on how many pages ours is better or worse than trafilatura's default, by each benchmark's measure."""
    table = Table("benchmark", "all", *(f"half {half}" for half in HALVES))
    table.title = (
        "copytaster better / worse than trafilatura, page by page (mean difference ± standard error)"
    )
    for benchmark in dict.fromkeys(goal.of[0] for goal in goals if goal.group == "text"):
        pairs = [paired(marks[OURS], marks[BASE], benchmark, half) for half in (None, *HALVES)]
        table.add_row(benchmark, *(str(pair) if pair else "-" for pair in pairs))
    return table


# Aggregators


def _aggregated(plan: Plan) -> list[AggregatorPage]:
    if not plan.wants("aggregator"):
        return []
    return list(aggregator_pages(CORPUS, most=plan.at_most(AGGREGATED)))


def score_aggregated(
    found: Findings, pages: Sequence[AggregatorPage], readings: Mapping[str, Sequence[Row]]
) -> None:
    """Count pages that keep chrome and that lose a paragraph; only ours reads those of plain text."""
    if not pages:
        return
    html = [page for page in pages if not chrome.is_text(page)]
    outcomes = {
        name: chrome.outcomes(pages if name == OURS else html, rows) for name, rows in readings.items()
    }
    for name, each in outcomes.items():
        if shares := chrome.shares(each):
            found.columns[name] |= {
                "aggregator_pages_keeping_chrome": shares.keeping,
                "aggregator_pages_losing_a_paragraph": shares.losing,
            }
    found.tables.append(table_of_forms(outcomes))
    by_language = chrome.shares_by(outcomes[OURS], lambda page: page.language)
    found.remarks.append(
        f"{len(pages)} aggregator pages in {len(by_language)} languages (keep chrome · lose a paragraph): "
        + ", ".join(f"{language} {shares}" for language, shares in by_language.items())
    )


def table_of_forms(outcomes: Mapping[str, Sequence[chrome.Outcome]]) -> Table:
    """Show both shares for each form of page, and for the sites of either half."""
    table = Table("system", *FORMS, *(f"half {half}" for half in HALVES))
    table.title = "aggregator pages that keep chrome · that lose a paragraph, by form"
    for name, each in outcomes.items():
        by_form = chrome.shares_by(each, lambda page: page.form)
        by_half = chrome.shares_by(each, lambda page: half_of({"host": page.host}))
        cells = [*map(by_form.get, FORMS), *map(by_half.get, HALVES)]
        table.add_row(name, *(str(cell or "-") for cell in cells))
    return table


# The rest


def note_reasons(found: Findings, truths: Sequence[Row], ours: Sequence[Row]) -> None:
    """Count, as ``copytaster extract`` tells it, what would be held back for any reason."""
    held = {row["id"]: row["reason"] is not None for row in ours}
    wcxb = [truth for truth in truths if truth["bench"] == "wcxb"]
    for name, wanted in (("articles_with_a_reason", True), ("non_articles_without_a_reason", False)):
        told = [held.get(truth["id"], True) is wanted for truth in wcxb if is_article(truth) is wanted]
        if told:
            found.besides[f"wcxb_{name}"] = sum(told) / len(told)


def note_speed(found: Findings, ids: set[str], readings: Mapping[str, Sequence[Row]]) -> None:
    """Set the CPU of every other system beside trafilatura's over the same pages, all cores being busy."""
    spent = {
        name: sum(row.get("seconds", 0.0) for row in rows if row["id"] in ids)
        for name, rows in readings.items()
        if name != OURS
    }
    if base := spent.get(BASE):
        for name, seconds in spent.items():
            found.columns[name]["cpu_to_trafilatura"] = seconds / base


def measure_kinds(_: Plan, found: Findings) -> None:
    """Count the articles that would be held back, and the lists and threads that would be let through."""
    kinds = page_kinds(CORPUS)
    found.columns[OURS] |= {
        "articles_held_back": _share(kinds["held_back"], kinds["articles"]),
        "non_articles_let_through": _share(kinds["let_through"], kinds["non_articles"]),
    }
    found.remarks.append(
        f"page kinds: {kinds['held_back']} of {kinds['articles']} articles held back, "
        f"{kinds['let_through']} of {kinds['non_articles']} others let through"
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def measure_pace(plan: Plan, found: Findings) -> None:
    """Measure CPU while nothing else of this benchmark runs."""
    pages = [page_of(row) for row in sample(load_rows(CORPUS, NEWS), plan.at_most(PACED_PAGES))]
    rounds = [pace.run_round(pages) for _ in range(ROUNDS)]
    found.columns[OURS]["cpu_to_trafilatura"] = pace.median_ratio(rounds)
    found.besides["cpu_to_trafilatura_least"] = min(each.ratio for each in rounds)
    found.remarks.append(pace.describe(rounds, len(pages)))


def measure_memory(plan: Plan, found: Findings) -> None:
    """Run the short form of the endurance benchmark."""
    script = ROOT / "bench" / "endurance.py"
    pages = ENDURED_PAGES if plan.pages is None else min(ENDURED_PAGES, 10 * plan.pages)
    done = subprocess.run(
        [sys.executable, script, "--pages", str(pages)], capture_output=True, text=True, check=False
    )
    try:
        told = json.loads(done.stdout.strip().splitlines()[-1])
        peak, growth = told["peak_rss_mb"]["value"], told["growth_mb"]["value"]
    except (IndexError, KeyError, ValueError):  # the other figures took minutes: they are still shown
        found.remarks.append(f"memory could not be measured: {done.stderr.strip()[-500:]}")
        return
    found.columns[OURS] |= {"memory_peak_mb": peak, "memory_growth_mb": growth}
    found.remarks.append(f"memory over {pages} pages only; bench/endurance.py measures 100,000")


# What is printed


def report(found: Findings, plan: Plan) -> int:
    """Print the tables and the JSON line; 0 if all goals are met."""
    judged = figures({**found.columns[OURS], **found.besides}, plan.groups)
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    goals = goals_of(plan.groups)
    own = [OURS, *(system.name for system in own_systems())]
    console.print(table_of_goals(goals, own, found.columns, judged))
    if plan.others:
        names = [OURS, *(system.name for system in plan.others)]
        console.print(table_of_goals(goals, names, found.columns, judged))
    for table in found.tables:
        console.print(table)
    for remark in found.remarks:
        print(remark)
    if plan.pages is not None:
        print(f"a quick look at {plan.pages} pages of each benchmark at most: goals are meant for all pages")
    print(json.dumps(judged))
    return 0 if all_met(judged) else 1


def table_of_goals(
    goals: Sequence[Goal],
    names: Sequence[str],
    columns: Mapping[str, Column],
    judged: Mapping[str, Mapping[str, object]],
) -> Table:
    """Set the systems side by side, each figure beside its goal."""
    table = Table("figure", "goal", *names, "met")
    for goal in goals:
        values = (_shown(columns.get(name, {}).get(goal.figure)) for name in names)
        met = "yes" if judged[goal.figure]["met"] else "no"
        table.add_row(goal.figure, f"{goal.sign} {goal.bound:g}", *values, met)
    return table


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if value < 10 else f"{value:.1f}"  # noqa: PLR2004 - megabytes


def _difference(value: float | None, base: float | None) -> str:
    return "-" if value is None or base is None else f"{value - base:+.4f}"


if __name__ == "__main__":
    sys.exit(main())
