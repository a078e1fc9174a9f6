"""A file of the archive is there whole or not at all, in a folder and in an object store."""

import os
import time
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from copytaster.archive import (
    ArchiveAway,
    beside,
    new_capture_name,
    open_archive,
    reaching,
    remove_unfinished,
    writing,
)


@pytest.fixture(params=["folder", "object store"])
def root(request, tmp_path):
    return open_archive(str(tmp_path) if request.param == "folder" else f"memory://{uuid4().hex}")


class Interrupted(Exception):
    pass


def write_half(path):
    with writing(path) as stream:
        stream.write(b"half")
        raise Interrupted


def test_what_was_written_is_there_when_the_block_ends(root):
    path = root / "2026/11/23/a.warc.gz"
    with writing(path) as stream:
        stream.write(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole"


def test_nothing_is_there_when_the_block_raises(root):
    path = root / "2026/11/23/a.warc.gz"
    with pytest.raises(Interrupted):
        write_half(path)
    assert not path.exists()
    assert [file for file in root.rglob("*") if file.is_file()] == []


def test_the_old_file_stays_when_its_successor_fails(root):
    path = root / "a"
    with writing(path) as stream:
        stream.write(b"old")
    with pytest.raises(Interrupted):
        write_half(path)
    assert path.read_bytes() == b"old"


def test_a_local_url_is_written_as_carefully_as_a_folder(tmp_path):
    path = open_archive(f"file://{tmp_path}") / "a"
    with writing(path) as stream:
        stream.write(b"whole")
        assert [part.suffix for part in tmp_path.iterdir()] == [".part"]
    assert (tmp_path / "a").read_bytes() == b"whole"


def test_the_names_on_the_way_to_a_new_file_are_on_disk_when_it_appears(tmp_path, monkeypatch):
    synced = []

    def fsync(handle):
        synced.append(os.path.realpath(f"/proc/self/fd/{handle}"))
        real(handle)

    real = os.fsync
    monkeypatch.setattr(os, "fsync", fsync)
    with writing(tmp_path / "2026/11/a") as stream:
        stream.write(b"whole")
    assert synced[0].endswith(".part")
    assert set(synced[1:]) == {str(tmp_path / "2026/11"), str(tmp_path / "2026"), str(tmp_path)}


def test_only_old_parts_are_removed(tmp_path):
    old, new, other = tmp_path / "d/.a.part", tmp_path / ".b.part", tmp_path / "c.part"
    old.parent.mkdir()
    for file in (old, new, other):
        file.touch()
    for file in (old, other):
        os.utime(file, (time.time() - 100, time.time() - 100))
    assert remove_unfinished(tmp_path, older_than_seconds=50) == 1
    assert sorted(file.name for file in tmp_path.rglob("*") if file.is_file()) == [".b.part", "c.part"]


def test_there_are_no_parts_in_an_object_store_or_a_folder_that_is_not_there(tmp_path):
    assert remove_unfinished(open_archive("memory://parts"), older_than_seconds=0) == 0
    assert remove_unfinished(tmp_path / "missing", older_than_seconds=0) == 0


def test_names_of_captures_are_dated_and_never_repeat():
    now = datetime(2026, 11, 23, tzinfo=UTC)
    names = {new_capture_name(7, now) for _ in range(100)}
    assert len(names) == 100
    assert all(name.startswith("2026/11/23/batch-7-") for name in names)


def test_hand_over_files_of_two_batches_of_one_file_are_apart():
    names = {beside("x.warc.gz", batch, what) for batch in (1, 2) for what in ("articles", "verdicts")}
    assert len(names) == 4


def test_a_store_that_we_do_not_know_is_named():
    with pytest.raises(ArchiveAway, match="carrier-pigeon://loft"):
        open_archive("carrier-pigeon://loft")


def test_what_the_client_of_a_store_raises_becomes_one_line():
    with pytest.raises(ArchiveAway) as caught, reaching(open_archive("memory://a")):
        raise Interrupted("no credentials\nand much more")
    assert str(caught.value).startswith("memory://")
    assert str(caught.value).endswith("a: no credentials")


def test_a_fault_with_a_local_file_speaks_for_itself(tmp_path):
    with pytest.raises(Interrupted), reaching(tmp_path):
        raise Interrupted
    with pytest.raises(FileNotFoundError), reaching(open_archive("memory://a")):
        raise FileNotFoundError
