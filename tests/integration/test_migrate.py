import re
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from copytaster.migrate import SQL, MigrationFailed, migrate
from copytaster.store import DatabaseAway, connect
from makers import value, values


@pytest.fixture
def sql(tmp_path):
    return shutil.copytree(SQL, tmp_path / "sql")


def ask(database_url, question):
    with connect(database_url, role=None) as db:
        return values(db, question)


def test_an_empty_database_gets_everything_and_a_second_run_nothing(empty_database_url):
    applied = migrate(empty_database_url)
    assert applied[0] == "migrations/V0001__work_list.sql"
    assert applied[-1] == "grants.sql"
    assert {f"views/{path.name}" for path in (SQL / "views").glob("*.sql")} < set(applied)
    assert migrate(empty_database_url) == []


def test_an_applied_file_that_was_edited_is_named(empty_database_url, sql):
    migrate(empty_database_url, sql)
    with (sql / "migrations" / "V0001__work_list.sql").open("a") as file:
        file.write("-- a later thought\n")
    with pytest.raises(MigrationFailed, match=r"V0001__work_list.sql was edited after it had been applied"):
        migrate(empty_database_url, sql)


def test_an_applied_file_that_is_missing_is_named(empty_database_url, sql):
    (sql / "migrations" / "V0099__extra.sql").write_text("CREATE TABLE copytaster.extra (n integer);\n")
    migrate(empty_database_url, sql)
    (sql / "migrations" / "V0099__extra.sql").unlink()
    with pytest.raises(MigrationFailed, match=r"V0099__extra.sql was applied and is now missing"):
        migrate(empty_database_url, sql)


def test_a_failed_file_leaves_nothing_behind(empty_database_url, sql):
    migrate(empty_database_url, sql)
    bad = sql / "migrations" / "V0099__bad.sql"
    bad.write_text("CREATE TABLE copytaster.half (n integer);\nSELECT 1 / 0;\n")
    with pytest.raises(MigrationFailed, match="division by zero"):
        migrate(empty_database_url, sql)
    assert ask(empty_database_url, "SELECT to_regclass('copytaster.half')") == [(None,)]
    bad.write_text("CREATE TABLE copytaster.half (n integer);\n")
    assert migrate(empty_database_url, sql)[0] == "migrations/V0099__bad.sql"


def test_a_first_run_that_fails_can_be_repeated(empty_database_url, sql):
    extra = sql / "migrations" / "V0099__bad.sql"
    extra.write_text("SELECT 1 / 0;\n")
    with pytest.raises(MigrationFailed):
        migrate(empty_database_url, sql)
    extra.unlink()
    assert "grants.sql" in migrate(empty_database_url, sql)


def test_runs_at_the_same_time_wait_for_each_other(empty_database_url):
    with ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(migrate, [empty_database_url] * 4))
    assert sorted(map(len, applied))[:3] == [0, 0, 0]
    assert max(map(len, applied)) > 5


def test_a_view_that_changes_its_shape_is_made_anew_with_its_rights(empty_database_url, sql):
    migrate(empty_database_url, sql)
    view = sql / "views" / "20_story.sql"
    text = view.read_text()
    view.write_text(
        text.replace("count(*) AS members", "count(*)::integer AS member_count").replace(
            "news.story.members", "news.story.member_count"
        )
    )
    assert migrate(empty_database_url, sql) == ["views/20_story.sql"]
    with connect(empty_database_url, role="copytaster_reader") as db:
        assert values(db, "SELECT member_count FROM news.story") == []


def test_a_view_that_others_built_on_is_not_dropped_behind_their_back(empty_database_url, sql):
    migrate(empty_database_url, sql)
    ask(empty_database_url, "CREATE VIEW public.mine AS SELECT members FROM news.story")
    view = sql / "views" / "20_story.sql"
    view.write_text(re.sub(r"count\(\*\) AS members", "count(*)::integer AS members", view.read_text()))
    with pytest.raises(MigrationFailed, match="other objects depend on"):
        migrate(empty_database_url, sql)
    assert ask(empty_database_url, "SELECT * FROM public.mine") == []


def test_a_view_whose_file_is_gone_is_gone(empty_database_url, sql):
    migrate(empty_database_url, sql)
    (sql / "views" / "20_story.sql").unlink()
    migrate(empty_database_url, sql)
    assert ask(empty_database_url, "SELECT to_regclass('news.story'), to_regclass('news.article')") == [
        (None, "news.article")
    ]


def test_everything_that_a_person_sees_has_a_comment(database_url):
    with connect(database_url, role=None) as db:
        silent = values(
            db,
            """
            SELECT c.oid::regclass || coalesce('.' || a.attname, '')
            FROM pg_class c
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
            WHERE c.relnamespace = 'news'::regnamespace
            AND (obj_description(c.oid, 'pg_class') IS NULL
                 OR (col_description(c.oid, a.attnum) IS NULL AND c.relname <> 'article_version'))
            UNION ALL
            SELECT p.oid::regprocedure::text FROM pg_proc p
            WHERE p.pronamespace = 'news'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL
            """,
        )
    assert silent == []


def test_every_constraint_and_index_has_a_name_of_ours(database_url):
    with connect(database_url, role=None) as db:
        unnamed = values(
            db,
            """
            SELECT conname FROM pg_constraint c
            WHERE c.connamespace = 'copytaster'::regnamespace AND contype <> 'n'
            AND conrelid <> 'copytaster.schema_version'::regclass AND conname !~ '_(pk|fk|key|check)$'
            UNION ALL
            SELECT indexname FROM pg_indexes
            WHERE schemaname = 'copytaster' AND tablename <> 'schema_version' AND indexname !~ '_(pk|key|idx)$'
            """,
        )
        assert unnamed == []
        assert value(db, "SELECT count(*) FROM pg_constraint WHERE conname = 'page_pk'") == 1


def test_an_unreachable_server_is_one_clear_line_without_the_password():
    with pytest.raises(DatabaseAway, match="no connection to the database") as caught:
        migrate("postgresql://me:hunter2@127.0.0.1:1/none")
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_url_that_is_none_does_not_show_its_password():
    with pytest.raises(DatabaseAway) as caught, connect("postgresql//me:hunter2@127.0.0.1 none"):
        pass
    assert "hunter2" not in str(caught.value)
