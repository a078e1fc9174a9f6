"""Homes for the tests of the embedded Postgres."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from copytaster.postgres import discard, running


@pytest.fixture
def fresh_home() -> Iterator[Path]:
    """A home in which no server was ever started, where also an unprivileged user could reach it."""
    with _folder() as folder:
        yield folder / "home"
        discard(folder / "home")


@pytest.fixture
def home(home_started_once) -> Iterator[Path]:
    """A home with a server that is stopped; a copy, because creating one takes a second."""
    with _folder() as folder:
        subprocess.run(["cp", "-a", home_started_once, folder / "home"], check=True)
        yield folder / "home"
        discard(folder / "home")


@pytest.fixture(scope="session")
def home_started_once() -> Iterator[Path]:
    with _folder() as folder:
        with running(folder / "home", fsync=False):
            pass
        yield folder / "home"
        discard(folder / "home")


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="copytaster-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
