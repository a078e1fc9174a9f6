"""Hostile and broken servers, all in one batch: each page has its reason in time, and the rest goes on."""

import gzip
import random
import resource
import socket
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import brotli
import pytest

from copytaster.config import Settings
from copytaster.errors import NotNow
from copytaster.fetch import get
from copytaster.fetch.deadline import tls_context
from copytaster.model import Outcome
from fetching import HEAD, PAGE, TORN, endless, fetch_all, pieces, resolver, settings_for
from servers import ScriptedServer, raw_server, redirect, response, scripted_server, tls_for

DEADLINE = 2.5
LIMIT = 1_000_000
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
ZEROS = bytes(50_000_000)
BOMB = gzip.compress(ZEROS)


def _coded(body: bytes, coding: str) -> bytes:
    return response(200, body, {"Content-Encoding": coding})


def _typed(body: bytes, media_type: str) -> bytes:
    return response(200, body, {"Content-Type": media_type})


def _zstd_bomb(megabytes: int = 200) -> bytes:
    """Write a Zstandard frame of run-length blocks, 128 KB of zeros in four bytes each."""
    block = ((128 * 1024) << 3 | 1 << 1).to_bytes(3, "little") + b"\0"
    return b"\x28\xb5\x2f\xfd\x00\x58" + block * (megabytes * 8) + b"\x01\x00\x00"


def _wandering(host: str, pause: float = 0.0) -> Callable[[socket.socket], None]:
    """Send each visitor on to an address that was never seen before."""

    def talk(connection: socket.socket) -> None:
        time.sleep(pause)
        connection.sendall(redirect(f"http://{host}/x?{time.monotonic_ns()}"))

    return talk


# Fault -> what the server at http://<its own host>/x says -> the page's state and reason.
Case = tuple[Any, str, str | None]
BROKEN = ("waiting", "broken_response")
LATE = ("waiting", "timeout")
LARGE = ("quarantined", "too_large")
FORBIDDEN = ("quarantined", "forbidden_address")
NOT_HTML = ("quarantined", "not_html")
TAKEN = ("fetched", None)

