"""Fetching, against real servers on the loopback interface, the kind and the hostile."""

import itertools
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from copytaster.answer import Answer
from copytaster.config import BadSetting, Settings
from copytaster.errors import Gone, NotNow, Unusable
from copytaster.fetch import fetch_links, get
from copytaster.fetch.deadline import tls_context
from copytaster.model import Host, Link, Outcome
from fetching import (
    HEAD,
    NOW,
    PAGE,
    TORN,
    endless,
    fetch_all,
    fetch_one,
    links_to,
    pieces,
    resolver,
    settings_for,
)
from servers import ScriptedServer, SiteServer, redirect, response, scripted_server, site_server, tls_for


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def site() -> Iterator[SiteServer]:
    with site_server() as site:
        yield site


# --- one page, by its status ---------------------------------------------------------------------


def test_a_page_is_fetched_and_kept(server: ScriptedServer) -> None:
    kept: list[Answer] = []
    server.script["/x"] = response(
        200, PAGE, {"ETag": '"1"', "Last-Modified": "Mon, 02 Nov 2026 09:00:00 GMT"}
    )

    def keep(_: Link, answer: Answer) -> str:
        kept.append(answer)
        return "<urn:uuid:1>"

    outcome = fetch_one("http://a.example/x", settings_for(server, contact="desk@harbour.example"), keep=keep)

    (answer,) = kept
    assert answer.body == PAGE
    assert answer.address == "127.0.0.1"
    assert outcome == Outcome(
        page_id=0,
        state="fetched",
        http_status=200,
        final_url="http://a.example/x",
        fetched_at=answer.fetched_at,
        etag='"1"',
        last_modified="Mon, 02 Nov 2026 09:00:00 GMT",
        warc_record_id="<urn:uuid:1>",
        payload_digest=answer.payload_digest,
    )
    sent = server.log.requests[-1].headers
    assert sent["user-agent"] == "Copytaster/0.1 (+desk@harbour.example)"
    assert sent["from"] == "desk@harbour.example"
    assert sent["accept-encoding"] == "gzip, deflate"


def test_an_unchanged_page_is_not_sent_again(site: SiteServer) -> None:
    site.pages["/x"] = (200, {"ETag": 'W/"7"'}, PAGE)
    link = Link(page_id=1, url="http://a.example/x", host="a.example", etag='W/"7"')

    (outcome,) = fetch_links([link], {}, settings_for(site), keep=lambda *_: "revisit").outcomes

    assert (outcome.state, outcome.http_status, outcome.warc_record_id) == ("unchanged", 304, "revisit")


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        (203, "fetched", None),
        (404, "gone", None),
        (410, "gone", None),
        (401, "quarantined", "access_denied"),
        (402, "quarantined", "access_denied"),
        (403, "quarantined", "access_denied"),
        (451, "quarantined", "access_denied"),
        (400, "quarantined", "http_error"),
        (418, "quarantined", "http_error"),
        (300, "quarantined", "http_error"),
        (408, "waiting", "http_error"),
        (429, "waiting", "http_error"),
        (500, "waiting", "server_error"),
        (503, "waiting", "server_error"),
    ],
)
def test_the_status_decides(server: ScriptedServer, status: int, state: str, reason: str | None) -> None:
    server.script["/x"] = response(status, PAGE)

    outcome = fetch_one("http://a.example/x", settings_for(server))

    assert (outcome.state, outcome.reason, outcome.http_status) == (state, reason, status)


def test_get_says_the_same_by_raising(server: ScriptedServer) -> None:
    server.script |= {
        "/403": response(403),
        "/503": response(503, headers={"Retry-After": "90"}),
        "/200": response(200, PAGE),
    }
    settings = settings_for(server)

    assert get("http://a.example/200", settings).body == PAGE
    with pytest.raises(Gone):
        get("http://a.example/404", settings)
    with pytest.raises(Unusable, match="access_denied"):
        get("http://a.example/403", settings)
    with pytest.raises(NotNow) as later:
        get("http://a.example/503", settings, now=lambda: NOW)
    assert later.value.until == NOW + timedelta(seconds=90)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("120", 120),
        ("Mon, 02 Nov 2026 10:05:00 GMT", 300),
        ("Mon, 02 Nov 2026 09:00:00 GMT", 0),
        ("99999999999", 86_400),
        ("soon", 60),
        ("-5", 60),
    ],
)
def test_retry_after_is_kept_and_the_rest_of_the_host_is_put_back(
    server: ScriptedServer, retry_after: str, seconds: int
) -> None:
    server.script["/1"] = response(429, headers={"Retry-After": retry_after})
    server.script["/2"] = response(200, PAGE)

    result = fetch_all(["http://a.example/1", "http://a.example/2"], settings_for(server))

    assert [(o.page_id, o.until) for o in result.outcomes] == [(0, NOW + timedelta(seconds=seconds))]
    assert result.hosts[0].next_allowed_at is not None
    assert result.hosts[0].next_allowed_at - NOW <= timedelta(
        seconds=max(seconds, 1)
    )  # it doubles the delay too
    assert "/2" not in server.log.paths()


