"""Least privilege, tried with real logins and SET ROLE."""

import psycopg2
import pytest
from psycopg2 import errors

from copytaster import store
from makers import faulty, load, put_fetched, url, value, values

TABLES = [
    "applied_file",
    "article",
    "article_change",
    "article_version",
    "batch",
    "capture",
    "host",
    "line_decision",
    "link_left_out",
    "page",
    "page_event",
    "quarantine",
    "residue",
    "schema_version",
    "sighting",
    "site",
    "site_line",
    "sitemap",
    "source",
    "submission",
    "submitted_url",
    "url_alias",
]
VIEWS = [
    "article",
    "article_change",
    "article_version",
    "funnel",
    "quarantine",
    "quarantine_by_reason",
    "quarantine_by_rule",
    "quarantine_by_source",
    "reason",
    "residue",
    "residue_line",
    "site_line",
    "source_health",
    "story",
    "work_list",
]


@pytest.fixture
def loaded_url(database_url):
    with store.connect(database_url) as db:
        load(db)
    return database_url


@pytest.fixture
def reader(reader_url, loaded_url):
    with store.connect(reader_url, role=None) as db:
        yield db


def refused(db, sql, *parameters):
    with pytest.raises(errors.InsufficientPrivilege):
        values(db, sql, *parameters)
    db.rollback()


def test_the_list_of_tables_here_is_complete(database_url):
    with store.connect(database_url, role=None) as db:
        found = values(db, "SELECT tablename FROM pg_tables WHERE schemaname = 'copytaster' ORDER BY 1")
        assert [name for (name,) in found] == TABLES
        found = values(db, "SELECT viewname FROM pg_views WHERE schemaname = 'news' ORDER BY 1")
        assert [name for (name,) in found] == VIEWS


def test_a_reader_can_read_every_view(reader):
    for view in VIEWS:
        values(reader, f"SELECT * FROM news.{view}")
    assert value(reader, "SELECT headline FROM news.article") == "Tide gate closes early"


def test_a_reader_can_search_and_explain(reader):
    assert value(reader, "SELECT canonical_url FROM news.search('gates')") == url()
    assert values(reader, "SELECT * FROM news.explain(%s)", url())


def test_a_reader_cannot_touch_a_table(reader):
    for table in TABLES:
        refused(reader, f"SELECT * FROM copytaster.{table}")
        refused(reader, f"DELETE FROM copytaster.{table}")


def test_a_reader_cannot_write_through_a_view(reader):
    for view in VIEWS:
        with pytest.raises((errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState)):
            values(reader, f"DELETE FROM news.{view}")
        reader.rollback()


def test_a_reader_cannot_release_discard_or_load(reader):
    refused(reader, "SELECT news.release(1)")
    refused(reader, "SELECT news.discard(1)")
    refused(reader, "SELECT copytaster.put_articles(1, '[]')")
    refused(reader, "SELECT copytaster.put_submission('[]', 1, '', 'me')")


def test_a_reader_cannot_make_anything_in_our_schemas(reader):
    refused(reader, "CREATE TABLE news.mine (n integer)")
    refused(reader, "CREATE TABLE copytaster.mine (n integer)")
    refused(reader, "SET ROLE copytaster_writer")


def test_the_plain_reader_role_cannot_submit(loaded_url):
    with store.connect(loaded_url, role="copytaster_reader") as db:
        refused(db, "SELECT news.submit('https://harbour.example/new')")


def test_the_writer_cannot_drop_truncate_or_delete(loaded_url):
    with store.connect(loaded_url) as db:
        for table in TABLES:
            refused(db, f"DROP TABLE copytaster.{table}")
            refused(db, f"TRUNCATE copytaster.{table} CASCADE")
            refused(db, f"DELETE FROM copytaster.{table}")
            refused(db, f"ALTER TABLE copytaster.{table} ADD COLUMN mine integer")


def test_the_writer_cannot_rewrite_history(loaded_url):
    with store.connect(loaded_url) as db:
        refused(db, "UPDATE copytaster.article_change SET version = 1")
        refused(db, "UPDATE copytaster.article_version SET version = 1")
        refused(db, "UPDATE copytaster.page_event SET at = now()")


