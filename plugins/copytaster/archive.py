"""The archive: WARC files and the hand-over files beside them, in a folder or an object store.

A path here is anything that speaks ``pathlib``: ``pathlib.Path``, ``UPath`` or Airflow's
``ObjectStoragePath``. A file is written whole or not at all.
"""

import errno
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from copytaster.errors import CopytasterError

ArchivePath: TypeAlias = Any  # the three path classes share an interface but no base class
_NO_SYNC_OF_FOLDERS = {errno.EINVAL, errno.ENOTSUP, errno.EACCES}  # what some network file systems answer


class ArchiveAway(CopytasterError):
    """A folder or object store is not one that we know, cannot be reached or does not let us in."""


def open_archive(url: str) -> ArchivePath:
    """Give the root for a folder or a URL such as ``s3://bucket/prefix``; raise ``ArchiveAway`` for no such scheme."""
    if "://" not in url:
        return Path(url)
    from upath import UPath  # noqa: PLC0415 - loads fsspec, which a local archive does not need

    try:
        root = UPath(url)
    except (ValueError, ImportError) as error:
        raise ArchiveAway(f"{url}: {_first_line(error)}") from error
    if not root.protocol:  # it would be taken for a folder of that name
        raise ArchiveAway(f"{url}: unknown scheme")
    return root


@contextmanager
def reaching(path: ArchivePath) -> Iterator[None]:
    """Raise ``ArchiveAway`` for what the client of an object store raises; a local ``OSError`` speaks for itself."""
    try:
        yield
    except (CopytasterError, OSError):
        raise
    except Exception as error:  # each store's client has errors of its own, and we import none of them
        if _local(path) is not None:
            raise
        raise ArchiveAway(f"{path}: {_first_line(error)}") from error


def new_capture_name(batch: int, now: datetime) -> str:
    """Name a WARC file that no other attempt, nor another database, will ever use again."""
    return f"{now:%Y/%m/%d}/batch-{batch}-{secrets.token_hex(4)}.warc.gz"


def beside(warc_name: str, batch: int, what: str) -> str:
    """Name the hand-over file ``what`` (``articles``, ``verdicts``) of a batch, beside its WARC file."""
    return f"{warc_name}.{batch}.{what}.jsonl.gz"


@contextmanager
def writing(path: ArchivePath) -> Iterator[BinaryIO]:
    """Open a file for writing that appears under its name only when the block ends well."""
    if (local := _local(path)) is not None:
        with _renamed_when_whole(local) as stream:
            yield stream
        return
    with tempfile.TemporaryFile() as spool:
        yield spool
        spool.seek(0)
        with reaching(path), path.open("wb") as stream:
            shutil.copyfileobj(spool, stream)


@contextmanager
def _renamed_when_whole(path: Path) -> Iterator[BinaryIO]:
    new = [folder for folder in path.parents if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
        for folder in (path.parent, *(made.parent for made in new)):
            _keep_names(folder)
    finally:
        part.unlink(missing_ok=True)


def _keep_names(folder: Path) -> None:
    """Have the disk keep a new name too: after a power cut the database must not name a file that is not there."""
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _NO_SYNC_OF_FOLDERS:
            raise


def remove_unfinished(root: ArchivePath, *, older_than_seconds: float) -> int:
    """Remove parts of files that a killed process left; object stores have none. Return how many."""
    local = _local(root)
    if local is None or not local.is_dir():
        return 0
    before = time.time() - older_than_seconds
    removed = 0
    for part in local.rglob(".*.part"):
        with suppress(FileNotFoundError):  # its writer has just renamed it
            if part.stat().st_mtime < before:
                part.unlink()
                removed += 1
    return removed


def _local(path: ArchivePath) -> Path | None:
    if isinstance(path, Path):
        return path
    return Path(path.path) if getattr(path, "protocol", None) in {"file", "local", ""} else None


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
