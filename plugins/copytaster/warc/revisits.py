"""Revisit records: a page that had not changed, whose payload stands in an earlier record. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from copytaster.errors import CopytasterError, ExtractReason, FetchReason
from copytaster.model import Page
from copytaster.warc.http import Message
from copytaster.warc.records import Record

_NOT_MODIFIED = 304


class DamagedRecord(CopytasterError):
    """A record cannot be trusted or read: its digest does not match, or its payload is torn or not there."""

    reason: FetchReason | ExtractReason = "broken_response"

    def __init__(self, record_id: str, url: str, detail: str) -> None:
        super().__init__(f"{url} ({record_id}): {detail}")
        self.record_id = record_id
        self.url = url
        self.detail = detail


class MissingPayload(DamagedRecord):
    """A revisit refers to a record that is not where it should be."""

    reason = "payload_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisit:
    """What a revisit record says of the record that it refers to; "" or None where it does not."""

    record_id: str
    url: str
    date: datetime | None
    refers_to: str  # record id
    refers_to_url: str
    refers_to_date: datetime | None
    payload_digest: str

    def missing(self, detail: str = "") -> MissingPayload:
        """Give the error for a payload that cannot be found."""
        place = self.refers_to or f"{self.refers_to_url} of {self.refers_to_date}"
        told = f"its payload is in {place}, which is not there"
        return MissingPayload(self.record_id, self.url, f"{told}: {detail}" if detail else told)


#: Finds the page that a revisit refers to; None if nobody wants to know. Raises ``MissingPayload``.
PayloadOf: TypeAlias = Callable[[Revisit], Page | None]


def revisit_of(record: Record) -> Revisit:
    """Read the headers of a revisit record."""
    told = record.headers.get
    return Revisit(
        record_id=record.record_id,
        url=record.url,
        date=record.date,
        refers_to=told("warc-refers-to", ""),
        refers_to_url=told("warc-refers-to-target-uri", record.url).removeprefix("<").removesuffix(">"),
        refers_to_date=record.date_of("warc-refers-to-date"),
        payload_digest=told("warc-payload-digest", ""),
    )


def revisited(revisit: Revisit, page: Page, message: Message | None) -> Page:
    """Give the page as it was at the revisit: the payload of then, the headers of now."""
    headers = message.headers if message is not None else {}
    if message is None or message.status == _NOT_MODIFIED:  # it repeats only what it must (RFC 9110 §15.4.5)
        headers = {**page.headers, **headers}
    return replace(
        page,
        url=revisit.url,
        requested_url=None,
        page_id=None,
        headers=headers,
        fetched_at=revisit.date,
        warc_record_id=revisit.record_id,
    )
