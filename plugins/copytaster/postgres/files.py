"""Private files in a home: written whole, and usable by the owner of the home also when root wrote them."""

import os
from pathlib import Path


def open_private(path: Path, flags: int) -> int:
    """Open a file that only its owner can read, creating it if need be; return the descriptor."""
    descriptor = os.open(path, flags | os.O_CREAT, 0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that a reader sees all of it or none of it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(open_private(draft, os.O_WRONLY | os.O_EXCL), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
