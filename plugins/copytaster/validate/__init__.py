"""Article -> Verdict. Pure: the rules are ``data/expectations/article.yaml``, run by Great Expectations."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from copytaster.errors import REASONS, CopytasterError, Reason, Unusable
from copytaster.model import Article, Finding, Severity, Verdict
from copytaster.urls import host_of
from copytaster.validate.describe import SEEN, Origin, Row, describe
from copytaster.validate.expectations import failing_rows, preload
from copytaster.validate.mend import mend
from copytaster.validate.suite import BrokenSuite, Outcome, Rule, Suite, load_suite, read_suite

__all__ = ["BatchRefused", "BrokenSuite", "Origin", "load_suite", "mend", "preload", "read_suite", "validate"]

_SEVERITY: dict[Outcome, Severity] = {"quarantine": "error", "null_field": "nulled", "warn": "warning"}


class BatchRefused(CopytasterError):
    """An article failed a rule whose outcome is ``fail_batch``: nothing of the batch may be loaded."""


def validate(
    articles: Sequence[Article],
    *,
    now: datetime,
    origins: Sequence[Origin | None] | None = None,
    suite: Suite | None = None,
) -> list[Verdict]:
    """Judge a batch: one verdict for each article, in the same order.

    ``now`` is aware; ``origins`` tell of each article's source, if known. Raises ``BrokenSuite`` rather than let
    an article pass unjudged, and ``BatchRefused`` where a rule says so. The first call in a process imports Great
    Expectations, which takes seconds (see ``preload``): call with whole batches.
    """
    if not articles:
        return []
    suite = suite or load_suite()
    told = origins or [None] * len(articles)
    rows = [
        describe(article, now=now, suite=suite, origin=origin)
        for article, origin in zip(articles, told, strict=True)
    ]
    groups: dict[tuple[Rule, ...], list[int]] = defaultdict(list)
    for place, (article, origin) in enumerate(zip(articles, told, strict=True)):
        groups[_rules_for(suite, article, origin)].append(place)
    findings: list[tuple[Finding, ...]] = [()] * len(articles)
    for rules, places in groups.items():
        judged = _judge(rules, [rows[place] for place in places])
        for place, found in zip(places, judged, strict=True):
            findings[place] = found
    return [Verdict(findings=found) for found in findings]


def _rules_for(suite: Suite, article: Article, origin: Origin | None) -> tuple[Rule, ...]:
    if not suite.sources:
        return suite.rules
    try:
        host = host_of(article.url)
    except Unusable:  # a text dump has no host
        host = None
    return suite.rules_for(origin.source_url if origin else None, host)


def _judge(rules: Sequence[Rule], rows: Sequence[Row]) -> list[tuple[Finding, ...]]:
    findings: list[list[Finding]] = [[] for _ in rows]
    for rule, places in zip(rules, failing_rows(rules, rows), strict=True):
        if rule.outcome == "fail_batch" and places:
            seen = rows[places[0]]["url"]
            raise BatchRefused(
                f"{len(places)} articles failed {rule.code} ({rule.says}), the first is {seen}"
            )
        for place in places:
            findings[place].append(_finding(rule, rows[place]))
    return [tuple(found) for found in findings]


def _finding(rule: Rule, row: Row) -> Finding:
    reason = rule.reason.format_map(row)
    if reason not in REASONS:
        raise BrokenSuite(f"rule {rule.code} gives the reason {reason!r}, which is none of errors.REASONS")
    seen = row[rule.evidence]
    return Finding(
        field=rule.field,
        rule=rule.code,
        reason=cast("Reason", reason),
        seen="" if seen is None else str(seen)[:SEEN],
        severity=_SEVERITY[rule.outcome],
    )