FRAMING: dict[str, Case] = {
    "a good page": (response(200, PAGE), *TAKEN),
    "no reason phrase": (b"HTTP/1.1 200\r\nContent-Type: text/html\r\n\r\n" + PAGE, *TAKEN),
    "HTTP/1.0 until closed": (HEAD.replace(b"1.1", b"1.0") + b"\r\n" + PAGE, *TAKEN),
    "a line break behind the body": (response(200, PAGE) + b"\r\n", *TAKEN),
    "chunks": (CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE), *TAKEN),
    "chunks with extensions and trailer": (
        CHUNKED + b"%x;a=b\r\n%s\r\n0\r\nX-Sum: 1\r\n\r\n" % (len(PAGE), PAGE), *TAKEN),
    "nothing": (b"", *BROKEN),
    "no HTTP": (b"SSH-2.0-OpenSSH\r\n\r\n", *BROKEN),
    "another protocol's status line": (b"ICY 200 OK\r\n\r\n" + PAGE, *BROKEN),
    "status of five digits": (b"HTTP/1.1 20000 OK\r\n\r\n" + PAGE, *BROKEN),
    "status that is no number": (b"HTTP/1.1 two OK\r\n\r\n" + PAGE, *BROKEN),
    "switching protocols": (b"HTTP/1.1 101 Go\r\nUpgrade: x\r\n\r\n", "quarantined", "http_error"),
    "a part that nobody asked for": (
        response(206, PAGE, {"Content-Range": "bytes 0-9/99"}), "quarantined", "broken_response"),
    "Content-Length too long": (HEAD + b"Content-Length: 90000\r\n\r\n" + PAGE, *BROKEN),
    "Content-Length too short": (HEAD + b"Content-Length: 900\r\n\r\n" + PAGE, *BROKEN),
    "Content-Length negative": (HEAD + b"Content-Length: -7\r\n\r\n" + PAGE, *BROKEN),
    "Content-Length no number": (HEAD + b"Content-Length: all\r\n\r\n" + PAGE, *BROKEN),
    "Content-Length twice": (HEAD + b"Content-Length: 9\r\nContent-Length: 12\r\n\r\n" + PAGE, *BROKEN),
    "Content-Length of 300 digits": (HEAD + b"Content-Length: " + b"9" * 300 + b"\r\n\r\n" + PAGE, *LARGE),
    "too long, and says so": (HEAD + b"Content-Length: 99999999\r\n\r\n", *LARGE),
    "no end": (endless(HEAD + b"\r\n", b"<p>" * 20_000), *LARGE),
    "no end in chunks": (endless(CHUNKED, b"ea60\r\n" + b"<p>" * 20_000 + b"\r\n"), *LARGE),
    "chunk size no number": (CHUNKED + b"zz\r\n" + PAGE, *BROKEN),
    "chunk size negative": (CHUNKED + b"-5\r\n" + PAGE, *BROKEN),
    "chunk size minus one, and no end": (endless(CHUNKED + b"-1\r\n", b"<p>" * 20_000), *LARGE),
    "trailer without end": (endless(CHUNKED + b"0\r\n", b"X: y\r\n" * 10_000), *LARGE),
    "chunk size too large": (CHUNKED + b"f" * 30 + b"\r\n" + PAGE, *BROKEN),
    "chunk torn": (CHUNKED + b"ffff\r\n" + PAGE, *BROKEN),
    "no last chunk": (CHUNKED + b"%x\r\n%s\r\n" % (len(PAGE), PAGE), *BROKEN),
    "endless chunk extension": (endless(CHUNKED + b"5;", b"x" * 60_000), *BROKEN),
    "another transfer coding": (
        HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n5\r\n\x1f\x8b...\r\n0\r\n\r\n", *BROKEN),
    "500 headers": (HEAD + b"X: y\r\n" * 500 + b"\r\n" + PAGE, *BROKEN),
    "headers without end": (endless(HEAD, b"X: y\r\n" * 1_000), *BROKEN),
    "a header of 200 KB": (HEAD + b"X: " + b"y" * 200_000 + b"\r\n\r\n", *BROKEN),
    "a header without end": (endless(HEAD + b"X: ", b"y" * 60_000), *BROKEN),
    "interim answers without end": (endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), *LARGE),
    "zero bytes in a header": (HEAD + b'ETag: "a\0b"\r\n\r\n' + PAGE, *TAKEN),
    "404 without end": (endless(HEAD.replace(b"200 OK", b"404 No") + b"\r\n", b"<p>" * 9), "gone", None),
    "403 without end": (endless(HEAD.replace(b"200 OK", b"403 No") + b"\r\n", b"<p>" * 9), "quarantined", "access_denied"),
    "503 that stays silent": (pieces(HEAD.replace(b"200 OK", b"503 No") + b"\r\n", pause=9), "waiting", "server_error"),
}  # fmt: skip

SLOW: dict[str, Case] = {
    "silence": (pieces(b"", pause=9), *LATE),
    "slow status line": (endless(b"HTTP/1.1 2", b"0", 0.1), *LATE),
    "slow headers": (endless(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"y", 0.1), *LATE),
    "slow body": (endless(HEAD + b"Content-Length: 9999\r\n\r\n", b"<p>", 0.1), *LATE),
    "slow chunks": (endless(CHUNKED, b"3\r\n<p>\r\n", 0.1), *LATE),
    "slow trailer": (endless(CHUNKED + b"0\r\n", b"X: y\r\n", 0.1), *LATE),
    "slow interim answers": (endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.1), *LATE),
    "slow redirects": (lambda host: _wandering(host, pause=0.5), *LATE),
}  # fmt: skip

