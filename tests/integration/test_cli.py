"""The command line as its users meet it: what stands on stdout, what on stderr, and the exit code."""

import gzip
import json
import lzma
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg2
import pytest
from examples.serve import UPDATED_URL, SampleSite

from copytaster import steps
from copytaster.__main__ import main
from copytaster.config import Settings

LEDGER = "http://www.inland-ledger.example"
PAGE = """<html lang="en"><head><title>Tide gate closes early</title></head><body><article><h1>Tide gate closes early
</h1><p>The tide gate was closed on Monday by its keeper, who said that the water was higher than he had seen it.</p>
<p>It will be opened again on Friday, when the wind has turned, the harbour master told this paper.</p></article>"""


@pytest.fixture(scope="module")
def connect_to():
    with SampleSite(datetime.now(UTC)).serving() as served:
        yield served.connect_to


@pytest.fixture
def environment(monkeypatch, tmp_path, connect_to):
    """Only our settings, and a wide plain terminal."""
    for name in list(os.environ):
        if name.startswith("COPYTASTER_") or name == "COLUMNS":
            monkeypatch.delenv(name)
    monkeypatch.setenv("COPYTASTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COPYTASTER_CONTACT", "tests@copytaster.example")
    monkeypatch.setenv("COPYTASTER_HOST_DELAY_SECONDS", "0.01")
    monkeypatch.setenv("COPYTASTER_CONNECT_TO", connect_to)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


@pytest.fixture
def run(environment, capsys):
    """Run a command without a database; give exit code, stdout, stderr."""

    def run(*arguments):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as left:  # argparse
            code = left.code
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def on_database(run, environment, database_url):
    environment.setenv("COPYTASTER_DATABASE_URL", database_url)
    return run


@pytest.fixture
def complaint(run):
    """Run a command that must fail; give its one line."""

    def complaint(*arguments, code=1):
        left, out, err = run(*arguments)
        assert (left, out) == (code, "")
        assert err.count("\n") == 1, err
        assert err.startswith("copytaster")
        return err

    return complaint


@pytest.fixture
def page(tmp_path):
    file = tmp_path / "page.html"
    file.write_text(PAGE)
    return file


def rows_of(*bodies):
    return "".join(
        json.dumps({"id": n, "url": f"http://a.example/{n}", "html": b}) + "\n" for n, b in enumerate(bodies)
    )


# wrong usage


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("bogus",),
        ("source",),
        ("source", "add"),
        ("source", "add", "http://a.example/", "--kind", "blog"),
        ("ingest",),
        ("explain",),
        ("extract",),
        ("extract", "a.html", "--out", "b"),
        ("extract", "--jsonl", "a"),
        ("extract", "--jsonl", "a", "--out", "b", "--workers", "0"),
        ("extract", "--jsonl", "a", "--out", "b", "--workers", "many"),
        ("up", "--port", "-1"),
    ],
)
def test_wrong_usage_is_2_with_usage_on_stderr(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("usage: copytaster")


def test_help_and_version_go_to_stdout(run):
    assert run("--help")[:2][0] == 0
    assert run("--version")[1].startswith("copytaster ")


# extract


def test_one_page_becomes_one_json_article(run, page):
    code, out, err = run("extract", page, "--url", "http://a.example/gate")
    assert (code, err) == (0, "")
    article = json.loads(out)
    assert article["headline"] == "Tide gate closes early"
    assert article["canonical_url"] == "http://a.example/gate"


def test_a_text_file_becomes_an_article_too(run, tmp_path):
    (tmp_path / "a.txt").write_text(
        "Tide gate closes early\n\nThe gate was closed on Monday by its keeper.\n"
    )
    assert json.loads(run("extract", tmp_path / "a.txt")[1])["headline"] == "Tide gate closes early"


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file"), (b"", "empty"), (bytes(range(256)) * 20, "not_html")]
)
def test_a_file_that_holds_no_article_is_an_error_with_its_reason(complaint, tmp_path, content, reason):
    if content is not None:
        (tmp_path / "a").write_bytes(content)
    assert reason in complaint("extract", tmp_path / "a")


def test_a_folder_is_no_page(complaint, tmp_path):
    assert "Is a directory" in complaint("extract", tmp_path)


