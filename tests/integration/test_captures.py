"""A page that has not changed is kept once: by the steps, in files, and wherever its payload is looked for."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import psycopg2
import pytest

from copytaster import steps, store, warc
from copytaster.answer import Answer, digest
from copytaster.archive import beside
from copytaster.config import Settings
from copytaster.handover import Reading, read_rows
from copytaster.imports import capture_batches
from copytaster.model import Capture, Entry, Link
from makers import values
from servers import SiteServer, site_server

URL = "http://tide.example/gate"
TEXT = " ".join(f"The tide gate was closed at {hour} because the water rose." for hour in range(40))
PAGE = f"<!doctype html><html lang=en><title>Tide gate closes</title><article><h1>Tide gate closes</h1><p>{TEXT}</p></article>"
CAPTURES = """
    SELECT capture.warc_path, capture.warc_record_id, capture.warc_offset, payload.warc_record_id
    FROM copytaster.capture
    LEFT JOIN copytaster.capture AS payload ON payload.capture_id = capture.payload_capture_id
    ORDER BY capture.capture_id
"""


@pytest.fixture
def site() -> Iterator[SiteServer]:
    with site_server() as site:
        site.pages["/gate"] = (200, {}, PAGE.encode())
        yield site


@pytest.fixture
def around(database_url, tmp_path, site):
    settings = Settings(
        database_url=database_url,
        data_dir=str(tmp_path),
        connect_to=site.connect_to("tide.example"),
        host_delay_seconds=0.0,
        contact="desk@tide.example",
    )
    return {"settings": settings, "archive": tmp_path / "archive"}


@pytest.fixture
def ask(database_url):
    with closing(psycopg2.connect(database_url)) as db:
        db.autocommit = True
        yield lambda sql, *parameters: values(db, sql, *parameters)


def ingest(around):
    """Bring the page home once more, all the way; return its batch."""
    batch = fetch(around)
    for step in (steps.extract_articles, steps.validate_articles, steps.load_articles):
        step(batch, **around)
    return batch


def fetch(around):
    """Bring the page as far as the archive; return its batch."""
    submission = steps.submit_urls([URL], **around)
    (batch,) = steps.batches_of_submission(submission, **around)
    return steps.fetch_pages(batch, **around)


def put_back(around, batch):
    with store.connect(around["settings"].database_url) as db:
        store.close_batch(db, batch)


def readings(around, batch):
    """Extract a batch and give what was read."""
    steps.extract_articles(batch, **around)
    with store.connect(around["settings"].database_url) as db:
        path = store.warc_of_batch(db, batch)
    with (around["archive"] / beside(path, batch, "articles")).open("rb") as stream:
        return list(read_rows(stream, Reading))


def headers_in(around, path):
    with (around["archive"] / path).open("rb") as stream:
        from fastwarc.warc import ArchiveIterator

        return [dict(record.headers) for record in ArchiveIterator(stream)]


def test_a_page_that_comes_back_the_same_is_kept_once_and_read_from_there(around, ask):
    ingest(around)
    batches = [ingest(around), ingest(around)]

    (path, first, offset, none), *again = ask(CAPTURES)
    assert none is None
    assert [payload for *_, payload in again] == [first, first]  # never a revisit of a revisit
    with (around["archive"] / path).open("rb") as stream:
        page = warc.read_one(stream, first, offset=offset)
    assert page is not None
    assert page.body == PAGE.encode()
    revisits = [headers_in(around, path)[-1] for path, *_ in again]
    assert [revisit["WARC-Type"] for revisit in revisits] == ["revisit", "revisit"]
    assert {revisit["WARC-Refers-To"] for revisit in revisits} == {first}
    states = ask("SELECT state, reason FROM copytaster.page")
    assert states == [("loaded", None)]
    assert ask("SELECT version FROM copytaster.article") == [(1,)]
    for batch in batches:  # what came of it was read, not taken for granted
        told = ask("SELECT outcome FROM copytaster.page_event WHERE batch_id = %s AND stage = 'load'", batch)
        assert told == [("unchanged",)]


def test_a_page_that_changed_is_written_anew(around, ask, site):
    put_back(around, fetch(around))
    site.pages["/gate"] = (200, {}, PAGE.replace("rose", "fell").encode())
    put_back(around, fetch(around))
    fetch(around)

    (_, _, _, first), (_, second, _, none), (_, _, _, third) = ask(CAPTURES)
    assert (first, none, third) == (None, None, second)


def test_a_304_is_a_revisit_of_the_last_payload(around, ask, site):
    site.pages["/gate"] = (200, {"ETag": '"7"'}, PAGE.encode())
    ingest(around)
    batch = ingest(around)

    ((_, first, _, _),) = ask(CAPTURES)  # a 304 is no capture, but it is on record
    ((path,),) = ask("SELECT warc_path FROM copytaster.batch WHERE batch_id = %s", batch)
    *_, revisit = headers_in(around, path)
    assert revisit["WARC-Type"] == "revisit"
    assert revisit["WARC-Profile"].endswith("/server-not-modified")
    assert revisit["WARC-Refers-To"] == first
    assert site.log.requests[-1].headers["if-none-match"] == '"7"'


@pytest.mark.parametrize("fault", ["no file", "no record", "another payload"])
def test_a_payload_that_the_archive_has_lost_is_a_reason(around, ask, fault):
    put_back(around, fetch(around))
    ((path, *_),) = ask(CAPTURES)
    batch = fetch(around)
    file = around["archive"] / path
    if fault == "no file":
        file.unlink()
    elif fault == "no record":
        file.write_bytes(file.read_bytes()[:-40])
    else:
        ask("UPDATE copytaster.capture SET payload_digest = 'sha256:AAAA' WHERE payload_capture_id IS NULL")

    (reading,) = readings(around, batch)

    assert (reading.article, reading.reason) == (None, "payload_missing")
    assert path in reading.detail or fault == "another payload"


def test_the_file_of_a_batch_says_who_made_it_and_why_each_page_was_fetched(around, ask, database_url):
    with store.connect(database_url) as db:
        source = store.add_source(db, "http://tide.example/feed.xml", "feed")
        store.put_entries(db, source, [(Entry(url=URL), URL, "tide.example")])
    (batch,) = steps.claim_batches(**around)
    steps.fetch_pages(batch, **around)

    ((path, *_),) = ask(CAPTURES)
    with (around["archive"] / path).open("rb") as stream:
        from fastwarc.warc import ArchiveIterator

        told = {
            record.headers["WARC-Type"]: record.reader.read().decode()
            for record in ArchiveIterator(stream, parse_http=False)
        }
    assert f"isPartOf: batch-{batch}\r\n" in told["warcinfo"]
    assert "http-header-from: desk@tide.example\r\n" in told["warcinfo"]
    assert f"copytaster-batch: {batch}\r\n" in told["metadata"]
    assert "copytaster-robots-txt: allowed\r\n" in told["metadata"]
    assert "via: http://tide.example/feed.xml\r\n" in told["metadata"]


# --- imports -------------------------------------------------------------------------------------

WHEN = datetime(2026, 11, 2, 10, tzinfo=UTC)


def answer(*, url=URL):
    body = PAGE.encode()
    return Answer(
        url=url,
        status=200,
        reason="OK",
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        wire_body=body,
        fetched_at=WHEN,
        address="192.0.2.7",
        request_headers=(),
        payload_digest=digest(body),
        limit=1_000_000,
        requested_url=url,
    )


def capture(record_id, answer):
    return Capture(
        capture_id=1,
        url=answer.url,
        fetched_at=answer.fetched_at,
        payload_digest=answer.payload_digest,
        warc_path="",
        warc_record_id=record_id,
    )


def write(path, *exchanges):
    """Write exchanges, the second of each pair being what is known of it from before; return the record ids."""
    with path.open("wb") as stream, warc.Writer(stream) as writer:
        link = Link(page_id=0, url="", host="")
        return [
            writer.write_exchange(link, answer, earlier=earlier).record_id for answer, earlier in exchanges
        ]


def test_a_revisit_of_a_record_in_the_same_file_is_imported(around, tmp_path):
    first = answer()
    later = replace(first, fetched_at=datetime(2026, 11, 3, tzinfo=UTC))
    copy = answer(url="http://tide.example/copy")
    path = tmp_path / "a.warc.gz"
    with path.open("wb") as stream, warc.Writer(stream) as writer:
        link = Link(page_id=0, url="", host="")
        known = capture(writer.write_exchange(link, first).record_id, first)
        for again in (later, copy):
            assert writer.write_exchange(link, again, earlier=known).revisit

    (batch,) = capture_batches(str(path), **around)

    articles = {reading.article.url: reading.article for reading in readings(around, batch)}
    assert set(articles) == {URL, copy.url}
    assert {article.headline for article in articles.values()} == {"Tide gate closes"}
    with store.connect(around["settings"].database_url) as db:
        assert {page.url: page.fetched_at for page in store.pages_of_batch(db, batch)} == {
            URL: later.fetched_at,
            copy.url: WHEN,
        }


def test_a_revisit_of_an_earlier_import_is_read_from_there(around, ask, tmp_path):
    first = answer(url="http://tide.example/first")
    (record_id,) = write(tmp_path / "a.warc.gz", (first, None))
    write(tmp_path / "b.warc.gz", (answer(), capture(record_id, first)))

    list(capture_batches(str(tmp_path / "a.warc.gz"), **around))
    (batch,) = capture_batches(str(tmp_path / "b.warc.gz"), **around)
    (reading,) = readings(around, batch)

    (_, (_, _, _, payload)) = ask(CAPTURES)
    assert payload == record_id
    assert (reading.article.url, reading.article.headline) == (URL, "Tide gate closes")


def test_a_revisit_of_what_nobody_has_is_left_out_and_said(around, tmp_path, caplog):
    lost = answer()
    write(
        tmp_path / "a.warc.gz",
        (lost, capture("<urn:uuid:lost>", lost)),
        (answer(url="http://tide.example/other"), None),
    )
    (batch,) = capture_batches(str(tmp_path / "a.warc.gz"), **around)

    with store.connect(around["settings"].database_url) as db:
        assert [page.url for page in store.pages_of_batch(db, batch)] == ["http://tide.example/other"]
    assert f"left out {URL}" in caplog.text
    assert "<urn:uuid:lost>, which is not there" in caplog.text
