"""Archives from elsewhere become batches that are fetched already."""

import gzip
import random
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from copytaster import store, warc
from copytaster.archive import open_archive
from copytaster.config import Settings
from copytaster.imports import NothingToImport, capture_batches
from makers import values

PAGES = "SELECT url FROM copytaster.page WHERE batch_id = %s"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def take(database_url, tmp_path):
    """Import a path; give the addresses of the pages of each batch, sorted."""

    def take(path, **changed):
        settings = Settings(database_url=database_url, **changed)
        archive = tmp_path / "archive"
        batches = list(capture_batches(str(path), settings=settings, archive=archive))
        with store.connect(database_url) as db:
            return [sorted(url for (url,) in values(db, PAGES, batch)) for batch in batches]

    return take


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def kept(tmp_path):
    """What our archive holds."""

    def kept():
        return [file for file in (tmp_path / "archive").rglob("*") if file.is_file()]

    return kept


def foreign_warc(path, *urls, packed=True, status="200 OK", more=b""):
    """Write a WARC file as other programs do: one gzip member a record, other headers than ours, no digests."""
    records = [record("warcinfo", "application/warc-fields", b"software: another\r\n")]
    for url in urls:
        body = f"<h1>{url}</h1><p>The tide gate was closed.</p>".encode() + more
        head = f"HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\n\r\n".encode()
        records.append(record("response", "application/http; msgtype=response", head + body, url))
    path.write_bytes(b"".join(gzip.compress(each) if packed else each for each in records))
    return path


def record(kind, content_type, content, url=None):
    lines = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: <urn:uuid:{uuid4()}>",
        "WARC-Date: 2026-11-23T12:00:00Z",
        *([f"WARC-Target-URI: {url}"] if url else []),
        f"Content-Type: {content_type}",
        f"Content-Length: {len(content)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content + b"\r\n\r\n"


def test_the_pages_of_another_program_s_warc_are_known_by_canonical_address(take, inbox):
    file = foreign_warc(
        inbox / "a.warc.gz", "HTTPS://Tide.example:443/gate#top", "http://tide.example/wall?utm_source=x"
    )
    assert take(file) == [["http://tide.example/wall", "https://tide.example/gate"]]


def test_a_warc_without_compression_and_with_capitals_in_its_name_is_read(take, inbox):
    assert take(foreign_warc(inbox / "A.WARC", "http://tide.example/a", packed=False)) == [
        ["http://tide.example/a"]
    ]


def test_our_archive_keeps_the_bytes_as_they_came(take, inbox, kept):
    file = foreign_warc(inbox / "a.warc.gz", "http://tide.example/a")
    take(file)
    (copy,) = kept()
    assert copy.read_bytes() == file.read_bytes()
    file.unlink()
    with copy.open("rb") as stream:
        assert [page.url for page in warc.read(stream)] == ["http://tide.example/a"]


def test_a_large_file_becomes_several_batches_of_one_file(take, inbox, kept):
    file = foreign_warc(inbox / "a.warc.gz", *(f"http://tide.example/{n}" for n in range(5)))
    assert [len(batch) for batch in take(file, batch_pages=2)] == [2, 2, 1]
    assert len(kept()) == 1


def test_a_batch_that_is_exactly_full_is_the_last(take, inbox):
    file = foreign_warc(inbox / "a.warc.gz", *(f"http://tide.example/{n}" for n in range(4)))
    assert [len(batch) for batch in take(file, batch_pages=2)] == [2, 2]


def test_a_folder_gives_its_files_in_order_and_texts_of_any_depth(take, inbox):
    foreign_warc(inbox / "b.warc.gz", "http://tide.example/b")
    foreign_warc(inbox / "a.warc.gz", "http://tide.example/a")
    (inbox / "deep").mkdir()
    (inbox / "deep/1.txt").write_text("Tide gate closes\n\nIt was closed on Monday.")
    (inbox / "notes.md").write_text("nothing to import")
    first, second, (text,) = take(inbox)
    assert (first, second) == (["http://tide.example/a"], ["http://tide.example/b"])
    assert text.startswith("urn:sha256:")


def test_the_same_text_under_two_names_is_one_page(take, inbox):
    for name in ("1.txt", "2.txt"):
        (inbox / name).write_text("Tide gate closes")
    (inbox / "3.txt").write_text("Another text")
    assert len({url for batch in take(inbox) for url in batch}) == 2


def test_an_address_that_we_would_not_know_a_page_by_is_left_out_and_said(take, inbox, caplog):
    file = foreign_warc(inbox / "a.warc.gz", "ftp://tide.example/a", "http://tide.example/b")
    assert take(file) == [["http://tide.example/b"]]
    assert "left out ftp://tide.example/a" in caplog.text


def test_of_a_torn_file_the_whole_pages_are_imported_and_the_tear_is_said_with_the_users_name(
    take, inbox, caplog
):
    noise = random.Random(7).randbytes(2_000_000)  # what decompressors read ahead is less
    file = foreign_warc(inbox / "torn.warc.gz", "http://tide.example/a", "http://tide.example/b", more=noise)
    file.write_bytes(file.read_bytes()[:-40])
    assert take(file) == [["http://tide.example/a"]]
    assert f"{file}: the WARC file is torn" in caplog.text


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\x1f\x8b\x08broken"])
def test_a_file_without_a_page_is_an_error_and_leaves_nothing_behind(take, inbox, kept, content):
    (inbox / "a.warc.gz").write_bytes(content)
    with pytest.raises(NothingToImport, match=r"no page in it can be read"):
        take(inbox)
    assert kept() == []


def test_answers_that_are_no_pages_are_passed_over(take, inbox):
    with pytest.raises(NothingToImport):
        take(foreign_warc(inbox / "a.warc.gz", "http://tide.example/a", status="404 Not Found"))


@pytest.mark.parametrize("name", ["", "missing", "notes.md"])
def test_a_path_without_a_file_that_we_read_is_named(take, inbox, name):
    (inbox / "notes.md").write_text("x")
    with pytest.raises(NothingToImport, match=str(inbox / name)):
        take(inbox / name)


def test_an_object_store_is_read_as_a_folder_is(take, inbox):
    root = open_archive("memory://news-crawl")
    file = foreign_warc(inbox / "a.warc.gz", "http://tide.example/a")
    with (root / "2026/a.warc.gz").open("wb") as stream:
        stream.write(file.read_bytes())
    assert take("memory://news-crawl") == [["http://tide.example/a"]]


def test_the_file_of_our_own_writer_is_read_back(take, inbox):
    with (inbox / "own.warc.gz").open("wb") as stream, warc.Writer(stream) as writer:
        writer.write_text("urn:sha256:00", b"Tide gate closes", NOW)
    assert take(inbox / "own.warc.gz") == [["urn:sha256:00"]]
