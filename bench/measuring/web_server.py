"""Serves the invented web from a process of its own, and keeps what it was asked in a file."""

import contextlib
import gzip
import os
import signal
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from measuring import web_text
from measuring.web import CRAWL_DELAY, RETRY_AFTER, ROBOTS, Site, Web, WebPage, links_of
from measuring.web_faults import FAULTS, Asked, prepare, whole

OTHERS_ROBOTS = "/robots-of-others.txt"
_PLAIN, _BAD = "text/plain; charset=utf-8", 503
_LONGEST_REQUEST = 65_536
_PACKED = {
    "/sick/torn.xml.gz": gzip.compress(b"<urlset>" + bytes(range(256)) * 99)[:120],
    "/sick/bomb.xml.gz": gzip.compress(bytes(64 << 20)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request as it came in; ``place`` is ``plain``, ``tls`` or ``trap``."""

    at: float  # time.monotonic()
    place: str
    host: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where this machine listens; at ``closed`` nobody does."""

    plain: int
    tls: int
    closed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A running server."""

    ports: Ports
    log: Path

    def connect_to(self, web: Web) -> str:
        """Give the setting that leads all invented hosts here."""
        pairs = [f"{name}:80=127.0.0.1:{self.ports.plain}" for name in (*web.sites, *web.elsewhere)]
        pairs += [f"{name}:443=127.0.0.1:{self.ports.tls}" for name in (*web.sites, *web.elsewhere)]
        dead = {site.name for site in web.sites.values() if site.trouble == "nothing listens"}
        return ",".join(
            f"{pair.partition('=')[0]}=127.0.0.1:{self.ports.closed}"
            if pair.partition(":")[0] in dead
            else pair
            for pair in pairs
        )

    def requests(self) -> list[Seen]:
        """Read the log, in the order of time."""
        rows = (line.split("\t", 3) for line in self.log.read_text("utf-8", "replace").splitlines())
        seen = [Seen(at=float(at), place=place, host=host, target=target) for at, place, host, target in rows]
        return sorted(seen, key=lambda request: request.at)


@contextlib.contextmanager
def trap() -> Iterator[list[socket.socket]]:
    """Listen where nobody may connect: one port of all loopback addresses that there are."""
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        sockets = [first]
        with contextlib.suppress(OSError):  # a machine without IPv6
            address = ("::1", first.getsockname()[1])
            sockets.append(stack.enter_context(socket.create_server(address, family=socket.AF_INET6)))
        yield sockets


@contextlib.contextmanager
def serving(web: Web, folder: Path, traps: list[socket.socket]) -> Iterator[Serving]:
    """Serve until the block ends."""
    log = folder / "requests.tsv"
    with contextlib.ExitStack() as stack:
        plain, tls = (
            stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1_024)) for _ in range(2)
        )
        closed = stack.enter_context(socket.socket())
        closed.bind(("127.0.0.1", 0))  # and does not listen
        context = _certificate(folder)
        prepare()
        pid = os.fork()
        if pid == 0:
            _Server(web, log, context).run(plain, tls, traps)
        ports = Ports(plain=plain.getsockname()[1], tls=tls.getsockname()[1], closed=closed.getsockname()[1])
        try:
            yield Serving(ports=ports, log=log)
        finally:
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)


def _certificate(folder: Path) -> ssl.SSLContext:
    """Make a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "www.paper.example")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=9))
        .not_valid_after(today - timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "certificate.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


class _Server:
    """The process that serves: a thread for each connection, as slow ones must not hold up the others."""

    def __init__(self, web: Web, log: Path, context: ssl.SSLContext) -> None:
        self.web, self.context = web, context
        self.pages = {page.url: page for page in web.pages.values()}
        self.log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.times: Counter[str] = Counter()
        self.lock = threading.Lock()

    def run(self, plain: socket.socket, tls: socket.socket, traps: list[socket.socket]) -> None:
        """Serve until a signal ends the process; never returns."""
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        jobs: list[tuple[socket.socket, Callable[[socket.socket], None]]]
        jobs = [(plain, self.serve), (tls, self.serve_tls), *((each, self.spring) for each in traps)]
        for listener, work in jobs:
            threading.Thread(target=self.accept, args=(listener, work), daemon=True).start()
        while True:
            signal.pause()

    def accept(self, listener: socket.socket, work: Callable[[socket.socket], None]) -> None:
        """Take in whoever comes."""
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self.attend, args=(connection, work), daemon=True).start()

    def attend(self, connection: socket.socket, work: Callable[[socket.socket], None]) -> None:
        """Do the work on a connection, and close it."""
        with connection, contextlib.suppress(OSError):
            connection.settimeout(30)
            work(connection)

    def note(self, place: str, host: str, target: str) -> int:
        """Keep a request; say how often the same came before."""
        line = f"{time.monotonic()!r}\t{place}\t{host}\t{' '.join(target.split())}\n"
        os.write(self.log, line.encode("utf-8", "replace"))
        with self.lock:
            self.times[host + target] += 1
            return self.times[host + target] - 1

    def spring(self, connection: socket.socket) -> None:
        """Note that somebody came where nobody may."""
        self.note("trap", str(connection.getsockname()[0]), "/")

    def serve_tls(self, connection: socket.socket) -> None:
        """Serve one request within TLS, if the other side takes our certificate."""
        with self.context.wrap_socket(connection, server_side=True) as encrypted:
            self.serve(encrypted, place="tls")

    def serve(self, connection: socket.socket, *, place: str = "plain") -> None:
        """Read one request and answer it."""
        head = _request(connection)
        if not head:
            return
        first, *lines = head.split("\r\n")
        told = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        target = first.split(" ")[1] if first.count(" ") else ""
        times = self.note(place, told.get("host", ""), target)
        site = self.web.sites.get(told.get("host", ""))
        if site is None:
            connection.sendall(whole(b"", status=404))
            return
        answer = self.answer(connection, site, target, times, told.get("if-none-match", ""))
        connection.sendall(answer)

    def answer(self, connection: socket.socket, site: Site, target: str, times: int, etag: str) -> bytes:
        """Give what the host says to a request; nothing where that is said already."""
        asked = Asked(
            connection=connection, url=f"http://{site.name}{target}", html=b"", times=times, links={}
        )
        if target in {"/robots.txt", OTHERS_ROBOTS}:
            return self.robots(site, asked) if target != OTHERS_ROBOTS else _rules(ROBOTS["some"][1])
        if document := site.documents.get(target):
            tag = f'"{sha256(document.body).hexdigest()[:16]}"'
            if etag == tag:
                return whole(b"", status=304, ETag=tag)
            return whole(document.body, Content_Type=document.content_type, ETag=tag)
        if target.startswith("/sick/"):
            return _sick(target, asked)
        if page := self.pages.get(asked.url):
            return self.page(site, page, asked)
        moved = _on_the_way(site, target)
        return whole(b"", status=302, Location=moved) if moved else whole(b"", status=404)

    def page(self, site: Site, page: WebPage, asked: Asked) -> bytes:
        """Give a page, or what is wrong with it."""
        if site.trouble in {"busy: 503", "busy: 429"} or (site.trouble == "busy once" and asked.times == 0):
            status = int(site.trouble.partition(": ")[2] or _BAD)
            return whole(b"busy", status=status, Retry_After=str(RETRY_AFTER))
        fault = FAULTS.get(page.answer)
        body = web_text.missing(site.name) if page.answer == "soft 404" else self.story(site, page)
        if fault is None:
            return whole(body.encode())
        given = Asked(
            connection=asked.connection,
            url=asked.url,
            html=body.encode(),
            times=asked.times,
            links=links_of(self.web, page),
        )
        return fault.answer(given)

    def story(self, site: Site, page: WebPage) -> str:
        """Set the article of a page."""
        others = tuple((other.url, other.title) for other in site.pages[:4])
        told = web_text.story(page.story, page.published_at)
        return web_text.page(
            told, url=page.story, outlet=f"The {site.name.split('.')[1]} paper", others=others
        )

    def robots(self, site: Site, asked: Asked) -> bytes:
        """Give a host's robots.txt, or what is wrong with it."""
        troubled: dict[str, Callable[[], bytes]] = {
            "robots 500": lambda: whole(b"no", status=500),
            "robots 429": lambda: whole(b"no", status=429),
            "robots hangs": lambda: FAULTS["no answer"].answer(asked),
            "robots resets": lambda: FAULTS["reset at once"].answer(asked),
            "robots forbids all": lambda: _rules("User-agent: *\nDisallow: /\n"),
            "crawl-delay": lambda: _rules(f"User-agent: *\nCrawl-delay: {CRAWL_DELAY}\n"),
        }
        if site.trouble in troubled:
            return troubled[site.trouble]()
        status, text = ROBOTS[site.robots]
        if site.robots == "moved":
            return whole(b"", status=status, Location=f"http://{self.web.plain[0].name}{OTHERS_ROBOTS}")
        headers = {"Location": text} if site.robots == "loop" else {}
        return whole(text.encode(), status=status, Content_Type=_PLAIN, **headers)


def _rules(text: str) -> bytes:
    return whole(text.encode(), Content_Type=_PLAIN)


def _request(connection: socket.socket) -> str:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _LONGEST_REQUEST:
        piece = connection.recv(_LONGEST_REQUEST)
        if not piece:
            return ""
        head += piece
    return head.decode("latin-1").partition("\r\n\r\n")[0]


def _on_the_way(site: Site, target: str) -> str | None:
    """Say where an address leads that only stands between others."""
    path = urlsplit(target).path
    if path.startswith("/loop/"):
        return f"http://{site.name}{path.removeprefix('/loop')}"
    if path.startswith("/next/"):
        return f"/next/{int(path.removeprefix('/next/')) + 1}"
    return None


def _sick(target: str, asked: Asked) -> bytes:
    """Answer where a source should be and none is."""
    if packed := _PACKED.get(target):
        return whole(packed, Content_Type="application/gzip")
    match target:
        case "/sick/slow.xml":
            return FAULTS["slow body"].answer(asked)
        case "/sick/reset.xml":
            return FAULTS["reset in body"].answer(asked)
        case "/sick/loop.xml":
            return whole(b"", status=302, Location=target)
    return whole(b"", status=404)
