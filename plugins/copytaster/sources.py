"""Sources as people name them: a URL, an OPML file, a YAML file."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from lxml import etree

from copytaster.errors import CopytasterError, Unusable
from copytaster.model import SourceKind
from copytaster.urls import canonicalize, host_of

FIELDS = frozenset(
    {
        "url",
        "kind",
        "name",
        "in_language",
        "zone",
        "hosts",
        "allow",
        "deny",
        "interval",
        "min_interval",
        "max_interval",
    }
)
KINDS: tuple[SourceKind, ...] = ("feed", "sitemap", "listing")
_LANGUAGE = re.compile(
    r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*"
)  # as long as BCP 47 needs to be understood here
_DURATION = re.compile(r"([0-9]{1,9}) ?(s|m|min|h|d)?")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400}
_LONGEST = 366 * _SECONDS["d"]
_PATTERN = re.compile(r"[/*][\x21-\x7e]{0,299}")
_FEED_SCHEME = re.compile(r"feed:(?://)?(?=https?:)", re.IGNORECASE)  # some programs mark feeds so


class BadSources(CopytasterError):
    """A source, or a file of them, is not named in a form that we know."""


def checked(told: Mapping[str, Any]) -> dict[str, Any]:
    """Check what somebody says of one source; give the arguments of ``store.add_source``.

    Keys are ``FIELDS``, of which only ``url`` must be there. ``allow`` and ``deny`` are lists of patterns
    of paths as in robots.txt (``/sport/``, ``/*/video/``, ``*.pdf$``); intervals are seconds, or a number
    with s, m, h or d. Raises ``BadSources`` for the first fault.
    """
    if not isinstance(told.get("url"), str):
        raise BadSources("there is no url")
    if unknown := set(told) - FIELDS:
        raise BadSources(f"unknown fields {', '.join(sorted(map(str, unknown)))}")
    if told.get("kind", "feed") not in KINDS:
        raise BadSources(f"kind is one of {', '.join(KINDS)}")
    return {
        "url": address_of(told["url"]),
        "kind": told.get("kind", "feed"),
        "name": _text(told, "name") or "",
        "in_language": _language(_text(told, "in_language")),
        "zone": _zone(_text(told, "zone")),
        "hosts": [_host(host) for host in _list(told, "hosts")],
        **{name: patterns for name in ("allow", "deny") if (patterns := _patterns(told, name))},
        **_intervals(told),
    }


def address_of(url: str) -> str:
    """Give the form of its address under which a source is kept. Raises ``BadSources``."""
    try:
        return canonicalize(_FEED_SCHEME.sub("", url, count=1))
    except Unusable as error:
        raise BadSources(f"{url!r} is no address of a source ({error})") from error


def read_sources(path: Path) -> list[dict[str, Any]]:
    """Read a YAML list or an OPML outline into arguments of ``store.add_source``.

    Raises ``BadSources`` for anything else, naming the entry; then none of them is to be added.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadSources(f"{path}: {error.strerror}") from error
    rows = (
        _of_opml(path, content)
        if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
        else _of_yaml(path, content)
    )
    if not rows:
        raise BadSources(f"{path}: there is no source in it")
    return [_numbered(path, number, row) for number, row in enumerate(rows, 1)]


def _numbered(path: Path, number: int, row: Any) -> dict[str, Any]:
    try:
        return checked(row if isinstance(row, dict) else {})
    except BadSources as error:
        raise BadSources(f"{path}: source {number}: {error}") from error


def _of_opml(path: Path, content: bytes) -> list[dict[str, Any]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise BadSources(f"{path}: {_one_line(error)}") from error
    feeds = [(address, outline) for outline in root.iter("outline") if (address := outline.get("xmlUrl"))]
    return [
        {
            "url": address,
            "kind": "feed",
            "name": outline.get("title") or outline.get("text") or "",
            # Written by a program, which may have put anything there.
            "in_language": told if _LANGUAGE.fullmatch(told := outline.get("language") or "") else None,
        }
        for address, outline in feeds
    ]


def _of_yaml(path: Path, content: bytes) -> list[Any]:
    try:
        told = yaml.safe_load(content)
    except yaml.YAMLError as error:
        raise BadSources(f"{path}: {_one_line(error)}") from error
    if not isinstance(told, list):
        raise BadSources(f"{path}: expected a list of sources, each with url and kind")
    return told


def _text(told: Mapping[str, Any], field: str) -> str | None:
    value = told.get(field)
    if value is not None and not isinstance(value, str):
        raise BadSources(f"{field} is a text")
    return value or None


def _list(told: Mapping[str, Any], field: str) -> list[Any]:
    value = told.get(field) or []
    if not isinstance(value, list):
        raise BadSources(f"{field} is a list")
    return value


def _patterns(told: Mapping[str, Any], field: str) -> list[str]:
    patterns = _list(told, field)
    for pattern in patterns:
        if not isinstance(pattern, str) or not _PATTERN.fullmatch(pattern):
            raise BadSources(f"{field}: {pattern!r} is no pattern of a path such as /sport/ or /*/video/")
    return patterns


def _intervals(told: Mapping[str, Any]) -> dict[str, int]:
    given = {
        f"{name}_seconds": seconds_of(told[name])
        for name in ("interval", "min_interval", "max_interval")
        if told.get(name) not in {None, ""}
    }
    if given.get("min_interval_seconds", 0) > given.get("max_interval_seconds", _LONGEST):
        raise BadSources("min_interval is longer than max_interval")
    if "min_interval_seconds" in given:  # a bound that somebody sets counts more than one that nobody set
        given.setdefault("max_interval_seconds", max(given["min_interval_seconds"], _SECONDS["d"]))
    if "max_interval_seconds" in given:
        given.setdefault("min_interval_seconds", min(given["max_interval_seconds"], 5 * _SECONDS["m"]))
    return given


def seconds_of(duration: Any) -> int:
    """Read a duration: seconds, or a number with s, m, h or d (``90``, ``5m``, ``1d``). Raises ``BadSources``."""
    found = _DURATION.fullmatch(str(duration).strip().lower())
    seconds = int(found[1]) * _SECONDS[found[2] or "s"] if found else 0
    if isinstance(duration, bool) or not 0 < seconds <= _LONGEST:
        raise BadSources(f"{duration!r} is no interval such as 90, 5m, 2h or 1d")
    return seconds


def _language(tag: str | None) -> str | None:
    if tag and not _LANGUAGE.fullmatch(tag):
        raise BadSources(f"{tag!r} is no language tag such as de or pt-BR")
    return tag


def _zone(name: str | None) -> str | None:
    try:
        return ZoneInfo(name).key if name else None
    except (KeyError, ValueError, OSError):  # OSError: a folder of zones, such as Europe
        raise BadSources(f"{name!r} is no time zone such as Europe/Berlin") from None


def _host(name: Any) -> str:
    """Take a host name, or any URL there."""
    try:
        return host_of(name if "://" in name else f"http://{name}")
    except (Unusable, TypeError) as error:
        raise BadSources(f"{name!r} is no host ({error})") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
