"""WARC files: what goes in comes out, for us and for others; what is torn or altered is noticed."""

import gzip
import hashlib
import io
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator  # noqa: TID253 - the other reader
from warcio.checker import Checker  # noqa: TID253

from copytaster.answer import Answer, digest
from copytaster.model import Link, Page
from copytaster.warc import DamagedRecord, TornArchive, Writer, read

WHEN = datetime(2026, 11, 2, 10, 0, 0, 250_000, tzinfo=UTC)
HTML = "<!doctype html><title>Fähre</title><p>Sie fährt wieder.".encode() * 20


def _answer(
    body: bytes = HTML, *, url: str = "https://harbour.example/ferry?a=1", coding: str = ""
) -> Answer:
    wire = gzip.compress(body) if coding else body
    headers = (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
        ("Transfer-Encoding", "chunked"),
        *((("Content-Encoding", coding),) if coding else ()),
    )
    return Answer(
        url=url,
        status=200,
        reason="OK",
        headers=headers,
        wire_body=wire,
        fetched_at=WHEN,
        address="192.0.2.7",
        request_headers=(("User-Agent", "Copytaster/0.1"),),
        payload_digest=digest(wire),
        limit=1_000_000,
        requested_url="https://harbour.example/old",
    )


def _written(*answers: Answer) -> bytes:
    stream = io.BytesIO()
    with Writer(stream) as writer:
        for number, answer in enumerate(answers):
            writer.write_exchange(
                Link(page_id=number, url=answer.requested_url, host="harbour.example"), answer
            )
    return stream.getvalue()


def _read(data: bytes) -> list[Page]:
    return list(read(io.BytesIO(data)))


@pytest.mark.parametrize("coding", ["", "gzip"])
def test_a_page_comes_back_as_it_was_fetched(coding: str) -> None:
    stream = io.BytesIO()
    with Writer(stream) as writer:
        record_id = writer.write_exchange(Link(page_id=7, url="x", host="h"), _answer(coding=coding))

    (page,) = _read(stream.getvalue())

    assert page == Page(
        url="https://harbour.example/ferry?a=1",
        body=HTML,
        page_id=7,
        requested_url="https://harbour.example/old",
        http_status=200,
        headers=page.headers,
        media_type="text/html",
        fetched_at=WHEN,
        warc_record_id=record_id,
        payload_digest=_answer(coding=coding).payload_digest,
    )
    assert page.headers["set-cookie"] == "a=1, b=2"
    assert page.headers["x-crawler-transfer-encoding"] == "chunked"


def test_redirects_are_kept_but_are_no_pages() -> None:
    hop = replace(_answer(b"", url="https://harbour.example/old"), status=302, reason="Found")
    data = _written(replace(_answer(), redirects=(hop,)))

    assert [page.url for page in _read(data)] == ["https://harbour.example/ferry?a=1"]
    kinds = [record.headers["WARC-Type"] for record in ArchiveIterator(io.BytesIO(data))]
    assert kinds == ["warcinfo", "request", "response", "metadata", "request", "response"]


def test_a_text_is_a_resource() -> None:
    stream = io.BytesIO()
    with Writer(stream) as writer:
        record_id = writer.write_text("urn:text:1", "Żółw\n".encode(), WHEN)

    (page,) = _read(stream.getvalue())

    assert (page.url, page.body, page.media_type) == ("urn:text:1", "Żółw\n".encode(), "text/plain")
    assert (page.warc_record_id, page.fetched_at, page.payload_digest) == (record_id, WHEN, digest(page.body))


def test_header_values_cannot_forge_records() -> None:
    evil = replace(
        _answer(),
        reason="OK\r\n\r\nWARC/1.1\r\n",
        headers=(("X\r\n\r\n", "\r\n\r\nWARC/1.1"), ("Content-Type", "text/html")),
    )

    (page,) = _read(_written(evil))

    assert page.body == HTML


def test_other_readers_find_our_digests_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ours.warc.gz"
    path.write_bytes(_written(_answer(), _answer(coding="gzip")))

    assert Checker(_Arguments([str(path)])).process_all() == 0
    assert capsys.readouterr().out.count("digest pass") == 2
    with path.open("rb") as stream:
        bodies = [
            r.reader.read()
            for r in ArchiveIterator(stream, auto_decode="all")
            if r.headers["WARC-Type"] == "response"
        ]
    assert bodies == [HTML, HTML]


class _Arguments:
    """What ``warcio check -v`` gives its checker."""

    verbose = True

    def __init__(self, inputs: list[str]) -> None:
        self.inputs = inputs


