"""Hand-over files: what one stage leaves for the next, one JSON object a line, gzipped.

The row types are the nouns of ``model``; ``pydantic`` reads and writes them by their annotations.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar

from copytaster.errors import Reason
from copytaster.model import Article, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What ``extract`` leaves of one page: an article, or the reason why there is none."""

    page_id: int
    article: Article | None = None
    reason: Reason | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What ``validate`` leaves of one page."""

    page_id: int
    verdict: Verdict


Row = TypeVar("Row", Reading, Judgement)


def write_rows(stream: BinaryIO, rows: Iterable[Row]) -> int:
    """Write rows to a stream as gzipped JSON lines; return how many."""
    from isal import igzip  # noqa: PLC0415 - a compiled library that DAG parsing does not need

    count = 0
    with igzip.open(stream, "wb", compresslevel=1) as lines:
        for row in rows:
            lines.write(_adapter(type(row)).dump_json(row, exclude_defaults=True) + b"\n")
            count += 1
    return count


def read_rows(stream: BinaryIO, kind: type[Row]) -> Iterator[Row]:
    """Read rows of one kind; raise ``pydantic.ValidationError`` for a line that is none."""
    from isal import igzip  # noqa: PLC0415 - see write_rows

    with igzip.open(stream, "rb") as lines:
        for line in lines:
            yield _adapter(kind).validate_json(line)


def _adapter(kind: type[Row]) -> Any:
    if kind not in _ADAPTERS:
        from pydantic import TypeAdapter  # noqa: PLC0415 - see write_rows

        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


_ADAPTERS: dict[type, Any] = {}
