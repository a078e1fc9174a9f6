"""One HTTP exchange as it went over the wire: what `fetch` brings and `warc` keeps."""

import hashlib
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import datetime

from copytaster import codings


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said: the answer as it came, and the request that it answers."""

    url: str
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]  # as sent, in order
    wire_body: bytes  # as sent, without the framing of chunks
    fetched_at: datetime  # when the request began
    address: str  # IP address that we were connected to: the server's, or the egress proxy's
    request_headers: tuple[tuple[str, str], ...]
    payload_digest: str  # "sha256:<base32>" of ``wire_body``
    limit: int  # most bytes that the body may have, decoded
    requested_url: str  # where the way here began
    redirects: tuple["Answer", ...] = field(default=(), repr=False)  # the way here
    truncated: bool = False  # ``wire_body`` is the beginning of what was sent

    def header(self, name: str) -> str:
        """Give a header's value, "" if absent; several are joined by commas."""
        name = name.lower()
        return ", ".join(value for key, value in self.headers if key.lower() == name)

    @property
    def body(self) -> bytes:
        """The content without its codings (undone at each call); raises as ``codings.decode`` does."""
        return codings.decode(self.wire_body, self.header("content-encoding"), limit=self.limit)


def digest(body: bytes) -> str:
    """Give the WARC-Payload-Digest of a body."""
    return "sha256:" + b32encode(hashlib.sha256(body).digest()).decode("ascii")
