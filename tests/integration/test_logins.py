"""sql/logins.sql, by which docker compose prepares its Postgres: run by psql on a server of its own."""

import os
import subprocess
from contextlib import closing
from urllib.parse import urlsplit

import psycopg2
import pytest
from psycopg2 import errors

from copytaster import store
from copytaster.config import PROJECT_ROOT
from copytaster.migrate import migrate
from copytaster.postgres import discard, running
from copytaster.postgres.binaries import binaries_for

PASSWORDS = {
    "AIRFLOW_DB_PASSWORD": "for-airflow",
    "COPYTASTER_OWNER_PASSWORD": "for-the'owner",
    "COPYTASTER_DB_PASSWORD": "for-the-pipeline",
    "ANALYST_DB_PASSWORD": "for-the-analyst",
}
#: What the embedded server makes by itself, and a new server does not have.
BARE = """
DROP DATABASE airflow; DROP DATABASE copytaster;
DROP ROLE airflow, copytaster, analyst, copytaster_writer, copytaster_reader, copytaster_submitter
"""


@pytest.fixture(scope="module")
def login(tmp_path_factory):
    """A server that was prepared and migrated as docker compose does; gives the URL of a login."""
    home = tmp_path_factory.mktemp("compose") / "postgres"
    with running(home, fsync=False) as server:
        with closing(psycopg2.connect(server.superuser_url())) as admin, admin.cursor() as run:
            admin.autocommit = True
            for statement in BARE.split(";"):
                run.execute(statement)
        prepare(server.superuser_url())

        def url(name, variable, database):
            user = f"{name}:{PASSWORDS[variable].replace(chr(39), '%27')}"
            address = urlsplit(server.superuser_url()).netloc.rpartition("@")[2]
            return f"postgresql://{user}@{address}/{database}"

        migrate(url("copytaster", "COPYTASTER_OWNER_PASSWORD", "copytaster"))
        yield url
    discard(home)


def prepare(superuser_url):
    psql = [binaries_for(None) / "psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--quiet"]
    subprocess.run(
        [*psql, f"--file={PROJECT_ROOT / 'sql' / 'logins.sql'}", superuser_url],
        env=os.environ | PASSWORDS,
        check=True,
        capture_output=True,
        text=True,
    )


def execute(url, statement):
    with closing(psycopg2.connect(url)) as db, db, db.cursor() as run:
        run.execute(statement)
        return run.fetchall() if run.description else None


def test_the_pipeline_works_on_its_rows_and_owns_nothing(login):
    url = login("copytaster_pipeline", "COPYTASTER_DB_PASSWORD", "copytaster")
    with store.connect(url) as db:
        store.add_source(db, url="https://gull.example/feed.xml", kind="feed")
        assert [source.url for source in store.list_sources(db)] == ["https://gull.example/feed.xml"]
    with pytest.raises(errors.InsufficientPrivilege):
        execute(url, "DROP TABLE copytaster.page CASCADE")
    with pytest.raises(errors.InsufficientPrivilege):
        execute(url, "CREATE TABLE news.mine (id int)")


def test_the_analyst_reads_views_and_no_table(login):
    url = login("analyst", "ANALYST_DB_PASSWORD", "copytaster")
    assert execute(url, "SELECT count(*) FROM news.article") == [(0,)]
    with pytest.raises(errors.InsufficientPrivilege):
        execute(url, "SELECT count(*) FROM copytaster.article")


def test_airflow_has_a_database_of_its_own_and_no_other(login):
    execute(login("airflow", "AIRFLOW_DB_PASSWORD", "airflow"), "CREATE TABLE dag (dag_id text)")
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(login("airflow", "AIRFLOW_DB_PASSWORD", "copytaster"))
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(login("copytaster_pipeline", "COPYTASTER_DB_PASSWORD", "airflow"))