def test_each_attempt_waits_longer(server: ScriptedServer) -> None:
    server.script["/x"] = response(500)
    waits = []
    for attempts in range(6):
        links = links_to("http://a.example/x", attempts=attempts)
        (outcome,) = fetch_links(
            links, {}, settings_for(server), keep=lambda *_: "", now=lambda: NOW
        ).outcomes
        assert outcome.until is not None
        waits.append((outcome.until - NOW) / timedelta(minutes=1))

    assert waits == [1, 4, 16, 64, 256, 360]


# --- redirects ------------------------------------------------------------------------------------


def test_redirects_are_followed_and_kept(server: ScriptedServer) -> None:
    server.script |= {
        "/1": redirect("/2", 301),
        "/2": redirect("http://b.example/n\u00e4chste".encode().decode("latin-1"), 307),
        "b.example/n%C3%A4chste": response(200, PAGE),
    }
    answers: list[Answer] = []

    outcome = fetch_one(
        "http://a.example/1",
        settings_for(server, "b.example"),
        keep=lambda _, answer: answers.append(answer) or "<id>",
    )

    assert outcome.final_url == "http://b.example/n%C3%A4chste"
    assert [hop.url for hop in answers[0].redirects] == ["http://a.example/1", "http://a.example/2"]
    assert answers[0].requested_url == "http://a.example/1"
    assert server.log.paths("b.example") == ["/robots.txt", "/n%C3%A4chste"]


def test_a_loop_is_noticed_at_once_and_a_long_way_at_its_bound(server: ScriptedServer) -> None:
    server.script |= {"/loop": redirect("/loop?x=1"), "/start": redirect("/0")}
    server.script |= {f"/{number}": redirect(f"/{number + 1}") for number in range(20)}
    result = fetch_all(["http://a.example/loop", "http://a.example/start"], settings_for(server))

    assert {(o.state, o.reason) for o in result.outcomes} == {("quarantined", "redirect_loop")}
    assert server.log.paths().count("/loop?x=1") == 1
    assert "/10" not in server.log.paths()


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("ftp://a.example/", "forbidden_address"),
        ("http://127.0.0.1:22/", "forbidden_address"),
        ("http://127.0.0.1/", "forbidden_address"),
        ("http://2130706433/", "forbidden_address"),
        ("http://[::1]/", "forbidden_address"),
        ("http://a.example\\@127.0.0.1/", "invalid_url"),
        ("http://[", "invalid_url"),
        ("", "broken_response"),
    ],
)
def test_a_redirect_leads_nowhere_that_is_forbidden(
    server: ScriptedServer, location: str, reason: str
) -> None:
    server.script["/x"] = redirect(location)

    outcome = fetch_one("http://a.example/x", settings_for(server))

    assert (outcome.state, outcome.reason) == ("quarantined", reason)


def test_cookies_stay_with_their_host_and_their_page(server: ScriptedServer) -> None:
    server.script |= {
        "/1": response(302, headers={"Location": "/2", "Set-Cookie": "seen=1"}),
        "/2": redirect("http://b.example/3"),
        "/3": response(200, PAGE),
    }
    fetch_all(["http://a.example/1", "http://a.example/3"], settings_for(server, "b.example"))

    sent = {(seen.host, seen.path): seen.headers.get("cookie") for seen in server.log.requests}
    assert sent[("a.example", "/2")] == "seen=1"
    assert sent[("b.example", "/3")] is None
    assert sent[("a.example", "/3")] is None


