"""``data/expectations/article.yaml`` -> Suite: what is checked, and what a finding says of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypedDict

import yaml

from copytaster.errors import CopytasterError
from copytaster.model import Severity

_SEVERITY: Mapping[str, Severity] = {"critical": "error", "warning": "warning"}


class BrokenSuite(CopytasterError):
    """The suite of expectations cannot be used, or did not judge the whole batch."""


class Expectation(TypedDict):
    """One entry of the file, as Great Expectations takes it."""

    type: str
    kwargs: dict[str, Any]
    severity: str
    meta: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One expectation of the suite, as far as a finding tells of it."""

    rule: str
    reason: str  # one of REASONS, or the name of the column that holds it in braces
    field: str
    evidence: str  # column shown as what was seen
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The file as read; ``checks`` and ``expectations`` stand in its order."""

    expectations: tuple[Expectation, ...]
    checks: tuple[Check, ...]
    residue_lines: frozenset[str]
    residue_endings: tuple[str, ...]


@cache
def load_suite() -> Suite:
    """Read the suite, once a process."""
    file = files("copytaster").joinpath("data", "expectations", "article.yaml")
    return read_suite(file.read_text(encoding="utf-8"))


def read_suite(text: str) -> Suite:
    """Read a suite from YAML; raise ``BrokenSuite`` when a check lacks what a finding needs."""
    spec = yaml.safe_load(text)
    try:
        checks = tuple(_check(expectation) for expectation in spec["expectations"])
        if again := [rule for rule, times in Counter(check.rule for check in checks).items() if times > 1]:
            raise BrokenSuite(f"two checks have the rule {', '.join(again)}")
        return Suite(
            expectations=tuple(spec["expectations"]),
            checks=checks,
            residue_lines=frozenset(spec["meta"]["residue_lines"]),
            residue_endings=tuple(f" {ending}" for ending in spec["meta"]["residue_endings"]),
        )
    except (KeyError, TypeError) as fault:
        raise BrokenSuite(f"the suite of expectations lacks {fault}") from fault


def _check(expectation: Expectation) -> Check:
    meta = expectation["meta"]
    return Check(
        rule=meta["rule"],
        reason=meta["reason"],
        field=meta["field"],
        evidence=meta.get("evidence") or expectation["kwargs"]["column"],
        severity=_SEVERITY[expectation["severity"]],
    )