@pytest.mark.parametrize(("ending", "opened"), [("", open), (".gz", gzip.open), (".xz", lzma.open)])
def test_many_pages_go_from_row_to_row(run, tmp_path, ending, opened):
    source, target = tmp_path / f"in.jsonl{ending}", tmp_path / f"out.jsonl{ending}"
    with opened(source, "wt") as stream:
        stream.write(rows_of(PAGE, "", PAGE))
    code, out, _ = run("extract", "--jsonl", source, "--out", target, "--workers", "1")
    assert (code, out) == (0, "")
    with opened(target, "rt") as stream:
        rows = [json.loads(line) for line in stream]
    assert [row["id"] for row in rows] == [0, 1, 2]
    assert [row["title"] for row in rows] == ["Tide gate closes early", None, "Tide gate closes early"]
    assert rows[1]["reason"] == "empty"


def test_the_input_is_never_overwritten(run, tmp_path):
    file = tmp_path / "in.jsonl"
    file.write_text(rows_of(PAGE))
    code, _, err = run("extract", "--jsonl", file, "--out", file)
    assert code == 2
    assert "OUT would overwrite IN" in err
    assert file.read_text() == rows_of(PAGE)


def test_files_that_cannot_be_read_or_written_are_one_line(complaint, tmp_path):
    (tmp_path / "in").write_text("")
    (tmp_path / "in.gz").write_text("no gzip")
    assert "missing" in complaint("extract", "--jsonl", tmp_path / "missing", "--out", tmp_path / "out")
    assert "gzip" in complaint("extract", "--jsonl", tmp_path / "in.gz", "--out", tmp_path / "out")
    assert "nowhere" in complaint("extract", "--jsonl", tmp_path / "in", "--out", tmp_path / "nowhere/out")


# the database that the settings name


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("migrate",),
        ("sql", "SELECT 1"),
        ("explain", "http://a.example/"),
        ("source", "list"),
        ("ingest", "http://a.example/"),
    ],
)
@pytest.mark.parametrize(
    "url",
    ["postgresql://u:s3cret@127.0.0.1:1/x", "postgresql://u:s3 cret@[::/x", "mysql://u:s3cret@a/x", "s3cret"],
)
def test_a_database_that_is_not_to_be_had_is_one_line_without_the_password(
    complaint, environment, url, arguments
):
    environment.setenv("COPYTASTER_DATABASE_URL", url)
    said = complaint(*arguments)
    assert "database" in said
    assert "s3" not in said


@pytest.mark.parametrize("command", ["status", "doctor"])
def test_a_setting_that_is_no_number_is_named(complaint, environment, command):
    environment.setenv("COPYTASTER_BATCH_PAGES", "abc")
    assert "COPYTASTER_BATCH_PAGES='abc' is not a whole number" in complaint(command)


def test_a_network_setting_that_cannot_be_read_is_told_before_anything_is_claimed(
    on_database, complaint, environment
):
    environment.setenv("COPYTASTER_CONNECT_TO", "nonsense")
    assert "'nonsense' is not name:port=address:port" in complaint("ingest", f"{LEDGER}/")
    assert "none yet" in on_database("status")[1]


def test_an_empty_database_is_told_what_it_lacks(complaint, environment, empty_database_url):
    environment.setenv("COPYTASTER_DATABASE_URL", empty_database_url)
    assert "copytaster migrate" in complaint("status")
    assert "copytaster migrate" in complaint("source", "list")


def test_migrate_applies_what_is_missing_and_says_so_once(run, environment, empty_database_url):
    environment.setenv("COPYTASTER_DATABASE_URL", empty_database_url)
    code, out, _ = run("migrate")
    assert code == 0
    assert "migrations/V0001__work_list.sql" in out
    assert run("migrate")[:2] == (0, "up to date\n")


def test_a_data_folder_that_cannot_be_used_is_one_line(complaint, environment):
    environment.setenv("COPYTASTER_DATA_DIR", "/dev/null/data")
    assert "/dev/null/data" in complaint("status")


# sources


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"{LEDGER}/atom.xml", "feed"),
        ("http://www.tidewater-courier.example/news-sitemap.xml", "sitemap"),
        ("http://www.gaceta-marisma.example/actualidad/", "listing"),
    ],
)
def test_the_kind_of_a_source_is_found_by_asking(on_database, path, kind):
    code, out, _ = on_database("source", "add", path)
    assert code == 0
    assert f"watching {path} as a {kind} with " in out


