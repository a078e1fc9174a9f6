"""File locks. A lock ends with its descriptor, or with the last process that has it, however that ends."""

import fcntl
import os
from pathlib import Path

from copytaster.postgres.files import open_private

SHARED = fcntl.LOCK_SH
ALONE = fcntl.LOCK_EX


def wait_for(path: Path, how: int) -> int:
    """Lock a file, waiting for it; return the descriptor, which holds the lock until it is closed."""
    descriptor = opened(path)
    fcntl.flock(descriptor, how)
    return descriptor


def opened(path: Path) -> int:
    """Open a lock file, creating it if need be."""
    return open_private(path, os.O_RDWR)


def take(descriptor: int, how: int) -> bool:
    """Lock the open file now, or return False."""
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_free(path: Path, how: int) -> bool:
    """Whether that lock could be had at this moment. A file that does not exist locks nobody out."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        return take(descriptor, how)
    finally:
        os.close(descriptor)
