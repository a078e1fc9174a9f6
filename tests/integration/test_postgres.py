"""The embedded Postgres: starting, sharing, stopping, logging in."""

import json
import os
import signal
import socket
import subprocess
from contextlib import ExitStack

import psutil
import psycopg2
import pytest

from copytaster.postgres import PostgresUnavailable, discard, running
from postgres_users import (
    PATIENCE,
    answers,
    ask,
    assert_ended,
    pid_file,
    postmaster_pid,
    processes_of,
    session,
    url_of,
    user_process,
)


@pytest.fixture
def server(postgres_server):
    """The session's server, for the tests that only ask it something."""
    return postgres_server


def test_a_first_start_makes_both_databases_and_their_owners(server):
    assert ask(server.database_url, "SELECT current_user, current_database()") == ("copytaster", "copytaster")
    assert ask(server.reader_url, "SELECT current_user, current_database()") == ("analyst", "copytaster")
    owners = "SELECT string_agg(datname || ' ' || datdba::regrole, ', ' ORDER BY datname) FROM pg_database WHERE datname IN ('airflow', 'copytaster')"
    assert ask(server.superuser_url(), owners) == ("airflow airflow, copytaster copytaster",)


def test_airflows_url_is_one_of_sqlalchemy(server):
    assert server.airflow_url.startswith("postgresql+psycopg2://airflow:")
    plain = server.airflow_url.replace("+psycopg2", "")
    assert ask(plain, "SELECT current_user, current_database()") == ("airflow", "airflow")


def test_text_is_utf8_and_letters_beyond_ascii_are_letters(server):
    assert ask(server.database_url, "SHOW server_encoding") == ("UTF8",)
    assert ask(server.database_url, "SELECT upper('ŝafo ёж'), 'ё' ~ '[[:alpha:]]'") == ("ŜAFO ЁЖ", True)


@pytest.mark.parametrize("extension", ["pg_trgm", "unaccent", "btree_gin"])
def test_the_pipeline_can_create_the_extensions_it_needs(server, extension):
    with session(server.database_url) as run:
        run.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    made = ask(server.database_url, f"SELECT extname FROM pg_extension WHERE extname = '{extension}'")
    assert made == (extension,)


def test_the_pipeline_can_take_each_role(server):
    for role in ("copytaster_writer", "copytaster_reader", "copytaster_submitter"):
        assert ask(server.database_url, f"SET ROLE {role}; SELECT current_user") == (role,)


