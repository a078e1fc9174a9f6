"""Expectations of our own, as Great Expectations' classes. Importing this registers them, and imports all of it.

Each tests the rows of a pandas batch whose columns are those of ``copytaster.validate.describe``.
"""

# ruff: noqa: TID253, E402 - see above

import re
from collections.abc import Callable
from typing import Any

from copytaster.validate.lazily import import_when_asked

import_when_asked("scipy.stats")  # a third of the import, for expectations on distributions only

from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation, ColumnPairMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from great_expectations.expectations.metrics.map_metric_provider.column_pair_condition_partial import (
    column_pair_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_pair_map_metric_provider import (
    ColumnPairMapMetricProvider,
)
from pandas import Series

from copytaster.errors import Unusable
from copytaster.urls import same_site

# Tags with their brackets closed, leaked style sheets and scripts, template marks, character references.
_MARKUP = re.compile(
    r"</?(?:a|article|aside|br|div|em|figure|font|h[1-6]|iframe|img|li|ol|p|script|section|span|strong|style|table|td|tr|ul)"
    r"(?:\s[^<>]{0,400})?/?>|\{\{[^{}]{1,80}\}\}|<!--|-->|&(?:nbsp|amp|quot|lt|gt|#\d{2,6});|\bfunction\s*\(\w*\)\s*\{",
    re.IGNORECASE,
)
_LONGEST_NAME, _MOST_WORDS = 80, 10
_NO_NAME = re.compile(r"\b\d|[@/<>{}|]|\b(?:ago|hours?|minutes?|https?|www)\b", re.IGNORECASE)


def names_a_person(name: str) -> bool:
    """Say whether a line could be a person's (or an agency's) name: no number, address, date or sentence.

    Digits within a word are a user's name: no beautiful one, but all that the page tells.
    """
    return (
        0 < len(name.strip()) <= _LONGEST_NAME
        and len(name.split()) <= _MOST_WORDS
        and not _NO_NAME.search(name)
    )


def stand_on_one_site(one: str, other: str) -> bool:
    """Say whether two addresses have one registered domain; of those that name no host, other rules speak."""
    try:
        return same_site(one, other)
    except Unusable:
        return True


def share_a_language(one: str, other: str) -> bool:
    """Say whether two tags of BCP 47 have the same primary language; Norwegian has three of them."""
    first, second = (tag.lower().replace("_", "-").partition("-")[0] for tag in (one, other))
    norwegian = {"no", "nb", "nn"}
    return first == second or {first, second} <= norwegian


def _pairwise(holds: Callable[[str, str], bool], one: Series, other: Series) -> Series:
    return Series(map(holds, one, other), index=one.index, dtype=bool)


class FreeOfMarkup(ColumnMapMetricProvider):
    """True where a text holds no tag, style sheet, script or template mark."""

    condition_metric_name = "column_values.free_of_markup"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Series, **_: Any) -> Series:  # noqa: N805 - made a class method by the decorator
        return column.map(lambda text: _MARKUP.search(text) is None)


class NamePeople(ColumnMapMetricProvider):
    """True where every line is a name."""

    condition_metric_name = "column_values.name_people"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Series, **_: Any) -> Series:  # noqa: N805 - see FreeOfMarkup
        return column.map(lambda names: all(map(names_a_person, names.split("\n"))))


class ShareASite(ColumnPairMapMetricProvider):
    """True where two addresses have the same registered domain."""

    condition_metric_name = "column_pair_values.share_a_site"

    @column_pair_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator] # GX's own lack
    def _pandas(cls, column_A: Series, column_B: Series, **_: Any) -> Series:  # noqa: N803, N805 - GX's names
        return _pairwise(stand_on_one_site, column_A, column_B)


class ShareALanguage(ColumnPairMapMetricProvider):
    """True where two language tags mean the same language."""

    condition_metric_name = "column_pair_values.share_a_language"

    @column_pair_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator] # GX's own lack
    def _pandas(cls, column_A: Series, column_B: Series, **_: Any) -> Series:  # noqa: N803, N805 - GX's names
        return _pairwise(share_a_language, column_A, column_B)


class ExpectColumnValuesToBeFreeOfMarkup(ColumnMapExpectation):
    """Expect texts to hold no markup."""

    map_metric = "column_values.free_of_markup"
    success_keys = ("mostly",)


class ExpectColumnValuesToNamePeople(ColumnMapExpectation):
    """Expect each line of the values to be a name."""

    map_metric = "column_values.name_people"
    success_keys = ("mostly",)


class ExpectColumnPairValuesToShareASite(ColumnPairMapExpectation):
    """Expect two addresses to be on one site."""

    map_metric = "column_pair_values.share_a_site"
    success_keys = ("column_A", "column_B", "ignore_row_if", "mostly")
    ignore_row_if: Any = "either_value_is_missing"


class ExpectColumnPairValuesToShareALanguage(ColumnPairMapExpectation):
    """Expect two language tags to mean one language."""

    map_metric = "column_pair_values.share_a_language"
    success_keys = ("column_A", "column_B", "ignore_row_if", "mostly")
    ignore_row_if: Any = "either_value_is_missing"
