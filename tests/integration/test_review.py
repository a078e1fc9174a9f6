"""Cases are asked about once, in groups; an answer is carried out case by case, whatever happened meanwhile."""

import pytest

from copytaster import steps, store
from copytaster.config import Settings
from copytaster.errors import CopytasterError
from copytaster.model import Entry
from makers import faulty, fetch_waiting, put_fetched, row, state_of, url, value, values

NAMES = ["a", "b", "c"]


@pytest.fixture
def surroundings(database_url):
    return {"settings": Settings(database_url=database_url, review_after_seconds=0.001), "archive": None}


@pytest.fixture
def db(database_url):
    with store.connect(database_url) as db:
        yield db


@pytest.fixture
def held(db):
    """Hold three pages of one source back for the same reason."""
    source = store.add_source(db, "https://harbour.example/f", "feed", name="Harbour News")
    store.put_entries(db, source, [(Entry(url=url(n), title=n), url(n), "harbour.example") for n in NAMES])
    batch, pages = fetch_waiting(db)
    store.load_batch(db, batch, [faulty(pages[n]) for n in NAMES])
    store.close_batch(db, batch)
    db.commit()
    return pages


def answered(question, option, **form):
    user = {"id": "1", "name": "robin"}
    return {
        "chosen_options": [option],
        "params_input": form,
        "responded_by_user": user,
        "cases": question["cases"],
    }


def outcomes(report):
    return {case["url"].rpartition("/")[2]: case["outcome"] for case in report}


def states(db):
    db.rollback()
    return [state for (state,) in values(db, "SELECT state FROM news.quarantine ORDER BY quarantine_id")]


def test_three_alike_are_one_question_and_are_asked_about_once(db, held, surroundings):
    (question,) = steps.gather_reviews(**surroundings)
    assert question["subject"] == "3 pages held back: headline_missing (Harbour News)"
    assert steps.gather_reviews(**surroundings) == []
    assert value(db, "SELECT count(*) FROM news.quarantine WHERE asked_until > now()") == 3


def test_a_young_group_is_left_to_grow(held, surroundings, database_url):
    patient = Settings(database_url=database_url)
    assert steps.gather_reviews(settings=patient, archive=None) == []
    with store.connect(database_url) as db:
        due = store.query("reviews_due")
        assert values(db, due.replace("%(overdue_seconds)s", "900")) == [(False,)]
        assert values(db, due.replace("%(overdue_seconds)s", "0")) == [(True,)]


def test_one_answer_releases_all_and_says_who_decided(db, held, surroundings):
    (question,) = steps.gather_reviews(**surroundings)
    report = steps.decide_cases(answered(question, "Release", note="fine"), **surroundings)
    assert [case["outcome"] for case in report] == ["released"] * 3
    assert states(db) == ["released"] * 3
    assert value(db, "SELECT count(*) FROM news.article") == 3
    assert set(values(db, "SELECT decided_by, decision_note FROM news.quarantine")) == {
        ("robin by copytaster", "fine")
    }


def test_what_is_left_out_stays_open_and_can_be_asked_about_later(db, held, surroundings):
    (question,) = steps.gather_reviews(**surroundings)
    first = question["cases"][0]["quarantine_id"]
    steps.decide_cases(answered(question, "Discard", leave_out=str(first)), **surroundings)
    assert states(db) == ["open", "discarded", "discarded"]
    values(db, "UPDATE copytaster.quarantine SET asked_until = now() WHERE decision IS NULL")
    db.commit()
    (again,) = steps.gather_reviews(**surroundings)
    assert [case["quarantine_id"] for case in again["cases"]] == [first]


def test_later_leaves_everything_open(db, held, surroundings):
    (question,) = steps.gather_reviews(**surroundings)
    report = steps.decide_cases(answered(question, "Later"), **surroundings)
    assert {case["outcome"] for case in report} == {"later"}
    assert states(db) == ["open"] * 3


def test_an_answer_that_comes_twice_changes_nothing_the_second_time(db, held, surroundings):
    (question,) = steps.gather_reviews(**surroundings)
    steps.decide_cases(answered(question, "Discard"), **surroundings)
    report = steps.decide_cases(answered(question, "Release"), **surroundings)
    assert all("is not an open case" in case["outcome"] for case in report)
    assert states(db) == ["discarded"] * 3
    assert value(db, "SELECT count(*) FROM news.article") == 0


def test_a_page_that_was_fetched_again_meanwhile_is_not_decided_on_what_was_shown(db, held, surroundings):
    (question,) = steps.gather_reviews(**surroundings)
    wish = store.Wish(url=url("a"), canonical=url("a"), host="harbour.example")
    store.submit_urls(db, [wish], submitted_by="desk")
    batch, pages = fetch_waiting(db)
    store.load_batch(db, batch, [faulty(pages["a"], headline="Another one")])
    store.close_batch(db, batch)
    db.commit()
    report = steps.decide_cases(answered(question, "Release"), **surroundings)
    assert outcomes(report) == {"a": "fetched again", "b": "released", "c": "released"}
    assert sorted(states(db)) == ["open", "released", "released"]


def test_a_page_that_turned_good_meanwhile_is_left_as_it_is(db, held, surroundings):
    (question,) = steps.gather_reviews(**surroundings)
    wish = store.Wish(url=url("a"), canonical=url("a"), host="harbour.example")
    store.submit_urls(db, [wish], submitted_by="desk")
    batch, pages = fetch_waiting(db)
    store.load_batch(db, batch, [row(pages["a"])])
    store.close_batch(db, batch)
    db.commit()
    report = steps.decide_cases(answered(question, "Discard"), **surroundings)
    assert "is not an open case" in outcomes(report)["a"]
    assert state_of(db, "a") == "loaded"


def test_mending_is_refused_with_what_is_wrong_and_the_case_stays_open(db, held, surroundings):
    (question,) = steps.gather_reviews(**surroundings)
    report = steps.decide_cases(answered(question, "Mend and release", date_published="soon"), **surroundings)
    assert all("invalid input syntax" in case["outcome"] for case in report)
    assert states(db) == ["open"] * 3
    values(db, "UPDATE copytaster.quarantine SET asked_until = now()")
    db.commit()
    (question,) = steps.gather_reviews(**surroundings)
    with pytest.raises(CopytasterError, match="fill in at least one"):
        steps.decide_cases(answered(question, "Mend and release"), **surroundings)
    (question,) = steps.gather_reviews(**surroundings)
    steps.decide_cases(answered(question, "Mend and release", headline="Mended"), **surroundings)
    assert set(values(db, "SELECT headline FROM news.article")) == {("Mended",)}


def test_what_could_not_be_read_is_not_asked_about(db, surroundings):
    batch, pages = put_fetched(db)
    store.load_batch(db, batch, [store.LoadRow(page_id=pages["tide"].page_id, reason="consent_wall")])
    db.commit()
    assert steps.gather_reviews(**surroundings) == []
