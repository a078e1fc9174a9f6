"""What should become of the sample site's pages: ``pages.yaml`` and ``sources.yaml``, dates filled in."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from examples.serve import SampleSite

EXAMPLES = Path(__file__).resolve().parent
PLAIN_TUPLES = (
    "found_in",
    "also_right",
    "authors",
    "subheadings",
    "must_contain",
    "must_not_contain",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedPage:
    """One page of ``pages.yaml``; its head comment says what the fields mean."""

    url: str
    shows: str
    status: int
    content_type: str
    state: str
    found_in: tuple[str, ...] = ()
    listed_as: str | None = None
    location: str | None = None
    reason: str | None = None
    also_right: tuple[str, ...] = ()
    loaded_as: str | None = None
    copy_of: str | None = None
    headline: str | None = None
    abstract: str | None = None
    authors: tuple[str, ...] = ()
    date_published: datetime | None = None
    date_modified: datetime | None = None
    in_language: str | None = None
    paragraphs: int = 0
    subheadings: tuple[str, ...] = ()
    body_starts: str = ""
    body_ends: str = ""
    must_contain: tuple[str, ...] = ()
    must_not_contain: tuple[str, ...] = ()

    @property
    def is_article(self) -> bool:
        """Whether the page itself is an article that should be loaded (a redirect is not)."""
        return self.headline is not None

    @property
    def reasons(self) -> frozenset[str]:
        """Every reason under which it may rightly be quarantined."""
        return frozenset({self.reason, *self.also_right} - {None, ""}) if self.reason else frozenset()


def read_pages(site: SampleSite) -> list[ExpectedPage]:
    """Read every page of the manifest as ``site`` serves it now, before or after its update."""
    rows = yaml.safe_load(site.fill((EXAMPLES / "pages.yaml").read_text("utf-8")))
    return [_page(row, updated=site.updated) for row in rows]


def read_sources() -> list[dict[str, Any]]:
    """Read ``sources.yaml``: keyword arguments of ``copytaster.model.Source``, without the id."""
    return list(yaml.safe_load((EXAMPLES / "sources.yaml").read_text("utf-8")))


def _page(row: dict[str, Any], *, updated: bool) -> ExpectedPage:
    later = row.pop("after_update", {})
    page = ExpectedPage(**_typed(row))
    if not updated:
        return page
    changes = _typed(later)
    for name in ("must_contain", "must_not_contain"):
        changes[name] = getattr(page, name) + changes.get(name, ())
    return replace(page, **changes)


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value)
        if name in PLAIN_TUPLES
        else datetime.fromisoformat(value)
        if name.startswith("date_")
        else value
        for name, value in row.items()
    }
