"""One request and its answer, over requests with an adapter of ours."""

import contextlib
import http.client
import logging
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from urllib3.connection import HTTPConnection, HTTPSConnection

from copytaster.answer import Answer, digest
from copytaster.errors import FetchReason, Unusable
from copytaster.fetch.deadline import Deadline, DeadlineSocket, DeadlineTLSSocket, Never, TooMuch, tls_context
from copytaster.fetch.network import Policy, Resolver, Target, target_of

_PIECE = 256 * 1024
#: It tells of each header that it cannot read, with a traceback; what is wrong with a page is said once, elsewhere.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)
_NO_CONTENT, _NOT_MODIFIED = 204, 304  # never have a body, though some servers send one
_LONGEST_CONNECT = 10.0  # seconds: who does not answer by then is away, and the thread has better to do
_LONGEST_NUMBER = 18  # digits; longer ones count no bytes


class Fault(Exception):
    """An attempt that failed and may work another time."""

    def __init__(self, reason: FetchReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: FetchReason = reason
        self.detail = detail


def ask(
    url: str,
    headers: Mapping[str, str],
    *,
    policy: Policy,
    resolve: Resolver,
    deadline: Deadline,
    limit: int,
    truncate: bool = False,
    cookies: RequestsCookieJar | None = None,
) -> Answer:
    """Send one GET to a canonical URL and read the answer: whole, but its head alone where that is no 2xx.

    Raises ``Unusable`` (forbidden_address, bad_certificate, too_large) and ``Fault`` (unreachable,
    timeout, broken_response). With ``truncate`` a longer body is cut at ``limit`` instead. ``cookies`` are sent, and what the
    server sets is added to them.
    """
    began = datetime.now(UTC)
    with _faults_named(deadline):
        target = target_of(url, policy, resolve, deadline)
    connections = Connections(target, deadline)
    with _faults_named(deadline, connections), contextlib.closing(connections):
        request = _prepared(url, headers, cookies)
        sent = tuple((str(name), str(value)) for name, value in request.headers.items())
        with connections.send(request, stream=True) as response:
            body, truncated = _body(response.raw, response.status_code, limit, truncate=truncate)
    if cookies is not None:
        cookies.update(response.cookies)
    return Answer(
        url=url,
        status=response.status_code,
        reason=_storable(response.reason or ""),
        headers=tuple((_storable(name), _storable(value)) for name, value in response.raw.headers.items()),
        wire_body=body,
        fetched_at=began,
        address=connections.address,
        request_headers=sent,
        payload_digest=digest(body),
        limit=limit,
        requested_url=url,
        truncated=truncated,
    )


def _prepared(
    url: str, headers: Mapping[str, str], cookies: RequestsCookieJar | None
) -> requests.PreparedRequest:
    """Prepare a GET; the URL stays as it is, for it is canonical."""
    request = requests.PreparedRequest()
    request.method, request.url = "GET", url
    request.prepare_headers(dict(headers))
    request.prepare_cookies(cookies or {})
    return request


class Connections(HTTPAdapter):
    """Connects to the places that were checked, and to nothing else: no proxy of the environment, no second look-up."""

    def __init__(self, target: Target, deadline: Deadline) -> None:
        self.target = target
        self.deadline = deadline
        self.address = ""
        super().__init__(pool_connections=1, pool_maxsize=1)

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> urllib3.HTTPConnectionPool:
        """Give a pool of one connection to the target."""
        if self.target.tls:
            context = tls_context()
            return _TLSPool(self.target.host, self.target.port, adapter=self, ssl_context=context)
        return _PlainPool(self.target.host, self.target.port, adapter=self)

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        """Give what stands in the request line: a proxy is told the whole URL, unless it is a tunnel."""
        if self.target.proxy is not None and not self.target.tls:
            return request.url or ""
        return super().request_url(request, proxies)

    def add_headers(self, request: requests.PreparedRequest, **_: Any) -> None:
        """Introduce ourselves to a proxy that is no tunnel."""
        if self.target.proxy is not None and not self.target.tls:
            request.headers.update(self.target.proxy.headers)

    def cert_verify(self, conn: Any, *_: Any, **__: Any) -> None:
        """Demand a valid certificate, always; the authorities are in the shared context."""
        conn.cert_reqs = "CERT_REQUIRED"

    def connect(self) -> DeadlineSocket:
        """Connect to the first place that answers; raise ``OSError`` if none does."""
        fault = OSError("no address")
        places = self.target.places
        for tried, (family, place) in enumerate(places):
            connection = DeadlineSocket(family, self.deadline)
            try:
                patience = min(self.deadline.remaining(), _LONGEST_CONNECT)
                connection.settimeout(patience / (len(places) - tried))
                connection.connect(place)
            except OSError as error:
                connection.close()
                fault = error
            else:
                self.address = str(place[0])
                return connection
        raise fault


class _Response(http.client.HTTPResponse):
    goes_on = False  # behind the length that it declares

    def _close_conn(self) -> None:
        """Close at the end of the body, after a look at what comes behind it."""
        if self.length == 0 and self.status != _NO_CONTENT:
            self.goes_on = _more_than_blanks(self.fp)
        super()._close_conn()  # type: ignore[misc]


def _more_than_blanks(stream: Any) -> bool:
    """Look at what has come in already; old servers end a body with one more line break."""
    connection = stream.raw._sock  # noqa: SLF001 - http.client hides the socket behind its stream
    connection.deadline = Never()
    try:
        return bool(stream.peek(1).strip())
    except OSError:
        return False


class _PlainConnection(HTTPConnection):
    response_class = _Response

    def __init__(self, *arguments: Any, adapter: Connections, **options: Any) -> None:
        self.adapter = adapter
        super().__init__(*arguments, **options)

    def _new_conn(self) -> DeadlineSocket:
        return self.adapter.connect()


class _TLSConnection(HTTPSConnection):
    response_class = _Response

    def __init__(self, *arguments: Any, adapter: Connections, **options: Any) -> None:
        self.adapter = adapter
        super().__init__(*arguments, **options)
        if proxy := adapter.target.proxy:
            self.set_tunnel(adapter.target.host, adapter.target.port, headers=dict(proxy.headers))

    def _new_conn(self) -> DeadlineSocket:
        return self.adapter.connect()

    def _tunnel(self) -> None:
        """Have the proxy connect us; before that stands nothing has been reached."""
        place, self.adapter.address = self.adapter.address, ""
        super()._tunnel()
        self.adapter.address = place

    def connect(self) -> None:
        super().connect()
        if isinstance(self.sock, DeadlineTLSSocket):
            self.sock.deadline = self.adapter.deadline


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TLSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


def _body(raw: Any, status: int, limit: int, *, truncate: bool) -> tuple[bytes, bool]:
    """Read the body of a success, and say whether there was more than was read: of all else the head says it."""
    if not 200 <= status < 300:  # noqa: PLR2004
        return b"", status != _NOT_MODIFIED and raw.headers.get("content-length") != "0"
    coding = raw.headers.get("transfer-encoding", "").strip().lower()
    if coding not in {"", "chunked", "identity"}:
        raise Fault("broken_response", f"transfer coding {coding[:40]!r}")
    body = _read(raw, limit, truncate=truncate)
    return body[:limit], len(body) > limit


def _read(raw: Any, limit: int, *, truncate: bool) -> bytes:
    """Read the body as it is on the wire; its declared length must be kept (urllib3 sees to that)."""
    told = {value.strip() for value in raw.headers.get("content-length", "").split(",")} - {""}
    declared = told.pop() if told else "0"
    if told or not (declared.isascii() and declared.isdecimal()):
        raise Fault("broken_response", f"Content-Length {raw.headers['content-length'][:40]!r}")
    if len(declared) > _LONGEST_NUMBER or (int(declared) > limit and not truncate):
        raise Unusable("too_large", f"{declared[:40]} bytes")
    pieces, size = [], 0
    message = raw._fp  # noqa: SLF001 - of http.client; it alone knows
    for piece in raw.stream(_PIECE, decode_content=False):
        pieces.append(piece)
        size += len(piece)
        if size > limit and not truncate:
            raise Unusable("too_large", f"more than {limit} bytes")
        if size > limit:
            break
    if getattr(message, "goes_on", False):
        raise Fault("broken_response", "the body is longer than its Content-Length")
    return b"".join(pieces)


@contextlib.contextmanager
def _faults_named(deadline: Deadline, connections: Connections | None = None) -> Iterator[None]:
    """Turn what sockets, TLS, http.client, urllib3 and requests raise into our reasons."""
    try:
        yield
    except (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException, ValueError) as error:
        # ValueError: the libraries count with what servers send, chunks of negative length for instance.
        detail = _innermost(error)
        if isinstance(error, requests.exceptions.InvalidURL):
            raise Unusable("invalid_url", detail) from error
        if _caused_by(error, TooMuch):
            raise Unusable("too_large", detail) from error
        if deadline.over:
            raise Fault("timeout", f"{deadline.seconds:g} s passed") from error
        if connections is None or not connections.address:
            raise Fault("unreachable", detail) from error
        if _caused_by(error, ssl.SSLCertVerificationError):
            raise Unusable("bad_certificate", detail) from error
        raise Fault("broken_response", detail) from error


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk from an error to the one at its root; the libraries keep it in ``reason``, ``args`` or as cause."""
    seen: list[BaseException] = []
    step: BaseException | None = error
    while step is not None and step not in seen:
        seen.append(step)
        yield step
        held = (getattr(step, "reason", None), *step.args, step.__cause__)
        step = next((item for item in held if isinstance(item, BaseException)), None)


def _caused_by(error: BaseException, kind: type[BaseException]) -> bool:
    return any(isinstance(step, kind) for step in _causes(error))


def _innermost(error: BaseException) -> str:
    *_, root = _causes(error)
    return _storable(str(root) or type(root).__name__)[:300]


def _storable(text: str) -> str:
    """Drop what no header may hold and no database takes."""
    return text.replace("\x00", "")