def test_the_writer_cannot_forge_the_ledger_of_migrations(loaded_url):
    with store.connect(loaded_url) as db:
        refused(db, "INSERT INTO copytaster.applied_file (path, sha256) VALUES ('x', 'x')")
        refused(db, "UPDATE copytaster.applied_file SET sha256 = 'x'")
        refused(db, "CREATE FUNCTION news.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'")


def test_a_submitter_can_submit_and_nothing_else(loaded_url):
    with store.connect(loaded_url, role="copytaster_submitter") as db:
        assert value(db, "SELECT news.submit('https://harbour.example/new', 50, 'please')") > 0
        db.commit()
        refused(db, "SELECT * FROM news.article")
        refused(db, "SELECT * FROM copytaster.page")
        refused(db, "SELECT * FROM news.search('gate')")
        refused(db, "SELECT * FROM news.explain('https://harbour.example/new')")
        refused(db, "SELECT copytaster.put_submission('[]', 1, '', 'me')")


def test_what_a_submitter_asks_for_is_on_the_list_in_front_and_wakes_the_watchers(database_url, reader_url):
    watcher = psycopg2.connect(database_url)
    watcher.autocommit = True
    watcher.cursor().execute("LISTEN copytaster_pages_waiting")
    with store.connect(reader_url, role=None) as db:
        values(db, "SELECT news.submit('HTTPS://Harbour.Example:443/new#top')")
    with store.connect(database_url) as db:
        assert store.work_waiting(db)
        assert values(db, "SELECT url, host, priority, state FROM copytaster.page") == [
            ("https://harbour.example/new", "harbour.example", 100, "waiting")
        ]
        assert value(db, "SELECT submitted_by FROM copytaster.submission") == "analyst"
    watcher.poll()
    assert [notice.channel for notice in watcher.notifies] == ["copytaster_pages_waiting"]
    watcher.close()


NOT_URLS = [
    None,
    "",
    "harbour.example/new",
    "ftp://harbour.example/new",
    "file:///etc/passwd",
    "https://me:secret@harbour.example/",
    "https://harbour.example/a b",
    "https://härbour.example/",
    "https://[::1]/",
    "https://harbour.example/\n",
    "javascript:alert(1)",
    "https://harbour.example/" + "a" * 9000,
    "https://" + "a" * 300 + ".example/",
]


def test_what_cannot_be_a_url_is_refused_with_a_sentence(database_url):
    with store.connect(database_url, role="copytaster_submitter") as db:
        for bad in NOT_URLS:
            with pytest.raises(errors.InvalidParameterValue):
                values(db, "SELECT news.submit(%s)", bad)
            db.rollback()


def test_the_search_path_of_a_caller_does_not_reach_into_functions_that_run_as_owner(database_url):
    with store.connect(database_url, role=None) as db:
        owned = values(
            db,
            "SELECT proname FROM pg_proc WHERE pronamespace IN ('news'::regnamespace, 'copytaster'::regnamespace)"
            " AND (proconfig IS NULL OR proconfig[1] <> 'search_path=pg_catalog, pg_temp')"
            " AND proname <> 'text_config'",
        )
        assert owned == []


def test_public_may_do_nothing(database_url):
    with store.connect(database_url, role=None) as db:
        assert not value(db, "SELECT has_schema_privilege('public', 'news', 'USAGE')")
        open_to_all = values(
            db,
            "SELECT oid::regprocedure FROM pg_proc"
            " WHERE pronamespace IN ('news'::regnamespace, 'copytaster'::regnamespace)"
            " AND has_function_privilege('public', oid, 'EXECUTE')",
        )
        assert open_to_all == []


def test_the_writer_decides_on_the_quarantine(database_url):
    with store.connect(database_url) as db:
        batch, pages = put_fetched(db)
        store.load_batch(db, batch, [faulty(pages["tide"])])
        case = value(db, "SELECT quarantine_id FROM news.quarantine WHERE decision IS NULL")
        assert value(db, "SELECT news.release(%s, 'fine')", case) == value(
            db, "SELECT article_id FROM news.article"
        )
