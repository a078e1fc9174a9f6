"""The container: bytes -> records, compressed or not, WARC 1.0 or 1.1, torn or whole."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO, cast

from isal import isal_zlib

from copytaster.errors import CopytasterError

_PIECE = 1 << 20
_PACKED = 64 * 1024
_GZIP = 31  # wbits of a gzip member
_LONGEST_LINE = 64 * 1024
_MOST_HEADERS = 200
_UNPACKING = (EOFError, gzip.BadGzipFile, zlib.error, cast("type[Exception]", isal_zlib.error))


class TornArchive(CopytasterError):
    """The file ends, or stops being a WARC file, within a record. Everything before that was read."""


class _Torn(Exception):
    """The stream ended too early."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record; header names in lower case."""

    headers: dict[str, str]
    block: bytes

    @property
    def record_id(self) -> str:
        """The WARC-Record-ID with its angle brackets."""
        return self.headers.get("warc-record-id", "")

    @property
    def kind(self) -> str:
        """The WARC-Type, in lower case."""
        return self.headers.get("warc-type", "").lower()

    @property
    def url(self) -> str:
        """The WARC-Target-URI; some tools wrap it in angle brackets."""
        return self.headers.get("warc-target-uri", "").removeprefix("<").removesuffix(">")

    @property
    def date(self) -> datetime | None:
        """The WARC-Date."""
        return self.date_of("warc-date")

    def date_of(self, name: str) -> datetime | None:
        """Read a date from a header; UTC where it names no zone, None where there is none."""
        try:
            date = datetime.fromisoformat(self.headers.get(name, ""))
        except ValueError:
            return None
        return date if date.tzinfo else date.replace(tzinfo=UTC)


def records(stream: BinaryIO, wanted: Callable[[dict[str, str]], bool], *, limit: int) -> Iterator[Record]:
    """Give the records whose headers are wanted; the blocks of others are passed over unread.

    A wanted record over ``limit`` bytes comes with an empty block. Raises ``TornArchive``.
    """
    number = 0
    with _torn_told(stream) as (source, fault):
        while (headers := _headers(source)) is not None:
            number += 1
            length = _length(headers)
            keep = length <= limit and wanted(headers)
            block = _take(source, length, keep=keep)
            if keep or wanted(headers):
                yield Record(headers, block)
        if fault():
            raise _Torn(str(fault()))
    if number == 0:
        raise TornArchive("the file holds no WARC record")


@contextmanager
def _torn_told(stream: BinaryIO) -> Iterator[tuple[BinaryIO, Callable[[], Exception | None]]]:
    try:
        yield _unpacked(stream)
    except _Torn as error:
        raise TornArchive(f"the WARC file is torn: {error}") from None
    except _UNPACKING as error:
        raise TornArchive(f"the WARC file is torn: {error}") from error


def _unpacked(stream: BinaryIO) -> tuple[BinaryIO, Callable[[], Exception | None]]:
    """Give the stream without its compression, and what to ask for the fault that ended it."""
    source: Any = (
        stream if hasattr(stream, "peek") else io.BufferedReader(cast("io.RawIOBase", stream), _PIECE)
    )
    head = source.peek(4)[:4]
    if head.startswith(b"\x1f\x8b"):
        members = _Members(source)
        return io.BufferedReader(members, _PIECE), lambda: members.fault
    if head == b"\x28\xb5\x2f\xfd":
        raise _Torn("compressed with zstd, which is not read here")
    return cast("BinaryIO", source), lambda: None


class _Members(io.RawIOBase):
    """Gzip members, one behind the other. Ends where it can no longer unpack, and says why in ``fault``.

    Ready-made readers raise there, and what they had unpacked ahead is lost with the error.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._packed = b""
        self._ready = b""
        self._member: Any = None
        self._ended = False
        self.fault: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready and not self._ended:
            try:
                self._ready = self._next()
            except _UNPACKING as error:
                self.fault, self._ended = error, True
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def _next(self) -> bytes:
        self._packed = self._packed or self._source.read(_PACKED)
        if self._member is None:
            self._packed = self._packed.lstrip(b"\0")  # padding between members
        if not self._packed:
            if self._member is not None:
                raise EOFError("it ends within a gzip member")
            self._ended = True
            return b""
        self._member = self._member or isal_zlib.decompressobj(_GZIP)
        piece: bytes = self._member.decompress(self._packed, _PIECE)
        self._packed = self._member.unconsumed_tail
        if self._member.eof:
            self._packed, self._member = self._member.unused_data, None
        return piece


def _headers(source: BinaryIO) -> dict[str, str] | None:
    """Read up to the block; None at the end of the file."""
    line = b"\r\n"
    while line in {b"\r\n", b"\n"}:
        line = source.readline(_LONGEST_LINE)
    if not line:
        return None
    if not line.startswith(b"WARC/"):
        raise _Torn(f"no record begins with {line[:40]!r}")
    headers: dict[str, str] = {}
    name = ""
    for _ in range(_MOST_HEADERS):
        line = source.readline(_LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise _Torn("it ends within the headers of a record")
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            return headers
        if text[0] in " \t" and name:
            headers[name] += " " + text.strip()
            continue
        name, _, value = text.partition(":")
        name = name.strip().lower()
        headers[name] = value.strip()
    raise _Torn("a record has no end of headers")


def _length(headers: dict[str, str]) -> int:
    length = headers.get("content-length", "")
    if not length.isdecimal():
        raise _Torn(f"a record with Content-Length {length[:40]!r}")
    return int(length)


def _take(source: BinaryIO, length: int, *, keep: bool) -> bytes:
    """Read the block, whole or not at all."""
    pieces, left = [], length
    while left:
        piece = source.read(min(left, _PIECE))
        if not piece:
            raise _Torn(f"{left} of {length} bytes of its last record are missing")
        left -= len(piece)
        if keep:
            pieces.append(piece)
    return b"".join(pieces)
