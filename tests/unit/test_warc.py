"""WARC files: what goes in comes out, for us and for others; what is torn or altered is noticed."""

import gzip
import hashlib
import io
import json
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastwarc.cli import main as fastwarc  # noqa: TID253 - the other readers
from fastwarc.warc import ArchiveIterator  # noqa: TID253
from warcio.cli import main as warcio  # noqa: TID253

from copytaster.answer import Answer, digest
from copytaster.errors import REASONS
from copytaster.model import Capture, Link, Page
from copytaster.warc import DamagedRecord, Revisit, TornArchive, Writer, Written, read, read_one

WHEN = datetime(2026, 11, 2, 10, 0, 0, 250_000, tzinfo=UTC)
LINK = Link(page_id=7, url="x", host="h")
HTML = "<!doctype html><title>Fähre</title><p>Sie fährt wieder.".encode() * 20


def _answer(
    body: bytes = HTML, *, url: str = "https://harbour.example/ferry?a=1", coding: str = ""
) -> Answer:
    wire = gzip.compress(body, mtime=0) if coding else body
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
        record_id = writer.write_exchange(LINK, _answer(coding=coding)).record_id

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


# --- every kind of record, and what others make of it --------------------------------------------


def _capture(written: Written, answer: Answer) -> Capture:
    return Capture(
        capture_id=1,
        url=answer.url,
        fetched_at=answer.fetched_at,
        payload_digest=answer.payload_digest,
        warc_path="earlier.warc.gz",
        warc_record_id=written.record_id,
        warc_offset=written.offset,
    )


NOT_MODIFIED = replace(
    _answer(b""),
    status=304,
    reason="Not Modified",
    headers=(("ETag", '"2"'),),
    fetched_at=WHEN + timedelta(hours=2),
)


@pytest.fixture
def every_kind(tmp_path: Path) -> Path:
    """A file with all that we write: a redirect, a page, the same twice unchanged, a text."""
    hop = _answer(b"moved", url="https://harbour.example/old")
    hop = replace(hop, status=302, reason="Found", truncated=True)
    page = replace(_answer(coding="gzip"), redirects=(hop,))
    path = tmp_path / "every-kind.warc.gz"
    with path.open("wb") as stream, Writer(stream, name=path.name, facts={"isPartOf": "batch-7"}) as writer:
        earlier = _capture(writer.write_exchange(LINK, page), page)
        for same in (replace(page, redirects=(), fetched_at=WHEN + timedelta(hours=1)), NOT_MODIFIED):
            assert writer.write_exchange(LINK, same, earlier=earlier).revisit
        writer.write_text("urn:text:1", "Żółw\n".encode(), WHEN)
    return path


def _records(path: Path) -> list[tuple[dict[str, str], bytes]]:
    with path.open("rb") as stream:
        found = ArchiveIterator(stream, parse_http=False)
        return [(dict(record.headers), record.reader.read()) for record in found]


def test_the_records_say_what_the_standard_wants(every_kind: Path) -> None:
    records = _records(every_kind)

    assert [headers["WARC-Type"] for headers, _ in records] == [
        "warcinfo", "request", "response", "metadata", "request", "response",
        "metadata", "request", "revisit", "metadata", "request", "revisit", "resource",
    ]  # fmt: skip
    page, same, not_modified = (records[at][0] for at in (5, 8, 11))
    for revisit, profile, hour in (
        (same, "identical-payload-digest", 11),
        (not_modified, "server-not-modified", 12),
    ):
        assert revisit["WARC-Profile"] == f"http://netpreserve.org/warc/1.1/revisit/{profile}"
        assert revisit["WARC-Date"] == f"2026-11-02T{hour}:00:00.250000Z"
        assert revisit["WARC-Refers-To"] == page["WARC-Record-ID"]
        assert revisit["WARC-Refers-To-Date"] == page["WARC-Date"] == "2026-11-02T10:00:00.250000Z"
        assert revisit["WARC-Refers-To-Target-URI"] == page["WARC-Target-URI"]
        assert revisit["WARC-Payload-Digest"] == page["WARC-Payload-Digest"]
    assert records[8][1].startswith(b"HTTP/1.1 200 OK\r\n")
    assert records[8][1].endswith(b"\r\n\r\n")
    assert records[2][0]["WARC-Truncated"] == "length"
    assert records[0][0]["WARC-Filename"] == "every-kind.warc.gz"
    assert b"isPartOf: batch-7\r\n" in records[0][1]


