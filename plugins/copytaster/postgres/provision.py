"""The roles and databases of the embedded server. Run at each start; does what is missing."""

from collections.abc import Mapping

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection, cursor, encrypt_password

from copytaster.postgres.server import Server

_GROUPS = ("copytaster_writer", "copytaster_reader", "copytaster_submitter")
_MEMBERS = {"copytaster": _GROUPS, "analyst": _GROUPS[1:], "airflow": ()}
_DATABASES = {"airflow": (), "copytaster": _GROUPS}


def provision(server: Server) -> None:
    """Create what is missing. The login ``copytaster`` works only once all the rest is there."""
    db = psycopg2.connect(server.superuser_url())
    try:
        db.autocommit = True
        with db.cursor() as run:
            present = _names(run, "SELECT rolname FROM pg_roles")
            for role in {*_GROUPS, *_MEMBERS} - present:
                run.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
            _create_databases(run)
            _open_logins(run, _verifiers(db, server.passwords))
    finally:
        db.close()


def _create_databases(run: cursor) -> None:
    present = _names(run, "SELECT datname FROM pg_database")
    for database, groups in _DATABASES.items():
        name = sql.Identifier(database)
        if database not in present:
            run.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(name))
        run.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        for group in groups:
            grant = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}")
            run.execute(grant.format(name, sql.Identifier(group)))
    run.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")


def _open_logins(run: cursor, verifiers: Mapping[str, str]) -> None:
    run.execute("BEGIN")
    for role, groups in _MEMBERS.items():
        for group in groups:
            run.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), sql.Identifier(role)))
        alter = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
        run.execute(alter.format(sql.Identifier(role), sql.Literal(verifiers[role])))
    run.execute("COMMIT")


def _verifiers(db: connection, passwords: Mapping[str, str]) -> dict[str, str]:
    """Return what the server keeps of each password; the password itself stays out of its statements."""
    return {role: encrypt_password(passwords[role], role, db, "scram-sha-256") for role in _MEMBERS}


def _names(run: cursor, query: str) -> set[str]:
    run.execute(query)
    return {name for (name,) in run.fetchall()}
