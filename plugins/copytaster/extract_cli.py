"""The engine of ``copytaster extract``: files of pages in, JSON articles out."""

import base64
import binascii
import gzip
import io
import json
import logging
import lzma
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Protocol, cast

from copytaster.caches import forget
from copytaster.errors import Reason, Unusable
from copytaster.model import Article, Page, Verdict
from copytaster.pool import Limits, Lost, in_order

_CHUNK = 500  # articles that are judged together
_LIMITS = Limits(seconds=30.0)
# Imported once for all worker processes: together they take seconds.
_PRELOAD = ("copytaster.extract", "trafilatura", "py3langid.langid", "charset_normalizer")


class Judge(Protocol):
    """The pipeline's checks: one verdict for each article, in order."""

    def __call__(self, articles: Sequence[Article], *, now: datetime) -> Sequence[Verdict]:
        """Judge a batch as of ``now``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What became of one row: an article, or the reason why there is none, and text in any case."""

    row_id: object = None
    url: str = ""
    article: Article | None = None
    reason: Reason | None = None
    detail: str = ""
    text: str = ""


def run_one(path: str, url: str | None = None) -> int:
    """Read one HTML or text file (``-`` for standard input) and print its article as JSON; 1 if there is none."""
    from copytaster.extract import extract  # noqa: PLC0415 - loads lxml and more

    _hush()
    try:
        body = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        kind = "text/plain" if path.lower().endswith(".txt") else "text/html"
        article = extract(Page(url=url or "", body=body, media_type=kind))
    except (OSError, Unusable) as error:
        sys.stderr.write(f"copytaster extract: {path}: {error}\n")
        return 1
    sys.stdout.write(json.dumps(asdict(article), ensure_ascii=False, indent=2, default=_plain) + "\n")
    return 0


def run_many(source: str, target: str, workers: int = 1, *, judge: Judge | None = None) -> int:
    """Read a JSONL file of pages and write one row for each of its rows, in the same order.

    Both may end in ``.gz`` or ``.xz``, or be ``-``. ``judge`` gives the reason under which the
    pipeline would withhold an article; without it only the page kind does. 1 if a file cannot be
    read or written, or a line is no JSON object.
    """
    _hush()
    broken = 0
    try:
        with closing(_open(source, "r")) as lines, closing(_open(target, "w")) as out:
            for reads in _chunks(_read_all(lines, workers), _CHUNK):
                broken += sum(read.detail == _NO_ROW for read in reads)
                for row in _rows(reads, judge):
                    out.write(json.dumps(row, ensure_ascii=False, default=_plain) + "\n")
    except BrokenPipeError:
        raise
    except (OSError, EOFError, lzma.LZMAError) as error:
        sys.stderr.write(f"copytaster extract: {error}\n")
        return 1
    if broken:
        sys.stderr.write(f"copytaster extract: {source}: {broken} lines are no JSON objects\n")
    return 1 if broken else 0


_NO_ROW = "the line is no JSON object"


def read_line(line: str) -> Read:
    """Read the page of one JSONL row. Runs in a worker."""
    from copytaster.extract import extract  # noqa: PLC0415 - only workers load it

    row = _row(line)
    if row is None:
        return Read(reason="extraction_failed", detail=_NO_ROW)
    url = row.get("url") if isinstance(row.get("url"), str) else None
    body, kind = _body(row)
    try:
        article = extract(Page(url=str(url or ""), body=body, media_type=kind, headers=_headers(row)))
    except Unusable as error:
        return Read(
            row_id=row.get("id"),
            url=str(url or ""),
            reason=error.reason,
            detail=error.detail,
            text=_rough(body),
        )
    return Read(row_id=row.get("id"), url=str(url or ""), article=article, text=article.article_body)


def _read_all(lines: Iterable[str], workers: int) -> Iterator[Read]:
    reads = in_order(read_line, lines, workers=workers, limits=_LIMITS, preload=_PRELOAD, tidy=forget)
    for line, read in reads:
        yield _lost(line, read) if isinstance(read, Lost) else read


