"""SQL by name: each file of ``sql/queries`` holds one statement with ``%(name)s`` parameters."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import orjson
from psycopg2.extras import RealDictCursor

from copytaster.config import PROJECT_ROOT
from copytaster.errors import Unusable
from copytaster.store.connection import Connection

QUERIES = PROJECT_ROOT / "sql" / "queries"

Row = dict[str, Any]


@cache
def query(name: str) -> str:
    """Give the text of ``sql/queries/<name>.sql``."""
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def run(db: Connection, name: str, /, **parameters: object) -> list[Row]:
    """Run a query by name and return its rows, each a dict by column; empty when it returns none."""
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query(name), parameters)
        return [dict(row) for row in cursor.fetchall()] if cursor.description else []


def run_many(db: Connection, name: str, /, **parameters: object) -> int:
    """Run a query by name and return how many rows it touched."""
    with db.cursor() as cursor:
        cursor.execute(query(name), parameters)
        return cursor.rowcount


def as_json(rows: Iterable[object], *, sort_keys: bool = False) -> str:
    """Write rows (dataclasses, dicts) as a JSON array for a ``jsonb`` parameter.

    Raises ``Unusable`` ("unstorable") for a value that JSON or UTF-8 cannot hold.
    """
    option = orjson.OPT_SORT_KEYS if sort_keys else 0
    try:
        return orjson.dumps(list(rows), default=_plain, option=option).decode()
    except orjson.JSONEncodeError as error:
        raise Unusable("unstorable", str(error)) from error


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)
