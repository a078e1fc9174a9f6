"""Dates as pages write them -> moments with zone and precision. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from copytaster.model import Precision, ZoneSource
from copytaster.written_dates import read_written

_ISO = re.compile(
    r"(?<!\d)(?P<y>(?:1[89]|20)\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"
    r"(?:[T\s,]+(?:at\s+)?(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<ap>[AaPp]\.?[Mm]\.?)?\s*(?P<z>Z|UTC|GMT|[+-]\d{1,2}:?\d{2}(?::\d{2})?|[+-]\d{2}\b|[A-Z]{2,5}\b)?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"^(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})(?:T?(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})?(?P<z>Z|[+-]\d{2}:?\d{2})?)?$"
)
_EPOCH = re.compile(r"^(\d{10})(\d{3})?(?:\.\d+)?$")
_RFC = re.compile(r"^(?:[A-Za-z]{3},?\s+)?\d{1,2}\s+[A-Za-z]{3,9}\s+\d{4}\s+\d{1,2}:\d{2}")
# Abbreviations that name one offset only in what newsrooms write (RFC 2822 and its neighbours).
_NAMED_OFFSETS: Mapping[str, int] = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 60, "WEST": 60, "CET": 60, "MEZ": 60, "CEST": 120, "MESZ": 120,
    "EET": 120, "EEST": 180, "MSK": 180, "IST": 330, "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660,
    "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
}  # fmt: skip
_MINUTES_OF_A_DAY = 1_440
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # no news page is older
_SLACK = timedelta(hours=26)  # a day's date is in no zone "tomorrow" by more


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A date as read: aware, as written, how exact, and where its zone comes from."""

    at: datetime
    raw: str
    precision: Precision
    zone: ZoneSource


def zone_named(name: str | None) -> tzinfo | None:
    """Look up the IANA zone of that name; None when there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def read_moment(
    raw: str, *, source_zone: tzinfo | None = None, told_by: ZoneSource = "page", month_first: bool = False
) -> Moment | None:
    """Read one date in ISO 8601, RFC 2822, compact, epoch or written form; None when it is no date.

    A date without a zone is taken in ``source_zone``, else in UTC with zone ``unknown``.
    ``told_by`` is what to call a zone that stands in the text itself: ``page`` or ``feed``.
    """
    text = raw.strip()[:120]
    if epoch := _EPOCH.match(text):
        return _from_epoch(int(epoch[1]), raw, told_by)
    if found := _COMPACT.match(text) or _ISO.search(text):
        return _from_parts(found.groupdict(), raw, source_zone, told_by)
    if _RFC.match(text):
        return _from_rfc(text, raw, source_zone, told_by)
    written = read_written(text, month_first=month_first)
    return _from_parts(written, raw, source_zone, told_by) if written else None


def plausible(moment: Moment, fetched_at: datetime | None) -> bool:
    """Say whether a moment is neither before the web nor after the fetch."""
    if moment.at < _EARLIEST:
        return False
    if fetched_at is None:
        return True
    slack = _SLACK if moment.precision == "day" or moment.zone == "unknown" else timedelta(minutes=10)
    return moment.at <= fetched_at + slack


def _from_epoch(seconds: int, raw: str, told_by: ZoneSource) -> Moment:
    return Moment(at=datetime.fromtimestamp(seconds, UTC), raw=raw, precision="second", zone=told_by)


def _from_rfc(text: str, raw: str, source_zone: tzinfo | None, told_by: ZoneSource) -> Moment | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    precision: Precision = "second" if re.search(r":\d{2}:\d{2}", text) else "minute"
    return _zoned(at, raw, precision, source_zone, told_by)


def _from_parts(
    parts: Mapping[str, str | None], raw: str, source_zone: tzinfo | None, told_by: ZoneSource
) -> Moment | None:
    hour = int(parts.get("H") or 0)
    half_day = (parts.get("ap") or "").lower()
    if half_day:
        hour = hour % 12 + (12 if half_day.startswith("p") else 0)
    try:
        at = datetime(
            int(parts["y"] or 0), int(parts["m"] or 0), int(parts["d"] or 0),
            hour, int(parts.get("M") or 0), min(int(parts.get("S") or 0), 59),
            tzinfo=_offset(parts.get("z")),
        )  # fmt: skip
    except ValueError:
        return None
    precision: Precision = "second" if parts.get("S") else "minute" if parts.get("H") else "day"
    return _zoned(at, raw, precision, source_zone, told_by)


def _zoned(
    at: datetime, raw: str, precision: Precision, source_zone: tzinfo | None, told_by: ZoneSource
) -> Moment:
    if at.tzinfo is not None:
        return Moment(at=at, raw=raw, precision=precision, zone=told_by)
    if source_zone is not None:
        return Moment(at=at.replace(tzinfo=source_zone), raw=raw, precision=precision, zone="source_default")
    return Moment(at=at.replace(tzinfo=UTC), raw=raw, precision=precision, zone="unknown")


def _offset(name: str | None) -> tzinfo | None:
    if not name:
        return None
    if name.upper() in _NAMED_OFFSETS:
        return timezone(timedelta(minutes=_NAMED_OFFSETS[name.upper()]))
    found = re.match(r"([+-])(\d{1,2}):?(\d{2})?", name)
    if found is None:
        return None
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return (
        timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))
        if minutes < _MINUTES_OF_A_DAY
        else None
    )
