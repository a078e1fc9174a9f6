"""Article -> Verdict. Pure: the checks are ``data/expectations/article.yaml``, run by Great Expectations."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from copytaster.errors import REASONS, Reason
from copytaster.model import Article, Finding, Verdict
from copytaster.validate.describe import SEEN, Row, describe
from copytaster.validate.expectations import failing_rows
from copytaster.validate.suite import BrokenSuite, Check, load_suite

__all__ = ["BrokenSuite", "validate"]


def validate(articles: Sequence[Article], *, now: datetime) -> list[Verdict]:
    """Judge a batch: one verdict for each article, in the same order.

    ``now`` is aware. Raises ``BrokenSuite`` rather than let an article pass unjudged. The first call
    in a process imports Great Expectations, which takes some 10 s: call with whole batches.
    """
    if not articles:
        return []
    suite = load_suite()
    rows = [describe(article, now=now, suite=suite) for article in articles]
    findings: list[list[Finding]] = [[] for _ in rows]
    for check, places in zip(suite.checks, failing_rows(suite, rows), strict=True):
        for place in places:
            findings[place].append(_finding(check, rows[place]))
    return [Verdict(findings=tuple(found)) for found in findings]


def _finding(check: Check, row: Row) -> Finding:
    reason = check.reason.format_map(row)
    if reason not in REASONS:
        raise BrokenSuite(f"rule {check.rule} gives the reason {reason!r}, which is none of errors.REASONS")
    seen = row[check.evidence]
    return Finding(
        field=check.field,
        rule=check.rule,
        reason=cast("Reason", reason),
        seen="" if seen is None else str(seen)[:SEEN],
        severity=check.severity,
    )
