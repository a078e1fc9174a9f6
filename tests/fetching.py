"""What tests of fetching share: settings, links, hostile conversations, made-up resolvers."""

import gzip
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from copytaster.config import Settings
from copytaster.fetch import FetchResult, fetch_links
from copytaster.model import Link, Outcome
from servers import ScriptedServer, SiteServer, html

NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
PAGE = html()
TORN = gzip.compress(PAGE)[:-20]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def settings_for(server: ScriptedServer | SiteServer, *hosts: str, **given: Any) -> Settings:
    base = Settings(
        connect_to=server.connect_to("a.example", *hosts),
        host_delay_seconds=0.0,
        fetch_timeout_seconds=5.0,
        max_body_bytes=1_000_000,
        batch_seconds=20.0,
        fetch_threads=8,
        tdmrep=False,
    )
    return replace(base, **given)


def links_to(*urls: str, attempts: int = 0) -> list[Link]:
    return [
        Link(page_id=number, url=url, host=url.split("/")[2], attempts=attempts)
        for number, url in enumerate(urls)
    ]


def fetch_all(urls: list[str], settings: Settings, **given: Any) -> FetchResult:
    given = {"keep": lambda _, answer: f"<{answer.url}>", "now": lambda: NOW} | given
    return fetch_links(links_to(*urls), given.pop("hosts", {}), settings, **given)


def fetch_one(url: str, settings: Settings, **given: Any) -> Outcome:
    (outcome,) = fetch_all([url], settings, **given).outcomes
    return outcome


def pieces(*parts: bytes, pause: float = 0.0, reset: bool = False) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        for piece in parts:
            connection.sendall(piece)
            time.sleep(pause)
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return talk


def endless(head: bytes, piece: bytes, pause: float = 0.0) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            time.sleep(pause)

    return talk


def resolver(*addresses: str, asked: list[str] | None = None) -> Callable[..., list[Any]]:
    """Give a resolver that answers so to every name, as ``socket.getaddrinfo`` does."""

    def resolve(host: str, port: int, *_: Any) -> list[Any]:
        if asked is not None:
            asked.append(host)
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in addresses
        ]

    return resolve
