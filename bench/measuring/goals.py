"""The figures that an extraction is judged by, and whether they are met."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Group = Literal["text", "fields", "residue", "aggregator", "kinds", "cpu", "memory"]
GROUPS: tuple[Group, ...] = ("text", "fields", "residue", "aggregator", "kinds", "cpu", "memory")


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure, where it stands in what the scorer says, and its bound."""

    figure: str
    group: Group
    bound: float
    at_most: bool = False
    of: tuple[str, ...] = ()  # benchmark, then the keys of its summary

    def met_by(self, value: float) -> bool:
        """Compare as measured: never rounded into the goal."""
        return value <= self.bound if self.at_most else value >= self.bound

    @property
    def sign(self) -> str:
        """Show which way the bound holds."""
        return "≤" if self.at_most else "≥"


GOALS = (
    Goal("aeb_shingle_f1", "text", 0.972, of=("aeb", "shingle", "f1")),
    Goal("aeb_same", "text", 0.45, of=("aeb", "shingle", "same")),
    Goal("wcxb_shingle_f1", "text", 0.952, of=("wcxb", "shingle", "f1")),
    Goal("fundus_parsers_shingle_f1", "text", 0.967, of=("fundus-parsers", "shingle", "f1")),
    Goal("fundus_eval_rouge_lsum", "text", 0.957, of=("fundus-eval", "rougelsum", "f1")),
    Goal("mozilla_readability_shingle_f1", "text", 0.955, of=("mozilla-readability", "shingle", "f1")),
    Goal("trafilatura_segment_f1", "text", 0.936, of=("trafilatura", "segments", "f1")),
    Goal("wcxb_title_exact", "fields", 0.90, of=("wcxb", "title", "exact")),
    Goal("trafilatura_title_exact", "fields", 0.85, of=("trafilatura", "title", "exact")),
    Goal("fundus_parsers_title_exact", "fields", 0.95, of=("fundus-parsers", "title", "exact")),
    Goal("wcxb_author_exact", "fields", 0.85, of=("wcxb", "author", "exact")),
    Goal("trafilatura_author_exact", "fields", 0.80, of=("trafilatura", "author", "exact")),
    Goal("fundus_parsers_author_exact", "fields", 0.92, of=("fundus-parsers", "author", "exact")),
    Goal("wcxb_date", "fields", 0.93, of=("wcxb", "date", "exact")),
    Goal("trafilatura_date", "fields", 0.95, of=("trafilatura", "date", "exact")),
    Goal("fundus_parsers_date", "fields", 0.98, of=("fundus-parsers", "date", "exact")),
    Goal("htmldate_date", "fields", 0.95, of=("htmldate", "date", "exact")),
    Goal("aeb_residue", "residue", 0.015, at_most=True, of=("aeb", "residue")),
    Goal("wcxb_residue", "residue", 0.015, at_most=True, of=("wcxb", "residue")),
    Goal("fundus_parsers_residue", "residue", 0.015, at_most=True, of=("fundus-parsers", "residue")),
    Goal("aggregator_pages_keeping_chrome", "aggregator", 0.01, at_most=True),
    Goal("aggregator_pages_losing_a_paragraph", "aggregator", 0.01, at_most=True),
    Goal("articles_held_back", "kinds", 0.01, at_most=True),
    Goal("non_articles_let_through", "kinds", 0.15, at_most=True),
    Goal("cpu_to_trafilatura", "cpu", 0.8, at_most=True),
    Goal("memory_peak_mb", "memory", 300.0, at_most=True),
    Goal("memory_growth_mb", "memory", 10.0, at_most=True),
)


def goals_of(groups: Sequence[Group]) -> tuple[Goal, ...]:
    """Choose the figures of these groups."""
    return tuple(goal for goal in GOALS if goal.group in groups)


def benchmarks_of(groups: Sequence[Group]) -> tuple[str, ...]:
    """Name the benchmarks that the figures of these groups are taken from."""
    return tuple(dict.fromkeys(goal.of[0] for goal in goals_of(groups) if goal.of))


def figures(
    values: Mapping[str, float | None], groups: Sequence[Group]
) -> dict[str, dict[str, float | bool | None]]:
    """Set each value beside its goal; what could not be measured is not met. Values without a goal come last."""
    goals = goals_of(groups)
    judged = {
        goal.figure: {
            "value": _rounded(value),
            "goal": goal.bound,
            "met": value is not None and goal.met_by(value),
        }
        for goal in goals
        for value in [values.get(goal.figure)]
    }
    others = {name: {"value": _rounded(values[name])} for name in values if name not in judged}
    return {**judged, **others}


def all_met(judged: Mapping[str, Mapping[str, object]]) -> bool:
    """Tell whether no figure misses its goal."""
    return all(figure.get("met", True) for figure in judged.values())


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
