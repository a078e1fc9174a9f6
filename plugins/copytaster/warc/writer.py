"""Pages -> WARC records."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType, TracebackType
from typing import BinaryIO, Self
from urllib.parse import urlsplit
from uuid import uuid4

import copytaster
from copytaster import codings
from copytaster.answer import Answer, digest
from copytaster.model import Capture, Link

#: Records that hold facts; nearly all of a response is its payload, and a request can be told from its response.
_WITH_BLOCK_DIGEST = frozenset({"warcinfo", "metadata", "resource", "revisit"})
_NO_LINE_BREAKS = str.maketrans({"\r": " ", "\n": " ", "\x00": ""})
_NOT_MODIFIED = 304
_PROFILES = "http://netpreserve.org/warc/1.1/revisit/"
_NOTHING: Mapping[str, str] = MappingProxyType({})
#: What a response says of its use; repeated in the metadata record, where rights are looked for.
_RIGHTS = ("x-robots-tag", "tdm-reservation", "tdm-policy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Where a page stands in the file, and whether as a revisit: its payload is in an earlier one then."""

    record_id: str
    offset: int  # bytes before the record's gzip member
    revisit: bool


class Writer:
    """Writes records to a binary stream, which the caller opens, closes and renames when whole.

    ``name`` is the file's, ``facts`` are further lines of its ``warcinfo`` record. Not for several
    threads at a time. A page is complete in the file when ``write_exchange`` returns.
    """

    def __init__(self, stream: BinaryIO, *, name: str = "", facts: Mapping[str, str] = _NOTHING) -> None:
        self._stream = stream
        self._offset = 0
        self._name = name
        self._facts = facts

    def __enter__(self) -> Self:
        facts = {
            "software": f"Copytaster/{copytaster.__version__}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            **self._facts,
        }
        about = {"Content-Type": "application/warc-fields"}
        if self._name:
            about["WARC-Filename"] = self._name
        self._write("warcinfo", datetime.now(UTC), about, _fields(facts))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.flush()

    def write_exchange(
        self,
        link: Link,
        answer: Answer,
        *,
        facts: Mapping[str, str] = _NOTHING,
        earlier: Capture | None = None,
    ) -> Written:
        """Write what was asked, what came back and what we know of it.

        A payload that is that of ``earlier``, by its digest or by the server's word (304), is not
        written again: the record is a revisit. The redirects on the way are kept too. The metadata
        record (page id, URL asked for, ``facts``, rights) stands before the response, so that a reader
        has the facts when the page comes.
        """
        for hop in answer.redirects:
            self._write_response(_new_id(), hop, None)
        record_id = _new_id()
        about = {
            "WARC-Target-URI": answer.url,
            "WARC-Concurrent-To": record_id,
            "Content-Type": "application/warc-fields",
        }
        self._write("metadata", answer.fetched_at, about, _fields(_told(link, answer, facts)))
        same = earlier if earlier is not None and _same_payload(answer, earlier) else None
        offset = self._write_response(record_id, answer, same)
        return Written(record_id=record_id, offset=offset, revisit=same is not None)

    def write_text(self, url: str, text: bytes, date: datetime) -> str:
        """Write a text that came from no web server as a ``resource`` record; return its record id."""
        record_id = _new_id()
        about = {"WARC-Target-URI": url, "Content-Type": "text/plain"}
        self._write("resource", date, about, text, record_id=record_id)
        return record_id

    def _write_response(self, record_id: str, answer: Answer, same: Capture | None) -> int:
        """Write a request, and its answer as response or revisit; return where the latter begins."""
        about = {"WARC-Target-URI": answer.url, "WARC-IP-Address": answer.address}
        request = {
            **about,
            "WARC-Concurrent-To": record_id,
            "Content-Type": "application/http; msgtype=request",
        }
        self._write("request", answer.fetched_at, request, _request_head(answer))
        about["Content-Type"] = "application/http; msgtype=response"
        if answer.truncated:
            about["WARC-Truncated"] = "length"
        if same is None:
            about["WARC-Payload-Digest"] = answer.payload_digest
            body = (_response_head(answer), answer.wire_body)
            return self._write("response", answer.fetched_at, about, *body, record_id=record_id)
        about |= _reference(answer, same)
        return self._write("revisit", answer.fetched_at, about, _response_head(answer), record_id=record_id)

    def _write(
        self, kind: str, date: datetime, about: Mapping[str, str], *block: bytes, record_id: str = ""
    ) -> int:
        headers = {
            "WARC-Type": kind,
            "WARC-Record-ID": record_id or _new_id(),
            "WARC-Date": _date(date),
            **about,
            "Content-Length": str(sum(map(len, block))),
        }
        if kind in _WITH_BLOCK_DIGEST:
            headers["WARC-Block-Digest"] = digest(b"".join(block))
        member = codings.gzip(b"WARC/1.1\r\n", _fields(headers), b"\r\n", *block, b"\r\n\r\n")
        self._stream.write(member)
        offset = self._offset
        self._offset += len(member)
        return offset


def _same_payload(answer: Answer, earlier: Capture) -> bool:
    return answer.status == _NOT_MODIFIED or (
        answer.payload_digest == earlier.payload_digest and not answer.truncated
    )


def _reference(answer: Answer, same: Capture) -> dict[str, str]:
    """Say why a revisit has no payload, and where it is."""
    unasked = answer.status == _NOT_MODIFIED
    return {
        "WARC-Profile": _PROFILES + ("server-not-modified" if unasked else "identical-payload-digest"),
        "WARC-Payload-Digest": same.payload_digest,
        "WARC-Refers-To": same.warc_record_id,
        "WARC-Refers-To-Target-URI": same.url,
        "WARC-Refers-To-Date": _date(same.fetched_at),
    }


def _told(link: Link, answer: Answer, facts: Mapping[str, str]) -> dict[str, str]:
    rights = {name: value for name in _RIGHTS if (value := answer.header(name))}
    return {
        "copytaster-page-id": str(link.page_id),
        "copytaster-requested-url": answer.requested_url,
        **facts,
        **rights,
    }


def _new_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


def _date(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _fields(facts: Mapping[str, str]) -> bytes:
    return _lines([f"{name}: {value}" for name, value in facts.items()]).encode()


def _lines(lines: list[str]) -> str:
    """End each line. A value that would make two of one is mended; hardly any is, and looking costs little."""
    text = "\r\n".join((*lines, ""))
    if text.count("\n") == len(lines) == text.count("\r") and "\0" not in text:
        return text
    return "".join(line.translate(_NO_LINE_BREAKS) + "\r\n" for line in lines)


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
    return _lines(lines).encode("latin-1", "replace") + b"\r\n"
