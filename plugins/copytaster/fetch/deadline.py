"""A moment by which everything must be over, a number of bytes that must do, and sockets that know both.

A timeout per read is no bound: a server that sends one byte a second keeps it alive for ever. These
sockets set the time that is left before each read instead, so DNS, connection, TLS, headers and body
share one deadline without a watchdog thread. And whatever a server says of lengths, a socket gives no
more than its share: the libraries above it believe some of the lies.
"""

import math
import socket
import ssl
import time
from functools import cache
from typing import Any

from certifi import where


class TooMuch(OSError):
    """The server sent more than we have a use for."""


class Deadline:
    """A number of seconds that begins now, and of bytes that may come in until then."""

    __slots__ = ("_bytes", "_start", "seconds")

    def __init__(self, seconds: float, most_bytes: float = math.inf) -> None:
        self._start = time.monotonic()
        self._bytes = most_bytes
        self.seconds = seconds

    @property
    def spent(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._start

    @property
    def over(self) -> bool:
        """Say whether the time has run out, to the precision of a timeout."""
        return self.spent >= self.seconds - 0.01

    def remaining(self) -> float:
        """Seconds that are left, above zero; raises ``TimeoutError`` when they have run out."""
        left = self.seconds - self.spent
        if left <= 0:
            raise TimeoutError("the time for this page ran out")
        return left

    def count(self, received: int) -> int:
        """Note what has come in, and give it back; raises ``TooMuch``."""
        self._bytes -= received
        if self._bytes < 0:
            raise TooMuch("more bytes than the largest page may have")
        return received


class Never(Deadline):
    """Time that is out: what is there already can be read, and nothing is waited for."""

    def __init__(self) -> None:
        super().__init__(0.0)

    def remaining(self) -> float:
        """Give zero, which makes a socket answer at once."""
        return 0.0


class DeadlineSocket(socket.socket):
    """A plain socket whose every read and write must end by ``deadline``."""

    def __init__(self, family: socket.AddressFamily, deadline: Deadline) -> None:
        super().__init__(family, socket.SOCK_STREAM)
        self.deadline = deadline

    def gettimeout(self) -> float:
        """Say what is left: TLS takes its time for the handshake from here."""
        return self.deadline.remaining()

    def recv_into(self, *arguments: Any, **options: Any) -> int:
        """Read, as ``http.client`` does it."""
        self.settimeout(self.deadline.remaining())
        return self.deadline.count(super().recv_into(*arguments, **options))

    def sendall(self, *arguments: Any, **options: Any) -> None:
        """Write; the timeout is for the whole of it."""
        self.settimeout(self.deadline.remaining())
        super().sendall(*arguments, **options)


class DeadlineTLSSocket(ssl.SSLSocket):
    """The same, encrypted. Without a deadline (during the handshake) the timeout given holds."""

    deadline: Deadline | None = None

    def read(self, *arguments: Any, **options: Any) -> Any:
        """Read; ``recv_into`` comes here."""
        if self.deadline is None:
            return super().read(*arguments, **options)
        self.settimeout(self.deadline.remaining())
        received: Any = super().read(*arguments, **options)
        self.deadline.count(received if isinstance(received, int) else len(received))
        return received

    def send(self, *arguments: Any, **options: Any) -> int:
        """Write; ``sendall`` comes here."""
        if self.deadline is not None:
            self.settimeout(self.deadline.remaining())
        return super().send(*arguments, **options)


@cache
def tls_context() -> ssl.SSLContext:
    """Give the one context of this process: reading the authorities' certificates costs 20 ms."""
    context = ssl.create_default_context(cafile=where())
    context.sslsocket_class = DeadlineTLSSocket
    return context
