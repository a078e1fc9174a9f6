"""Article, Verdict -> the article without the fields that a rule empties. Pure."""

from dataclasses import replace
from typing import Any

from copytaster.model import Article, Verdict
from copytaster.validate.suite import NULLABLE

#: What tells more of a field and falls with it; what the page said (``…_raw``) stays.
_WITH: dict[str, tuple[str, ...]] = {"date_published": ("date_published_precision", "date_published_zone")}


def mend(article: Article, verdict: Verdict) -> Article:
    """Empty each field that a ``null_field`` rule found absurd; ``field_provenance`` keeps what stood there and why."""
    emptied: dict[str, Any] = {}
    provenance = dict(article.field_provenance)
    for finding in verdict.findings:
        if finding.severity != "nulled" or finding.field in emptied:
            continue
        emptied |= {finding.field: NULLABLE[finding.field]}
        emptied |= dict.fromkeys(_WITH.get(finding.field, ()))
        told = provenance.get(finding.field)
        told = dict(told) if isinstance(told, dict) else {}
        provenance[finding.field] = told | {"emptied_by": finding.rule, "seen": finding.seen}
    return replace(article, **emptied, field_provenance=provenance) if emptied else article
