"""YAML -> Suite: the rules that an article must keep, and what a deployment or a source changes of them. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copytaster.errors import REASONS, CopytasterError
from copytaster.model import Article
from copytaster.validate.describe import FIGURES, TEXTS

Outcome = Literal["fail_batch", "quarantine", "null_field", "warn"]

#: Fields that an article may do without, and what stands there then.
NULLABLE: Mapping[str, Any] = {
    "abstract": None, "alternative_headline": None, "article_section": None, "authors": (), "date_modified": None,
    "date_published": None, "image": None, "in_language": None, "is_accessible_for_free": None, "keywords": (),
    "publisher": None,
}  # fmt: skip
_COLUMNS = ("column", "column_A", "column_B")
_KIND = "{page_kind}"  # as a reason: the page's kind is its name


class BrokenSuite(CopytasterError):
    """The suite of expectations cannot be used, or did not judge the whole batch."""


@dataclass(
    frozen=True, slots=True, kw_only=True, eq=False
)  # known by itself: articles are grouped by their rules
class Rule:
    """One rule of the suite; the file's head tells what each part means."""

    code: str
    says: str
    expect: str
    arguments: Mapping[str, Any]
    outcome: Outcome
    reason: str
    field: str
    evidence: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the expectation reads."""
        return tuple(self.arguments[name] for name in _COLUMNS if name in self.arguments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Rules in the order of the file; ``sources`` holds what a source (by URL) or a host changes."""

    rules: tuple[Rule, ...]
    residue_lines: frozenset[str]
    residue_endings: tuple[str, ...]
    sources: Mapping[str, tuple[Rule, ...]]

    def rules_for(self, *names: str | None) -> tuple[Rule, ...]:
        """Give the rules for an article; the first of ``names`` (source's URL, host) with rules of its own counts."""
        return next((self.sources[name] for name in names if name and name in self.sources), self.rules)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class _Change(_Strict):
    """A rule, or what is to be different in the rule of that code."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    says: str | None = None
    expect: str | None = None
    arguments: dict[str, Any] | None = Field(None, alias="with")
    outcome: Outcome | None = None
    reason: str | None = None
    field: str | None = None
    evidence: str | None = None
    enabled: bool = True


class _Meta(_Strict):
    residue_lines: tuple[str, ...] = ()
    residue_endings: tuple[str, ...] = ()


class _File(_Strict):
    name: str = "article"
    meta: _Meta = _Meta()
    rules: tuple[_Change, ...] = ()
    sources: dict[str, tuple[_Change, ...]] = {}


@cache
def load_suite(changes: str = "") -> Suite:
    """Read the suite, once a process; ``changes`` is the text of a deployment's own file."""
    own = files("copytaster").joinpath("data", "expectations", "article.yaml").read_text(encoding="utf-8")
    return read_suite(own, changes)


def read_suite(text: str, changes: str = "") -> Suite:
    """Read a suite and what a deployment changes; raise ``BrokenSuite``, which names the rule and what is wrong."""
    base, own = _parsed(text, "the suite"), _parsed(changes, "the deployment's expectations")
    rules = _changed(_changed((), base.rules), own.rules)
    told = {**base.sources, **own.sources}
    return Suite(
        rules=rules,
        residue_lines=frozenset((*base.meta.residue_lines, *own.meta.residue_lines)),
        residue_endings=tuple(f" {end}" for end in (*base.meta.residue_endings, *own.meta.residue_endings)),
        sources={name: _changed(rules, changed, name) for name, changed in told.items()},
    )


def _parsed(text: str, what: str) -> _File:
    try:
        return _File.model_validate(yaml.safe_load(text) or {})
    except yaml.YAMLError as fault:
        raise BrokenSuite(f"{what}: no YAML: {' '.join(str(fault).split())}") from fault
    except ValidationError as fault:
        raise BrokenSuite(f"{what}: {_first_fault(fault)}") from fault


def _first_fault(fault: ValidationError) -> str:
    first = fault.errors()[0]
    given = first["input"]
    code = f" (rule {given['code']})" if isinstance(given, dict) and "code" in given else ""
    return f"{'.'.join(map(str, first['loc'])) or 'the file'}{code}: {first['msg']}"


def _changed(rules: Sequence[Rule], changes: Iterable[_Change], source: str = "") -> tuple[Rule, ...]:
    """Apply changes to rules, in their order; new ones come last."""
    changes = tuple(changes)
    if again := [code for code, times in Counter(c.code for c in changes).items() if times > 1]:
        raise BrokenSuite(f"{_of(source)}two rules have the code {', '.join(again)}")
    by_code = {rule.code: rule for rule in rules}
    for change in changes:
        if not change.enabled:
            _known(by_code, change.code, source)
            del by_code[change.code]
        else:
            by_code[change.code] = _checked(_merged(by_code, change, source), source)
    return tuple(by_code.values())


def _merged(by_code: Mapping[str, Rule], change: _Change, source: str) -> Rule:
    given = {
        name: value for name, value in change.model_dump(exclude={"enabled"}).items() if value is not None
    }
    if change.expect is None:
        rule = _known(by_code, change.code, source)
        given["arguments"] = {**rule.arguments, **given.get("arguments", {})}
        return replace(rule, **given)
    missing = {"says", "arguments", "outcome", "reason", "field"} - given.keys()
    if missing:
        lacks = ", ".join(sorted("with" if name == "arguments" else name for name in missing))
        raise BrokenSuite(f"{_of(source)}the rule {change.code} lacks {lacks}")
    columns = [given["arguments"][name] for name in _COLUMNS if name in given["arguments"]]
    return Rule(**{"evidence": columns[0] if columns else "", **given})


def _known(by_code: Mapping[str, Rule], code: str, source: str) -> Rule:
    if code not in by_code:
        raise BrokenSuite(f"{_of(source)}there is no rule {code}{_near(code, by_code)}")
    return by_code[code]


def _checked(rule: Rule, source: str) -> Rule:
    """Refuse a rule that could not do what it says, before a batch meets it."""
    where = f"{_of(source)}the rule {rule.code}"
    columns = {*TEXTS, *FIGURES}
    if not rule.columns:
        raise BrokenSuite(f"{where} names no column in 'with'")
    for column in (*rule.columns, rule.evidence):
        if column not in columns:
            raise BrokenSuite(f"{where}: there is no column {column}{_near(column, columns)}")
    if rule.field not in Article.__dataclass_fields__:
        known = Article.__dataclass_fields__
        raise BrokenSuite(f"{where}: an article has no field {rule.field}{_near(rule.field, known)}")
    if rule.outcome == "null_field" and rule.field not in NULLABLE:
        raise BrokenSuite(
            f"{where}: an article cannot do without {rule.field}: let the outcome be quarantine"
        )
    if rule.reason not in REASONS | {_KIND}:
        raise BrokenSuite(f"{where}: there is no reason {rule.reason}{_near(rule.reason, REASONS)}")
    if "mostly" in rule.arguments:
        raise BrokenSuite(f"{where} must not let a share of failing articles pass (mostly)")
    _check_patterns(rule, where)
    return rule


def _check_patterns(rule: Rule, where: str) -> None:
    patterns = (rule.arguments.get("regex"), *(rule.arguments.get("regex_list") or ()))
    for pattern in filter(None, patterns):
        try:
            re.compile(pattern)
        except re.error as fault:
            raise BrokenSuite(f"{where}: its regex cannot be read: {fault}") from fault


def _near(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _of(source: str) -> str:
    return f"source {source}: " if source else ""
