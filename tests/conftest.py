"""A real Postgres for the tests that ask for one: a server a session, a fresh migrated database a test.

Nothing heavy is imported before a test asks: ``tests/unit`` runs without a database driver.
``COPYTASTER_TEST_HOME`` keeps the server's files in one place from session to session.
"""

import hashlib
import os
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

SQL = Path(__file__).parents[1] / "sql"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory):
    """The embedded server, shared by all workers of a parallel session."""
    from copytaster.postgres import PostgresUnavailable, discard, running

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    kept = os.environ.get("COPYTASTER_TEST_HOME")
    home = Path(kept or shared) / "postgres"
    with running(home, fsync=False) as server:
        yield server
    if not kept:
        with suppress(PostgresUnavailable):  # another worker still uses it and will discard it
            discard(home)


@pytest.fixture(scope="session")
def migrated_template(postgres_server):
    """The name of a migrated database to copy from; made once for each state of ``sql/``."""
    name = f"template_{_digest(SQL)}"
    with closing(_superuser(postgres_server)) as admin, admin.cursor() as run:
        run.execute("SELECT pg_advisory_lock(hashtextextended('copytaster.test_template', 0))")
        run.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        if not run.fetchone():
            _make_template(postgres_server, run, name)
    return name


@pytest.fixture
def database_url(postgres_server, migrated_template):
    """URL of a fresh, migrated database; the login owns it, as the pipeline's does."""
    yield from _database(postgres_server, f"TEMPLATE {migrated_template}")


@pytest.fixture(scope="session")
def unchanged_database_url(postgres_server, migrated_template):
    """URL of one migrated database for all tests that leave nothing behind."""
    yield from _database(postgres_server, f"TEMPLATE {migrated_template}")


@pytest.fixture(scope="module")
def module_database_url(postgres_server, migrated_template):
    """URL of a migrated database that the tests of a module share."""
    yield from _database(postgres_server, f"TEMPLATE {migrated_template}")


@pytest.fixture
def empty_database_url(postgres_server):
    """URL of a fresh database without any schema of ours."""
    yield from _database(postgres_server, "TEMPLATE template0")


@pytest.fixture
def reader_url(postgres_server, database_url):
    """The same database for a login that reads ``news`` and may submit URLs."""
    return _in_database(postgres_server.reader_url, urlsplit(database_url).path[1:])


def _make_template(server, run, name):
    from copytaster.migrate import migrate

    draft = f"{name}_draft"
    run.execute(f"DROP DATABASE IF EXISTS {draft} WITH (FORCE)")
    run.execute(f"CREATE DATABASE {draft} OWNER copytaster TEMPLATE template0")
    migrate(_in_database(server.database_url, draft))
    run.execute(f"ALTER DATABASE {draft} RENAME TO {name}")


def _database(server, template):
    name = f"test_{uuid4().hex[:12]}"
    with closing(_superuser(server)) as admin, admin.cursor() as run:
        run.execute(f"CREATE DATABASE {name} OWNER copytaster {template}")
    yield _in_database(server.database_url, name)
    with closing(_superuser(server)) as admin, admin.cursor() as run:
        run.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _superuser(server):
    import psycopg2

    admin = psycopg2.connect(server.superuser_url())
    admin.autocommit = True
    return admin


def _in_database(url, name):
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _digest(folder):
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.sql")):
        digest.update(f"{path.relative_to(folder)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