@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
def test_a_tear_at_any_byte_is_noticed_or_lies_between_records(packed: bool) -> None:  # noqa: FBT001
    data = _written(_answer(b"<p>one"), _answer(b"<p>two"))
    data = data if packed else gzip.decompress(data)
    whole = _read(data)
    silent = 0
    for length in range(1, len(data)):
        pages: list[Page] = []
        try:
            for page in read(io.BytesIO(data[:length])):
                pages.append(page)  # noqa: PERF402 - the pages before the tear are wanted
        except TornArchive:
            pass
        else:
            silent += 1
        assert pages == whole[: len(pages)]
    boundaries = len(list(ArchiveIterator(io.BytesIO(data))))
    assert silent <= boundaries * (1 if packed else 5)  # plain records end in four bytes that nobody misses


def test_an_altered_payload_is_noticed_and_the_rest_can_be_read() -> None:
    data = gzip.decompress(_written(_answer(b"<p>one 111"), _answer(b"<p>two 222"))).replace(b"111", b"911")
    damages: list[DamagedRecord] = []

    with pytest.raises(DamagedRecord, match="the payload is not the one of sha256:"):
        _read(data)
    pages = list(read(io.BytesIO(data), on_damage=damages.append))

    assert [page.body for page in pages] == [b"<p>two 222"]
    assert [damage.url for damage in damages] == ["https://harbour.example/ferry?a=1"]


def _foreign(head: Iterable[str], payload: bytes, http: str, told: str | None = None) -> bytes:
    block = http.replace("\n", "\r\n").encode() + b"\r\n" + payload
    lines = [
        "WARC/1.0",
        *head,
        f"Content-Length: {len(block)}",
        *([f"WARC-Payload-Digest: {told}"] if told else []),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


NEWS = ["WARC-Type: response", "WARC-Record-ID: <urn:uuid:1>", "WARC-Date: 2026-11-02T10:00:00Z",
        "WARC-Target-URI: <https://harbour.example/a>", "Content-Type: application/http; msgtype=response"]  # fmt: skip


@pytest.mark.parametrize(
    ("payload", "http"),
    [
        (HTML, "HTTP/1.1 200 OK\nContent-Type: text/html\nX-Crawler-Content-Encoding: gzip\n"),
        (HTML, "HTTP/1.1 200\nContent-Type: text/html\nContent-Encoding: gzip\n"),
        (gzip.compress(HTML), "HTTP/1.1 200 OK\ncontent-type:text/html\nContent-Encoding: gzip\n"),
        (
            b"%x\r\n%s\r\n0\r\n\r\n" % (len(HTML), HTML),
            "HTTP/1.1 200 OK\nContent-Type: text/html\nTransfer-Encoding: chunked\n",
        ),
        (HTML, "HTTP/1.1 200 OK\nContent-Type: text/html\nTransfer-Encoding: chunked\n"),
        (HTML, "HTTP/1.1 200 OK\nX-Folded: a\n b\nContent-Type: text/html\n"),
    ],
)
@pytest.mark.parametrize("algorithm", ["sha1", "md5", None])
def test_the_archives_of_others_are_read(payload: bytes, http: str, algorithm: str | None) -> None:
    told = None
    if algorithm:
        told = f"{algorithm}:{b32encode(hashlib.new(algorithm, payload).digest()).decode()}"
    skipped = _foreign(
        [NEWS[0].replace("response", "request"), *NEWS[1:4], "Content-Type: application/http"],
        b"",
        "GET / HTTP/1.1\n",
    )
    data = skipped + _foreign(NEWS, payload, http, told)

    for file in (data, gzip.compress(data)):
        (page,) = _read(file)
        assert (page.url, page.body, page.media_type) == ("https://harbour.example/a", HTML, "text/html")
        assert page.fetched_at == datetime(2026, 11, 2, 10, tzinfo=UTC)


def test_what_is_no_page_keeps_its_name() -> None:
    (page,) = _read(_foreign(NEWS, b"%PDF-1.7", "HTTP/1.1 200 OK\nContent-Type: application/pdf\n"))

    assert page.media_type == "application/pdf"


def test_a_capture_that_was_cut_off_is_damaged() -> None:
    with pytest.raises(DamagedRecord, match="cut off"):
        _read(_foreign([*NEWS, "WARC-Truncated: length"], HTML, "HTTP/1.1 200 OK\n"))


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"no archive", b"\x1f\x8bno archive", b"\x28\xb5\x2f\xfd", b"WARC/1.0\r\n\r\n"]
)
def test_what_is_no_warc_file_is_told(data: bytes) -> None:
    with pytest.raises(TornArchive):
        _read(data)


def _note_urls(stream, given):
    for page in read(stream):
        given.append(page.url)


def test_small_pages_before_a_tear_are_all_given():
    stream = io.BytesIO()
    with Writer(stream) as writer:
        for number in range(200):
            text = b"a line of its own %d. " % number * 60
            writer.write_text(f"urn:page:{number}", text, datetime(2026, 11, 22, tzinfo=UTC))
    given = []
    with pytest.raises(TornArchive):
        _note_urls(io.BytesIO(stream.getvalue()[:-30]), given)
    assert given == [f"urn:page:{number}" for number in range(199)]
