"""Sources as people name them: a URL, an OPML file, a YAML file."""

from pathlib import Path
from typing import Any

import yaml
from lxml import etree

from copytaster.config import Settings
from copytaster.errors import CopytasterError
from copytaster.model import SourceKind
from copytaster.urls import canonicalize

FIELDS = frozenset({"url", "kind", "name", "in_language", "zone", "hosts"})
KINDS = ("feed", "sitemap", "listing")


class BadSources(CopytasterError):
    """The file does not list sources in a form that we know."""


def kind_of(url: str, settings: Settings) -> SourceKind:
    """Ask a URL what it is: the first kind whose reader finds entries. Raises ``CopytasterError``."""
    from copytaster.discover import read  # noqa: PLC0415 - loads feedparser
    from copytaster.fetch import get  # noqa: PLC0415 - loads requests

    answer = get(canonicalize(url), settings)
    kinds: tuple[SourceKind, ...] = ("feed", "sitemap", "listing")
    for kind in kinds:
        found = read(kind, answer.body, url=answer.url, content_type=answer.header("content-type"))
        if found.entries and found.fault is None:
            return kind
    raise CopytasterError(
        f"{url} is no feed, no sitemap and has no list of articles; --kind says which it is"
    )


def read_sources(path: Path) -> list[dict[str, Any]]:
    """Read a YAML list or an OPML outline into arguments of ``store.add_source``.

    Raises ``BadSources`` for anything else, naming the entry.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadSources(f"{path}: {error.strerror}") from error
    if content.lstrip()[:1] == b"<":
        return _of_opml(path, content)
    return _of_yaml(path, content)


def _of_opml(path: Path, content: bytes) -> list[dict[str, Any]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise BadSources(f"{path}: {error}") from error
    feeds = [(address, outline) for outline in root.iter("outline") if (address := outline.get("xmlUrl"))]
    return [
        {
            "url": canonicalize(address),
            "kind": "feed",
            "name": outline.get("title") or outline.get("text") or "",
            "in_language": outline.get("language"),
        }
        for address, outline in feeds
    ]


def _of_yaml(path: Path, content: bytes) -> list[dict[str, Any]]:
    try:
        told = yaml.safe_load(content)
    except yaml.YAMLError as error:
        raise BadSources(f"{path}: {str(error).replace(chr(10), ' ')}") from error
    if not isinstance(told, list):
        raise BadSources(f"{path}: expected a list of sources, each with url and kind")
    return [_checked(path, number, row) for number, row in enumerate(told, 1)]


def _checked(path: Path, number: int, row: Any) -> dict[str, Any]:
    if not isinstance(row, dict) or not isinstance(row.get("url"), str):
        raise BadSources(f"{path}: source {number} has no url")
    if unknown := set(row) - FIELDS:
        raise BadSources(f"{path}: source {number} has unknown fields {', '.join(sorted(map(str, unknown)))}")
    if row.setdefault("kind", "feed") not in KINDS:
        raise BadSources(f"{path}: source {number}: kind is one of {', '.join(KINDS)}")
    return {**row, "url": canonicalize(row["url"])}
