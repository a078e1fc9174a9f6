"""Reading the views of schema ``news`` for people: the statements of ``status``, and how they are run."""

from collections.abc import Mapping
from typing import Any

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
    "Sources": """
        SELECT name, kind, loaded_7_days AS loaded, quarantined_7_days AS quarantined, waiting_7_days AS waiting,
               polled_at, next_poll_at, fault
        FROM news.source_health ORDER BY name
    """,
}


def read(
    database_url: str, statement: str, values: tuple[Any, ...] = (), *, role: str = "copytaster_reader"
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run a statement with a reader's rights; return the column names and the rows.

    Raises ``CopytasterError`` with Postgres's own first line where the statement is wrong.
    """
    import psycopg2  # noqa: PLC0415 - see commands

    from copytaster.errors import CopytasterError  # noqa: PLC0415

    try:
        with connect(database_url, role=role) as db, db.cursor() as cursor:
            cursor.execute(statement, values or None)
            if cursor.description is None:
                return [], []
            return [column.name for column in cursor.description], cursor.fetchall()
    except psycopg2.Error as error:
        raise CopytasterError(str(error).partition("\n")[0]) from error
