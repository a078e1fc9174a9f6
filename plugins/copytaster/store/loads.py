"""Load: readings with their verdicts -> articles, or the quarantine. The same batch twice: the same rows."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import psycopg2
from psycopg2 import errors

from copytaster.errors import Unusable
from copytaster.store.connection import Connection
from copytaster.store.lines import learn_lines
from copytaster.store.queries import Row, as_json, run
from copytaster.store.readings import LoadRow, article_row, is_clean, quarantine_row, unstorable_row

__all__ = ["LoadRow", "load_batch"]

#: Rows and characters of text in one transaction.
CHUNK_ROWS = 100
CHUNK_CHARACTERS = 4_000_000

#: What one row can do wrong to the statement that carries it.
_UNSTORABLE = (
    psycopg2.DataError,
    psycopg2.IntegrityError,
    errors.ProgramLimitExceeded,
    errors.StatementTooComplex,
    Unusable,
)


def load_batch(db: Connection, batch: int, rows: Iterable[LoadRow], *, learn: bool = True) -> Counter[str]:
    """Load what is clean, quarantine the rest; commit after each chunk.

    New articles teach what their sites repeat, unless ``learn`` is off.

    Returns how many rows were ``created``, ``updated`` (a new version), ``refreshed`` (the same
    version, read better), ``unchanged``, ``alias`` (another page speaks for the article),
    ``quarantined``, or ``ignored`` (the batch does not hold their page, or a person has decided).
    A row that Postgres cannot hold is quarantined as ``unstorable``; the others are loaded.
    """
    db.commit()
    counts: Counter[str] = Counter()
    for chunk in _chunks(rows):
        counts += _load_chunk(db, batch, chunk, learn=learn)
    return counts


def _chunks(rows: Iterable[LoadRow]) -> Iterator[list[LoadRow]]:
    chunk: list[LoadRow] = []
    size = 0
    for row in rows:
        length = len(row.article.article_body) if row.article else 0
        if chunk and (len(chunk) == CHUNK_ROWS or size + length > CHUNK_CHARACTERS):
            yield chunk
            chunk, size = [], 0
        chunk.append(row)
        size += length
    if chunk:
        yield chunk


def _load_chunk(db: Connection, batch: int, chunk: Sequence[LoadRow], *, learn: bool) -> Counter[str]:
    try:
        counts = _put(db, batch, chunk, learn=learn)
    except _UNSTORABLE:
        db.rollback()
        counts = _put_one_by_one(db, batch, chunk, learn=learn)
    db.commit()
    return counts


def _put(db: Connection, batch: int, rows: Sequence[LoadRow], *, learn: bool) -> Counter[str]:
    run(db, "lock_batch", batch=batch)
    clean = [article_row(row) for row in rows if is_clean(row)]
    withheld = [quarantine_row(row) for row in rows if not is_clean(row)]
    if withheld:
        released, withheld = _decided(db, withheld)
        clean += released
    counts: Counter[str] = Counter()
    if clean:
        loaded = run(db, "put_articles", batch=batch, rows=as_json(clean))
        counts.update(row["outcome"] for row in loaded)
        if learn:
            new = {row["page_id"]: row["article_id"] for row in loaded if row["outcome"] == "created"}
            learn_lines(db, {new[r.page_id]: r.article for r in rows if r.article and r.page_id in new})
    if withheld:
        held = run(db, "quarantine_pages", batch=batch, rows=as_json(withheld))
        counts.update({"quarantined": len(held)} if held else {})
    counts.update({"ignored": ignored} if (ignored := len(rows) - counts.total()) else {})
    return counts


def _decided(db: Connection, withheld: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Let people's decisions stand: give what was released before, and the rest, marked where it was discarded."""
    decisions = {row["page_id"]: row for row in run(db, "decisions_on", rows=as_json(withheld))}
    released = [row["reading"] for row in decisions.values() if row["decision"] == "released"]
    loaded = {row["page_id"] for row in released}
    rest = [
        {**row, "decision": "discarded"} if row["page_id"] in decisions else row
        for row in withheld
        if row["page_id"] not in loaded
    ]
    return released, rest


def _put_one_by_one(db: Connection, batch: int, rows: Sequence[LoadRow], *, learn: bool) -> Counter[str]:
    """Find the rows that cannot be stored: a savepoint for each, only on this failing path."""
    counts: Counter[str] = Counter()
    with db.cursor() as cursor:
        for row in rows:
            cursor.execute("SAVEPOINT one_row")
            try:
                counts += _put(db, batch, [row], learn=learn)
            except _UNSTORABLE as error:
                cursor.execute("ROLLBACK TO SAVEPOINT one_row")
                told = as_json([unstorable_row(row, _why(error))])
                counts["quarantined"] += len(run(db, "quarantine_pages", batch=batch, rows=told))
            cursor.execute("RELEASE SAVEPOINT one_row")
    return counts


def _why(error: Exception) -> str:
    """Give the first line: the following ones repeat the value."""
    return error.detail if isinstance(error, Unusable) else str(error).partition("\n")[0]
