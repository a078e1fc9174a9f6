"""Real HTTP servers on the loopback interface for tests: one that behaves, one that does as it is told."""

import contextlib
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True)
class Seen:
    """One request as the server saw it."""

    at: float  # time.monotonic()
    host: str
    path: str
    headers: Mapping[str, str]  # names in lower case


@dataclass
class Log:
    """What a server saw, in order of arrival."""

    requests: list[Seen] = field(default_factory=list)

    def paths(self, host: str | None = None) -> list[str]:
        return [seen.path for seen in self.requests if host in (None, seen.host)]

    def gaps(self, host: str) -> list[float]:
        """Seconds between the requests to one host."""
        moments = [seen.at for seen in self.requests if seen.host == host]
        return [later - earlier for earlier, later in itertools.pairwise(moments)]


Conversation = Callable[[socket.socket], None]


class ScriptedServer:
    """Answers each path with bytes, or with a function that may do anything to the connection.

    A key is ``/path`` or ``host/path``. Unknown paths get 404; so does robots.txt unless scripted.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.script: dict[str, bytes | Conversation] = {}
        self.log = Log()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._stopped = threading.Event()
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def connect_to(self, *hosts: str) -> str:
        """Give the ``connect_to`` setting that leads these hosts (port 80, with TLS 443) here."""
        port = 443 if self._tls else 80
        return ",".join(f"{host}:{port}=127.0.0.1:{self.port}" for host in hosts)

    def close(self) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        self._listener.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while not self._stopped.is_set():
            with contextlib.suppress(OSError):
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    @contextlib.contextmanager
    def _wrapped(self, connection: socket.socket) -> Iterator[socket.socket]:
        with connection:
            connection.settimeout(30)
            if self._tls is None:
                yield connection
                return
            with self._tls.wrap_socket(connection, server_side=True) as encrypted:
                yield encrypted

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), self._wrapped(connection) as connection:  # noqa: PLR1704 - the same, inside TLS
            seen = _read_request(connection)
            if seen is None:
                return
            self.log.requests.append(seen)
            path = seen.path.partition("?")[0]
            answer = self.script.get(seen.host + path, self.script.get(path, response(404, b"no such page")))
            if callable(answer):
                answer(connection)
            else:
                connection.sendall(answer)


def _read_request(connection: socket.socket) -> Seen | None:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(65_536)
        if not piece:
            return None
        head += piece
    at = time.monotonic()
    first, *lines = head.decode("latin-1").split("\r\n\r\n", 1)[0].split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Seen(at=at, host=headers.get("host", ""), path=first.split(" ")[1], headers=headers)


def response(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """Give a whole HTTP answer with its true Content-Length."""
    given = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body)), **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status} Said\r\n{lines}Connection: close\r\n\r\n".encode("latin-1") + body


def redirect(location: str, status: int = 302) -> bytes:
    return response(status, b"", {"Location": location})


def html(*, title: str = "The ferry runs again", words: int = 300) -> bytes:
    """Give a page of about ``6 * words`` bytes."""
    text = " ".join(f"word{number % 97}" for number in range(words))
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title></head>"
        f"<body><article><h1>{title}</h1><p>{text}</p></article></body></html>"
    ).encode()


@contextlib.contextmanager
def scripted_server(tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    server = ScriptedServer(tls)
    try:
        yield server
    finally:
        server.close()


@contextlib.contextmanager
def raw_server(talk: Conversation) -> Iterator[int]:
    """Let every connection be answered by a function that also sees what comes first; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with contextlib.suppress(OSError), connection:
                        talk(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def tls_for(host: str, folder: Path, *, days: tuple[int, int] = (-1, 1)) -> tuple[ssl.SSLContext, Path]:
    """Make a certificate that vouches for itself, valid from and to so many days from now.

    Gives the server's context, and the file to trust.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, host)])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today + timedelta(days=days[0]))
        .not_valid_after(today + timedelta(days=days[1]))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    secret = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / f"{host}.pem"
    path.write_bytes(certificate.public_bytes(encoding) + secret)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    return context, path


class SiteServer:
    """An ordinary site on ``http.server``: path → (status, headers, body), with ETags honoured."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.log = Log()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.log.requests.append(_seen(self))
                status, headers, body = site.pages.get(self.path.partition("?")[0], (404, {}, b"none"))
                if "ETag" in headers and self.headers.get("If-None-Match") == headers["ETag"]:
                    status, body = 304, b""
                self.send_response(status)
                for name, value in ({"Content-Type": "text/html; charset=utf-8"} | headers).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Stay silent; ``site.log`` has it all."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def connect_to(self, *hosts: str) -> str:
        """Give the ``connect_to`` setting that leads these hosts (port 80) here."""
        return ",".join(f"{host}:80=127.0.0.1:{self.port}" for host in hosts)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def _seen(request: BaseHTTPRequestHandler) -> Seen:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Seen(at=time.monotonic(), host=headers.get("host", ""), path=request.path, headers=headers)


@contextlib.contextmanager
def site_server() -> Iterator[SiteServer]:
    server = SiteServer()
    try:
        yield server
    finally:
        server.close()
