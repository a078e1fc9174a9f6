"""Pages -> WARC records."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import BinaryIO, Self
from urllib.parse import urlsplit
from uuid import uuid4

import copytaster
from copytaster import codings
from copytaster.answer import Answer, digest
from copytaster.model import Link

_NO_LINE_BREAKS = str.maketrans({"\r": " ", "\n": " ", "\x00": ""})


class Writer:
    """Writes records to a binary stream, which the caller opens, closes and renames when whole.

    Not for several threads at a time. A page is complete in the file when ``write_exchange`` returns.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def __enter__(self) -> Self:
        facts = {
            "software": f"Copytaster/{copytaster.__version__}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        }
        self._write(
            "warcinfo", datetime.now(UTC), {"Content-Type": "application/warc-fields"}, _fields(facts)
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.flush()

    def write_exchange(self, link: Link, answer: Answer) -> str:
        """Write what was asked, what came back and what we know of it; return the response's record id.

        The redirects on the way are kept too. The metadata record (page id, URL asked for) stands
        before its response, so that a reader has the facts when the page comes.
        """
        for hop in answer.redirects:
            self._write_response(_new_id(), hop)
        record_id = _new_id()
        facts = {"copytaster-page-id": str(link.page_id), "copytaster-requested-url": answer.requested_url}
        about = {
            "WARC-Target-URI": answer.url,
            "WARC-Concurrent-To": record_id,
            "Content-Type": "application/warc-fields",
        }
        self._write("metadata", answer.fetched_at, about, _fields(facts))
        self._write_response(record_id, answer)
        return record_id

    def write_text(self, url: str, text: bytes, date: datetime) -> str:
        """Write a text that came from no web server as a ``resource`` record; return its record id."""
        record_id = _new_id()
        told = digest(text)
        about = {
            "WARC-Target-URI": url,
            "WARC-Payload-Digest": told,
            "WARC-Block-Digest": told,
            "Content-Type": "text/plain",
        }
        self._write("resource", date, about, text, record_id)
        return record_id

    def _write_response(self, record_id: str, answer: Answer) -> None:
        about = {"WARC-Target-URI": answer.url, "WARC-IP-Address": answer.address}
        request = {
            **about,
            "WARC-Concurrent-To": record_id,
            "Content-Type": "application/http; msgtype=request",
        }
        self._write("request", answer.fetched_at, request, _request_head(answer))
        response = {
            **about,
            "WARC-Payload-Digest": answer.payload_digest,
            "Content-Type": "application/http; msgtype=response",
        }
        self._write(
            "response", answer.fetched_at, response, _response_head(answer) + answer.wire_body, record_id
        )

    def _write(
        self, kind: str, date: datetime, about: Mapping[str, str], block: bytes, record_id: str | None = None
    ) -> None:
        headers = {
            "WARC-Type": kind,
            "WARC-Record-ID": record_id or _new_id(),
            "WARC-Date": date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            **about,
            "Content-Length": str(len(block)),
        }
        head = b"WARC/1.1\r\n" + _fields(headers) + b"\r\n"
        self._stream.write(codings.gzip(b"".join((head, block, b"\r\n\r\n"))))


def _new_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


def _fields(facts: Mapping[str, str]) -> bytes:
    return "".join(
        f"{name}: {value.translate(_NO_LINE_BREAKS)}\r\n" for name, value in facts.items()
    ).encode()


def _request_head(answer: Answer) -> bytes:
    parts = urlsplit(answer.url)
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return _http_head(f"GET {target} HTTP/1.1", [("Host", parts.netloc), *answer.request_headers])


def _response_head(answer: Answer) -> bytes:
    """Give the status line and headers; chunks are undone already, so their header is set aside."""
    kept = [
        (f"X-Crawler-{name}" if name.lower() == "transfer-encoding" else name, value)
        for name, value in answer.headers
    ]
    return _http_head(f"HTTP/1.1 {answer.status} {answer.reason}", kept)


def _http_head(first: str, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    text = "".join(line.translate(_NO_LINE_BREAKS) + "\r\n" for line in lines)
    return text.encode("latin-1", "replace") + b"\r\n"