RESETS: dict[str, Case] = {
    "before the status line": (pieces(b"", reset=True), *BROKEN),
    "in the status line": (pieces(b"HTTP/1.1 2", reset=True), *BROKEN),
    "in the headers": (pieces(HEAD + b"X-Hal", reset=True), *BROKEN),
    "behind the headers": (pieces(HEAD + b"Content-Length: 9999\r\n\r\n", reset=True), *BROKEN),
    "in the body": (pieces(HEAD + b"Content-Length: 9999\r\n\r\n", b"<p>", reset=True), *BROKEN),
    "in a chunk's size": (pieces(CHUNKED + b"ff", reset=True), *BROKEN),
    "in a chunk": (pieces(CHUNKED + b"ff\r\n<p>", reset=True), *BROKEN),
    "before the last chunk": (pieces(CHUNKED + b"3\r\n<p>\r\n", reset=True), *BROKEN),
    "at the end of a body without length": (pieces(HEAD + b"\r\n", PAGE, pause=0.2, reset=True), *BROKEN),
}

CODINGS: dict[str, Case] = {
    "gzip": (_coded(gzip.compress(PAGE), "gzip"), *TAKEN),
    "gzip in two members": (_coded(gzip.compress(PAGE) * 2, "gzip"), *TAKEN),
    "deflate": (_coded(zlib.compress(PAGE), "deflate"), *TAKEN),
    "brotli, though not asked for": (_coded(brotli.compress(PAGE), "br"), *TAKEN),
    "torn gzip": (_coded(TORN, "gzip"), *BROKEN),
    "torn gzip in the second member": (_coded(gzip.compress(PAGE) + TORN, "gzip"), *BROKEN),
    "torn deflate": (_coded(zlib.compress(PAGE)[:-5], "deflate"), *BROKEN),
    "torn brotli": (_coded(brotli.compress(PAGE)[:-3], "br"), *BROKEN),
    "gzip that is none": (_coded(PAGE, "gzip"), *BROKEN),
    "zstd is refused": (_coded(_zstd_bomb(1), "zstd"), "quarantined", "broken_response"),
    "zstd bomb": (_coded(_zstd_bomb(), "zstd"), "quarantined", "broken_response"),
    "unknown coding": (_coded(PAGE, "x-own"), "quarantined", "broken_response"),
    "four codings": (_coded(PAGE, "gzip, gzip, gzip, gzip"), "quarantined", "broken_response"),
    "gzip bomb": (_coded(BOMB, "gzip"), *LARGE),
    "deflate bomb": (_coded(zlib.compress(ZEROS), "deflate"), *LARGE),
    "brotli bomb": (_coded(brotli.compress(ZEROS, quality=1), "br"), *LARGE),
    "bomb of many members": (_coded(gzip.compress(bytes(20_000)) * 100, "gzip"), *LARGE),
    "nested bomb": (_coded(gzip.compress(BOMB), "gzip, gzip"), *LARGE),
    "mixed bomb": (_coded(brotli.compress(BOMB, quality=1), "gzip, br"), *LARGE),
}

TYPES: dict[str, Case] = {
    "text": (_typed(b"Just text.", "text/plain"), *TAKEN),
    "a charset that is none": (_typed(PAGE, "text/html; charset=no-such"), *TAKEN),
    "UTF-16": (_typed(PAGE.decode().encode("utf-16"), "text/html; charset=utf-16"), *TAKEN),
    "no type": (HEAD.partition(b"Content")[0] + b"\r\n" + PAGE, *TAKEN),
    "PDF": (_typed(b"%PDF-1.7 ...", "application/pdf"), *NOT_HTML),
    "PDF that calls itself HTML": (response(200, b"%PDF-1.7 ..."), *NOT_HTML),
    "image": (_typed(b"\x89PNG\r\n\x1a\n", "image/png"), *NOT_HTML),
    "video that calls itself HTML": (response(200, b"\0\0\0\x18ftypmp42"), *NOT_HTML),
    "archive that calls itself HTML": (response(200, b"PK\x03\x04..."), *NOT_HTML),
    "binary that calls itself text": (_typed(bytes(range(256)), "text/plain"), *NOT_HTML),
    "JSON": (_typed(b'{"a": 1}', "application/json"), *NOT_HTML),
    "JSON that calls itself HTML": (response(200, b'{"a": 1}'), *NOT_HTML),
    "style sheet": (_typed(b"p { color: red }", "text/css"), *NOT_HTML),
    "feed": (_typed(b"<?xml version='1.0'?><rss><p/></rss>", "text/xml"), *NOT_HTML),
    "pictures without end": (_typed(b"--x\r\n", "multipart/x-mixed-replace; boundary=x"), *NOT_HTML),
    "empty": (response(200), "quarantined", "empty"),
    "no content": (b"HTTP/1.1 204 None\r\n\r\n", "quarantined", "empty"),
}

