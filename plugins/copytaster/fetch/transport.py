"""One request and its answer, over requests with an adapter of ours."""

import contextlib
import http.client
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
from copytaster.fetch.deadline import Deadline, DeadlineSocket, DeadlineTLSSocket, tls_context
from copytaster.fetch.network import Policy, Resolver, Target, target_of

_PIECE = 256 * 1024


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
    """Send one GET to a canonical URL and read the whole answer, whatever its status.

    Raises ``Unusable`` (forbidden_address, bad_certificate, too_large) and ``Fault`` (unreachable,
    timeout, broken_response). With ``truncate`` a longer body is cut at ``limit`` instead. ``cookies`` are sent, and what the
    server sets is added to them.
    """
    began = datetime.now(UTC)
    with _faults_named(deadline):
        target = target_of(url, policy, resolve, deadline)
    connections = Connections(target, deadline)
    with _faults_named(deadline, connections), contextlib.closing(connections):
        request = requests.Request("GET", url, headers=dict(headers), cookies=cookies).prepare()
        with connections.send(request, stream=True) as response:
            body = _read(response.raw, limit, truncate=truncate)
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
        request_headers=tuple((str(name), str(value)) for name, value in request.headers.items()),
        payload_digest=digest(body),
        limit=limit,
        requested_url=url,
    )


class Connections(HTTPAdapter):
    """Connects to the places that were checked, and to nothing else: no proxy, no second look-up."""

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
                connection.settimeout(self.deadline.remaining() / (len(places) - tried))
                connection.connect(place)
            except OSError as error:
                connection.close()
                fault = error
            else:
                self.address = str(place[0])
                return connection
        raise fault


class _PlainConnection(HTTPConnection):
    def __init__(self, *arguments: Any, adapter: Connections, **options: Any) -> None:
        self.adapter = adapter
        super().__init__(*arguments, **options)

    def _new_conn(self) -> DeadlineSocket:
        return self.adapter.connect()


class _TLSConnection(HTTPSConnection):
    def __init__(self, *arguments: Any, adapter: Connections, **options: Any) -> None:
        self.adapter = adapter
        super().__init__(*arguments, **options)

    def _new_conn(self) -> DeadlineSocket:
        return self.adapter.connect()

    def connect(self) -> None:
        super().connect()
        if isinstance(self.sock, DeadlineTLSSocket):
            self.sock.deadline = self.adapter.deadline


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TLSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


def _read(raw: Any, limit: int, *, truncate: bool) -> bytes:
    """Read the body as it is on the wire; its declared length must be kept (urllib3 sees to that)."""
    declared = raw.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit and not truncate:
        raise Unusable("too_large", f"{declared} bytes")
    pieces, size = [], 0
    for piece in raw.stream(_PIECE, decode_content=False):
        pieces.append(piece)
        size += len(piece)
        if size > limit and not truncate:
            raise Unusable("too_large", f"more than {limit} bytes")
        if size > limit:
            break
    return b"".join(pieces)[:limit]


@contextlib.contextmanager
def _faults_named(deadline: Deadline, connections: Connections | None = None) -> Iterator[None]:
    """Turn what sockets, TLS, http.client, urllib3 and requests raise into our reasons."""
    try:
        yield
    except (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException) as error:
        detail = _innermost(error)
        if isinstance(error, requests.exceptions.InvalidURL):
            raise Unusable("invalid_url", detail) from error
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
