"""Content codings (RFC 9110 §8.4): bytes as sent -> bytes as meant, within a bound. Pure.

Every decoder checks that its stream came to its end: a torn body is an error, never a short page.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, cast

import brotli
from isal import isal_zlib

from copytaster.errors import Unusable

#: What we ask servers for. Brotli is understood, but not every reader of our archive does.
ACCEPTED: Final = "gzip, deflate"
_PIECE = 256 * 1024
_MOST_LAYERS = 3
_IsalError = cast("type[Exception]", isal_zlib.error)  # its stubs call the class an instance
_GZIP, _ZLIB, _RAW = 31, 15, -15
_LEVEL = 2

Pieces = Iterator[bytes]


class BrokenCoding(Exception):
    """The body is torn, or is not what its Content-Encoding says."""


def decode(body: bytes, content_encoding: str, *, limit: int) -> bytes:
    """Undo the codings that a Content-Encoding header lists (outermost last).

    Raises ``BrokenCoding``, or ``Unusable``: ``too_large`` over ``limit`` bytes at any layer,
    ``broken_response`` for a coding that we do not know.
    """
    return b"".join(decoded(body, content_encoding, limit=limit)) if content_encoding else body


def decoded(body: bytes, content_encoding: str, *, limit: int) -> Pieces:
    """Do the same piece by piece, so that a bomb never stands in memory as a whole."""
    pieces: Pieces = iter((body,))
    layers = [name for part in content_encoding.lower().split(",") if (name := part.strip())]
    layers = [name for name in layers if name != "identity"]
    if len(layers) > _MOST_LAYERS:
        raise Unusable("broken_response", f"{len(layers)} content codings")
    for name in reversed(layers):
        if name not in _DECODERS:
            raise Unusable("broken_response", f"content coding {name[:40]!r}")
        pieces = _bounded(_DECODERS[name](pieces), limit)
    return pieces


def gzip(*parts: bytes) -> bytes:
    """Compress the parts as one gzip member (compressor and level: docs/decisions/0009-warc.md)."""
    packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)
    return b"".join([*map(packer.compress, parts), packer.flush()])


def _bounded(pieces: Pieces, limit: int) -> Pieces:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > limit:
            raise Unusable("too_large", f"more than {limit} bytes once decoded")
        yield piece


def _gunzip(pieces: Iterable[bytes]) -> Pieces:
    """Undo gzip, also of several members; what follows the last one is padding, as browsers see it."""
    unpacker, members = None, 0
    for piece in pieces:
        rest = piece
        while rest:
            if unpacker is None:
                if members and not rest.startswith(b"\x1f"):
                    return
                members += 1
                unpacker = isal_zlib.decompressobj(_GZIP)
            yield from _inflate(unpacker, rest)
            rest = unpacker.unused_data
            unpacker = None if unpacker.eof else unpacker
    if unpacker is not None:
        raise BrokenCoding("gzip data end too early")


def _inflate(unpacker: Any, rest: bytes) -> Pieces:
    try:
        piece = bytes(_PIECE)
        while not unpacker.eof and (rest or len(piece) == _PIECE):  # a full piece: more may be pending
            piece = unpacker.decompress(rest, _PIECE)
            yield piece
            rest = unpacker.unconsumed_tail
    except _IsalError as error:
        raise BrokenCoding(str(error)) from None


def _undeflate(pieces: Iterable[bytes]) -> Pieces:
    """Undo deflate: a zlib stream by the standard, a raw one by the habit of some servers."""
    body = b"".join(pieces)
    if not body:
        return
    is_zlib = body[0] & 0x0F == zlib.DEFLATED and int.from_bytes(body[:2], "big") % 31 == 0
    unpacker = isal_zlib.decompressobj(_ZLIB if is_zlib else _RAW)
    yield from _inflate(unpacker, body)
    if not unpacker.eof:
        raise BrokenCoding("deflate data end too early")


def _unbrotli(pieces: Iterable[bytes]) -> Pieces:
    unpacker = brotli.Decompressor()
    try:
        for piece in pieces:
            yield unpacker.process(piece, output_buffer_limit=_PIECE)
            while more := unpacker.process(b"", output_buffer_limit=_PIECE):
                yield more
    except brotli.error as error:
        raise BrokenCoding(f"brotli: {error}") from None
    if not unpacker.is_finished():
        raise BrokenCoding("brotli data end too early")


_DECODERS: Final[dict[str, Callable[[Iterable[bytes]], Pieces]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
}