_LEADS: dict[str, tuple[str, str]] = {  # where a redirect leads -> the page's fate
    **dict.fromkeys(
        [
            "ftp://a.example/", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,<p>", "gopher://a.example/",
            "ws://a.example/", "mailto:desk@a.example",
            "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/",
            "http://0177.0.0.1/", "http://017700000001/", "http://127.0.0.01/", "http://0/", "http://0.0.0.0/",
            "http://169.254.169.254/latest/", "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::1]/",
            "http://[2002:7f00:1::]/", "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fec0::1]/",
            "http://１２７.0.0.1/", "http://127。0。0。1/", "http://①②⑦.0.0.1/",
            "http://user@127.0.0.1/", "http://a.example:80@127.0.0.1/", "http://a.example@10.0.0.1/",
            "//127.0.0.1/", "http://localhost/", "http://a.example:22/", "http://a.example:0/",
        ],
        FORBIDDEN,
    ),
    **dict.fromkeys(
        [
            "http://a.example\\@127.0.0.1/", "http:\\\\127.0.0.1\\", "http://[", "http://[::1", "http://a.example:port/",
            "http://a\x01.example/", "http://a..example/", "http://a.example/" + "x" * 5_000,
        ],
        ("quarantined", "invalid_url"),
    ),
    "": ("quarantined", "broken_response"),
}  # fmt: skip
REDIRECTS: dict[str, Case] = {
    **{
        f"to {target[:40]!r}": (redirect(target.encode().decode("latin-1")), *fate)
        for target, fate in _LEADS.items()
    },
    "without Location": (response(302), "quarantined", "broken_response"),
    "to the same address": (redirect("/x"), "quarantined", "redirect_loop"),
    "back and forth": (lambda host: redirect(f"http://{host}/y"), "quarantined", "redirect_loop"),
    "to ever new addresses": (_wandering, "quarantined", "redirect_loop"),
    "between http and https": (lambda host: redirect(f"https://{host}/x"), "quarantined", "redirect_loop"),
    "in capitals": (redirect("HTTP://Good.EXAMPLE:80/x"), *TAKEN),
}

TABLE: dict[str, Case] = {
    f"{group}: {name}": case
    for group, cases in [
        ("framing", FRAMING),
        ("slow", SLOW),
        ("reset", RESETS),
        ("coding", CODINGS),
        ("type", TYPES),
        ("redirect", REDIRECTS),
    ]
    for name, case in cases.items()
}


