"""What hosts wish: how slowly to be asked, what to leave alone, what may be done with their pages."""

import contextlib
import gzip
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from copytaster.config import BadSetting, Settings
from copytaster.errors import NotNow, Unusable
from copytaster.fetch import get
from copytaster.fetch.deadline import tls_context
from copytaster.model import Host
from fetching import NOW, PAGE, fetch_all, fetch_one, pieces, settings_for
from servers import ScriptedServer, redirect, response, scripted_server, tls_for


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


# --- the pace ---------------------------------------------------------------------------------------


def test_a_slow_host_is_asked_more_slowly(server: ScriptedServer) -> None:
    server.script |= {f"slow.example/{n}": pieces(b"", response(200, PAGE), pause=0.15) for n in range(3)}
    server.script["/robots.txt"] = pieces(b"", response(404), pause=0.15)
    server.script |= {f"quick.example/{n}": response(200, PAGE) for n in range(3)}
    server.script["quick.example/robots.txt"] = response(404)
    urls = [f"http://{host}.example/{n}" for host in ("slow", "quick") for n in range(3)]

    result = fetch_all(urls, settings_for(server, "slow.example", "quick.example", host_delay_factor=2.0))

    hosts = {host.host: host for host in result.hosts}
    slow, quick = hosts["slow.example"], hosts["quick.example"]
    assert {outcome.state for outcome in result.outcomes} == {"fetched"}
    assert slow.response_seconds is not None
    assert quick.response_seconds is not None
    assert slow.response_seconds > 0.14 > quick.response_seconds
    assert min(server.log.gaps("slow.example")) >= 0.15 + 0.28  # the answer, and twice as long to rest
    assert slow.next_allowed_at is not None
    assert slow.next_allowed_at >= NOW + timedelta(seconds=0.2)


def test_what_a_host_taught_holds_for_the_next_batch(server: ScriptedServer) -> None:
    server.script |= {f"/{n}": response(200, PAGE) for n in range(3)}
    known = Host(
        host="a.example", robots_status=404, robots_expires_at=NOW + timedelta(hours=1),
        response_seconds=0.1, adaptive_delay_seconds=0.3,
    )  # fmt: skip

    result = fetch_all(
        [f"http://a.example/{n}" for n in range(3)], settings_for(server), hosts={"a.example": known}
    )

    assert min(server.log.gaps("a.example")) >= 0.3 * 0.9 * 0.9
    (host,) = result.hosts
    assert host.adaptive_delay_seconds is not None
    assert 0.15 < host.adaptive_delay_seconds < 0.3  # quick answers make it forget, slowly


@pytest.mark.parametrize("status", [429, 503])
def test_a_refusal_doubles_the_delay_up_to_its_limit(server: ScriptedServer, status: int) -> None:
    server.script["/x"] = response(status)
    settings = settings_for(server, host_delay_limit_seconds=7.0)
    delays, host = [], Host(host="a.example")
    for _ in range(5):
        free = replace(
            host, next_allowed_at=None, robots_status=404, robots_expires_at=NOW + timedelta(hours=1)
        )
        (host,) = fetch_all(["http://a.example/x"], settings, hosts={"a.example": free}).hosts
        delays.append(host.adaptive_delay_seconds)

    assert delays == [1, 2, 4, 7, 7]


