"""Reading the views of schema ``news`` for people: the statements of ``status``, and how they are run."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2 import errors
from psycopg2.extensions import set_wait_callback
from psycopg2.extras import wait_select

from copytaster.errors import CopytasterError
from copytaster.store import connect

FUNNEL = """
SELECT state, coalesce(reason, '') AS reason, pages
FROM news.work_list
ORDER BY array_position(ARRAY['waiting', 'claimed', 'fetched', 'loaded', 'quarantined', 'gone'], state), pages DESC, reason
"""

#: What ``copytaster status`` shows: a title and its statement.
OVERVIEW: Mapping[str, str] = {
    "Where every page is": FUNNEL,
    "Articles by language": """
        SELECT coalesce(in_language, 'unknown') AS language, count(*) AS articles, max(updated_at) AS latest
        FROM news.article GROUP BY 1 ORDER BY 2 DESC, 1
    """,
    "Sources, and their pages of the last 7 days": """
        SELECT coalesce(nullif(name, ''), url) AS source, kind,
               loaded_7_days AS loaded, quarantined_7_days AS "held back", gone_7_days AS gone,
               waiting_7_days AS waiting,
               date_trunc('second', now() - polled_at) AS "polled before",
               greatest(date_trunc('second', next_poll_at - now()), interval '0') AS "next in", fault
        FROM news.source_health ORDER BY 1
    """,
}


def read(
    database_url: str,
    statement: str,
    values: tuple[Any, ...] = (),
    *,
    role: str | None = "copytaster_reader",
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run a statement with a reader's rights (``role`` None: the login's own); return column names and rows.

    Raises ``CopytasterError`` with Postgres's own first line where the statement is wrong.
    """
    try:
        with connect(database_url, role=role) as db, _interruptible(), db.cursor() as cursor:
            cursor.execute(statement, values or None)
            if cursor.description is None:
                return [], []
            return [column.name for column in cursor.description], cursor.fetchall()
    except psycopg2.Error as error:
        if isinstance(error, errors.QueryCanceled) and "user request" in str(error):
            raise KeyboardInterrupt from error
        raise CopytasterError(_in_one_line(error)) from error


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C cancel a statement; libpq alone would first wait for the server's answer."""
    set_wait_callback(wait_select)
    try:
        yield
    finally:
        set_wait_callback(None)


def _in_one_line(error: psycopg2.Error) -> str:
    said = str(error).partition("\n")[0] or type(error).__name__
    if isinstance(error, errors.InsufficientPrivilege | errors.ObjectNotInPrerequisiteState):
        return f"{said} (this runs with a reader's rights)"
    hint = error.diag.message_hint
    return f"{said} ({hint.replace(chr(10), ' ')})" if hint else said


def told_for_people(steps: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Give the rows of ``news.explain`` with what repeats the row above left out, and JSON as words."""
    before: tuple[Any, Any] = (None, None)
    for at, stage, what, detail in steps:
        moment = at and at.replace(microsecond=0)
        yield (
            moment if moment != before[0] else None,
            stage if (moment, stage) != before else None,
            what,
            in_words(detail),
        )
        before = (moment, stage)


def in_words(detail: str | None) -> str:
    """Write a JSON object as ``name value · name value``; other text stays as it is."""
    if not detail or not detail.startswith("{"):
        return detail or ""
    try:
        told = json.loads(detail)
    except ValueError:
        return detail
    # What decided comes before what did not.
    ordered = sorted(told.items(), key=lambda pair: pair[0] != "from")
    return " · ".join(f"{name} {_words(value)}" for name, value in ordered)


def _words(value: Any) -> str:
    if not isinstance(value, list):
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    parts = (": ".join(map(_words, part)) if isinstance(part, list) else _words(part) for part in value)
    return ", ".join(parts)
