"""What people see: plain text where nobody looks at a terminal, and never somebody else's markup."""

import io
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from rich.console import Console

from copytaster.screen import PLAIN_WIDTH, Steps, console, progress, shown, table


@pytest.fixture
def plain(monkeypatch, capsys):
    monkeypatch.delenv("COLUMNS", raising=False)

    def plain(*what):
        console().print(*what)
        return capsys.readouterr().out

    return plain


def terminal():
    return Console(file=io.StringIO(), force_terminal=True, width=100, highlight=False)


def test_there_is_no_colour_and_a_fixed_width_where_there_is_no_terminal(plain):
    out = plain(table(("a",), [("word " * 60,)]))
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) == PLAIN_WIDTH


@pytest.mark.parametrize("text", ["[red]x[/red]", "[/b]", ":smile:", "[link=http://a.example/]a[/link]"])
def test_what_looks_like_markup_is_shown_as_it_is(plain, text):
    assert text in plain(table((text,), [("cell",)]))
    assert text in plain(table(("headline",), [(text,)]))
    assert text in plain(text)


def test_long_text_is_folded_and_nothing_of_it_is_lost(plain):
    word = "".join(chr(97 + n % 26) for n in range(300))
    out = plain(table(("a", "b"), [(word, "x")]))
    assert word in "".join(line.split()[0] for line in out.splitlines()[1:])


def test_columns_that_people_copy_are_folded_last(plain):
    url = "http://www.tide.example/" + "a" * 60
    assert url in plain(table(("url", "name"), [(url, "a rather long name of a paper " * 4)], whole=("url",)))


def test_numbers_stand_at_the_right(plain):
    out = plain(table(("n", "x"), [(5, "a"), (500, "b")]))
    assert out.splitlines()[1].startswith("  5")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (datetime(2026, 11, 23, 20, 7, 45, 151015, UTC), "2026-11-23 20:07:45Z"),
        (datetime(2026, 11, 23, 20, 7, tzinfo=timezone(timedelta(hours=2))), "2026-11-23 18:07:00Z"),
        (datetime(2026, 11, 23, 20, 7), "2026-11-23 20:07:00"),  # noqa: DTZ001 - a timestamp without zone
        (timedelta(seconds=15), "15 s"),
        (timedelta(minutes=15), "15 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=9), "9 d"),
        (["Ana", None, "Bo"], "Ana, , Bo"),
        ({"ä": 1}, '{"ä": 1}'),
        (True, "True"),
    ],
)
def test_values_are_written_for_people(cell, text):
    assert shown(cell) == text


def test_steps_are_lines_with_seconds(capsys):
    Steps(console(stderr=True))("fetch [b]1[/b]")
    err = capsys.readouterr().err
    assert err.endswith("0 s  fetch [b]1[/b]\n")


def test_progress_is_lines_on_standard_error_where_there_is_no_terminal(capsys):
    with progress(2) as tell:
        tell("fetch")
        tell("load")
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split("s  ")[1] for line in err.splitlines()] == ["fetch", "load"]


def test_progress_is_a_bar_on_a_terminal_that_counts_what_is_done():
    to = terminal()
    with progress(2, to) as tell:
        tell("fetch [b]")
        tell("load")
    drawn = to.file.getvalue()
    assert "0/2" in drawn
    assert "1/2" in drawn
    assert "fetch [b]" in drawn


def test_the_bar_has_no_thread_because_the_steps_fork():

    before = threading.active_count()
    with progress(None, terminal()) as tell:
        tell("extract")
        assert threading.active_count() == before
