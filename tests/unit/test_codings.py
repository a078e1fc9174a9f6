"""Content codings: undone whole, within bounds, or told to be broken."""

import gzip
import random
import zlib
from collections.abc import Callable

import brotli
import pytest

from copytaster import codings
from copytaster.codings import BrokenCoding, decode
from copytaster.errors import Unusable

PIECE = codings._PIECE


def _raw_deflate(data: bytes) -> bytes:
    return zlib.compress(data)[2:-4]


CODERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("x-gzip", codings.gzip),
    ("deflate", zlib.compress),
    ("deflate", _raw_deflate),
    ("br", lambda data: brotli.compress(data, quality=1)),
    (" GZIP , identity", gzip.compress),
    ("gzip, gzip", lambda data: gzip.compress(gzip.compress(data))),
]


@pytest.mark.parametrize(("name", "encode"), CODERS)
@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7])
def test_a_body_comes_back_whole_and_a_torn_one_not_at_all(
    name: str, encode: Callable[[bytes], bytes], size: int
) -> None:
    for data in (b"a" * size, random.Random(size).randbytes(size)):
        body = encode(data)
        assert decode(body, name, limit=size + 9_000) == data
        for cut in (1, 5, 9):
            if len(body) > cut + 3:
                with pytest.raises(BrokenCoding):
                    decode(body[:-cut], name, limit=size + 9_000)


def test_gzip_may_have_members_and_padding() -> None:
    body = gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0\0 or whatever"

    assert decode(body, "gzip", limit=100) == b"one two"


@pytest.mark.parametrize(("name", "encode"), CODERS)
def test_a_bomb_is_given_up_at_the_bound(name: str, encode: Callable[[bytes], bytes]) -> None:
    with pytest.raises(Unusable, match="too_large"):
        decode(encode(bytes(20_000_000)), name, limit=1_000_000)


@pytest.mark.parametrize("name", ["zstd", "compress", "gzip, gzip, gzip, gzip", "\x00"])
def test_an_unknown_coding_is_refused(name: str) -> None:
    with pytest.raises(Unusable, match="broken_response"):
        decode(b"x", name, limit=10)


@pytest.mark.parametrize("name", ["gzip", "deflate", "br"])
def test_what_is_not_coded_is_broken(name: str) -> None:
    with pytest.raises(BrokenCoding):
        decode(b"<html><p>plain", name, limit=1_000)