# --- addresses ------------------------------------------------------------------------------------

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "192.0.0.192",
    "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1", "168.63.129.16", "100.100.100.200",
    "::1", "::", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2001::1",
    "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "100::1", "2001:db8::1", "5f00::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_refused_whether_written_or_resolved(address: str) -> None:
    literal = f"[{address}]" if ":" in address else address
    settings = Settings(host_delay_seconds=0, fetch_timeout_seconds=2)

    for url, resolve in (
        (f"http://{literal}/", socket.getaddrinfo),
        ("http://x.example/", resolver(address)),
    ):
        with pytest.raises(Unusable) as refused:
            get(url, settings, resolve=resolve)
        assert refused.value.reason == "forbidden_address"


def test_one_private_answer_among_public_ones_refuses_the_host() -> None:
    with pytest.raises(Unusable, match="forbidden_address"):
        get(
            "http://x.example/", Settings(host_delay_seconds=0), resolve=resolver("93.184.216.34", "10.0.0.1")
        )


def test_other_ports_are_refused() -> None:
    with pytest.raises(Unusable, match="forbidden_address: port 8080"):
        get("http://x.example:8080/", Settings(host_delay_seconds=0), resolve=resolver("93.184.216.34"))


def test_an_allowed_network_and_port_may_be_fetched_from_with_one_look_up(server: ScriptedServer) -> None:
    server.script["/x"] = response(200, PAGE)
    asked: list[str] = []
    answers = itertools.chain(["127.0.0.1"], itertools.repeat("10.0.0.1"))  # rebinding

    def rebind(host: str, port: int, *_: Any) -> list[Any]:
        return resolver(next(answers), asked=asked)(host, port)

    settings = Settings(
        host_delay_seconds=0, allowed_networks="127.0.0.0/8", allowed_ports=f"80,{server.port}"
    )

    assert get(f"http://x.example:{server.port}/x", settings, resolve=rebind).body == PAGE
    assert asked == ["x.example"]
    assert server.log.requests[0].host == f"x.example:{server.port}"


def test_a_detour_holds_for_its_name_and_port_only(server: ScriptedServer) -> None:
    settings = settings_for(server)

    for url in ("http://b.example/", "https://a.example/"):
        with pytest.raises(Unusable, match="forbidden_address"):
            get(url, settings, resolve=resolver("127.0.0.1"))
    assert server.log.requests == []