def _host(name: str) -> str:
    return f"h{list(TABLE).index(name)}.example"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A server with a good certificate for one host of the table; its setting, and what to trust."""
    host = _host("redirect: between http and https")
    context, certificate = tls_for(host, tmp_path_factory.mktemp("tls"))
    with scripted_server(context) as server:
        server.script["/x"] = redirect(f"http://{host}/x")
        yield server.connect_to(host), certificate


@pytest.fixture(scope="module")
def batch(tls: tuple[str, Path]) -> Iterator[tuple[dict[str, Outcome], float, int]]:
    """The whole table as one batch: outcomes by name, seconds, and growth of memory in KiB."""
    trusting = tls_context.__wrapped__()
    trusting.load_verify_locations(tls[1])
    with scripted_server() as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr("copytaster.fetch.transport.tls_context", lambda: trusting)
        hosts = [_host(name) for name in TABLE]
        settings = settings_for(
            server,
            "good.example",
            *hosts,
            fetch_timeout_seconds=DEADLINE,
            max_body_bytes=LIMIT,
            fetch_threads=48,
        )
        settings = replace(settings, connect_to=f"{settings.connect_to},{tls[0]}")
        server.script["good.example/x"] = response(200, PAGE)
        for host, (said, *_) in zip(hosts, TABLE.values(), strict=True):
            server.script[f"{host}/x"] = _said(said, host)
            server.script[f"{host}/y"] = redirect(f"http://{host}/x")
        before, began = _most_memory(), time.monotonic()
        result = fetch_all([f"http://{host}/x" for host in hosts], settings)
        seconds = time.monotonic() - began
        names = list(TABLE)
        yield {names[o.page_id]: o for o in result.outcomes}, seconds, _most_memory() - before


def _said(said: Any, host: str) -> Any:
    """Some cases must know their own address: they are functions of it, not of a connection."""
    named = callable(said) and said.__code__.co_varnames[:1] == ("host",)
    return said(host) if named else said


def _most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.parametrize("name", TABLE)
def test_each_fault_has_its_reason(batch: tuple[dict[str, Outcome], float, int], name: str) -> None:
    outcome = batch[0][name]

    assert (outcome.state, outcome.reason) == TABLE[name][1:], outcome.detail


def test_the_batch_ends_soon_after_its_slowest_page_and_memory_stays_flat(
    batch: tuple[dict[str, Outcome], float, int],
) -> None:
    outcomes, seconds, kibibytes = batch

    assert len(outcomes) == len(TABLE)
    assert seconds < 10 * DEADLINE  # one after the other, the slow ones alone would take as long
    assert kibibytes < 100 * 1024


# --- certificates and handshakes ------------------------------------------------------------------


CERTIFICATES: dict[str, tuple[Any, bool, str, str | None]] = {
    # name -> days from and to which it is valid, whether we trust its authority, the page's fate
    "good": ((-1, 1), True, *TAKEN),
    "vouches for itself": ((-1, 1), False, "quarantined", "bad_certificate"),
    "expired": ((-9, -1), True, "quarantined", "bad_certificate"),
    "not yet valid": ((1, 9), True, "quarantined", "bad_certificate"),
    "for another host": ((-1, 1), True, "quarantined", "bad_certificate"),
}


def test_a_certificate_must_be_valid_trusted_and_for_this_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting = tls_context.__wrapped__()
    monkeypatch.setattr("copytaster.fetch.transport.tls_context", lambda: trusting)
    fates, places = {}, []
    with ExitStack() as stack:
        for number, (name, (days, trusted, *_)) in enumerate(CERTIFICATES.items()):
            host = f"c{number}.example"
            named = "elsewhere.example" if name == "for another host" else host
            context, certificate = tls_for(named, tmp_path, days=days)
            if trusted:
                trusting.load_verify_locations(certificate)
            server = stack.enter_context(scripted_server(context))
            server.script["/x"] = response(200, PAGE)
            places.append(server.connect_to(host))
        settings = replace(settings_for(server), connect_to=",".join(places))
        result = fetch_all([f"https://c{number}.example/x" for number in range(len(places))], settings)
        fates = {list(CERTIFICATES)[o.page_id]: (o.state, o.reason) for o in result.outcomes}

    assert fates == {name: (state, reason) for name, (_, _, state, reason) in CERTIFICATES.items()}


HANDSHAKES: dict[str, tuple[list[bytes], str]] = {
    "plain HTTP": ([response(200, PAGE)], "broken_response"),
    "rubbish": ([b"\x16\x03\x01\x00\x05rubbish"], "broken_response"),
    "an alert": ([b"\x15\x03\x03\x00\x02\x02\x28"], "broken_response"),
    "closed": ([], "broken_response"),
    "silence": ([b"\x16\x03\x03"], "timeout"),
}


@pytest.mark.parametrize("name", HANDSHAKES)
@pytest.mark.parametrize("reset", [False, True])
def test_a_handshake_that_fails_is_named(name: str, reset: bool) -> None:  # noqa: FBT001 - a table's column
    said, reason = HANDSHAKES[name]

    def talk(connection: socket.socket) -> None:
        connection.recv(1 << 16)
        pieces(*said, pause=3 if name == "silence" else 0, reset=reset)(connection)

    with raw_server(talk) as port:
        settings = Settings(
            host_delay_seconds=0, connect_to=f"a.example:443=127.0.0.1:{port}", fetch_timeout_seconds=0.7
        )
        with pytest.raises(NotNow) as later:
            get("https://a.example/", settings)

    assert later.value.reason == reason


def test_a_host_that_answers_no_connection_is_unreachable_before_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("copytaster.fetch.transport._LONGEST_CONNECT", 0.3)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as stack:
        for _ in range(3):  # fill its queue
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        place = f"127.0.0.1:{full.getsockname()[1]}"
        settings = Settings(
            connect_to=f"a.example:80={place}", host_delay_seconds=0, fetch_timeout_seconds=20
        )
        began = time.monotonic()
        with pytest.raises(NotNow, match="unreachable"):
            get("http://a.example/", settings)
    assert time.monotonic() - began < 10


# --- names ------------------------------------------------------------------------------------------


def _name_server(server: ScriptedServer) -> Callable[..., list[Any]]:
    """Answer by the name: each look-up of a name may have another outcome."""
    asked: Counter[str] = Counter()

    def resolve(host: str, port: int, *_: Any) -> list[Any]:
        asked[host] += 1
        told = NAMES[host][0]
        answer = told[min(asked[host], len(told)) - 1]
        if isinstance(answer, Exception):
            raise answer
        if answer == "hang":
            time.sleep(3)
        return resolver(*([] if answer in {"", "hang"} else answer.split()))(host, server.port)

    return resolve


# Name -> what DNS says at the first look-up, the second …; the fate of http://<name>/go, which leads to /x there.
NAMES: dict[str, tuple[list[Any], str, str | None]] = {
    "steady.example": (["127.0.0.1"], *TAKEN),
    "rebinds.example": (["127.0.0.1", "127.0.0.1", "10.0.0.1"], *FORBIDDEN),
    "rebinds-to-mapped.example": (["127.0.0.1", "127.0.0.1", "::ffff:10.0.0.1"], *FORBIDDEN),
    "rebinds-in-between.example": (["127.0.0.1", "127.0.0.1 10.0.0.1"], *FORBIDDEN),
    "private.example": (["10.0.0.1"], *FORBIDDEN),
    "mixed.example": (["127.0.0.1 10.0.0.1"], *FORBIDDEN),
    "metadata.example": (["169.254.169.254"], *FORBIDDEN),
    "scoped.example": (["fe80::1%eth0"], *FORBIDDEN),
    "rubbish.example": (["not-an-address"], *FORBIDDEN),
    "vanishes.example": (["127.0.0.1", "127.0.0.1", socket.gaierror(-2, "no such name")], "waiting", "unreachable"),
    "unknown.example": ([socket.gaierror(-2, "no such name")], "waiting", "unreachable"),
    "unspeakable.example": ([UnicodeError("label too long")], "waiting", "unreachable"),
    "empty.example": ([""], "waiting", "unreachable"),
    "hangs.example": (["127.0.0.1", "127.0.0.1", "hang"], "waiting", "timeout"),
}  # fmt: skip


def test_a_name_whose_answer_changes_is_judged_at_each_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copytaster.fetch.network.Remembering.seconds", 0.0)  # a minute has passed
    with scripted_server() as server:
        server.script |= {"/go": redirect("/x"), "/x": response(200, PAGE)}
        settings = Settings(
            allowed_networks="127.0.0.0/8", host_delay_seconds=0, fetch_timeout_seconds=1, tdmrep=False
        )
        urls = [f"http://{name}/go" for name in NAMES]
        result = fetch_all(urls, settings, resolve=_name_server(server))
        seen = {seen.host for seen in server.log.requests}

    fates = {list(NAMES)[o.page_id]: (o.state, o.reason) for o in result.outcomes}
    assert fates == {name: (state, reason) for name, (_, state, reason) in NAMES.items()}
    assert seen == {name for name, (told, *_) in NAMES.items() if told[0] == "127.0.0.1"}


def test_a_name_that_changes_within_a_minute_is_still_where_it_was_checked() -> None:
    with scripted_server() as server:
        server.script |= {"/go": redirect("/x"), "/x": response(200, PAGE)}
        settings = Settings(allowed_networks="127.0.0.0/8", host_delay_seconds=0, tdmrep=False)
        result = fetch_all(["http://rebinds.example/go"], settings, resolve=_name_server(server))

    assert [(o.state, o.reason) for o in result.outcomes] == [TAKEN]


def test_look_ups_that_hang_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copytaster.fetch.network._looking_up", threading.BoundedSemaphore(4))
    free = threading.Event()

    def hang(*_: Any) -> list[Any]:
        free.wait(10)
        return []

    before = set(threading.enumerate())
    settings = Settings(host_delay_seconds=0, fetch_timeout_seconds=0.1)
    for number in range(12):
        with pytest.raises(NotNow, match="timeout"):
            get(f"http://h{number}.example/", settings, resolve=hang)
    waiting = [thread for thread in threading.enumerate() if thread not in before]
    free.set()

    assert [thread.name for thread in waiting] == ["resolve"] * 4


# --- chance -----------------------------------------------------------------------------------------


def test_no_answer_takes_the_batch_down() -> None:
    """Good answers with a few bytes changed, lost, doubled or torn: always an outcome, never an exception."""
    chance = random.Random(9309)
    good = [
        response(
            200, gzip.compress(PAGE), {"Content-Encoding": "gzip", "ETag": '"1"', "Set-Cookie": "a=b; Path=/"}
        ),
        CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE),
        redirect("/x?again"),
        response(503, headers={"Retry-After": "Mon, 02 Nov 2026 10:05:00 GMT"}),
    ]
    with scripted_server() as server:
        hosts = [f"h{number}.example" for number in range(400)]
        for number, host in enumerate(hosts):
            server.script[f"{host}/x"] = _changed(good[number % len(good)], chance)
            if number % 3 == 0:
                robots = response(200, b"User-agent: *\nCrawl-delay: 0.01\nDisallow: /no")
                server.script[f"{host}/robots.txt"] = _changed(robots, chance)
        settings = settings_for(server, *hosts, fetch_timeout_seconds=1.0, fetch_threads=16, batch_seconds=60)
        result = fetch_all([f"http://{host}/x" for host in hosts], settings)

    assert len(result.outcomes) == len(hosts)
    assert {outcome.state for outcome in result.outcomes} >= {"fetched", "waiting"}


def _changed(said: bytes, chance: random.Random) -> bytes:
    head, body = bytearray(said[:400]), said[400:]
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(head))
        match chance.randrange(4):
            case 0:
                head[place] = chance.randrange(256)
            case 1:
                del head[place : place + chance.randint(1, 8)]
            case 2:
                head[place:place] = head[place : place + chance.randint(1, 40)]
            case _:
                head[place:place] = chance.choice([b"\r\n", b"\0", b": ", b"\xff\xfe", b",", b"999999"])
    return bytes(head) + body[: chance.choice([len(body), len(body), len(body) // 2])]