def test_documents_outside_a_batch_wait_for_each_other(server: ScriptedServer) -> None:
    server.script |= {"/1": redirect("/2"), "/2": response(200, PAGE), "b.example/2": response(200, PAGE)}
    settings = settings_for(server, "b.example", host_delay_seconds=0.2)
    began = time.monotonic()
    asking = [
        threading.Thread(target=get, args=(f"http://{address}", settings))
        for address in ("a.example/1", "a.example/1", "a.example/2", "b.example/2")
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()

    assert len(server.log.gaps("a.example")) == 4
    assert min(server.log.gaps("a.example")) >= 0.19
    assert next(seen.at for seen in server.log.requests if seen.host == "b.example") - began < 0.2


# --- robots.txt -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("redirects", "reason"), [(5, "blocked_by_robots"), (6, None)])
def test_a_robots_txt_may_be_five_redirects_away_whatever_holds_for_pages(
    server: ScriptedServer, redirects: int, reason: str | None
) -> None:
    server.script |= {"/robots.txt": redirect("/r1"), "/x": response(200, PAGE)}
    server.script |= {f"/r{n}": redirect(f"/r{n + 1}") for n in range(1, redirects)}
    server.script[f"/r{redirects}"] = response(200, b"User-agent: *\nDisallow: /")

    assert fetch_one("http://a.example/x", settings_for(server, max_redirects=1)).reason == reason


def test_of_a_giant_robots_txt_the_beginning_counts_however_it_is_sent(server: ScriptedServer) -> None:
    body = b"User-agent: *\nDisallow: /x\n" + b"# all is said\n" * 400_000
    server.script |= {
        "a.example/robots.txt": response(200, gzip.compress(body), {"Content-Encoding": "gzip"}),
        "b.example/robots.txt": response(200, body),
    }

    result = fetch_all(["http://a.example/x", "http://b.example/x"], settings_for(server, "b.example"))

    assert [outcome.reason for outcome in result.outcomes] == ["blocked_by_robots"] * 2


# --- hosts of other batches ---------------------------------------------------------------------------


def test_a_page_that_is_led_to_a_host_of_another_batch_waits_for_that_host(server: ScriptedServer) -> None:
    server.script |= {
        "a.example/x": redirect("http://busy.example/x"),
        "a.example/y": response(200, PAGE),
        "busy.example/x": response(200, PAGE),
    }

    result = fetch_all(
        ["http://a.example/x", "http://a.example/y"],
        settings_for(server, "busy.example"),
        hosts={"a.example": Host(host="a.example")},
        hold=lambda _: None,
    )

    fates = {o.page_id: (o.state, o.reason, o.host) for o in result.outcomes}
    assert fates == {0: ("waiting", None, "busy.example"), 1: ("fetched", None, None)}
    assert server.log.paths("busy.example") == []


def test_so_do_all_pages_of_a_host_whose_robots_txt_is_there(server: ScriptedServer) -> None:
    server.script["a.example/robots.txt"] = redirect("http://busy.example/robots.txt")

    result = fetch_all(
        ["http://a.example/x", "http://a.example/y"],
        settings_for(server, "busy.example"),
        hosts={"a.example": Host(host="a.example")},
        hold=lambda _: None,
    )

    assert [(o.state, o.host) for o in result.outcomes] == [("waiting", "busy.example")] * 2
    assert server.log.paths() == ["/robots.txt"]


def test_a_host_that_is_held_on_the_way_is_asked_as_it_is_known(server: ScriptedServer) -> None:
    server.script |= {"a.example/x": redirect("http://b.example/x"), "b.example/x": response(200, PAGE)}
    asked: list[str] = []

    def hold(host: str) -> Host:
        asked.append(host)
        return Host(
            host=host, robots_status=200, robots_txt="User-agent: *\nDisallow: /x",
            robots_expires_at=NOW + timedelta(hours=1),
        )  # fmt: skip

    outcome = fetch_one(
        "http://a.example/x",
        settings_for(server, "b.example"),
        hosts={"a.example": Host(host="a.example")},
        hold=hold,
    )

    assert outcome.reason == "blocked_by_robots"
    assert asked == ["b.example"]
    assert server.log.paths("b.example") == []


# --- rights -------------------------------------------------------------------------------------------


def _page(head: str) -> bytes:
    return PAGE.replace(b"<head>", b"<head>" + head.encode())


DIRECTIVES: dict[str, tuple[bytes, str | None, tuple[str, ...]]] = {
    "nothing": (response(200, PAGE), None, ()),
    "header": (response(200, PAGE, {"X-Robots-Tag": "noarchive"}), "noarchive", ("noarchive",)),
    "header for us": (response(200, PAGE, {"X-Robots-Tag": "copytaster: NoArchive"}), "noarchive", ("noarchive",)),
    "header for another": (response(200, PAGE, {"X-Robots-Tag": "otherbot: noarchive, noindex"}), None, ()),
    "header with values": (
        response(200, PAGE, {"X-Robots-Tag": "max-snippet: 50, unavailable_after: 1 Jan 2031"}),
        None, ("max-snippet: 50", "unavailable_after: 1 jan 2031")),
    "meta": (response(200, _page("<META content='index,noarchive' name=Robots>")), "noarchive", ("index", "noarchive")),
    "meta for us": (response(200, _page('<meta name="copytaster" content="noarchive">')), "noarchive", ("noarchive",)),
    "meta for another": (response(200, _page('<meta name="otherbot" content="noarchive">')), None, ()),
    "meta in a comment": (response(200, _page('<!-- <meta name="robots" content="noarchive"> -->')), None, ()),
    "meta in the text": (
        response(200, PAGE.replace(b"<p>", b'<p><meta name="robots" content="noarchive">')), None, ()),
    "both": (
        response(200, _page('<meta name="robots" content="noai">'), {"X-Robots-Tag": "nofollow"}),
        None, ("nofollow", "noai")),
}  # fmt: skip


@pytest.mark.parametrize("name", DIRECTIVES)
def test_what_a_page_tells_robots_is_noted_and_noarchive_is_heeded(server: ScriptedServer, name: str) -> None:
    server.script["/x"], reason, told = DIRECTIVES[name]
    kept: list[str] = []
    keep = lambda _, answer: kept.append(answer.url) or "<id>"  # noqa: E731

    outcome = fetch_one("http://a.example/x", settings_for(server), keep=keep)

    assert outcome.reason == reason
    assert bool(kept) == (reason is None)
    assert outcome.robots_directives == (() if reason else told)

    anyway = fetch_one("http://a.example/x", settings_for(server, noarchive=False), keep=keep)
    assert (anyway.state, anyway.robots_directives) == ("fetched", told)


TDMREP = b'[{"location": "/*", "tdm-reservation": 1, "tdm-policy": "http://a.example/terms"}, {"location": "/free/", "tdm-reservation": 0}]'


def test_tdmrep_json_is_asked_for_once_after_the_last_page(server: ScriptedServer) -> None:
    server.script |= {
        "/.well-known/tdmrep.json": response(200, TDMREP, {"Content-Type": "application/json"}),
        "/x": response(200, PAGE),
        "/free/y": response(200, PAGE),
        "/own": response(200, PAGE, {"tdm-reservation": "0", "tdm-policy": "http://a.example/own"}),
    }
    urls = [f"http://a.example{path}" for path in ("/x", "/free/y", "/own")]

    result = fetch_all(urls, settings_for(server, tdmrep=True))

    assert server.log.paths() == ["/robots.txt", "/x", "/free/y", "/own", "/.well-known/tdmrep.json"]
    assert [(o.tdm_reservation, o.usage_terms) for o in result.outcomes] == [
        (True, "http://a.example/terms"), (False, None), (False, "http://a.example/own"),
    ]  # fmt: skip
    (host,) = result.hosts
    assert host.tdmrep_expires_at == NOW + timedelta(hours=24)

    fetch_all(
        urls[:1], settings_for(server, tdmrep=True), hosts={"a.example": replace(host, next_allowed_at=None)}
    )
    assert server.log.paths().count("/.well-known/tdmrep.json") == 1


@pytest.mark.parametrize(
    ("answer", "robots", "asked", "expires"),
    [
        (response(404), b"", True, timedelta(days=7)),
        (response(500), b"", True, timedelta(hours=1)),
        (b"", b"", True, timedelta(hours=1)),
        (response(200, b"{" * 9_999), b"", True, timedelta(hours=24)),
        (response(200, b"x" * 200_000), b"", True, timedelta(hours=24)),
        (response(200, TDMREP), b"User-agent: *\nDisallow: /.well-known/", False, timedelta(hours=1)),
    ],
)
def test_a_tdmrep_json_that_is_not_there_says_nothing(
    server: ScriptedServer,
    answer: bytes,
    robots: bytes,
    asked: bool,  # noqa: FBT001
    expires: timedelta,
) -> None:
    server.script |= {
        "/.well-known/tdmrep.json": answer, "/x": response(200, PAGE), "/robots.txt": response(200, robots),
    }  # fmt: skip

    result = fetch_all(["http://a.example/x"], settings_for(server, tdmrep=True))

    assert [(o.state, o.tdm_reservation) for o in result.outcomes] == [("fetched", None)]
    assert ("/.well-known/tdmrep.json" in server.log.paths()) is asked
    assert result.hosts[0].tdmrep_expires_at == NOW + expires


def test_the_licence_that_robots_txt_names_is_noted(server: ScriptedServer) -> None:
    server.script |= {
        "/robots.txt": response(200, b"User-agent: *\nDisallow:\nLicense: https://a.example/rsl.xml"),
        "/x": response(200, PAGE),
    }

    assert fetch_one("http://a.example/x", settings_for(server)).usage_terms == "https://a.example/rsl.xml"


# --- an egress proxy ------------------------------------------------------------------------------------


def _through(server: ScriptedServer, **given: Any) -> Settings:
    proxy = f"http://desk:s3cret@127.0.0.1:{server.port}"
    return Settings(egress_proxy=proxy, host_delay_seconds=0, fetch_timeout_seconds=3, tdmrep=False, **given)


def _never(*arguments: Any) -> list[Any]:
    if arguments[0] != "127.0.0.1":
        raise AssertionError(f"{arguments[0]} was looked up here")
    return socket.getaddrinfo(*arguments)


def test_a_proxy_that_was_set_up_on_purpose_fetches_and_looks_up(server: ScriptedServer) -> None:
    server.script["http://far.example/x"] = response(200, PAGE)

    answer = get("http://far.example/x?y=1", _through(server), resolve=_never)

    assert answer.body == PAGE
    (seen,) = server.log.requests
    assert (seen.host, seen.path) == ("far.example", "http://far.example/x?y=1")
    assert seen.headers["proxy-authorization"] == "Basic ZGVzazpzM2NyZXQ="
    assert "s3cret" not in repr(_through(server))
    assert "ZGVzazpzM2NyZXQ=" not in str(answer.request_headers)  # these go to the archive


def test_encrypted_pages_go_through_a_tunnel(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, certificate = tls_for("far.example", tmp_path)
    trusting = tls_context.__wrapped__()
    trusting.load_verify_locations(certificate)
    monkeypatch.setattr("copytaster.fetch.transport.tls_context", lambda: trusting)
    with scripted_server(context) as far:
        far.script["/x"] = response(200, PAGE)
        server.script["far.example:443"] = lambda connection: _tunnel(connection, far.port)

        assert get("https://far.example/x", _through(server), resolve=_never).body == PAGE
        assert far.log.requests[0].path == "/x"
        assert "proxy-authorization" not in far.log.requests[0].headers
    assert server.log.requests[0].headers["proxy-authorization"] == "Basic ZGVzazpzM2NyZXQ="

    server.script["other.example:443"] = response(403)
    with pytest.raises(NotNow, match=r"unreachable.*403"):
        get("https://other.example/x", _through(server), resolve=_never)


def _tunnel(client: socket.socket, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as server:
        client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        back = threading.Thread(target=_pump, args=(server, client), daemon=True)
        back.start()
        _pump(client, server)
        back.join(5)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(1 << 16):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "[::1]", "169.254.169.254", "10.0.0.1", "localhost", "db.localhost", "vault.internal", "printer", "x.example:22"],
)  # fmt: skip
def test_a_proxy_is_not_asked_for_what_is_forbidden(server: ScriptedServer, address: str) -> None:
    with pytest.raises(Unusable, match="forbidden_address"):
        get(f"http://{address}/", _through(server), resolve=_never)
    assert server.log.requests == []


@pytest.mark.parametrize(
    "proxy", ["proxy:3128", "https://proxy:3128", "http://proxy", "http://u:s3cret@proxy"]
)
def test_a_proxy_that_cannot_be_read_is_told_without_its_password(proxy: str) -> None:
    with pytest.raises(BadSetting) as told:
        get("http://a.example/", Settings(egress_proxy=proxy))
    assert "s3cret" not in str(told.value)