def test_of_a_homepage_the_best_source_is_watched_and_all_that_was_found_is_shown(on_database):
    home = "http://www.tidewater-courier.example/"
    code, out, _ = on_database("source", "add", home)
    assert code == 0
    found = {line.lstrip("* ").split("http")[0].strip(): line for line in out.splitlines() if "http" in line}
    assert set(found) >= {"feed", "news sitemap", "listing"}
    assert found["feed"].startswith("*")
    assert "Ferry Brenna runs aground" in out
    assert f"watching {home}feed.xml as a feed with 10 links" in out
    assert "why this one: a feed is small" in out
    assert out.count("watching ") == 1


def test_with_all_everything_that_was_found_is_watched_under_one_rule(on_database):
    code, out, _ = on_database(
        "source",
        "add",
        "http://www.tidewater-courier.example/",
        "--all",
        "--deny",
        "/print/,*.pdf$",
        "--min-interval",
        "2m",
        "--max-interval",
        "1h",
        "--interval",
        "10m",
    )
    assert code == 0
    assert out.count("watching ") == 3
    shown = on_database("source", "show", "http://www.tidewater-courier.example/news-sitemap.xml")[1]
    for told in ("sitemap", "The Tidewater Courier", "/print/, *.pdf$", "10 min", "2 min", "1 h", "found on"):
        assert told in shown


def test_a_source_shows_how_it_answers_and_what_it_left_out(on_database):
    url = "http://www.gaceta-marisma.example/actualidad/"
    on_database("source", "add", url)
    settings = Settings.from_environment()
    steps.poll_sources(settings=settings, archive=None)
    shown = on_database("source", "show", url)[1]
    for told in ("polls", "next poll at", "Links that were not taken", "in the navigation or the footer"):
        assert told in shown


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("notes", "no address of a source"),
        ("javascript:alert(1)", "forbidden_address"),
        ("http://127.0.0.1/feed", "forbidden_address"),
        (f"{LEDGER}/nowhere.xml", "HTTP 404"),
        ("http://paper.invalid/feed", "does not answer now (unreachable"),
    ],
)
def test_a_source_that_cannot_be_asked_is_not_added(on_database, complaint, url, said):
    assert said in complaint("source", "add", url)
    assert on_database("source", "list")[1].startswith("no source yet")


def test_a_source_is_added_listed_and_removed_under_one_address(on_database, complaint):
    told = (
        "--kind",
        "feed",
        "--name",
        "[b]Tide[/b]",
        "--zone",
        "Europe/Dublin",
        "--hosts",
        "Img.Tide.example",
    )
    assert on_database("source", "add", "http://Tide.example:80/[/b]rss#x", *told)[0] == 0
    out = on_database("source", "list")[1]
    for shown in (
        "http://tide.example/[/b]rss",
        "[b]Tide[/b]",
        "Europe/Dublin",
        "img.tide.example",
        "15 min",
    ):
        assert shown in out
    assert on_database("source", "remove", "http://tide.example/[/b]rss")[0] == 0
    assert "is not a source" in complaint("source", "remove", "http://tide.example/[/b]rss")


def test_of_a_file_with_one_bad_source_none_is_added(on_database, complaint, tmp_path):
    file = tmp_path / "sources.yaml"
    file.write_text("- url: http://a.example/rss\n- url: nope\n")
    assert "source 2: 'nope'" in complaint("source", "import", file)
    assert on_database("source", "list")[1].startswith("no source yet")
    file.write_text("- url: http://a.example/rss\n")
    assert "watching 1 source of" in on_database("source", "import", file)[1]


def test_of_a_list_of_homepages_the_best_source_of_each_is_watched(on_database, tmp_path):
    file = tmp_path / "papers.yaml"
    file.write_text(
        "- {url: http://www.tidewater-courier.example/, zone: Atlantic/Cape_Verde}\n"
        f"- {{url: {LEDGER}/nowhere}}\n- {{url: {LEDGER}/, deny: [/farm/]}}\n"
    )
    code, out, _ = on_database("source", "import", "--find", file)
    assert code == 1
    assert "watching http://www.tidewater-courier.example/feed.xml as a feed with 10 links" in out
    assert f"watching {LEDGER}/atom.xml as a feed" in out
    assert f"not watched: {LEDGER}/nowhere: HTTP 404" in out
    listed = on_database("source", "list")[1]
    assert "Atlantic/Cape_Verde" in listed
    assert "nowhere" not in listed


