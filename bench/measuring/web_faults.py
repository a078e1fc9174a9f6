"""What servers do wrong: each fault is a way to answer one request, and the fates that its page may meet."""

import contextlib
import gzip
import json
import socket
import struct
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import brotli

#: Bytes that a page may have, and seconds that it may take, so that the faults are faults.
LIMIT, PATIENCE = 2_000_000, 2.5
_BOMB = 24_000_000
_DRIP = 0.2  # seconds between two bytes
_LONGEST = 20.0  # seconds that a slow answer goes on, if nobody hangs up
_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, and what an article would have been."""

    connection: socket.socket
    url: str
    html: bytes
    times: int  # how often this address was asked for before
    links: Mapping[str, str]  # where redirects lead: by name


Answer: TypeAlias = Callable[[Asked], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A way to answer, and what may become of the page: its state, or the reason for its quarantine."""

    answer: Answer
    fates: frozenset[str]


def whole(body: bytes, *, status: int = 200, **headers: str) -> bytes:
    """Give an answer as it should be; names of headers with underscores for hyphens."""
    given = {"Content-Type": _HTML, "Content-Length": str(len(body))}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status} Said\r\n{lines}Connection: close\r\n\r\n".encode("latin-1") + body


def _head(*lines: str, status: int = 200) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status} Said", f"Content-Type: {_HTML}", *lines, "", ""]).encode(
        "latin-1"
    )


def _drip(asked: Asked, head: bytes, piece: bytes, *, pause: float = _DRIP) -> bytes:
    end = time.monotonic() + _LONGEST
    with contextlib.suppress(OSError):
        asked.connection.sendall(head)
        while time.monotonic() < end:
            asked.connection.sendall(piece)
            time.sleep(pause)
    return b""


def _silent(asked: Asked) -> bytes:
    asked.connection.settimeout(_LONGEST)
    with contextlib.suppress(OSError):
        asked.connection.recv(1)
    return b""


def _reset(asked: Asked, before: bytes) -> bytes:
    with contextlib.suppress(OSError):
        asked.connection.sendall(before)
        time.sleep(0.05)
        asked.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return b""


def _packed(body: bytes, coding: str) -> bytes:
    return whole(body, Content_Encoding=coding)


