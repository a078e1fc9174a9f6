"""A web server that is many hosts: pages for every name, from a process of its own, with a log of who was asked when."""

import asyncio
import gzip
import os
import signal
import socket
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

_ROBOTS = b"User-agent: *\nDisallow: /private/\n"
_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Farm:
    """Where the server listens, and where it writes ``<seconds> <host> <path>`` for each request."""

    port: int
    log: Path

    def resolve(self, host: str, port: int, *_: object) -> list[tuple[object, ...]]:
        """Answer as ``socket.getaddrinfo``: every name is here."""
        del host
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))]

    def moments(self, prefix: str) -> dict[str, list[float]]:
        """Give the seconds at which each host whose name has this beginning was asked, in order."""
        found: dict[str, list[float]] = defaultdict(list)
        for line in self.log.read_text("utf-8").splitlines():
            at, host, _ = line.split(" ", 2)
            if host.startswith(prefix):
                found[host].append(float(at))
        return found


@contextmanager
def farm(pages: Sequence[bytes], folder: Path) -> Iterator[Farm]:
    """Serve ``/plain/<number>`` and ``/gzip/<number>`` at every host until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=4_096)
    here = Farm(port=listener.getsockname()[1], log=folder / "requests.log")
    here.log.touch()
    pid = os.fork()
    if pid == 0:
        try:
            asyncio.run(_serve(listener, pages, here.log))
        finally:
            os._exit(0)
    listener.close()
    try:
        yield here
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


async def _serve(listener: socket.socket, pages: Sequence[bytes], log: Path) -> None:
    packed = [gzip.compress(page, 6) for page in pages]
    kinds = {
        "plain": [(_head(page), page) for page in pages],
        "gzip": [(_head(page, "Content-Encoding: gzip\r\n"), page) for page in packed],
    }
    with log.open("w", encoding="utf-8", buffering=1) as lines:

        def conversation() -> asyncio.Protocol:
            return _Conversation(kinds, lines.write)

        loop = asyncio.get_running_loop()
        server = await loop.create_server(conversation, sock=listener, backlog=4_096)
        stopped = asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, stopped.set)
        async with server:
            await stopped.wait()


def _head(body: bytes, more: str = "") -> bytes:
    lines = (
        "HTTP/1.1 200 OK\r\nServer: farm\r\nDate: Mon, 02 Nov 2026 10:00:00 GMT\r\n"
        "Content-Type: text/html; charset=utf-8\r\nCache-Control: public, max-age=60\r\nVary: Accept-Encoding\r\n"
        f"X-Frame-Options: SAMEORIGIN\r\nStrict-Transport-Security: max-age=31536000\r\n{more}"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return lines.encode("ascii")


class _Conversation(asyncio.Protocol):
    """One request on one connection."""

    def __init__(self, kinds: dict[str, list[tuple[bytes, bytes]]], note: object) -> None:
        self._kinds = kinds
        self._note = note
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        if _END not in self._read:
            return
        at = monotonic()
        first, *lines = self._read.decode("latin-1").split("\r\n")
        path = first.split(" ")[1]
        host = next(line[5:].strip() for line in lines if line[:5].lower() == "host:")
        self._note(f"{at:.6f} {host} {path}\n")
        self._transport.writelines(self._answer(path))
        self._transport.close()

    def _answer(self, path: str) -> tuple[bytes, bytes]:
        _, kind, *number = path.split("/")
        if kind not in self._kinds:
            return _head(_ROBOTS).replace(b"text/html", b"text/plain"), _ROBOTS
        pages = self._kinds[kind]
        return pages[int(number[0]) % len(pages)]
