"""How docker compose prepares Postgres: sql/logins.sql by psql, then the command of its service init."""

import os
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg2
import pytest
import yaml
from cryptography.fernet import Fernet
from psycopg2 import errors

from copytaster import store
from copytaster.config import PROJECT_ROOT
from copytaster.postgres import discard, running
from copytaster.postgres.binaries import binaries_for

SECRETS = {
    "AIRFLOW_DB_PASSWORD": "for-airflow",
    "COPYTASTER_OWNER_PASSWORD": "for-the-owner",
    "COPYTASTER_DB_PASSWORD": "for-the-pipeline",
    "ANALYST_DB_PASSWORD": "for'the'analyst",
    "AIRFLOW_SECRET_KEY": "s" * 32,
    "AIRFLOW_JWT_SECRET": "j" * 64,
    "AIRFLOW_FERNET_KEY": Fernet.generate_key().decode(),
}
INIT = yaml.safe_load((PROJECT_ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]["init"]
#: What the embedded server makes by itself, and a new server does not have.
BARE = """
DROP DATABASE airflow; DROP DATABASE copytaster;
DROP ROLE airflow, copytaster, analyst, copytaster_writer, copytaster_reader, copytaster_submitter
"""


@pytest.fixture(scope="module")
def login(tmp_path_factory):
    """A server that was prepared as docker compose does it; gives the URL of a login."""
    home = tmp_path_factory.mktemp("compose") / "postgres"
    with running(home, fsync=False) as server:
        with closing(psycopg2.connect(server.superuser_url())) as admin, admin.cursor() as run:
            admin.autocommit = True
            for statement in BARE.split(";"):
                run.execute(statement)
        make_logins(server.superuser_url())
        address = urlsplit(server.superuser_url()).netloc.rpartition("@")[2]
        initialise(address, tmp_path_factory.mktemp("airflow"))

        def url(name, secret, database):
            return f"postgresql://{name}:{quote(SECRETS[secret])}@{address}/{database}"

        yield url
    discard(home)


def make_logins(superuser_url):
    psql = [binaries_for(None) / "psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--quiet"]
    subprocess.run(
        [*psql, f"--file={PROJECT_ROOT / 'sql' / 'logins.sql'}", superuser_url],
        env=os.environ | SECRETS,
        check=True,
        capture_output=True,
    )


def initialise(address, airflow_home):
    """Run the command of the service in its environment, with the server's real address."""
    programs = Path(sys.executable).parent
    environment = {"AIRFLOW_HOME": str(airflow_home), "PATH": f"{programs}:{os.environ['PATH']}"}
    for name, value in INIT["environment"].items():
        told = re.sub(r"\$\{(\w+):\?[^}]*\}", lambda found: SECRETS[found[1]], value)
        environment[name] = told.replace("@postgres/", f"@{address}/")
    subprocess.run(INIT["command"], env=environment, check=True, capture_output=True)


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
    assert execute(login("airflow", "AIRFLOW_DB_PASSWORD", "airflow"), "SELECT count(*) FROM dag") == [(0,)]
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(login("airflow", "AIRFLOW_DB_PASSWORD", "copytaster"))
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(login("copytaster_pipeline", "COPYTASTER_DB_PASSWORD", "airflow"))