# the pipeline


def test_pages_are_ingested_here_and_now_and_their_story_can_be_read(on_database):
    code, out, err = on_database(
        "ingest", UPDATED_URL, f"{LEDGER}/nowhere", "javascript:1", "http://127.0.0.1/x"
    )
    assert code == 1
    fates = {
        line.split()[1]: line.split()[0]
        for line in out.splitlines()[1:]
        if "://" in line or "javascript" in line
    }
    assert fates["javascript:1"] == "refused"
    assert fates["http://127.0.0.1/x"] == "quarantined"
    assert fates[f"{LEDGER}/nowhere"] == "gone"
    assert "Ferry Brenna runs aground" in out
    assert "fetch, batch 1 of 1" in err

    code, out, _ = on_database("explain", UPDATED_URL.replace("http://www", "HTTP://WWW") + "#top")
    assert code == 0
    assert "field headline" in out
    assert "from h1 · also title: Ferry Brenna" in out
    assert "+00:00" not in out
    assert max(map(len, out.splitlines())) <= 120

    rows = [json.loads(line) for line in on_database("explain", UPDATED_URL, "--json")[1].splitlines()]
    assert {"submit", "fetch", "extract", "load", "now"} <= {row["stage"] for row in rows}
    assert all(datetime.fromisoformat(row["at"]).tzinfo for row in rows)

    out = on_database("status")[1]
    for shown in ("loaded", "forbidden_address", "Articles by language"):
        assert shown in out
    assert max(map(len, out.splitlines())) <= 120


def test_texts_are_imported_as_articles(on_database, tmp_path):
    folder = tmp_path / "dump"
    folder.mkdir()
    body = "The tide gate was closed on Monday by its keeper, who said that the water was high.\n\n" * 6
    (folder / "1.txt").write_text(f"Tide gate closes early\n\n{body}")
    code, out, _ = on_database("import", folder)
    assert code == 0
    assert out.split() == ["outcome", "pages", "created", "1"]


def test_nothing_to_import_is_an_error(on_database, complaint, tmp_path):
    assert "no such file or folder" in complaint("import", tmp_path / "missing")
    assert "no page in it can be read" not in complaint("import", tmp_path)
    assert "no-such-store://x" in complaint("import", "no-such-store://x")


def test_a_page_that_was_never_seen_is_an_error(on_database, complaint):
    assert "was never seen" in complaint("explain", "http://a.example/")
    assert "was never seen" in complaint("explain", "no address at all")


# sql


def test_sql_gives_a_table_or_csv(on_database):
    asked = "SELECT 1 AS one, '[red]x[/red]' AS text, NULL AS nothing, timestamptz '2026-11-23 12:00:00.5+02' AS at"
    assert on_database("sql", asked)[1].split() == [
        "one",
        "text",
        "nothing",
        "at",
        "1",
        "[red]x[/red]",
        "2026-11-23",
        "10:00:00Z",
    ]
    assert on_database("sql", "--csv", asked)[1] == (
        "one,text,nothing,at\n1,[red]x[/red],,2026-11-23 10:00:00.500000+00:00\n"
    )


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("selec", "syntax error"),
        ("SELECT headlin FROM news.article", "Perhaps you meant"),
        ("SELECT 1 / 0", "division by zero"),
        ("DELETE FROM news.article", "reader's rights"),
        ("CREATE TABLE news.mine (n integer)", "reader's rights"),
        ("SELECT * FROM copytaster.page", "reader's rights"),
        ("SELECT news.release(1)", "reader's rights"),
        ("", "empty query"),
    ],
)
def test_a_statement_that_is_wrong_or_writes_is_refused_in_one_line(on_database, complaint, statement, said):
    assert said in complaint("sql", statement)


def test_a_login_that_may_only_read_can_read_and_is_told_when_it_may_not_write(
    run, complaint, environment, reader_url
):
    environment.setenv("COPYTASTER_DATABASE_URL", reader_url)
    assert run("status")[0] == 0
    assert run("sql", "SELECT current_user AS me")[1].split() == ["me", "copytaster_reader"]
    assert "permission denied" in complaint("source", "list")


# doctor


def test_doctor_finds_everything_in_order(on_database):
    code, out, _ = on_database("doctor")
    assert code == 0, out
    assert all(line.startswith("ok ") for line in out.splitlines())


