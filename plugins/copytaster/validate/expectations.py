"""Suite, rows -> places of the rows that fail each check, by Great Expectations 1.24 on pandas.

Its ways of passing a batch unjudged are each met here: an unknown expectation is logged and left out,
an exception leaves an empty result, ``mostly`` passes a share of failures, two runs at once in one
process read each other's batch, and a text that is not UTF-8 ends the run.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from threading import Lock
from typing import TYPE_CHECKING

from copytaster.validate.describe import FIGURES, LOST, SURROGATE, TEXTS, Row
from copytaster.validate.suite import BrokenSuite, Rule

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
    from pandas import DataFrame

# Great Expectations keeps the project at work in a global. Its work holds the interpreter anyway, so
# waiting for one another costs nothing.
_ONE_AT_A_TIME = Lock()
_SEVERITY = {"fail_batch": "critical", "quarantine": "critical", "null_field": "warning", "warn": "info"}


def failing_rows(rules: Sequence[Rule], rows: Sequence[Row]) -> list[list[int]]:
    """Run rules over rows: for each rule, in their order, the places of the rows that fail.

    Raises ``BrokenSuite`` when a rule could not be run or did not account for every row.
    """
    with _ONE_AT_A_TIME:
        results = _run(rules, rows).results
    by_rule = {
        r.expectation_config.meta["rule"]: r
        for r in results
        if r.expectation_config and r.expectation_config.meta
    }
    if missing := [rule.code for rule in rules if rule.code not in by_rule]:
        raise BrokenSuite(f"no result came back for {', '.join(missing)}")
    return [_places(by_rule[rule.code], rule, rows) for rule in rules]


def preload() -> None:
    """Import Great Expectations and our own expectations: seconds of CPU, once a process."""
    import copytaster.validate.custom  # noqa: F401, PLC0415 - registers them


def _run(rules: Sequence[Rule], rows: Sequence[Row]) -> "ExpectationSuiteValidationResult":
    preload()
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")  # a new one each time: it keeps what it has seen
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("batch")
    whole = source.add_dataframe_asset("articles").add_batch_definition_whole_dataframe("whole")
    definition = gx.ValidationDefinition(
        name="articles", data=whole, suite=context.suites.add(_loaded(rules))
    )
    return context.validation_definitions.add(definition).run(
        batch_parameters={"dataframe": _frame(rows)},
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": ["row"],
            "partial_unexpected_count": 0,
            "include_unexpected_rows": False,
            "return_unexpected_index_query": False,
        },
    )


def _loaded(rules: Sequence[Rule]) -> "ExpectationSuite":
    from great_expectations import ExpectationSuite

    told = [
        {
            "type": rule.expect,
            "kwargs": deepcopy(dict(rule.arguments)),
            "severity": _SEVERITY[rule.outcome],
            "meta": {"rule": rule.code},
        }
        for rule in rules
    ]
    try:
        loaded = ExpectationSuite(name="article", expectations=told)
    except (TypeError, ValueError) as fault:  # pydantic's faults are ValueErrors
        raise BrokenSuite(f"Great Expectations does not take the suite: {_first_lines(fault)}") from fault
    known = {(expectation.meta or {})["rule"] for expectation in loaded.expectations}
    if unknown := [rule.code for rule in rules if rule.code not in known]:
        raise BrokenSuite(f"Great Expectations does not take the rule {', '.join(unknown)}")
    return loaded


def _first_lines(fault: Exception) -> str:
    return " ".join(str(fault).split())[:300]


def _frame(rows: Sequence[Row]) -> "DataFrame":
    """Lay out rows under fixed types: a column of nulls only must not become one of another type."""
    import pandas as pd

    cells: dict[str, pd.Series] = {"row": pd.Series(range(len(rows)), dtype="int64")}
    for name in TEXTS:
        cells[name] = pd.Series([_hashable(row[name]) for row in rows], dtype="object")
    for name in FIGURES:
        cells[name] = pd.Series([row[name] for row in rows], dtype="float64")
    return pd.DataFrame(cells)


def _hashable(cell: str | float | None) -> str | float | None:
    """Pandas hashes texts as UTF-8: one lone surrogate would end the whole batch."""
    return SURROGATE.sub(LOST, cell) if isinstance(cell, str) and not cell.isascii() else cell


def _places(result: "ExpectationValidationResult", rule: Rule, rows: Sequence[Row]) -> list[int]:
    """Read the places of the failing rows out of one result, trusting nothing that does not add up."""
    if fault := _exception(result.exception_info):
        raise BrokenSuite(f"the rule {rule.code} could not be run: {fault}")
    judged = result.result
    places = [int(at["row"]) for at in judged.get("unexpected_index_list") or []]
    if judged.get("element_count") != len(rows) or judged.get("unexpected_count") != len(set(places)):
        raise BrokenSuite(f"the rule {rule.code} did not say which of the {len(rows)} articles it failed")
    if bool(result.success) != (not places):
        raise BrokenSuite(f"the rule {rule.code} must not let a share of failing articles pass")
    return places


def _exception(info: Mapping[str, object] | None) -> str | None:
    """Find an exception in either shape: of the whole expectation, or one for each metric."""
    nested: Iterable[object] = (info, *(info or {}).values())
    for told in nested:
        if isinstance(told, Mapping) and told.get("raised_exception"):
            return str(told.get("exception_message") or "no message")
    return None
