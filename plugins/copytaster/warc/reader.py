"""WARC records -> pages.

Two faults are told apart. A file that ends within a record is torn (``TornArchive``, after every page
before the tear was given): the usual readers return such a last page as if it were whole. A record
whose payload is not what its digest says, or cannot be decoded, is damaged (``DamagedRecord``); the
reading can go on behind it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import BinaryIO

from copytaster import codings, sniff
from copytaster.answer import digest
from copytaster.errors import Unusable
from copytaster.model import Page
from copytaster.warc.http import BadMessage, Message, digest_matches, parse_response
from copytaster.warc.records import Record, TornArchive, records
from copytaster.warc.revisits import DamagedRecord, PayloadOf, revisit_of, revisited

#: Largest record and largest decoded body that are read; larger ones count as damaged.
LIMIT = 64 * 1024 * 1024
_OK = range(200, 300)
_NOT_MODIFIED = 304


def read(
    stream: BinaryIO,
    *,
    on_damage: Callable[[DamagedRecord], None] | None = None,
    payload_of: PayloadOf | None = None,
) -> Iterator[Page]:
    """Give the pages of a WARC file: 2xx responses, text resources, and revisits where ``payload_of`` finds their page.

    The stream is compressed with gzip (by record or as a whole) or not at all. Each payload digest is
    verified, where there is one. ``Page.body`` is without content coding. Raises ``TornArchive`` at a
    tear, behind the last whole page; and the first ``DamagedRecord``, unless ``on_damage`` takes them.
    """
    facts: dict[str, Mapping[str, str]] = {}
    for record in records(stream, _wanted if payload_of is None else _wanted_or_revisit, limit=LIMIT):
        try:
            if record.kind == "metadata":
                facts[record.headers.get("warc-concurrent-to", "")] = _facts(record)
                continue
            page = _page(record, facts.pop(record.record_id, {}), payload_of)
        except DamagedRecord as damage:
            if on_damage is None:
                raise
            on_damage(damage)
        else:
            if page is not None:
                yield page


def read_one(stream: BinaryIO, record_id: str, *, offset: int | None = None) -> Page | None:
    """Give the page of one record, None if the file has it not; without ``offset`` the file is searched.

    Raises ``DamagedRecord`` if the record is there but cannot be trusted.
    """
    if offset is not None:
        stream.seek(offset)
    damaged: dict[str, DamagedRecord] = {}
    try:
        for page in read(stream, on_damage=lambda damage: damaged.update({damage.record_id: damage})):
            if page.warc_record_id == record_id:
                return page
            if record_id in damaged or offset is not None:
                break
    except TornArchive:
        pass  # behind what was looked for, or it is not there
    if record_id in damaged:
        raise damaged[record_id]
    return None


def _wanted(headers: Mapping[str, str]) -> bool:
    kind = headers.get("warc-type", "").lower()
    content = headers.get("content-type", "").lower()
    if kind == "response":
        return content.startswith("application/http") or not content
    if kind == "resource":
        return content.startswith("text/")
    return kind == "metadata" and content.startswith("application/warc-fields")


def _wanted_or_revisit(headers: Mapping[str, str]) -> bool:
    return headers.get("warc-type", "").lower() == "revisit" or _wanted(headers)


def _page(record: Record, facts: Mapping[str, str], payload_of: PayloadOf | None) -> Page | None:
    length = int(record.headers["content-length"])
    if length > LIMIT:
        raise _damaged(record, f"{length} bytes are too many")
    if record.kind == "revisit":
        return _revisit(record, facts, payload_of) if payload_of is not None else None
    message = _message(record) if record.kind == "response" else None
    if message is not None and message.status not in _OK:
        return None
    if told := record.headers.get("warc-truncated"):
        raise _damaged(record, f"cut off when it was captured ({told})")
    return _text(record) if message is None else _response(record, message, facts)


def _message(record: Record) -> Message:
    try:
        return parse_response(record.block)
    except BadMessage as error:
        raise _damaged(record, str(error)) from None


def _revisit(record: Record, facts: Mapping[str, str], payload_of: PayloadOf) -> Page | None:
    _check_block(record)
    revisit = revisit_of(record)
    message = _message(record) if record.block else None  # some tools repeat no headers
    if message is not None and message.status not in {*_OK, _NOT_MODIFIED}:
        return None
    page = payload_of(revisit)
    return page and _named(revisited(revisit, page, message), facts)


def _text(record: Record) -> Page:
    told = _verified(record, record.block, record.block)
    kind = record.headers["content-type"].partition(";")[0].strip().lower()
    return Page(
        url=record.url,
        body=record.block,
        headers={"content-type": record.headers["content-type"]},
        media_type=kind,
        fetched_at=record.date,
        warc_record_id=record.record_id,
        payload_digest=told,
    )


def _response(record: Record, message: Message, facts: Mapping[str, str]) -> Page:
    told = _verified(record, message.payload, message.content)
    body = _decoded(record, message)
    page = Page(
        url=record.url,
        body=body,
        http_status=message.status,
        headers=message.headers,
        media_type=_media_type(message.headers.get("content-type", ""), body),
        fetched_at=record.date,
        warc_record_id=record.record_id,
        payload_digest=told,
    )
    return _named(page, facts)


def _named(page: Page, facts: Mapping[str, str]) -> Page:
    """Add what the metadata record knows of a page of ours."""
    page_id = facts.get("copytaster-page-id", "")
    requested = facts.get("copytaster-requested-url")
    return replace(
        page,
        page_id=int(page_id) if page_id.isdecimal() else None,
        requested_url=requested if requested != page.url else None,
    )


def _verified(record: Record, payload: bytes, content: bytes) -> str:
    """Give the payload's digest in our form, after checking the one that the record claims."""
    own = digest(content)
    told = record.headers.get("warc-payload-digest", "")
    if told and told != own and not digest_matches(told, payload, content):
        raise _damaged(record, f"the payload is not the one of {told}")
    if not told:
        _check_block(record)
    return own


def _check_block(record: Record) -> None:
    """Check the digest of a whole record; where its payload has one as well, that is enough."""
    told = record.headers.get("warc-block-digest", "")
    if told and not digest_matches(told, record.block):
        raise _damaged(record, f"the block is not the one of {told}")


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


def _facts(record: Record) -> dict[str, str]:
    _check_block(record)
    lines = record.block.decode("utf-8", "replace").split("\n")
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _damaged(record: Record, detail: str) -> DamagedRecord:
    return DamagedRecord(record.record_id, record.url, detail)