def test_doctor_says_what_is_missing_misspelt_or_edited(on_database, environment, database_url):
    environment.setenv("COPYTASTER_CONTCT", "x")
    environment.setenv("COPYTASTER_ARCHIVE_URL", "/dev/null/archive")
    with closing(psycopg2.connect(database_url)) as db, db, db.cursor() as cursor:
        cursor.execute("DELETE FROM copytaster.applied_file WHERE path LIKE '%V0002%'")
        cursor.execute("UPDATE copytaster.applied_file SET sha256 = 'x' WHERE path = 'views/10_article.sql'")
    code, out, _ = on_database("doctor")
    assert code == 1
    assert "TROUBLE  settings: COPYTASTER_CONTCT" in out
    assert "TROUBLE  archive: " in out
    assert "migrations/V0002__articles.sql, views/10_article.sql" in out
    assert "run `copytaster migrate`" in out


def test_doctor_tells_an_empty_database(run, environment, empty_database_url):
    environment.setenv("COPYTASTER_DATABASE_URL", empty_database_url)
    code, out, _ = run("doctor")
    assert code == 1
    assert "copytaster migrate" in out


# as a process


@pytest.fixture
def command(environment, database_url):
    environment.setenv("COPYTASTER_DATABASE_URL", database_url)
    return [sys.executable, "-m", "copytaster"]


@pytest.fixture
def start(environment, command):
    environment.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))

    with ExitStack() as started:

        def start(*arguments, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL):
            process = subprocess.Popen(
                [*command, *arguments], stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, text=True
            )
            started.enter_context(process)
            started.callback(process.kill)
            return process

        yield start


def ended(process, given=None):
    out, err = process.communicate(given, timeout=60)
    return process.returncode, out, err


def test_sql_on_standard_input_goes_through_psql_as_a_reader(start):
    asked = "SELECT current_user;"
    code, out, _ = ended(start("sql", "--csv", stdin=subprocess.PIPE), asked)
    assert (code, out) == (0, "current_user\ncopytaster_reader\n")
    code, _, err = ended(start("sql", stdin=subprocess.PIPE), "selec; SELECT 1;")
    assert code == 1
    assert "syntax error" in err


def test_no_password_stands_on_a_command_line(start, database_url):
    secret = database_url.split(":")[2].split("@")[0]
    process = start("sql", stdin=subprocess.PIPE)
    process.stdin.write("\\! cat /proc/$PPID/cmdline\n")
    code, out, _ = ended(process)
    assert code == 0
    assert "psql" in out
    assert secret not in out


def test_ctrl_c_ends_a_statement_with_130_and_silence(start, database_url):
    process = start("sql", "SELECT pg_sleep(60)")
    with closing(psycopg2.connect(database_url)) as db, db.cursor() as cursor:
        db.autocommit = True

        def sleeps():
            cursor.execute(
                "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
            )
            return cursor.fetchone()

        eventually(sleeps)
    process.send_signal(signal.SIGINT)
    assert ended(process) == (130, "", "")


def eventually(true):
    """Wait until it is true."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def shown(process):
    return " ".join(process.info["cmdline"] or ())


def test_a_reader_of_the_output_that_goes_away_is_no_traceback(start):
    reading, writing = os.pipe()
    process = start("sql", "--csv", "SELECT generate_series(1, 100000)", stdout=writing)
    os.close(writing)
    os.close(reading)
    code, _, err = ended(process)
    assert (code, err) == (1, "")


def test_a_full_disk_is_one_line(start):
    with Path("/dev/full").open("w") as full:
        code, _, err = ended(start("status", stdout=full))
    assert (code, err) == (1, "copytaster: No space left on device\n")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_postgres_runs_until_it_is_asked_to_end_and_leaves_nothing(start, environment, tmp_path, ending):
    environment.delenv("COPYTASTER_DATABASE_URL")
    environment.setenv("COPYTASTER_DATA_DIR", str(tmp_path / "own"))
    process = start("postgres")
    told = [process.stdout.readline() for _ in range(3)]
    assert told[0].startswith("readers:  postgresql://")
    process.send_signal(ending)
    assert ended(process)[::2] == ((0, "") if ending == signal.SIGINT else (-signal.SIGTERM, ""))
    eventually(
        lambda: not [found for found in psutil.process_iter(["cmdline"]) if str(tmp_path) in shown(found)]
    )