def test_proxies_of_the_environment_are_not_used(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.script["/x"] = response(200, PAGE)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    assert get("http://a.example/x", settings_for(server)).status == 200


def test_a_name_without_address_is_unreachable_and_so_is_a_closed_port() -> None:
    def nothing(*_: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings = Settings(
        host_delay_seconds=0, connect_to=f"closed.example:80=127.0.0.1:{port}", fetch_timeout_seconds=2
    )
    for url in ("http://nowhere.example/", "http://closed.example/"):
        with pytest.raises(NotNow) as later:
            get(url, settings, resolve=nothing)
        assert later.value.reason == "unreachable"


def test_the_next_address_is_tried_where_the_first_is_silent(server: ScriptedServer) -> None:
    server.script["/x"] = response(200, PAGE)
    settings = Settings(
        host_delay_seconds=0, allowed_networks="127.0.0.0/8,::1", allowed_ports=str(server.port)
    )

    answer = get(
        f"http://x.example:{server.port}/x", settings, resolve=resolver("127.9.9.9", "::1", "127.0.0.1")
    )

    assert answer.address == "127.0.0.1"


def test_a_certificate_must_be_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls, certificate = tls_for("a.example", tmp_path)
    with scripted_server(tls) as server:
        server.script["/x"] = response(200, PAGE)
        settings = settings_for(server, "b.example")
        with pytest.raises(Unusable, match="bad_certificate"):
            get("https://a.example/x", settings)

        trusting = tls_context.__wrapped__()
        trusting.load_verify_locations(certificate)
        monkeypatch.setattr("copytaster.fetch.transport.tls_context", lambda: trusting)
        with pytest.raises(Unusable, match="bad_certificate"):
            get("https://b.example/x", settings)
        assert server.log.requests == []
        assert get("https://a.example/x", settings).body == PAGE

        server.script["/slow"] = endless(HEAD + b"\r\n", b"<p>", 0.05)
        with pytest.raises(NotNow, match="timeout"):
            get("https://a.example/slow", replace(settings, fetch_timeout_seconds=0.6))


def test_the_deadline_covers_the_handshake() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings = Settings(
            host_delay_seconds=0, connect_to=f"a.example:443=127.0.0.1:{port}", fetch_timeout_seconds=0.4
        )
        began = time.monotonic()
        with pytest.raises(NotNow, match="timeout"):
            get("https://a.example/", settings)
    assert time.monotonic() - began < 3


def test_a_server_without_tls_is_broken(server: ScriptedServer) -> None:
    settings = Settings(
        host_delay_seconds=0, connect_to=f"a.example:443=127.0.0.1:{server.port}", fetch_timeout_seconds=2
    )

    with pytest.raises(NotNow, match=r"broken_response|timeout"):
        get("https://a.example/", settings)


@pytest.mark.parametrize(
    "given", [{"connect_to": "nonsense"}, {"allowed_networks": "all"}, {"allowed_ports": "x"}]
)
def test_a_setting_that_cannot_be_read_is_told(given: dict[str, str]) -> None:
    with pytest.raises(BadSetting):
        get("http://a.example/", Settings(**given))  # type: ignore[arg-type]


# --- hosts: robots.txt, delays, batches -----------------------------------------------------------


def test_robots_txt_is_asked_first_and_obeyed(server: ScriptedServer) -> None:
    server.script |= {
        "/robots.txt": response(200, b"User-agent: *\nDisallow: /no\nCrawl-delay: 0.1"),
        "/yes": response(200, PAGE),
        "/no/1": response(200, PAGE),
        "/sly": redirect("/no/2"),
        "/no/2": response(200, PAGE),
    }
    urls = [f"http://a.example{path}" for path in ("/no/1", "/yes", "/sly")]

    result = fetch_all(urls, settings_for(server))

    by_page = {outcome.page_id: (outcome.state, outcome.reason) for outcome in result.outcomes}
    assert by_page == {
        0: ("quarantined", "blocked_by_robots"),
        1: ("fetched", None),
        2: ("quarantined", "blocked_by_robots"),
    }
    assert server.log.paths() == ["/robots.txt", "/yes", "/sly"]
    (host,) = result.hosts
    assert (host.robots_status, host.crawl_delay_seconds) == (200, 0.1)
    assert host.robots_expires_at == NOW + timedelta(hours=24)


def test_a_fresh_robots_txt_is_not_asked_for_again_and_a_stale_one_is(server: ScriptedServer) -> None:
    server.script["/x"] = response(200, PAGE)
    for hours, asked in ((1, ["/x"]), (-1, ["/robots.txt", "/x"])):
        server.log.requests.clear()
        known = Host(host="a.example", robots_status=404, robots_expires_at=NOW + timedelta(hours=hours))
        assert (
            fetch_one("http://a.example/x", settings_for(server), hosts={"a.example": known}).state
            == "fetched"
        )
        assert server.log.paths() == asked


@pytest.mark.parametrize(
    ("robots", "reason"),
    [
        (response(500), "server_error"),
        (response(429, headers={"Retry-After": "60"}), "server_error"),
        (b"", "unreachable"),
        (response(200, TORN, {"Content-Encoding": "gzip"}), "unreachable"),
    ],
)
def test_a_failing_robots_txt_closes_the_host_for_now(
    server: ScriptedServer, robots: bytes, reason: str
) -> None:
    server.script |= {"/robots.txt": robots, "/x": response(200, PAGE)}

    result = fetch_all(["http://a.example/x", "http://a.example/y"], settings_for(server))

    assert [(o.state, o.reason, o.until) for o in result.outcomes] == [
        ("waiting", reason, NOW + timedelta(minutes=1))
    ] * 2
    assert server.log.paths() == ["/robots.txt"]


@pytest.mark.parametrize(
    "robots",
    [response(403), redirect("/robots.txt"), redirect("http://127.0.0.1/"), response(200, b"#" * 2_000_000)],
)
def test_a_robots_txt_that_is_not_there_opens_the_host(server: ScriptedServer, robots: bytes) -> None:
    server.script |= {"/robots.txt": robots, "/x": response(200, PAGE)}

    assert fetch_one("http://a.example/x", settings_for(server)).state == "fetched"


def test_the_robots_txt_of_a_redirect_target_is_asked_too(server: ScriptedServer) -> None:
    server.script |= {
        "a.example/x": redirect("http://b.example/x"),
        "b.example/robots.txt": response(200, b"User-agent: *\nDisallow: /"),
    }

    result = fetch_all(["http://a.example/x"], settings_for(server, "b.example"))

    assert result.outcomes[0].reason == "blocked_by_robots"
    assert server.log.paths("b.example") == ["/robots.txt"]
    assert {host.host for host in result.hosts} == {"a.example", "b.example"}


def test_the_gap_between_two_requests_to_a_host_is_never_under_its_delay(server: ScriptedServer) -> None:
    hosts = [f"h{number}.example" for number in range(10)]
    server.script["/robots.txt"] = redirect("/r2")
    server.script["h3.example/robots.txt"] = response(200, b"User-agent: *\nCrawl-delay: 0.4")
    server.script["/r2"] = response(200, b"User-agent: *\nDisallow:")
    server.script |= {
        "/0": response(200, PAGE),
        "/1": redirect("/0"),
        "/2": response(500),
        "/3": b"",
        "/4": response(200, PAGE),
    }
    urls = [f"http://{host}/{number}" for number in range(5) for host in hosts]

    result = fetch_all(urls, settings_for(server, *hosts, host_delay_seconds=0.2))

    assert len(result.outcomes) == 50
    for host in hosts:
        gaps = server.log.gaps(host)
        assert len(gaps) >= 5
        assert min(gaps) >= (0.4 if host == "h3.example" else 0.2), host


def test_many_hosts_wait_at_the_same_time_on_few_threads(server: ScriptedServer) -> None:
    hosts = [f"h{number}.example" for number in range(100)]
    server.script["/x"] = response(200, PAGE)
    began = time.monotonic()

    result = fetch_all(
        [f"http://{host}/x" for host in hosts],
        settings_for(server, *hosts, host_delay_seconds=1.0, fetch_threads=4),
    )

    assert {outcome.state for outcome in result.outcomes} == {"fetched"}
    assert len(result.outcomes) == 100
    assert time.monotonic() - began < 15  # one host after the other would take 100 seconds


def test_a_host_is_not_asked_before_its_moment(server: ScriptedServer) -> None:
    server.script["/x"] = response(200, PAGE)
    soon = Host(host="a.example", next_allowed_at=datetime.now(UTC) + timedelta(seconds=0.5))
    began = time.monotonic()

    fetch_links(links_to("http://a.example/x"), {"a.example": soon}, settings_for(server), keep=lambda *_: "")

    assert server.log.requests[0].at - began >= 0.45


def test_what_is_not_reached_in_time_has_no_outcome(server: ScriptedServer) -> None:
    server.script["/x"] = response(200, PAGE)
    urls = [f"http://a.example/x?page={number}" for number in range(50)]

    result = fetch_all(urls, settings_for(server, host_delay_seconds=0.3, batch_seconds=1.0))

    assert 1 <= len(result.outcomes) <= 4
    assert result.hosts[0].next_allowed_at is not None
    assert result.hosts[0].next_allowed_at > NOW


def test_a_host_that_is_away_or_silent_is_left_alone_for_the_batch(server: ScriptedServer) -> None:
    server.script["/robots.txt"] = response(404)
    server.script |= {f"/{number}": pieces(b"", pause=3) for number in range(6)}
    urls = [f"http://a.example/{number}" for number in range(6)]

    result = fetch_all(urls, settings_for(server, fetch_timeout_seconds=0.3))

    assert [outcome.reason for outcome in result.outcomes] == ["timeout", "timeout"]


def test_a_forbidden_host_costs_each_page_its_reason_and_no_request(server: ScriptedServer) -> None:
    settings = settings_for(server)

    result = fetch_all(["http://b.example/1", "http://b.example/2"], settings, resolve=resolver("10.0.0.1"))

    assert [(o.state, o.reason) for o in result.outcomes] == [("quarantined", "forbidden_address")] * 2
    assert server.log.requests == []


def test_a_link_that_is_no_url_does_not_stop_the_others(server: ScriptedServer) -> None:
    server.script["/x"] = response(200, PAGE)

    result = fetch_all(["http://[bad/", "http://a.example/x"], settings_for(server))

    assert [(o.state, o.reason) for o in result.outcomes] == [
        ("quarantined", "invalid_url"),
        ("fetched", None),
    ]


def test_a_batch_gives_signs_of_life(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copytaster.fetch.batch._BEAT_SECONDS", 0.1)
    server.script["/x"] = pieces(b"", response(200, PAGE), pause=0.4)
    beats: list[float] = []

    fetch_one("http://a.example/x", settings_for(server), beat=lambda: beats.append(time.monotonic()))

    assert len(beats) >= 3


def test_what_keep_raises_ends_the_batch(server: ScriptedServer) -> None:
    server.script["/x"] = response(200, PAGE)

    def full(*_: Any) -> str:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        fetch_one("http://a.example/x", settings_for(server), keep=full)