@cache
def _bomb(kind: str) -> bytes:
    zeros = bytes(_BOMB)
    match kind:
        case "deflate":
            return zlib.compress(zeros)
        case "br":
            return bytes(brotli.compress(zeros, quality=1))
        case "members":
            return gzip.compress(zeros[: LIMIT // 4], mtime=0) * 40
        case "twice":
            return gzip.compress(gzip.compress(zeros, mtime=0), mtime=0)
        case "zstd":  # a frame of blocks that each say: one byte, 128 KiB times
            block = (1 << 1 | (128 << 10) << 3).to_bytes(3, "little") + b"0"
            return b"\x28\xb5\x2f\xfd\x00\x58" + block * 200 + b"\x01\x00\x00"
    return gzip.compress(zeros, mtime=0)


def prepare() -> None:
    """Pack the bombs, so that no request waits for it."""
    for kind in ("gzip", "deflate", "br", "members", "twice", "zstd"):
        _bomb(kind)


def _to(name: str, status: int = 302) -> Answer:
    return lambda asked: whole(b"", status=status, Location=asked.links[name])


def _says(status: int, **headers: str) -> Answer:
    return lambda asked: whole(asked.html[:200], status=status, **headers)


def _once(first: Answer, then: Answer) -> Answer:
    return lambda asked: (first if asked.times == 0 else then)(asked)


def article(asked: Asked) -> bytes:
    """Answer as every server should."""
    return whole(asked.html)


def _fault(answer: Answer, *fates: str) -> Fault:
    return Fault(answer=answer, fates=frozenset(fates))


def _in_chunks(body: bytes) -> bytes:
    return _head("Transfer-Encoding: chunked", "Content-Encoding: gzip") + b"%x\r\n%b\r\n0\r\n\r\n" % (
        len(body),
        body,
    )


def _chunked(body: bytes) -> bytes:
    return _head("Transfer-Encoding: chunked") + body


FAULTS: Mapping[str, Fault] = {
    # Time
    "slow header": _fault(lambda asked: _drip(asked, b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), "timeout"),
    "slow body": _fault(lambda asked: _drip(asked, _head("Content-Length: 90000"), b"<p>"), "timeout"),
    "no answer": _fault(_silent, "timeout"),
    # Size
    "no end": _fault(
        lambda asked: _drip(asked, _head(), b"<p>and so on</p>" * 4_096, pause=0.0), "too_large"
    ),
    "declared giant": _fault(lambda _: _head("Content-Length: 99999999999") + b"<p>", "too_large"),
    "gzip bomb": _fault(lambda _: _packed(_bomb("gzip"), "gzip"), "too_large"),
    "gzip bomb of many members": _fault(lambda _: _packed(_bomb("members"), "gzip"), "too_large"),
    "nested gzip bomb": _fault(lambda _: _packed(_bomb("twice"), "gzip, gzip"), "too_large"),
    "deflate bomb": _fault(lambda _: _packed(_bomb("deflate"), "deflate"), "too_large"),
    "brotli bomb": _fault(lambda _: _packed(_bomb("br"), "br"), "too_large"),
    "zstd bomb": _fault(lambda _: _packed(_bomb("zstd"), "zstd"), "too_large", "broken_response"),
    # Form
    "Content-Length too long": _fault(
        lambda asked: whole(asked.html, Content_Length="999999"), "broken_response"
    ),
    "Content-Length too short": _fault(
        lambda asked: whole(asked.html, Content_Length=str(len(asked.html) - 60)), "loaded", "broken_response"
    ),
    "Content-Length of words": _fault(
        lambda asked: whole(asked.html, Content_Length="many"), "loaded", "broken_response"
    ),
    "bad chunk size": _fault(lambda _: _chunked(b"zz\r\n<p>\r\n0\r\n\r\n"), "broken_response"),
    "torn chunk": _fault(lambda _: _chunked(b"ff\r\n<p>"), "broken_response"),
    "no last chunk": _fault(lambda _: _chunked(b"3\r\n<p>\r\n"), "broken_response"),
    "flood of headers": _fault(lambda _: _head(*(f"X-{i}: y" for i in range(5_000))), "broken_response"),
    "endless header": _fault(lambda _: _head("X-A: " + "y" * 300_000), "broken_response"),
    "no HTTP": _fault(lambda _: b"220 mail.example ready\r\n", "broken_response"),
    "reset at once": _fault(lambda asked: _reset(asked, b""), "broken_response"),
    "reset in header": _fault(lambda asked: _reset(asked, b"HTTP/1.1 200 OK\r\nContent-"), "broken_response"),
    "reset in body": _fault(
        lambda asked: _reset(asked, _head("Content-Length: 90000") + b"<p>"), "broken_response"
    ),
    "torn gzip": _fault(lambda asked: _packed(gzip.compress(asked.html)[:-9], "gzip"), "broken_response"),
    "not gzip": _fault(lambda asked: _packed(asked.html, "gzip"), "broken_response"),
    "unknown coding": _fault(lambda asked: _packed(asked.html, "rot13"), "broken_response"),
    "chunks and gzip": _fault(lambda asked: _in_chunks(gzip.compress(asked.html)), "loaded"),
    "UTF-16": _fault(
        lambda asked: whole(asked.html.decode().encode("utf-16"), Content_Type="text/html"), "loaded"
    ),
    # Redirects
    "redirect loop": _fault(_to("self"), "redirect_loop"),
    "loop of two": _fault(_to("other of loop"), "redirect_loop"),
    "redirect without end": _fault(_to("next"), "redirect_loop"),
    "redirect to the article": _fault(_to("article", 301), "loaded"),
    "redirect to another host": _fault(_to("article elsewhere", 308), "loaded"),
    "redirect without Location": _fault(_says(302), "broken_response"),
    "redirect to a forbidden path": _fault(_to("private"), "blocked_by_robots"),
    "redirect to metadata": _fault(_to("metadata"), "forbidden_address"),
    "redirect to loopback": _fault(_to("loopback"), "forbidden_address"),
    "redirect to IPv6 loopback": _fault(_to("loopback6"), "forbidden_address"),
    "redirect to localhost": _fault(_to("localhost"), "forbidden_address"),
    "redirect to a private network": _fault(_to("private network"), "forbidden_address"),
    "redirect to a disguised address": _fault(_to("disguised"), "forbidden_address"),
    "redirect with a user name": _fault(_to("user name"), "forbidden_address"),
    "redirect to another scheme": _fault(_to("ftp"), "forbidden_address"),
    "redirect to a script": _fault(_to("script"), "forbidden_address", "invalid_url"),
    "redirect to a bad certificate": _fault(_to("tls"), "bad_certificate"),
    # Status
    "400": _fault(_says(400), "http_error"),
    "401": _fault(_says(401, WWW_Authenticate="Basic"), "access_denied"),
    "402": _fault(_says(402), "access_denied"),
    "403": _fault(_says(403), "access_denied"),
    "404": _fault(_says(404), "gone"),
    "410": _fault(_says(410), "gone"),
    "451": _fault(_says(451), "access_denied"),
    "500": _fault(_says(500), "server_error"),
    "500 once": _fault(_once(_says(500), article), "loaded"),
    # Content
    "PDF": _fault(
        lambda _: whole(b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", Content_Type="application/pdf"), "not_html"
    ),
    "PDF as HTML": _fault(lambda _: whole(b"%PDF-1.7\n%\xe2\xe3\n1 0 obj"), "not_html"),
    "picture": _fault(lambda _: whole(b"\x89PNG\r\n\x1a\n\x00\x00", Content_Type="image/png"), "not_html"),
    "JSON": _fault(
        lambda _: whole(json.dumps({"a": 1}).encode(), Content_Type="application/json"), "not_html"
    ),
    "nothing": _fault(lambda _: whole(b""), "empty"),
    "soft 404": _fault(lambda asked: whole(asked.html), "soft_404", "error_page"),
}
