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
from copytaster.validate.suite import BrokenSuite, Suite

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
    from pandas import DataFrame

# Great Expectations keeps the project at work in a global. Its work holds the interpreter anyway, so
# waiting for one another costs nothing.
_ONE_AT_A_TIME = Lock()


def failing_rows(suite: Suite, rows: Sequence[Row]) -> list[list[int]]:
    """Run the suite over rows: for each check, in the suite's order, the places of the rows that fail.

    Raises ``BrokenSuite`` when a check could not be run or did not account for every row.
    """
    with _ONE_AT_A_TIME:
        results = _run(suite, rows).results
    by_rule = {
        r.expectation_config.meta["rule"]: r
        for r in results
        if r.expectation_config and r.expectation_config.meta
    }
    if missing := [check.rule for check in suite.checks if check.rule not in by_rule]:
        raise BrokenSuite(f"no result came back for {', '.join(missing)}")
    return [_places(by_rule[check.rule], check.rule, len(rows)) for check in suite.checks]


def _run(suite: Suite, rows: Sequence[Row]) -> "ExpectationSuiteValidationResult":
    import great_expectations as gx  # takes 10 s: only here
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")  # a new one each time: it keeps what it has seen
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("batch")
    whole = source.add_dataframe_asset("articles").add_batch_definition_whole_dataframe("whole")
    definition = gx.ValidationDefinition(
        name="articles", data=whole, suite=context.suites.add(_loaded(suite))
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


def _loaded(suite: Suite) -> "ExpectationSuite":
    from great_expectations import ExpectationSuite

    loaded = ExpectationSuite(name="article", expectations=[dict(deepcopy(e)) for e in suite.expectations])
    if len(loaded.expectations) != len(suite.checks):
        known = {(expectation.meta or {})["rule"] for expectation in loaded.expectations}
        unknown = [check.rule for check in suite.checks if check.rule not in known]
        raise BrokenSuite(f"Great Expectations does not take the check {', '.join(unknown)}")
    return loaded


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


def _places(result: "ExpectationValidationResult", rule: str, rows: int) -> list[int]:
    """Read the places of the failing rows out of one result, trusting nothing that does not add up."""
    if fault := _exception(result.exception_info):
        raise BrokenSuite(f"the check {rule} could not be run: {fault}")
    judged = result.result
    places = [int(at["row"]) for at in judged.get("unexpected_index_list") or []]
    if judged.get("element_count") != rows or judged.get("unexpected_count") != len(set(places)):
        raise BrokenSuite(f"the check {rule} did not say which of the {rows} articles it failed")
    if bool(result.success) != (not places):
        raise BrokenSuite(f"the check {rule} must not let a share of failing articles pass")
    return places


def _exception(info: Mapping[str, object] | None) -> str | None:
    """Find an exception in either shape: of the whole expectation, or one for each metric."""
    nested: Iterable[object] = (info, *(info or {}).values())
    for told in nested:
        if isinstance(told, Mapping) and told.get("raised_exception"):
            return str(told.get("exception_message") or "no message")
    return None
