"""RFC 9309, and what it says of hosts whose robots.txt cannot be read."""

import random

import pytest

from copytaster.model import Host
from copytaster.robots import MOST_BYTES, RobotsVerdict, decode, judge

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
