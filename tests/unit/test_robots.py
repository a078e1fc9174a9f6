"""RFC 9309, and what it says of hosts whose robots.txt cannot be read."""

import random

import pytest

from copytaster.model import Host
from copytaster.robots import (
    HEAD_BYTES,
    MOST_BYTES,
    RobotsVerdict,
    decode,
    directives,
    forbids_copies,
    judge,
    licence,
)

AGENT = "Copytaster/0.1"
URL = "https://harbour.example/news/ferry?page=2"


def _host(text: str | None = None, status: int | None = 200) -> Host:
    return Host(host="harbour.example", robots_txt=text, robots_status=status)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Copytaster\nDisallow: /private", True),
        ("User-agent: copytaster\nDisallow: /news\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: mycopytaster\nDisallow: /", True),
        ("User-agent: *\nDisallow: /news\nAllow: /news/ferry", True),
        ("User-agent: *\nDisallow: /*?page=", False),
        ("User-agent: *\nDisallow: /ferry$", True),
        ("User-agent: a\nUser-agent: *\nDisallow: /news # all of it", False),
        ("\ufeffUser-agent: *\r\nDisallow: /news\r\n", False),
        ("<html><body>Not found</body></html>", True),
    ],
)
def test_the_file_decides(text: str, allowed: bool) -> None:  # noqa: FBT001 - a table's column
    assert judge(_host(decode(text.encode())), URL, AGENT).allowed is allowed


@pytest.mark.parametrize(
    ("status", "allowed"),
    [(404, True), (403, True), (302, True), (429, False), (500, False), (0, False), (None, False)],
)
def test_a_missing_file_opens_a_host_and_a_failing_one_closes_it(status: int | None, allowed: bool) -> None:  # noqa: FBT001
    assert judge(_host(status=status), URL, AGENT) == RobotsVerdict(allowed=allowed)


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: *\nCrawl-delay: 1\nRequest-rate: 1/10", 10.0),
        ("User-agent: *\nCrawl-delay: 1000000", 3_600.0),
        ("User-agent: *\nCrawl-delay: soon", None),
        ("User-agent: *\nCrawl-delay: nan", None),
        ("User-agent: *\nCrawl-delay: -5", None),
        ("User-agent: other\nCrawl-delay: 9", None),
    ],
)
def test_the_crawl_delay_is_a_sane_number_or_none(text: str, delay: float | None) -> None:
    assert judge(_host(text), URL, AGENT).crawl_delay_seconds == delay


def test_only_the_first_500_kib_count() -> None:
    text = decode(b"#" * MOST_BYTES + b"\nUser-agent: *\nDisallow: /")

    assert judge(_host(text), URL, AGENT).allowed


def test_a_decoded_file_can_be_stored() -> None:
    assert decode(b"User-agent: *\x00\xff\nDisallow: /") == "User-agent: *\ufffd\nDisallow: /"


def test_no_file_raises() -> None:
    chance = random.Random(5)
    words = [
        b"User-agent:",
        b"Disallow: ",
        b"Allow: /*$",
        b"*",
        b"\n",
        b"%zz",
        b"\xff",
        b"Crawl-delay: 1/0",
        b"/a",
        b"Request-rate: 0/0",
    ]
    for _ in range(500):
        text = decode(b"".join(chance.choice(words) for _ in range(chance.randint(0, 30))))
        judge(_host(text), URL, AGENT)


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ([], ()),
        (["noindex, NoFollow ,noindex"], ("noindex", "nofollow")),
        (["copytaster: noarchive"], ("noarchive",)),
        (["COPYTASTER: noarchive, nosnippet"], ("noarchive", "nosnippet")),
        (["otherbot: noarchive", "nosnippet"], ("nosnippet",)),
        (["otherbot: noarchive, copytaster: noindex, robots: none"], ("noindex", "none")),
        (["max-image-preview: large, otherbot: noindex"], ("max-image-preview: large",)),
        (["unavailable_after: Sunday, 01-Aug-27 10:00:00 GMT"], ("unavailable_after: sunday", "01-aug-27 10:00:00 gmt")),
        ([",,:, : ,\xe9"], ()),
    ],
)  # fmt: skip
def test_a_header_tells_all_robots_or_one_by_name(headers: list[str], told: tuple[str, ...]) -> None:
    assert directives(headers, b"", AGENT) == told


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (b'<meta name="robots" content="noarchive">', ("noarchive",)),
        (b"<META CONTENT=noarchive NAME=ROBOTS />", ("noarchive",)),
        (b"<meta\nname='robots'\ncontent='index, noai'>", ("index", "noai")),
        (b'<meta name="copytaster" content="none"><meta name="robots" content="all">', ("none", "all")),
        (b'<meta name="otherbot" content="noarchive">', ()),
        (b'<meta property="robots" content="noarchive">', ()),
        (b'<!-- <meta name="robots" content="noarchive"> --><meta name="robots" content="all">', ("all",)),
        (b'<!-- <meta name="robots" content="noarchive">', ()),
        (b'</head><meta name="robots" content="noarchive">', ()),
        ('<meta name="robots" content="noarchive">'.encode("utf-16"), ("noarchive",)),
        (b" " * HEAD_BYTES + b'<meta name="robots" content="noarchive">', ()),
        (b'<meta name="robots" content="' + b"a," * 400 + b'">', ("a",)),
    ],
)
def test_a_page_tells_it_in_its_head(head: bytes, told: tuple[str, ...]) -> None:
    assert directives([], head, AGENT) == told


def test_no_page_takes_long_to_tell() -> None:
    for piece in (
        b"<meta ",
        b"<!--",
        b"<meta name=",
        b'<meta name="robots" content="x',
        b"<",
        b"<!-- <meta -->",
    ):
        assert len(directives(["a:" * 5_000], piece * (HEAD_BYTES // len(piece)), AGENT)) <= 20


def test_copies_are_forbidden_by_two_words() -> None:
    assert forbids_copies(["index", "noarchive"])
    assert forbids_copies(["nocache"])
    assert not forbids_copies(["noindex", "nosnippet", "none"])


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (None, None),
        ("User-agent: *\nDisallow:", None),
        ("License: https://harbour.example/rsl.xml\nUser-agent: *", "https://harbour.example/rsl.xml"),
        ("user-agent: *\n  LICENSE :  http://b.example/x # ours", "http://b.example/x"),
        ("# License: https://harbour.example/rsl.xml", None),
        ("License: all rights reserved", None),
    ],
)
def test_a_licence_may_be_named(text: str | None, address: str | None) -> None:
    assert licence(text) == address
