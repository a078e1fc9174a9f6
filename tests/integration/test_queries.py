"""Each file of sql/queries is used, is one statement, and fits the migrated database."""

import re

import pytest

from copytaster.migrate import SQL
from copytaster.store import connect
from copytaster.store.queries import query

FILES = sorted(path.stem for path in (SQL / "queries").glob("*.sql"))
CODE = "\n".join(
    path.read_text(encoding="utf-8") for path in (SQL.parent / "plugins").rglob("*.py")
) + "\n".join(path.read_text(encoding="utf-8") for path in (SQL.parent / "dags").rglob("*.py"))
NAMED = set(re.findall(r"run(?:_many)?\(\s*db,\s*\"(\w+)\"", CODE)) | {"plan_batches", "plan_submission"}
NAMED |= set(re.findall(r"question=\"(\w+)\"", CODE))


@pytest.fixture
def db(unchanged_database_url):
    with connect(unchanged_database_url) as db:
        yield db
        db.rollback()


@pytest.mark.parametrize("name", FILES)
def test_a_query_fits_the_database_and_the_writers_rights(db, name):
    parameters = dict.fromkeys(re.findall(r"%\((\w+)\)s", query(name)))
    with db.cursor() as cursor:
        cursor.execute("EXPLAIN " + query(name), parameters)
        assert cursor.fetchall()


@pytest.mark.parametrize("name", FILES)
def test_a_query_says_first_what_it_is_for_and_is_one_statement(name):
    text = query(name)
    assert text.startswith("-- ")
    assert ";" not in re.sub(r"--.*", "", text)


def test_no_query_is_unused_and_none_is_missing():
    assert set(FILES) == NAMED
    assert all(f'"{name}"' in CODE for name in NAMED)


@pytest.mark.parametrize("name", ["work_waiting", "sources_due"])
def test_a_question_of_the_watchers_has_one_answer(db, name):
    with db.cursor() as cursor:
        cursor.execute(query(name), {"overdue_seconds": 0.0})
        assert cursor.fetchall() == [(False,)]
