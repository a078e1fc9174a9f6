"""Readings as rows: what of an article goes into which column, and what makes two of them differ."""

import hashlib
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from copytaster.errors import Reason
from copytaster.model import Article, Cut, Finding, Verdict
from copytaster.store.queries import as_json

#: Fields whose change makes a new version. Not among them: what sites change with every delivery
#: (date_modified, image addresses) and what only tells how the page was read.
CONTENT = (
    "headline",
    "alternative_headline",
    "abstract",
    "article_body",
    "authors",
    "publisher",
    "date_published",
    "in_language",
    "article_section",
    "keywords",
    "is_accessible_for_free",
    "tdm_reservation",
    "usage_terms",
)
_JSON_BITS = 63
#: The rest of what is kept of a reading.
RECORD = (
    "canonical_url",
    "word_count",
    "date_published_raw",
    "date_published_precision",
    "date_published_zone",
    "date_modified",
    "date_modified_raw",
    "image",
    "page_kind",
    "kind_evidence",
    "cuts",
    "field_provenance",
    "replacement_characters",
    "text_digest",
    "extractor_version",
    "ruleset_version",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRow:
    """What the stages made of one page: an article with its verdict, or the reason why there is none.

    With a ``reason``, ``article`` may hold the reading that the reason forbids to load.
    """

    page_id: int
    article: Article | None = None
    verdict: Verdict = field(default_factory=Verdict)
    reason: Reason | None = None
    detail: str = ""


def is_clean(row: LoadRow) -> bool:
    """Say whether the row is to be loaded as an article."""
    return row.reason is None and row.article is not None and row.verdict.clean


def article_row(row: LoadRow) -> dict[str, Any]:
    """Give the row of ``copytaster.article`` that a reading makes (with ``aliases``)."""
    article = row.article
    if article is None:
        return {}
    content = {name: getattr(article, name) for name in CONTENT}
    record = {name: getattr(article, name) for name in RECORD}
    record["findings"] = list(row.verdict.findings)
    return {
        "page_id": row.page_id,
        **content,
        **record,
        "aliases": sorted({article.url, *article.url_aliases}),
        "content_hash": _hash(content),
        "reading_hash": _hash({**content, **record, "cuts": _without_evidence(article)}),
    }


def quarantine_row(row: LoadRow) -> dict[str, Any]:
    """Give the row of ``copytaster.quarantine`` for a page that is held back."""
    worst = next((f for f in row.verdict.findings if f.severity == "error"), None)
    reason = row.reason or (worst.reason if worst else "extraction_failed")
    return {
        "page_id": row.page_id,
        "stage": "extract" if row.reason else "validate",
        "reason": reason,
        "detail": row.detail,
        **_cause(worst),
        "findings": list(row.verdict.findings),
        "reading": article_row(row) or None,
        "extractor_version": row.article.extractor_version if row.article else None,
    }


def unstorable_row(row: LoadRow, detail: str) -> dict[str, Any]:
    """Give the quarantine row for a reading that Postgres cannot hold; what it cannot hold is replaced."""
    held = quarantine_row(scrub(row))
    return {**held, "stage": "load", "reason": "unstorable", "detail": scrub(detail)}


def scrub(value: Any) -> Any:
    """Replace NUL and lone surrogates by U+FFFD and write out what JSON numbers cannot hold, at any depth."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, int) and value.bit_length() > _JSON_BITS:
        return str(value)
    if isinstance(value, dict):
        return {scrub(key): scrub(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(scrub(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: scrub(getattr(value, f.name)) for f in fields(value)})
    return value


def _cause(finding: Finding | None) -> dict[str, str | None]:
    if finding is None:
        return {"field": None, "rule": None, "seen": None}
    return {"field": finding.field, "rule": finding.rule, "seen": finding.seen}


def _without_evidence(article: Article) -> list[Cut]:
    """Leave out on what evidence lines were cut: it grows with every article of the site."""
    return [replace(cut, evidence="") for cut in article.cuts]


def _hash(content: dict[str, Any]) -> str:
    """Give a SHA-256 as Postgres writes ``bytea``."""
    return r"\x" + hashlib.sha256(as_json([content], sort_keys=True).encode()).hexdigest()
