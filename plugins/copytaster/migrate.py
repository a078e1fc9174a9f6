"""Bring a database to today's schema: ``sql/migrations`` once each, functions, views and grants when they change.

Migrations run through pgmigrate, all pending files in one transaction: a failed one leaves nothing
behind. The SHA-256 of each file is kept in ``copytaster.applied_file``, because an edited file that
was already applied must be an error and not a silent difference between two databases. Runs at the
same time wait for each other on an advisory lock.
"""

import hashlib
import logging
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pgmigrate
import psycopg2
from psycopg2 import errors
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class with a lower-case name

from copytaster.config import PROJECT_ROOT
from copytaster.errors import CopytasterError
from copytaster.store.connection import open_connection

SQL = PROJECT_ROOT / "sql"

_LOCK = "SELECT pg_advisory_lock(hashtextextended('copytaster.migrate', 0))"
_LEDGER = """
CREATE SCHEMA IF NOT EXISTS copytaster;
CREATE TABLE IF NOT EXISTS copytaster.applied_file (
    path text CONSTRAINT applied_file_pk PRIMARY KEY,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""
_OWN_OBJECTS = """
SELECT
    (SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_class AS c
     WHERE c.relnamespace = 'news'::regnamespace AND c.relkind = 'v'),
    (SELECT string_agg(p.oid::regprocedure::text, ', ') FROM pg_proc AS p
     WHERE p.pronamespace = 'news'::regnamespace)
"""
#: A view or function of another shape cannot be replaced, only dropped and made anew.
_OTHER_SHAPE = (errors.InvalidTableDefinition, errors.InvalidFunctionDefinition)


class MigrationFailed(CopytasterError):
    """The schema could not be brought up to date; the database is as it was before."""


def migrate(database_url: str, sql: Path = SQL) -> list[str]:
    """Apply what is missing and return the names of the files that were applied, in order.

    Raises ``MigrationFailed`` for a file that fails or that was edited after it had been applied.
    """
    with closing(open_connection(database_url, application_name="copytaster migrate")) as guard:
        guard.autocommit = True
        _require_utf8(guard)
        with guard.cursor() as cursor:
            cursor.execute(_LOCK)  # held until this connection closes
        with _named_failures():
            _run(guard, (sql / "roles.sql").read_text(encoding="utf-8"))
            migrations = _apply_migrations(guard, database_url, sql)
            return migrations + _apply_views(guard, sql, force=bool(migrations))


def _require_utf8(db: Connection) -> None:
    if db.encoding != "UTF8" or db.get_parameter_status("server_encoding") != "UTF8":
        raise MigrationFailed("the database must have the encoding UTF8: create it anew with ENCODING 'UTF8'")


@contextmanager
def _named_failures() -> Iterator[None]:
    try:
        yield
    except (psycopg2.Error, pgmigrate.MigrateError) as error:
        cause = error if isinstance(error, psycopg2.Error) else error.__context__ or error
        raise MigrationFailed(f"migration failed: {str(cause).splitlines()[0]}") from error


def _apply_migrations(guard: Connection, database_url: str, sql: Path) -> list[str]:
    """Run the files that the ledger does not know, in one transaction with their digests."""
    files = {f"migrations/{p.name}": _digest(p) for p in sorted((sql / "migrations").glob("V*.sql"))}
    _run(guard, _LEDGER)
    known = _ledger(guard)
    _refuse_edited(files, known)
    pending = [name for name in files if name not in known]
    if not pending:
        return []
    config = pgmigrate.get_config(  # type: ignore[no-untyped-call] # the library has no types
        str(sql),
        Namespace(
            base_dir=str(sql),
            conn=database_url,
            target="latest",
            schema="copytaster",
            disable_schema_check=True,
        ),
    )
    with closing(config.conn_instance):
        _record(config.conn_instance, {name: files[name] for name in pending})
        with _quiet_library():
            pgmigrate.migrate(config)  # type: ignore[no-untyped-call] # see above; commits
    return pending


def _refuse_edited(files: Mapping[str, str], known: Mapping[str, str]) -> None:
    for name, digest in known.items():
        if name.startswith("migrations/") and files.get(name) != digest:
            what = (
                "was edited after it had been applied" if name in files else "was applied and is now missing"
            )
            raise MigrationFailed(f"sql/{name} {what}; put it back and write a new migration")


def _apply_views(db: Connection, sql: Path, *, force: bool) -> list[str]:
    """Make functions and views again, all in one transaction, if any of their texts changed."""
    files = [*sorted((sql / "functions").glob("*.sql")), *sorted((sql / "views").glob("*.sql"))]
    files.append(sql / "grants.sql")
    digests = {path.relative_to(sql).as_posix(): _digest(path) for path in files}
    known = _ledger(db)
    changed = [name for name, digest in digests.items() if known.get(name) != digest]
    removed = [name for name in known if name not in digests and not name.startswith("migrations/")]
    if not (changed or removed or force):
        return []
    texts = [path.read_text(encoding="utf-8") for path in files]
    db.autocommit = False
    try:
        if removed:
            _drop_own_objects(db)
        _replace_objects(db, texts)
        _record(db, digests, removed)
        db.commit()
    finally:
        db.rollback()  # does nothing after a commit
        db.autocommit = True
    return changed


def _replace_objects(db: Connection, texts: list[str]) -> None:
    _run(db, "SAVEPOINT before_views")
    try:
        for text in texts:
            _run(db, text)
    except _OTHER_SHAPE:
        _run(db, "ROLLBACK TO SAVEPOINT before_views")
        _drop_own_objects(db)
        for text in texts:
            _run(db, text)


def _drop_own_objects(db: Connection) -> None:
    """Drop every view and function of ``news``. RESTRICT: what others built on them is an error, not lost."""
    with db.cursor() as cursor:
        cursor.execute(_OWN_OBJECTS)
        (found,) = cursor.fetchall()
        for kind, names in zip(("VIEW", "FUNCTION"), found, strict=True):
            if names:
                cursor.execute(f"DROP {kind} {names} RESTRICT")


def _ledger(db: Connection) -> dict[str, str]:
    with db.cursor() as cursor:
        cursor.execute("SELECT path, sha256 FROM copytaster.applied_file")
        return dict(cursor.fetchall())


def _record(db: Connection, digests: Mapping[str, str], removed: Sequence[str] = ()) -> None:
    with db.cursor() as cursor:
        cursor.execute("DELETE FROM copytaster.applied_file WHERE path = ANY(%s)", (list(removed),))
        cursor.executemany(
            "INSERT INTO copytaster.applied_file (path, sha256) VALUES (%s, %s)"
            " ON CONFLICT (path) DO UPDATE SET sha256 = excluded.sha256, applied_at = now()",
            list(digests.items()),
        )


def _run(db: Connection, text: str) -> None:
    with db.cursor() as cursor:
        cursor.execute(text)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def _quiet_library() -> Iterator[None]:
    """Keep pgmigrate from printing the whole failed statement: the error that rises names it."""
    log = logging.getLogger("pgmigrate")
    before = log.disabled
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = before
