"""The embedded Postgres after kill -9 of any of its parts, and after what that leaves."""

import os
import signal
import subprocess

import psutil
import pytest

from copytaster.postgres import PostgresUnavailable, running
from copytaster.postgres.account import account_for
from copytaster.postgres.lifecycle import _give_up
from postgres_users import (
    answers,
    ask,
    assert_ended,
    busy_query,
    eventually,
    pid_file,
    postmaster_pid,
    session,
    url_of,
    user_process,
    warden_of,
)


def test_a_killed_server_comes_back_with_every_acknowledged_row(home):
    with running(home) as server:
        with session(server.database_url) as run:
            run.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000)")
        os.kill(postmaster_pid(server), signal.SIGKILL)
        eventually(lambda: answers(server))
        assert ask(server.database_url, "SELECT count(*) FROM kept") == (1000,)
    assert_ended(home)


def test_a_killed_server_comes_back_though_one_of_its_queries_is_busy(home):
    with running(home, fsync=False) as server, busy_query(server):
        os.kill(postmaster_pid(server), signal.SIGKILL)
        eventually(lambda: answers(server))
    assert_ended(home)


def test_who_attaches_while_the_server_heals_waits_for_it(home):
    with running(home, fsync=False) as server:
        os.kill(postmaster_pid(server), signal.SIGKILL)
        with running(home) as again:
            assert again == server
            assert ask(again.database_url, "SELECT 1") == (1,)


def test_a_killed_user_leaves_nothing_behind(home):
    with user_process(home) as user:
        url_of(user)
        user.kill()
    assert_ended(home)


def test_a_killed_warden_takes_its_server_along_and_the_next_start_works(home):
    with user_process(home) as user:
        url_of(user)
        warden_of(home).kill()
        assert_ended(home)
        with running(home) as server:
            assert answers(server)


def test_the_next_start_works_at_once_after_the_warden_is_killed(home):
    with running(home, fsync=False):
        warden_of(home).kill()
        with running(home) as server:
            assert answers(server)


def test_the_next_start_works_after_everything_is_killed_but_a_busy_query(home):
    with user_process(home) as user:
        url_of(user)
        with running(home) as server, busy_query(server):
            for process in (warden_of(home), psutil.Process(postmaster_pid(server)), user):
                process.kill()
            with running(home) as again:
                assert answers(again)
    assert_ended(home)


def test_a_warden_that_is_asked_to_stop_stops_its_server(home):
    with running(home, fsync=False):
        warden_of(home).terminate()
        assert_ended(home)


def test_a_home_that_is_taken_away_ends_its_server(home):
    with running(home, fsync=False):
        home.rename(home.with_name("away"))
        assert_ended(home)


def test_a_damaged_or_stale_pid_file_does_not_matter(home):
    for content in ("", "1", "no number\n", "999999999\n/elsewhere\n"):
        pid_file(home).write_text(content)
        with running(home, fsync=False) as server:
            assert answers(server), content


def test_a_pid_file_that_names_a_live_process_of_somebody_else_does_not_matter(home):
    account = account_for(pid_file(home).parent)
    bystander = subprocess.Popen(["sleep", "60"], user=account.uid if account else None)
    try:
        pid_file(home).write_text(f"{bystander.pid}\n{pid_file(home).parent}\n1700000000\n5432\n\n\n")
        with running(home, fsync=False) as server:
            assert answers(server)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_first_start_that_died_half_way_is_finished_by_the_next(home):
    with running(home, fsync=False) as server, session(server.superuser_url()) as run:
        run.execute("DROP DATABASE airflow")
        run.execute("DROP ROLE airflow; ALTER ROLE copytaster NOLOGIN PASSWORD NULL")
        with running(home) as again:
            assert ask(again.database_url, "SELECT 1") == (1,)
            assert ask(again.airflow_url.replace("+psycopg2", ""), "SELECT 1") == (1,)


def test_an_initdb_that_died_half_way_is_done_again(home):
    data = pid_file(home).parent
    data.rename(data.with_name("data.new"))
    with running(home, fsync=False) as server:
        assert answers(server)


def test_a_server_that_says_that_it_recovers_is_waited_for(tmp_path):
    _give_up("FATAL: the database system is starting up", 3_000, tmp_path)
    _give_up("FATAL: the database system is not yet accepting connections", 3_000, tmp_path)
    with pytest.raises(PostgresUnavailable, match="does not answer: connection refused"):
        _give_up("connection refused", 100, tmp_path)