def test_the_analyst_can_read_and_submit_and_no_more(server):
    assert ask(server.reader_url, "SET ROLE copytaster_submitter; SELECT current_user")
    for forbidden in (
        "SET ROLE copytaster_writer",
        "CREATE TABLE public.t (i int)",
        "CREATE TEMP TABLE t (i int)",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(server.reader_url, forbidden)


@pytest.mark.parametrize("database", ["airflow", "postgres", "template1"])
def test_the_analyst_stays_out_of_other_databases(server, database):
    with pytest.raises(psycopg2.OperationalError, match="permission denied"):
        ask(server.reader_url.replace("/copytaster", f"/{database}"), "SELECT 1")


@pytest.mark.parametrize("login", ["postgres", "copytaster", "airflow", "analyst"])
@pytest.mark.parametrize("password", ["", "guess"])
def test_nobody_gets_in_without_the_password(server, login, password, monkeypatch):
    monkeypatch.setenv("PGPASSFILE", os.devnull)
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(
            host=server.host, port=server.port, user=login, password=password, dbname="copytaster"
        )


def test_the_server_listens_on_loopback_only(server):
    postmaster = psutil.Process(postmaster_pid(server))
    listening = {c.laddr for c in postmaster.net_connections("all") if c.status == psutil.CONN_LISTEN}
    assert listening == {("127.0.0.1", server.port)}
    assert ask(server.superuser_url(), "SHOW unix_socket_directories") == ("",)


def test_repr_shows_no_password(server):
    assert not any(password in repr(server) for password in server.passwords.values())


def test_databases_can_be_made_and_dropped_by_the_superuser(server):
    with session(server.superuser_url()) as run:
        run.execute("CREATE DATABASE scratch OWNER copytaster STRATEGY file_copy")
    assert ask(server.superuser_url("scratch"), "SELECT current_database()") == ("scratch",)
    with session(server.superuser_url()) as run:
        run.execute("DROP DATABASE scratch WITH (FORCE)")


def test_a_second_start_finds_port_passwords_and_rows_again(fresh_home):
    with running(fresh_home) as first, session(first.database_url) as run:
        run.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with running(fresh_home) as second:
        assert second == first
        assert ask(second.database_url, "SELECT answer FROM kept") == (42,)
        assert ask(second.superuser_url(), "SHOW fsync") == ("on",)


def test_the_last_to_leave_stops_the_server(home):
    with running(home, fsync=False):
        with running(home):
            assert processes_of(home)
        assert processes_of(home)
    assert_ended(home)


def test_passwords_are_readable_by_their_owner_alone(home):
    with running(home, fsync=False) as server:
        credentials = home / "credentials.json"
        assert credentials.stat().st_mode & 0o777 == 0o600
        assert json.loads(credentials.read_text()) == server.passwords
        shown = " ".join(" ".join(process.cmdline()) for process in processes_of(home))
        written = (home / "server.log").read_text()
        assert not any(password in shown + written for password in server.passwords.values())


def test_processes_starting_at_once_share_one_server_and_the_first_to_leave_does_not_stop_it(fresh_home):
    with ExitStack() as stack:
        users = [stack.enter_context(user_process(fresh_home)) for _ in range(4)]
        urls = [url_of(user) for user in users]
        assert len(set(urls)) == 1
        for user in users[:-1]:
            output, _ = user.communicate(timeout=PATIENCE)  # sees the end of its output
            assert (user.returncode, output) == (0, "")
            assert ask(urls[0], "SELECT 1") == (1,)
    assert_ended(fresh_home)


def test_ctrl_c_ends_its_user_and_not_the_server(home):
    with user_process(home) as starter, user_process(home) as other:
        url = url_of(starter)
        assert url_of(other) == url
        os.killpg(starter.pid, signal.SIGINT)
        starter.communicate(timeout=PATIENCE)
        assert ask(url, "SELECT 1") == (1,)


def test_lost_passwords_are_replaced_and_the_rows_stay(home):
    with running(home, fsync=False) as server, session(server.database_url) as run:
        run.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    (home / "credentials.json").unlink()
    with running(home, fsync=False) as again:
        assert again.passwords != server.passwords
        assert ask(again.database_url, "SELECT answer FROM kept") == (42,)


def test_damaged_passwords_are_named(home):
    (home / "credentials.json").write_text("{")
    with pytest.raises(PostgresUnavailable, match=r"credentials\.json is damaged"), running(home):
        pass


def test_passwords_deleted_under_a_running_server_are_named(home):
    with running(home, fsync=False):
        (home / "credentials.json").unlink()
        with pytest.raises(PostgresUnavailable, match=r"credentials\.json is gone"), running(home):
            pass


def test_another_port_is_taken_when_the_old_one_is_used_by_a_stranger(home):
    with running(home, fsync=False) as before:
        pass
    with socket.create_server((before.host, before.port)), running(home, fsync=False) as after:
        assert after.port != before.port
        assert answers(after)


def test_a_copied_home_gets_its_own_server(home):
    copy = home.with_name("copy")
    subprocess.run(["cp", "-a", home, copy], check=True)
    try:
        with running(home, fsync=False) as original, running(copy, fsync=False) as other:
            assert other.port != original.port
            assert other.passwords == original.passwords
            assert ask(other.superuser_url(), "SHOW data_directory") == (f"{copy}/cluster/data",)
    finally:
        discard(copy)


def test_a_server_that_cannot_start_says_why_and_leaves_nothing(home):
    with (pid_file(home).parent / "postgresql.conf").open("a") as settings:
        settings.write("shared_buffers = nonsense\n")
    with (
        pytest.raises(PostgresUnavailable, match=r"configuration file .* contains errors") as caught,
        running(home),
    ):
        pass
    assert "\n" not in str(caught.value)
    assert_ended(home)


def test_a_used_home_is_not_discarded(home):
    with running(home, fsync=False) as server:
        with pytest.raises(PostgresUnavailable, match="in use"):
            discard(home)
        assert answers(server)


def test_a_path_of_900_bytes_works(fresh_home):
    deep = fresh_home.parent
    while len(str(deep)) < 900:
        deep /= "d" * min(200, 900 - len(str(deep)))
    deep.mkdir(parents=True)
    with running(deep, fsync=False) as server:
        assert answers(server)


def test_a_path_too_long_for_postgres_is_named(fresh_home):
    deep = fresh_home.parent.joinpath(*["d" * 200] * 5)
    deep.mkdir(parents=True)
    with pytest.raises(PostgresUnavailable, match="too long"), running(deep):
        pass


def test_missing_programs_are_named(fresh_home, monkeypatch):
    monkeypatch.setenv("COPYTASTER_POSTGRES_BIN", str(fresh_home / "nowhere"))
    with pytest.raises(PostgresUnavailable, match="nowhere cannot be run"), running(fresh_home):
        pass