def _lost(line: str, lost: Lost) -> Read:
    """Say what can still be said of a page that took its process down, or would not end."""
    row = _row(line) or {}
    url = row.get("url")
    return Read(
        row_id=row.get("id"),
        url=url if isinstance(url, str) else "",
        reason="extraction_failed",
        detail=lost.trouble,
        text=_rough(_body(row)[0]),
    )


def _row(line: str) -> Mapping[str, object] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _body(row: Mapping[str, object]) -> tuple[bytes, str]:
    """Find the page's bytes and media type. A row that has none is an empty page."""
    for key, kind in (("html", "text/html"), ("text", "text/plain")):
        if isinstance(told := row.get(key), str):
            return told.encode("utf-8", "replace"), kind
        if key == "html" and isinstance(packed := row.get("html_b64"), str):
            try:
                return base64.b64decode(packed), kind
            except binascii.Error:
                return b"", kind
    return b"", "text/html"


def _headers(row: Mapping[str, object]) -> dict[str, str]:
    """Declare UTF-8 for what arrived as text: somebody else has decoded it, its meta tag says nothing any more."""
    return (
        {}
        if isinstance(row.get("html_b64"), str) and row.get("html") is None
        else {"content-type": "text/html; charset=utf-8"}
    )


def _rough(body: bytes) -> str:
    from copytaster.decode import decode  # noqa: PLC0415 - only for pages that failed
    from copytaster.reading import rough_text  # noqa: PLC0415

    return rough_text(decode(body, None).text)


def _rows(reads: Sequence[Read], judge: Judge | None) -> Iterator[dict[str, object]]:
    articles = [read.article for read in reads if read.article]
    verdicts = iter(
        judge(articles, now=datetime.now(UTC)) if judge and articles else [Verdict()] * len(articles)
    )
    for read in reads:
        yield _as_row(read, next(verdicts) if read.article else Verdict())


def _as_row(read: Read, verdict: Verdict) -> dict[str, object]:
    """Make the output row; the five columns that tools look for stand first."""
    from copytaster.validate import mend  # noqa: PLC0415 - only what judges loads it

    article = mend(read.article or Article(url=read.url, canonical_url=read.url, article_body=""), verdict)
    kind = article.page_kind
    of_kind = kind if kind != "article" else None
    day = article.date_published.date().isoformat() if article.date_published else None
    told = {
        "id": read.row_id,
        "text": read.text,
        "title": article.headline,
        "author": article.authors,
        "date": day,
    }
    reason = read.reason or verdict.reason or of_kind
    return {
        **told,
        **asdict(article),
        "reason": reason,
        "detail": read.detail,
        "kind": kind if read.article else None,
    }


def _chunks(reads: Iterator[Read], size: int) -> Iterator[list[Read]]:
    while chunk := list(islice(reads, size)):
        yield chunk


def _open(path: str, mode: str) -> IO[str]:
    """Open a text file by its ending; ``-`` is standard input or output."""
    if path == "-":
        return io.TextIOWrapper(
            (sys.stdin if mode == "r" else sys.stdout).buffer,
            encoding="utf-8",
            errors="replace",
            write_through=True,
        )
    if path.endswith(".gz"):
        return cast("IO[str]", gzip.open(path, mode + "t", encoding="utf-8", errors="replace", newline="\n"))
    if path.endswith(".xz"):
        return cast("IO[str]", lzma.open(path, mode + "t", encoding="utf-8", errors="replace", newline="\n"))
    return Path(path).open(mode, encoding="utf-8", errors="replace", newline="\n")


def _plain(value: object) -> object:
    """Write what JSON has no form for: moments, and mappings that are no dict."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def _hush() -> None:
    """Keep the extractor's remarks on single pages off the terminal; the rows say what happened."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
