"""Archives from elsewhere -> batches that are fetched already: WARC files, and dumps of scraped text.

The bytes are taken into our archive first, so that a replay does not depend on where they came from.
"""

import hashlib
import logging
import secrets
import shutil
from collections.abc import Iterator, Sequence
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
        captures = (capture for page in _whole_pages(stream, origin) if (capture := _capture(page)))
        while portion := list(islice(captures, settings.batch_pages)):
            found = True
            yield _open_batch(portion, name, settings)
    if not found:
        (archive / name).unlink()  # nothing will ever refer to it


def _whole_pages(stream: BinaryIO, origin: ArchivePath | str) -> Iterator[Page]:
    """Give the pages that can be trusted; the file is kept as it came, and what is wrong with it is logged."""
    try:
        yield from warc.read(stream, on_damage=lambda damage: log.warning("%s: left out %s", origin, damage))
    except warc.TornArchive as error:
        log.warning("%s: %s; the pages before that place are imported", origin, error)


def _open_batch(portion: Sequence[Import], name: str, settings: Settings) -> int:
    with store.connect(settings.database_url) as db:
        return store.import_pages(db, portion, warc_path=name, lease_seconds=settings.lease_seconds)


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
