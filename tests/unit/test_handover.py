"""What one stage writes the next one reads, value for value."""

import io
from datetime import UTC, datetime

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copytaster.errors import REASONS
from copytaster.handover import Judgement, Reading, read_rows, write_rows
from copytaster.model import Article, Cut, Finding, Verdict

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
REASON = st.sampled_from(sorted(REASONS))
MOMENT = st.none() | st.datetimes(timezones=st.just(UTC))
ARTICLE = st.builds(
    Article,
    url=TEXT,
    canonical_url=TEXT,
    article_body=TEXT,
    kind_evidence=st.lists(TEXT, max_size=3).map(tuple),
    headline=st.none() | TEXT,
    authors=st.lists(TEXT, max_size=3).map(tuple),
    date_published=MOMENT,
    is_accessible_for_free=st.none() | st.booleans(),
    cuts=st.lists(st.builds(Cut, line=TEXT, rule=TEXT, place=st.integers(0, 9)), max_size=3).map(tuple),
    field_provenance=st.dictionaries(TEXT, TEXT, max_size=3),
)
READING = st.builds(
    Reading,
    page_id=st.integers(1, 2**62),
    article=st.none() | ARTICLE,
    reason=st.none() | REASON,
    detail=TEXT,
)
FINDING = st.builds(
    Finding, field=TEXT, rule=TEXT, reason=REASON, seen=TEXT, severity=st.sampled_from(["error", "warning"])
)
JUDGEMENT = st.builds(
    Judgement,
    page_id=st.integers(1, 2**62),
    verdict=st.builds(Verdict, findings=st.lists(FINDING, max_size=3).map(tuple)),
)


def there_and_back(rows, kind):
    stream = io.BytesIO()
    assert write_rows(stream, rows) == len(rows)
    return list(read_rows(io.BytesIO(stream.getvalue()), kind))


@settings(max_examples=50, deadline=None)
@given(st.lists(READING, max_size=4))
def test_readings_come_back_as_they_were(rows):
    assert there_and_back(rows, Reading) == rows


@settings(max_examples=50, deadline=None)
@given(st.lists(JUDGEMENT, max_size=4))
def test_judgements_come_back_as_they_were(rows):
    assert there_and_back(rows, Judgement) == rows


def test_text_that_would_break_lines_stays_one_row():
    rows = [Reading(page_id=1, detail="a\nb\r\n\u2028c\x00"), Reading(page_id=2, reason="empty")]
    assert there_and_back(rows, Reading) == rows


def test_a_moment_keeps_its_instant():
    moment = datetime.fromisoformat("2026-11-23T10:00:00.123456+05:45")
    article = Article(url="u", canonical_url="u", article_body="", date_published=moment)
    (row,) = there_and_back([Reading(page_id=1, article=article)], Reading)
    assert row.article.date_published == moment


def test_a_row_of_another_kind_is_refused():
    stream = io.BytesIO()
    write_rows(stream, [Reading(page_id=1, detail="x")])
    with pytest.raises(pydantic.ValidationError):
        list(read_rows(io.BytesIO(stream.getvalue()), Judgement))
