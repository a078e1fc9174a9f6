"""Archives from elsewhere -> batches that are fetched already: WARC files, and dumps of scraped text.

The bytes are taken into our archive first, so that a replay does not depend on where they came from.
"""

import hashlib
import logging
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import BinaryIO

from copytaster import store, warc
from copytaster.archive import ArchivePath, open_archive, reaching, writing
from copytaster.config import Settings
from copytaster.errors import CopytasterError, Unusable
from copytaster.model import Page
from copytaster.store import Import
from copytaster.urls import canonicalize, host_of

log = logging.getLogger(__name__)

WARC_ENDINGS = (".warc", ".warc.gz")
TEXT_ENDING = ".txt"
#: Host of pages that never had an address; RFC 2606 reserves the ending.
NO_HOST = "text.invalid"


class NothingToImport(CopytasterError):
    """The path holds no page that can be imported."""


def capture_batches(path: str, *, settings: Settings, archive: ArchivePath) -> Iterator[int]:
    """Yield a batch for each portion of the WARC and text files at ``path`` (a file or a folder).

    Raises ``NothingToImport``; a page whose address is no address is logged and left out.
    """
    root = open_archive(path)
    with reaching(root):
        files = list(_files(root))
    warcs = [file for file in files if file.name.lower().endswith(WARC_ENDINGS)]
    texts = [file for file in files if file.name.lower().endswith(TEXT_ENDING)]
    if not warcs and not texts:
        raise NothingToImport(f"{path}: no .warc, .warc.gz or .txt file there")
    opened = 0
    for batch in _all_batches(warcs, texts, settings, archive):
        opened += 1
        yield batch
    if not opened:
        raise NothingToImport(f"{path}: no page in it can be read")


def _all_batches(
    warcs: Sequence[ArchivePath], texts: Sequence[ArchivePath], settings: Settings, archive: ArchivePath
) -> Iterator[int]:
    for file in warcs:
        with reaching(file):
            name = _take_warc(file, archive)
        yield from _batches(name, file, settings, archive)
    for first in range(0, len(texts), settings.batch_pages):
        portion = texts[first : first + settings.batch_pages]
        with reaching(portion[0]):
            name = _take_texts(portion, archive)
        yield from _batches(name, name, settings, archive)


def _files(root: ArchivePath) -> Iterator[ArchivePath]:
    if root.is_file():
        yield root
    elif root.is_dir():
        yield from sorted((file for file in root.rglob("*") if file.is_file()), key=str)
    else:
        raise NothingToImport(f"{root}: there is no such file or folder")


def _take_warc(file: ArchivePath, archive: ArchivePath) -> str:
    name = f"imports/{datetime.now(UTC):%Y/%m/%d}/{secrets.token_hex(4)}-{file.name}"
    with file.open("rb") as stream, writing(archive / name) as out:
        shutil.copyfileobj(stream, out, 1 << 20)
    return name


def _take_texts(files: Sequence[ArchivePath], archive: ArchivePath) -> str:
    now = datetime.now(UTC)
    name = f"imports/{now:%Y/%m/%d}/{secrets.token_hex(4)}-texts.warc.gz"
    with writing(archive / name) as stream, warc.Writer(stream) as writer:
        for file in files:
            text = file.read_bytes()
            # The text is its identity: a name such as 1.txt says nothing.
            writer.write_text(f"urn:sha256:{hashlib.sha256(text).hexdigest()}", text, now)
    return name


def _batches(name: str, origin: ArchivePath | str, settings: Settings, archive: ArchivePath) -> Iterator[int]:
    """Open batches of the pages of one file of ours; ``origin`` is what people know it by."""
    found = False
    with (archive / name).open("rb") as stream:
        captures = _captures(stream, origin)
        while portion := list(islice(captures, settings.batch_pages)):
            if (batch := _open_batch(portion, name, origin, settings)) is not None:
                found = True
                yield batch
    if not found:
        (archive / name).unlink()  # nothing will ever refer to it


def _captures(stream: BinaryIO, origin: ArchivePath | str) -> Iterator["_Found"]:
    """Give the captures that can be trusted; the file is kept as it came, and what is wrong with it is logged."""
    seen = _Seen()
    pages = warc.read(
        stream,
        on_damage=lambda damage: log.warning("%s: left out %s", origin, damage),
        payload_of=seen.page_of,
    )
    try:
        for page in pages:
            if (capture := _capture(page)) is not None:
                yield seen.found(page, capture)
    except warc.TornArchive as error:
        log.warning("%s: %s; the pages before that place are imported", origin, error)


@dataclass(frozen=True, slots=True)
class _Found:
    capture: Import
    elsewhere: warc.Revisit | None = None  # the capture's record, if its payload is not in this file


class _Seen:
    """The records of one file so far, for the revisits that refer to them."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._by_url: dict[tuple[str, datetime | None], str] = {}
        self._revisits: dict[str, warc.Revisit] = {}  # by their own ids, until they are found

    def page_of(self, revisit: warc.Revisit) -> Page:
        """Stand in for a revisited page: an import takes no bodies out of the file."""
        self._revisits = {revisit.record_id: revisit}
        return Page(url=revisit.url, body=b"", payload_digest=revisit.payload_digest or None)

    def found(self, page: Page, capture: Import) -> _Found:
        """Lead a revisit to the record with its payload, if that is in this file; remember all others."""
        revisit = self._revisits.pop(capture.warc_record_id, None)
        if revisit is None:
            self._ids.add(capture.warc_record_id)
            self._by_url[page.url, page.fetched_at] = capture.warc_record_id
            return _Found(capture)
        named = revisit.refers_to if revisit.refers_to in self._ids else ""
        told = named or self._by_url.get((revisit.refers_to_url, revisit.refers_to_date))
        return _Found(replace(capture, warc_record_id=told)) if told else _Found(capture, revisit)


def _open_batch(
    portion: Sequence[_Found], name: str, origin: ArchivePath | str, settings: Settings
) -> int | None:
    """Open a batch; None if nothing of the portion has a payload."""
    with store.connect(settings.database_url) as db:
        sought = {found.elsewhere.refers_to for found in portion if found.elsewhere}
        known = store.captures_of_records(db, sought - {""}) if sought else {}
        captures = [capture for found in portion if (capture := _with_payload(found, known, origin))]
        if not captures:
            return None
        return store.import_pages(db, captures, warc_path=name, lease_seconds=settings.lease_seconds)


def _with_payload(found: _Found, known: Mapping[str, int], origin: ArchivePath | str) -> Import | None:
    """Lead a revisit to an earlier capture of our archive; one that leads nowhere is logged and left out."""
    if found.elsewhere is None:
        return found.capture
    if found.elsewhere.refers_to not in known:
        log.warning("%s: left out %s", origin, found.elsewhere.missing())
        return None
    return replace(found.capture, payload_capture_id=known[found.elsewhere.refers_to])


def _capture(page: Page) -> Import | None:
    url, host = page.url, NO_HOST
    if not url.startswith("urn:"):
        try:
            url = canonicalize(page.url)
        except Unusable as error:
            log.warning("left out %s: %s", page.url[:200], error)
            return None
        host = host_of(url)
    return Import(
        url=url,
        host=host,
        warc_record_id=page.warc_record_id or "",
        final_url=page.url,
        http_status=page.http_status,
        fetched_at=page.fetched_at,
        payload_digest=page.payload_digest,
    )
