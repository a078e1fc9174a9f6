"""WARC records -> pages.

Two faults are told apart. A file that ends within a record is torn (``TornArchive``, after every page
before the tear was given): the usual readers return such a last page as if it were whole. A record
whose payload is not what its digest says, or cannot be decoded, is damaged (``DamagedRecord``); the
reading can go on behind it.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import BinaryIO

from copytaster import codings, sniff
from copytaster.answer import digest
from copytaster.errors import CopytasterError, Unusable
from copytaster.model import Page
from copytaster.warc.http import BadMessage, Message, digest_matches, parse_response
from copytaster.warc.records import Record, records

#: Largest record and largest decoded body that are read; larger ones count as damaged.
LIMIT = 64 * 1024 * 1024
_OK = range(200, 300)


class DamagedRecord(CopytasterError):
    """A record cannot be trusted or read: its digest does not match, or its payload is torn."""

    def __init__(self, record_id: str, url: str, detail: str) -> None:
        super().__init__(f"{url} ({record_id}): {detail}")
        self.record_id = record_id
        self.url = url
        self.detail = detail


def read(stream: BinaryIO, *, on_damage: Callable[[DamagedRecord], None] | None = None) -> Iterator[Page]:
    """Give the pages of a WARC file: 2xx responses and text resources; everything else is passed over.

    The stream is compressed with gzip (by record or as a whole) or not at all. Each payload digest is
    verified, where there is one. ``Page.body`` is without content coding. Raises ``TornArchive`` at a
    tear, behind the last whole page; and the first ``DamagedRecord``, unless ``on_damage`` takes them.
    """
    facts: dict[str, Mapping[str, str]] = {}
    for record in records(stream, _wanted, limit=LIMIT):
        if record.headers["warc-type"] == "metadata":
            facts[record.headers.get("warc-concurrent-to", "")] = _fields(record.block)
            continue
        try:
            page = _page(record, facts.pop(record.record_id, {}))
        except DamagedRecord as damage:
            if on_damage is None:
                raise
            on_damage(damage)
        else:
            if page is not None:
                yield page


def _wanted(headers: Mapping[str, str]) -> bool:
    kind = headers.get("warc-type", "").lower()
    content = headers.get("content-type", "").lower()
    if kind == "response":
        return content.startswith("application/http") or not content
    if kind == "resource":
        return content.startswith("text/")
    return kind == "metadata" and content.startswith("application/warc-fields")


def _page(record: Record, facts: Mapping[str, str]) -> Page | None:
    length = int(record.headers["content-length"])
    if length > LIMIT:
        raise _damaged(record, f"{length} bytes are too many")
    if told := record.headers.get("warc-truncated"):
        raise _damaged(record, f"cut off when it was captured ({told})")
    if record.headers["warc-type"].lower() == "resource":
        return _text(record)
    try:
        message = parse_response(record.block)
    except BadMessage as error:
        raise _damaged(record, str(error)) from None
    return _response(record, message, facts) if message.status in _OK else None


def _text(record: Record) -> Page:
    told = _verified(record, record.block, record.block)
    kind = record.headers["content-type"].partition(";")[0].strip().lower()
    return Page(
        url=record.url,
        body=record.block,
        headers={"content-type": record.headers["content-type"]},
        media_type=kind,
        fetched_at=_date(record),
        warc_record_id=record.record_id,
        payload_digest=told,
    )


def _response(record: Record, message: Message, facts: Mapping[str, str]) -> Page:
    told = _verified(record, message.payload, message.content)
    page_id = facts.get("copytaster-page-id", "")
    requested = facts.get("copytaster-requested-url")
    body = _decoded(record, message)
    return Page(
        url=record.url,
        body=body,
        page_id=int(page_id) if page_id.isdecimal() else None,
        requested_url=requested if requested != record.url else None,
        http_status=message.status,
        headers=message.headers,
        media_type=_media_type(message.headers.get("content-type", ""), body),
        fetched_at=_date(record),
        warc_record_id=record.record_id,
        payload_digest=told,
    )


def _verified(record: Record, payload: bytes, content: bytes) -> str:
    """Give the payload's digest in our form, after checking the one that the record claims."""
    own = digest(content)
    told = record.headers.get("warc-payload-digest", "")
    if told and told != own and not digest_matches(told, payload, content):
        raise _damaged(record, f"the payload is not the one of {told}")
    return own


def _decoded(record: Record, message: Message) -> bytes:
    coding = message.headers.get("content-encoding", "")
    if "gzip" in coding.lower() and not message.content.startswith(b"\x1f\x8b"):
        return message.content  # decoded by whoever wrote the file, who left the header in place
    try:
        return codings.decode(message.content, coding, limit=LIMIT)
    except (codings.BrokenCoding, Unusable) as error:
        raise _damaged(record, f"content coding {coding!r}: {error}") from None


def _media_type(content_type: str, body: bytes) -> str:
    """Name the type that the body has; what is no page keeps the name that the server gave it."""
    try:
        return sniff.media_type(content_type, body[: sniff.LOOKED_AT])
    except Unusable:
        declared = content_type.partition(";")[0].strip().lower()
        return declared if declared not in {"", "text/html", "text/plain"} else "application/octet-stream"


def _date(record: Record) -> datetime | None:
    try:
        date = datetime.fromisoformat(record.headers.get("warc-date", ""))
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _fields(block: bytes) -> dict[str, str]:
    lines = block.decode("utf-8", "replace").splitlines()
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _damaged(record: Record, detail: str) -> DamagedRecord:
    return DamagedRecord(record.record_id, record.url, detail)