def test_the_facts_stand_in_a_metadata_record(tmp_path: Path) -> None:
    rights = (("X-Robots-Tag", "noai"), ("TDM-Reservation", "1"), ("tdm-policy", "https://a.example/p"))
    facts = {"copytaster-batch": "3", "via": "https://a.example/f\r\nx: y"}
    path = tmp_path / "a.warc.gz"
    with path.open("wb") as stream, Writer(stream) as writer:
        writer.write_exchange(LINK, replace(_answer(), headers=rights), facts=facts)

    _, (headers, block), _, (response, _) = _records(path)

    assert headers["WARC-Type"] == "metadata"
    assert headers["WARC-Concurrent-To"] == response["WARC-Record-ID"]
    assert block.decode().splitlines() == [
        "copytaster-page-id: 7",
        "copytaster-requested-url: https://harbour.example/old",
        "copytaster-batch: 3",
        "via: https://a.example/f  x: y",
        "x-robots-tag: noai",
        "tdm-reservation: 1",
        "tdm-policy: https://a.example/p",
    ]


def test_warcio_checks_every_record_and_indexes_them(
    every_kind: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        warcio(["check", "-v", str(every_kind)])
    told = capsys.readouterr().out
    assert ended.value.code == 0
    assert "digest failed" not in told
    assert (
        told.count("digest pass") == 7
    )  # all but requests, which have none, and revisits, at which it does not look

    warcio(["index", "-f", "warc-type,offset", str(every_kind)])
    index = [json.loads(line)["warc-type"] for line in capsys.readouterr().out.splitlines()]
    assert index == [headers["WARC-Type"] for headers, _ in _records(every_kind)]


def test_fastwarc_checks_every_record(every_kind: Path, tmp_path: Path) -> None:
    told = tmp_path / "told"
    assert CliRunner().invoke(fastwarc, ["check", "-q", str(every_kind)]).exit_code == 0
    CliRunner().invoke(fastwarc, ["check", "-q", "-p", "-o", str(told), str(every_kind)])

    verdicts = [line.partition(">: ")[2] for line in told.read_text().splitlines()]
    kinds = [headers["WARC-Type"] for headers, _ in _records(every_kind)]
    assert set(zip(kinds, verdicts, strict=True)) == {
        ("warcinfo", "OK, PAYLOAD_NO_DIGEST"),
        ("request", "NO_DIGEST, PAYLOAD_NO_DIGEST"),
        ("response", "NO_DIGEST, PAYLOAD_OK"),
        ("metadata", "OK, PAYLOAD_NO_DIGEST"),
        (
            "revisit",
            "OK, PAYLOAD_FAIL",
        ),  # it looks for a payload there, and the standard says that there is none
        ("resource", "OK, PAYLOAD_NO_DIGEST"),
    }


def test_fastwarc_reads_the_pages(tmp_path: Path) -> None:
    path = tmp_path / "ours.warc.gz"
    path.write_bytes(_written(_answer(), _answer(coding="gzip")))
    with path.open("rb") as stream:
        bodies = [
            r.reader.read()
            for r in ArchiveIterator(stream, auto_decode="all")
            if r.headers["WARC-Type"] == "response"
        ]
    assert bodies == [HTML, HTML]


# --- revisits ------------------------------------------------------------------------------------


def test_revisits_are_passed_over_unless_somebody_finds_their_payload(every_kind: Path) -> None:
    assert [page.url for page in _read(every_kind.read_bytes())] == [_answer().url, "urn:text:1"]


def test_a_revisit_is_the_page_of_then_with_the_headers_of_now(every_kind: Path) -> None:
    data = every_kind.read_bytes()
    (original, _) = _read(data)
    asked: list[Revisit] = []

    def payload_of(revisit: Revisit) -> Page | None:
        asked.append(revisit)
        return read_one(io.BytesIO(data), revisit.refers_to)

    _, same, not_modified, _ = read(io.BytesIO(data), payload_of=payload_of)

    for page, hours in ((same, 1), (not_modified, 2)):
        assert (page.body, page.http_status, page.media_type, page.page_id) == (HTML, 200, "text/html", 7)
        assert page.fetched_at == WHEN + timedelta(hours=hours)
        assert page.payload_digest == original.payload_digest
        assert page.warc_record_id != original.warc_record_id
    assert "etag" not in same.headers
    assert not_modified.headers == {**original.headers, "etag": '"2"'}
    assert {(each.refers_to, each.refers_to_date) for each in asked} == {(original.warc_record_id, WHEN)}


def test_a_payload_that_changed_is_written() -> None:
    earlier = _capture(Written(record_id="<urn:uuid:1>", offset=0, revisit=False), _answer())
    for later in (_answer(HTML + b"!"), replace(_answer(), truncated=True)):
        with Writer(io.BytesIO()) as writer:
            assert not writer.write_exchange(LINK, later, earlier=earlier).revisit


def test_a_revisit_whose_payload_is_lost_is_damage_with_a_reason(every_kind: Path) -> None:
    def lost(revisit: Revisit) -> Page:
        raise revisit.missing("burnt")

    damages: list[DamagedRecord] = []
    pages = list(read(io.BytesIO(every_kind.read_bytes()), payload_of=lost, on_damage=damages.append))

    assert len(pages) == 2
    assert [damage.reason for damage in damages] == ["payload_missing", "payload_missing"]
    assert "payload_missing" in REASONS
    assert str(damages[0]).endswith("which is not there: burnt")


def test_one_record_is_read_by_its_place_and_without_it() -> None:
    stream = io.BytesIO()
    with Writer(stream) as writer:
        written = [writer.write_exchange(LINK, _answer(b"<p>%d" % n)) for n in range(5)]

    data = stream.getvalue()
    for number, place in enumerate(written):
        for offset in (place.offset, None):
            page = read_one(io.BytesIO(data), place.record_id, offset=offset)
            assert page is not None
            assert page.body == b"<p>%d" % number
    assert read_one(io.BytesIO(data), written[1].record_id, offset=written[2].offset) is None
    assert read_one(io.BytesIO(data), "<urn:uuid:another>") is None
    assert read_one(io.BytesIO(data[:-60]), written[4].record_id, offset=written[4].offset) is None


def test_one_record_that_was_altered_is_not_given() -> None:
    stream = io.BytesIO()
    with Writer(stream) as writer:
        written = writer.write_exchange(LINK, _answer(b"<p>one 111"))
    data = io.BytesIO(gzip.decompress(stream.getvalue()).replace(b"111", b"911"))
    with pytest.raises(DamagedRecord, match="the payload is not the one of sha256:"):
        read_one(data, written.record_id)


@pytest.mark.parametrize(
    ("told", "altered"),
    [(b"page-id: 7", b"page-id: 8"), (b'ETag: "2"', b'ETag: "3"')],
    ids=["facts", "revisit"],
)
def test_altered_facts_are_noticed(every_kind: Path, told: bytes, altered: bytes) -> None:
    data = gzip.decompress(every_kind.read_bytes()).replace(told, altered)
    with pytest.raises(DamagedRecord, match="the block is not the one of sha256:"):
        list(read(io.BytesIO(data), payload_of=lambda _: None))


def test_bytes_that_look_like_line_breaks_end_no_header() -> None:
    stream = io.BytesIO()
    with Writer(stream) as writer:
        town = replace(_answer(), headers=(("X-Town", "Arlon \x85x-other: 1"), ("Content-Type", "text/html")))
        writer.write_exchange(replace(LINK, page_id=8), town)
    (page,) = _read(stream.getvalue())
    assert set(page.headers) == {"x-town", "content-type"}


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
        (gzip.compress(HTML, mtime=0), "HTTP/1.1 200 OK\ncontent-type:text/html\nContent-Encoding: gzip\n"),
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

    for file in (data, gzip.compress(data, mtime=0)):
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
