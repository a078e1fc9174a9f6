"""Load: versions, change log, quarantine, repeats, and input that Postgres cannot hold."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import psycopg2
import pytest

from copytaster import store
from copytaster.config import PROJECT_ROOT
from copytaster.errors import REASONS
from copytaster.model import Cut, Entry
from copytaster.store import LoadRow
from copytaster.store.readings import scrub
from makers import (
    NOON,
    article,
    claim,
    faulty,
    fetch_waiting,
    fetched,
    load,
    put_fetched,
    put_pages,
    row,
    state_of,
    url,
    value,
    values,
)

TABLES = [
    "article",
    "article_version",
    "article_change",
    "url_alias",
    "quarantine",
    "page_event",
    "page",
    "capture",
]


@pytest.fixture
def db(database_url):
    with store.connect(database_url) as db:
        yield db


def snapshot(db):
    return {table: sorted(values(db, f"SELECT t::text FROM copytaster.{table} AS t")) for table in TABLES}


def fetch_again(db, name="tide", host="harbour.example"):
    """Submit a page again and fetch it; return the batch and the page."""
    wish = store.Wish(url=url(name, host), canonical=url(name, host), host=host)
    store.submit_urls(db, [wish], submitted_by="desk")
    batch, pages = fetch_waiting(db)
    return batch, pages[name]


def test_a_clean_article_is_loaded_with_all_that_is_known_of_it(db):
    batch, pages = put_fetched(db)
    counts = store.load_batch(
        db, batch, [row(pages["tide"], keywords=("tide", "gate"), tdm_reservation=True)]
    )
    assert counts == {"created": 1}
    assert state_of(db) == "loaded"
    (found,) = values(
        db,
        "SELECT headline, authors, date_published, keywords, version, source_name, warc_path, http_status,"
        " robots_verdict, tdm_reservation, is_accessible_for_free, url_aliases FROM news.article",
    )
    assert found == (
        "Tide gate closes early", ["Ada Quill"], NOON, ["tide", "gate"], 1, "harbour.example",
        f"{batch}.warc.gz", 200, "allowed", True, None, [],
    )  # fmt: skip


def test_the_same_batch_twice_leaves_the_same_rows(db):
    names = [f"n{i}" for i in range(7)]
    batch, pages = put_fetched(db, names)
    rows = [faulty(p) if i % 3 == 0 else row(p) for i, p in enumerate(pages.values())]
    rows[1] = LoadRow(page_id=rows[1].page_id, reason="consent_wall", detail="a dialogue")
    assert store.load_batch(db, batch, rows) == {"created": 3, "quarantined": 4}
    before = snapshot(db)
    assert store.load_batch(db, batch, rows) == {"unchanged": 3, "quarantined": 4}
    assert snapshot(db) == before
    store.close_batch(db, batch)
    db.commit()
    before = snapshot(db)
    assert store.load_batch(db, batch, reversed(rows)) == {"unchanged": 3, "quarantined": 4}
    assert snapshot(db) == before


def test_two_workers_with_one_batch_leave_the_same_rows(database_url):
    names = [f"n{i}" for i in range(250)]
    with store.connect(database_url) as db:
        store.put_hosts(db, [])
        put_pages(db, names)
        (batch,) = claim(db, max_pages=1000, seconds_per_host=10_000)
        outcomes = [fetched(link) for link in store.links_of_batch(db, batch)]
        store.record_fetches(db, batch, outcomes, [], "w")
        pages = store.pages_of_batch(db, batch)
    rows = [faulty(p) if i % 5 == 0 else row(p) for i, p in enumerate(pages)]

    def work(order):
        with store.connect(database_url) as db:
            return store.load_batch(db, batch, rows[::order])

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(work, (1, -1))
    assert first["created"] + second["created"] == 200
    with store.connect(database_url) as db:
        assert value(db, "SELECT count(*) FROM news.article") == 200
        assert value(db, "SELECT count(*) FROM news.quarantine") == 50
        assert value(db, "SELECT count(*) FROM news.article_change") == 200
        assert value(db, "SELECT count(DISTINCT article_id) FROM news.article_change") == 200


def test_batches_that_name_the_same_articles_at_once_load_each_once(database_url):
    """Two hosts, the same canonical URLs, loaded in opposite orders: nobody waits in a ring."""
    names = [f"n{i}" for i in range(60)]
    batches = []
    with store.connect(database_url) as db:
        for host in ("a.example", "b.example"):
            put_pages(db, names, host)
            (batch,) = claim(db, seconds_per_host=1000)
            links = store.links_of_batch(db, batch)
            store.record_fetches(db, batch, [fetched(link) for link in links], [], "w")
            batches.append((batch, store.pages_of_batch(db, batch)))

    def work(job):
        batch, pages = job
        rows = [row(p, canonical_url=url(p.url.rpartition("/")[2], "c.example")) for p in pages]
        with store.connect(database_url) as db:
            return store.load_batch(db, batch, rows if batch == batches[0][0] else rows[::-1])

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(work, batches))
    assert sum(c["created"] for c in counts) == 60
    assert sum(c["alias"] for c in counts) == 60


def test_a_changed_text_makes_a_version_and_tells_the_change_log(db):
    load(db)
    batch, page = fetch_again(db)
    assert store.load_batch(
        db, batch, [row(page, article_body="The gate is open.", text_digest="other")]
    ) == {"updated": 1}
    assert values(
        db, "SELECT version, materiality, article_body FROM news.article_version ORDER BY version"
    ) == [
        (1, "created", "The tide gate closed an hour early on Monday.\nNobody was hurt."),
        (2, "update", "The gate is open."),
    ]
    assert values(db, "SELECT kind, version, materiality FROM news.article_change ORDER BY change_id") == [
        ("created", 1, "created"),
        ("updated", 2, "update"),
    ]
    assert value(db, "SELECT article_body FROM news.article") == "The gate is open."
    assert values(db, "SELECT a.valid_to = b.valid_from FROM news.article_version a, news.article_version b"
                      " WHERE a.version = 1 AND b.version = 2") == [(True,)]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "materiality"),
    [
        ({"headline": "Tide gate closes late", "text_digest": "other"}, "headline_change"),
        ({"article_body": "The tide gate closed an hour early, on Monday.\nNobody was hurt."}, "trivial"),
        ({"authors": ("Ada Quill", "Ben Nib")}, "trivial"),
        ({"article_body": "Something else.", "text_digest": "other"}, "update"),
    ],
)
def test_a_version_says_how_much_it_changed(db, changed, materiality):
    load(db)
    batch, page = fetch_again(db)
    store.load_batch(db, batch, [row(page, **changed)])
    assert value(db, "SELECT materiality FROM news.article_version WHERE version = 2") == materiality


def test_what_sites_change_with_every_delivery_makes_no_version(db):
    load(db)
    batch, page = fetch_again(db)
    told = {
        "date_modified": NOON + timedelta(hours=1),
        "image": "https://cdn.example/2.jpg",
        "ruleset_version": "2",
    }
    assert store.load_batch(db, batch, [row(page, **told)]) == {"refreshed": 1}
    assert values(db, "SELECT version, date_modified, image, ruleset_version FROM news.article") == [
        (1, NOON + timedelta(hours=1), "https://cdn.example/2.jpg", "2")
    ]
    assert value(db, "SELECT count(*) FROM news.article_change") == 1


def test_a_page_that_turns_bad_leaves_its_article_in_place(db):
    load(db)
    batch, page = fetch_again(db)
    store.load_batch(db, batch, [LoadRow(page_id=page.page_id, reason="paywall_stub")])
    assert state_of(db) == "quarantined"
    assert value(db, "SELECT headline FROM news.article") == "Tide gate closes early"


def test_a_page_that_turns_good_closes_its_case(db):
    batch, pages = put_fetched(db)
    store.load_batch(db, batch, [faulty(pages["tide"])])
    assert values(db, "SELECT stage, reason, field, rule, seen, headline, decision FROM news.quarantine") == [
        (
            "validate",
            "headline_missing",
            "headline",
            "headline_present",
            "(nothing)",
            "Tide gate closes early",
            None,
        )
    ]
    batch, page = fetch_again(db)
    store.load_batch(db, batch, [row(page)])
    assert values(db, "SELECT decision FROM news.quarantine") == [("superseded",)]
    assert state_of(db) == "loaded"


def test_a_page_held_back_again_has_one_open_case_and_a_history(db):
    batch, pages = put_fetched(db)
    store.load_batch(db, batch, [faulty(pages["tide"])])
    batch, page = fetch_again(db)
    store.load_batch(db, batch, [faulty(page, reason="headline_too_long")])
    assert values(db, "SELECT reason, decision FROM news.quarantine ORDER BY quarantine_id") == [
        ("headline_missing", "superseded"),
        ("headline_too_long", None),
    ]


def test_two_pages_with_one_canonical_url_are_one_article(db):
    batch, pages = put_fetched(db, ["tide", "tide-amp"])
    rows = [row(pages["tide-amp"], canonical_url=url(), headline="From the amp page"), row(pages["tide"])]
    assert store.load_batch(db, batch, rows) == {"created": 1, "alias": 1}
    assert values(db, "SELECT headline, url_aliases FROM news.article") == [
        ("Tide gate closes early", [url("tide-amp")])
    ]
    assert state_of(db, "tide-amp") == "loaded"


def test_a_copy_in_a_later_batch_does_not_overwrite_the_canonical_page(db):
    load(db)
    batch, pages = put_fetched(db, ["tide-amp"])
    assert store.load_batch(db, batch, [row(pages["tide-amp"], canonical_url=url(), headline="Amp")]) == {
        "alias": 1
    }
    assert values(db, "SELECT headline, version, url_aliases FROM news.article") == [
        ("Tide gate closes early", 1, [url("tide-amp")])
    ]


def test_the_canonical_page_takes_over_from_a_copy_that_came_first(db):
    batch, pages = put_fetched(db, ["tide-amp"])
    store.load_batch(db, batch, [row(pages["tide-amp"], canonical_url=url(), headline="Amp")])
    batch, pages = put_fetched(db, ["tide"])
    assert store.load_batch(db, batch, [row(pages["tide"])]) == {"updated": 1}
    assert value(db, "SELECT headline FROM news.article") == "Tide gate closes early"


def test_rows_of_pages_that_the_batch_does_not_hold_are_left_alone(db):
    old, pages = put_fetched(db)
    store.load_batch(db, old, [row(pages["tide"])])
    store.close_batch(db, old)
    new, page = fetch_again(db)
    store.load_batch(db, new, [row(page, headline="New")])
    late = [row(page, headline="Old and late"), LoadRow(page_id=999_999, reason="empty")]
    assert store.load_batch(db, old, late) == {"ignored": 2}
    assert value(db, "SELECT headline FROM news.article") == "New"


HOSTILE = {
    "nul": {"headline": "a\0b"},
    "surrogate": {"article_body": "a\ud800b"},
    "nul_in_a_list": {"authors": ("Ada\0",)},
    "nul_in_provenance": {"field_provenance": {"headline": {"seen": "\0"}}},
    "nul_in_a_url": {"canonical_url": "https://harbour.example/\0"},
    "year_1": {"date_published": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))},
    "year_9999": {"date_modified": datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12)))},
    "huge_number": {"word_count": 10**12},
    "absurd_number": {"word_count": 10**30},
    "unknown_word": {"date_published_precision": "century"},
}


@pytest.mark.parametrize("changed", HOSTILE.values(), ids=HOSTILE)
def test_a_row_that_cannot_be_stored_is_quarantined_and_the_rest_is_loaded(db, changed):
    batch, pages = put_fetched(db, ["a", "bad", "z"])
    rows = [row(pages["a"]), row(pages["bad"], **changed), row(pages["z"])]
    assert store.load_batch(db, batch, rows) == {"created": 2, "quarantined": 1}
    assert values(db, "SELECT url, stage, reason FROM news.quarantine") == [
        (url("bad"), "load", "unstorable")
    ]
    before = snapshot(db)
    assert store.load_batch(db, batch, rows) == {"unchanged": 2, "quarantined": 1}
    assert snapshot(db) == before


STRANGE = {
    "many_authors": {"authors": tuple(f"Author {i}" for i in range(10_000))},
    "right_to_left": {"headline": "\u202eearly\u202c \u200fשער הגאות"},
    "emoji": {"headline": "👩‍👩‍👧‍👦 " * 500},
    "sql": {"headline": "'); DROP TABLE copytaster.page; --", "abstract": "%s %(x)s \\ $$"},
    "long_url": {"canonical_url": "https://harbour.example/" + "é" * 4000},
    "backslashes": {"canonical_url": "https://harbour.example/\\x41\\'\\\\"},
    "many_words": {"article_body": " ".join(f"word{i}" for i in range(700_000))},
    "one_long_word": {"article_body": "a" * 5_000_000},
    "no_language": {"in_language": None, "headline": None},
    "odd_language": {"in_language": "zz-Zzzz-💥"},
}  # fmt: skip


@pytest.mark.parametrize("changed", STRANGE.values(), ids=STRANGE)
def test_strange_but_storable_values_come_back_as_they_went_in(db, changed):
    batch, pages = put_fetched(db)
    assert store.load_batch(db, batch, [row(pages["tide"], **changed)]) == {"created": 1}
    for name, told in changed.items():
        found = value(db, f"SELECT {name} FROM news.article")
        assert (tuple(found) if isinstance(found, list) else found) == told


def test_a_page_with_an_unstorable_detail_is_quarantined_all_the_same(db):
    batch, pages = put_fetched(db)
    bad = LoadRow(
        page_id=pages["tide"].page_id,
        reason="bad_encoding",
        detail="\0\ud800",
        article=article(pages["tide"]),
    )
    assert store.load_batch(db, batch, [bad]) == {"quarantined": 1}
    assert value(db, "SELECT detail FROM news.quarantine").isprintable()


def test_scrubbing_goes_as_deep_as_the_text():
    told = {"a\0": ["b\ud83d", ("c",)], "cut": Cut(line="\0", rule="r", place=1), "n": 1, "ok": "👍 é"}
    assert scrub(told) == {
        "a\ufffd": ["b\ufffd", ("c",)], "cut": Cut(line="\ufffd", rule="r", place=1), "n": 1, "ok": "👍 é"
    }  # fmt: skip


def test_an_outage_in_the_middle_rises_and_leaves_whole_chunks(database_url, postgres_server):
    with store.connect(database_url) as db:
        put_pages(db, [f"n{i}" for i in range(150)])
        (batch,) = claim(db, max_pages=1000, seconds_per_host=10_000)
        store.record_fetches(db, batch, [fetched(link) for link in store.links_of_batch(db, batch)], [], "w")
        pages = store.pages_of_batch(db, batch)

    def rows_until_the_server_hangs_up(db):
        for number, page in enumerate(pages):
            if number == 120:
                with store.connect(database_url, role=None) as other:
                    values(other, "SELECT pg_terminate_backend(%s)", db.info.backend_pid)
            yield row(page)

    with pytest.raises(psycopg2.OperationalError), store.connect(database_url) as db:
        store.load_batch(db, batch, rows_until_the_server_hangs_up(db))
    with store.connect(database_url) as db:
        assert value(db, "SELECT count(*) FROM news.article") == 100
        assert len(store.pages_of_batch(db, batch)) == 50
        assert store.load_batch(db, batch, [row(page) for page in pages]) == {"unchanged": 100, "created": 50}


def test_a_reader_who_follows_the_cursor_misses_nothing_while_writers_race(database_url):
    jobs = []
    with store.connect(database_url) as db:
        for n in range(6):
            put_pages(db, [f"n{i}" for i in range(100)], host=f"h{n}.example")
            (batch,) = claim(db, seconds_per_host=1000)
            store.record_fetches(
                db, batch, [fetched(link) for link in store.links_of_batch(db, batch)], [], "w"
            )
            jobs.append((batch, store.pages_of_batch(db, batch)))

    def write(job):
        batch, pages = job
        with store.connect(database_url) as db:
            for start in range(0, 100, 5):
                store.load_batch(db, batch, [row(page) for page in pages[start : start + 5]])

    seen = []
    with ThreadPoolExecutor(6) as pool, store.connect(database_url) as db:
        writing = [pool.submit(write, job) for job in jobs]
        while True:
            done = all(future.done() for future in writing)
            cursor = max(seen, default=0)
            seen += [
                c
                for (c,) in values(
                    db, "SELECT change_id FROM news.article_change WHERE change_id > %s", cursor
                )
            ]
            db.commit()
            if done:
                break
        assert [future.result() for future in writing] == [None] * 6
    assert len(seen) == len(set(seen)) == 600


def test_consumers_are_notified_after_the_commit(database_url):
    with psycopg2.connect(database_url) as consumer, store.connect(database_url) as db:
        consumer.cursor().execute("LISTEN articles")
        consumer.commit()
        load(db)
        consumer.cursor().execute("SELECT 1")
        assert [(n.channel, n.payload) for n in consumer.notifies] == [("articles", "1")]
    consumer.close()


def test_a_released_reading_becomes_an_article_and_stays_one(db):
    batch, pages = put_fetched(db)
    store.load_batch(db, batch, [faulty(pages["tide"])])
    case = value(db, "SELECT quarantine_id FROM news.quarantine")
    released = value(db, "SELECT news.release(%s, 'the headline is fine')", case)
    assert values(db, "SELECT article_id, headline, authors FROM news.article") == [
        (released, "Tide gate closes early", ["Ada Quill"])
    ]
    assert values(db, "SELECT decision, decided_by, decision_note FROM news.quarantine") == [
        ("released", "copytaster", "the headline is fine")
    ]
    assert (
        value(db, "SELECT detail ->> 'note' FROM copytaster.page_event WHERE stage = 'review'")
        == "the headline is fine"
    )
    db.commit()
    assert store.load_batch(db, batch, [faulty(pages["tide"])]) == {"unchanged": 1}
    assert state_of(db) == "loaded"
    with pytest.raises(psycopg2.Error, match="is not an open case"):
        values(db, "SELECT news.release(%s)", case)


def test_a_case_without_a_reading_cannot_be_released(db):
    batch, pages = put_fetched(db)
    store.load_batch(db, batch, [LoadRow(page_id=pages["tide"].page_id, reason="consent_wall")])
    with pytest.raises(psycopg2.Error, match="nothing could be read"):
        values(db, "SELECT news.release(quarantine_id) FROM news.quarantine")


def test_a_page_on_its_way_cannot_be_released_from_an_old_case(db):
    batch, pages = put_fetched(db)
    store.load_batch(db, batch, [faulty(pages["tide"])])
    store.submit_urls(
        db, [store.Wish(url=url(), canonical=url(), host="harbour.example")], submitted_by="desk"
    )
    db.commit()
    with pytest.raises(psycopg2.Error, match="being fetched again"):
        values(db, "SELECT news.release(quarantine_id) FROM news.quarantine")
    db.rollback()
    assert values(db, "SELECT decision FROM news.quarantine") == [(None,)]


def test_a_discarded_case_is_closed_with_its_note(db):
    batch, pages = put_fetched(db)
    store.load_batch(db, batch, [faulty(pages["tide"])])
    values(db, "SELECT news.discard(quarantine_id, 'advertisement') FROM news.quarantine")
    assert values(db, "SELECT decision, decision_note FROM news.quarantine") == [
        ("discarded", "advertisement")
    ]
    assert state_of(db) == "quarantined"


def decide(db, call, *parameters):
    """Decide on the one open case."""
    sql = f"SELECT news.{call} FROM news.quarantine WHERE state = 'open'"
    decided = value(db, sql, *parameters)
    db.commit()
    return decided


def test_a_release_stands_when_the_page_is_read_again(db):
    batch, pages = put_fetched(db)
    store.load_batch(db, batch, [faulty(pages["tide"])])
    decide(db, "release(quarantine_id)")
    batch, page = fetch_again(db)
    assert store.load_batch(
        db, batch, [faulty(page, article_body="The gate closed.\nIt opens at noon.")]
    ) == {"updated": 1}
    assert values(db, "SELECT state FROM news.quarantine") == [("released",)]
    assert value(db, "SELECT version FROM news.article") == 2


def test_a_release_does_not_stand_for_another_fault(db):
    batch, pages = put_fetched(db)
    store.load_batch(db, batch, [faulty(pages["tide"])])
    decide(db, "release(quarantine_id)")
    batch, page = fetch_again(db)
    held = faulty(page)
    (first,) = held.verdict.findings
    second = replace(first, rule="body_length", field="article_body", reason="body_too_short")
    held = replace(held, verdict=replace(held.verdict, findings=(first, second)))
    assert store.load_batch(db, batch, [held]) == {"quarantined": 1}
    assert value(db, "SELECT count(*) FROM news.quarantine WHERE state = 'open'") == 1


def test_fixes_are_loaded_and_stand_as_well(db):
    batch, pages = put_fetched(db)
    store.load_batch(db, batch, [faulty(pages["tide"], headline=None)])
    fixes = '{"headline": "Tide gate shut", "authors": ["Wren Alder", "Ada Quill"], "date_published": "2026-11-20T08:00:00Z"}'
    decide(db, "release(quarantine_id, 'mended', %s, 'robin')", fixes)
    found = "SELECT headline, authors, date_published::date::text, version FROM news.article"
    mended = [("Tide gate shut", ["Wren Alder", "Ada Quill"], "2026-11-20", 1)]
    assert values(db, found) == mended
    assert values(db, "SELECT decided_by, fixes ->> 'headline' FROM news.quarantine") == [
        ("robin by copytaster", "Tide gate shut")
    ]
    batch, page = fetch_again(db)
    assert store.load_batch(db, batch, [faulty(page, headline=None)]) == {"unchanged": 1}
    assert values(db, found) == mended


@pytest.mark.parametrize(
    ("fixes", "message"),
    [
        ('{"article_body": "x"}', "cannot mend article_body"),
        ('{"headlin": "x"}', "cannot mend headlin"),
        ('{"authors": "Ada"}', "authors must be a list"),
        ('{"date_published": "yesterday-ish"}', "invalid input syntax"),
    ],
)
def test_a_fix_that_cannot_be_made_changes_nothing(db, fixes, message):
    batch, pages = put_fetched(db)
    store.load_batch(db, batch, [faulty(pages["tide"])])
    with pytest.raises(psycopg2.Error, match=message):
        decide(db, "release(quarantine_id, '', %s)", fixes)
    db.rollback()
    assert values(db, "SELECT state FROM news.quarantine") == [("open",)]
    assert value(db, "SELECT count(*) FROM news.article") == 0


def test_a_discard_stands_while_the_text_is_the_same(db):
    batch, pages = put_fetched(db)
    store.load_batch(db, batch, [faulty(pages["tide"], text_digest="one")])
    decide(db, "discard(quarantine_id, 'advertisement')")
    batch, page = fetch_again(db)
    assert store.load_batch(db, batch, [faulty(page, text_digest="one")]) == {"quarantined": 1}
    assert values(db, "SELECT state FROM news.quarantine") == [("discarded",)]
    assert state_of(db) == "quarantined"
    batch, page = fetch_again(db)
    store.load_batch(db, batch, [faulty(page, text_digest="two")])
    assert values(db, "SELECT state FROM news.quarantine ORDER BY quarantine_id") == [
        ("discarded",),
        ("open",),
    ]


def test_a_page_held_back_again_for_the_same_cause_keeps_its_case(db):
    batch, pages = put_fetched(db)
    store.load_batch(db, batch, [faulty(pages["tide"], ruleset_version="1")])
    for version in "23":
        batch, page = fetch_again(db)
        store.load_batch(db, batch, [faulty(page, ruleset_version=version)])
        store.load_batch(db, batch, [faulty(page, ruleset_version=version)])
    seen = (
        "SELECT state, times_seen, ruleset_version, last_seen_at > first_seen_at, cause FROM news.quarantine"
    )
    assert values(db, seen) == [("open", 3, "3", True, "There is no headline.")]


def test_cases_are_counted_by_reason_source_and_rule(db):
    source = store.add_source(db, "https://harbour.example/f", "feed", name="Harbour News")
    names = ["a", "b", "c"]
    store.put_entries(db, source, [(Entry(url=url(n), title=n), url(n), "harbour.example") for n in names])
    batch, pages = fetch_waiting(db)
    store.load_batch(db, batch, [faulty(pages[n]) for n in names])
    values(db, "SELECT news.release(min(quarantine_id)) FROM news.quarantine")
    by_reason = "SELECT reason, open_cases, released, sources, cure FROM news.quarantine_by_reason"
    assert values(db, by_reason) == [("headline_missing", 2, 1, 1, "Release it with a headline of yours.")]
    by_source = "SELECT source_name, reason, open_cases, last_day FROM news.quarantine_by_source"
    assert values(db, by_source) == [("Harbour News", "headline_missing", 2, 3)]
    by_rule = "SELECT rule, severity, open_cases, released FROM news.quarantine_by_rule"
    assert values(db, by_rule) == [("headline_present", "error", 2, 1)]


def test_every_reason_has_a_cause_and_a_cure_and_the_page_in_docs_tells_the_same(db):
    told = values(db, "SELECT reason, stage, cause, cure FROM news.reason ORDER BY stage, reason")
    assert {reason for reason, *_ in told} == REASONS
    assert len(told) == len(REASONS)
    rows = [f"| `{reason}` | {stage} | {cause} | {cure} |" for reason, stage, cause, cure in told]
    page = (PROJECT_ROOT / "docs" / "reasons.md").read_text(encoding="utf-8")
    assert [line for line in page.splitlines() if line.startswith("| `")] == rows


def test_explain_tells_the_whole_way_of_a_page(db):
    source = store.add_source(db, "https://harbour.example/f", "feed", name="Harbour News")
    store.put_entries(db, source, [(Entry(url=url(), title="Tide"), url(), "harbour.example")])
    batch, pages = fetch_waiting(db)
    cuts = (Cut(line="Read more »", rule="read_more", place=3),)
    provenance = {"headline": {"won": "json-ld"}}
    read = article(pages["tide"], cuts=cuts, field_provenance=provenance, url_aliases=(url("short"),))
    warned = replace(faulty(pages["tide"]).verdict.findings[0], severity="warning")
    told = LoadRow(
        page_id=pages["tide"].page_id,
        article=read,
        verdict=replace(faulty(pages["tide"]).verdict, findings=(warned,)),
    )
    store.load_batch(db, batch, [told])
    story = values(db, "SELECT stage, what, detail FROM news.explain(%s)", url())
    assert [stage for stage, _, _ in story if stage != "discover"] == [
        "fetch",
        "extract",
        "strip",
        "validate",
        "load",
        "load",
        "now",
    ]
    assert ("discover", "sighted in Harbour News") in [(stage, what) for stage, what, _ in story]
    assert ("strip", "line 3 cut by read_more", "Read more »") in story
    assert ("extract", "field headline", '{"won": "json-ld"}') in story
    assert ("validate", "warning: headline headline_present", "headline_missing: (nothing)") in story
    assert story[-1] == ("now", "loaded", url())
    assert values(db, "SELECT stage, what, detail FROM news.explain(%s)", url("short")) == story
    assert values(db, "SELECT * FROM news.explain('https://nowhere.example/')") == []


def test_explain_tells_why_a_page_was_held_back(db):
    batch, pages = put_fetched(db)
    store.load_batch(
        db, batch, [faulty(pages["tide"], cuts=(Cut(line="Cookies?", rule="consent", place=0),))]
    )
    story = values(db, "SELECT stage, what, detail FROM news.explain(%s)", url())
    assert ("strip", "line 0 cut by consent", "Cookies?") in story
    assert ("validate", "error: headline headline_present", "headline_missing: (nothing)") in story
    assert story[-1] == ("now", "quarantined: headline_missing", url())


def test_search_finds_words_in_the_stem_of_the_articles_own_language(db):
    batch, pages = put_fetched(db, ["en", "de", "xx"])
    store.load_batch(db, batch, [
        row(pages["en"], headline="Gates and tides"),
        row(pages["de"], headline="Die Schleusen", article_body="Die Häuser am Hafen.", in_language="de-AT"),
        row(pages["xx"], headline="Zzyzx", article_body="Lorem ipsum gate", in_language=None),
    ])  # fmt: skip

    def found(*asked):
        return [u.rpartition("/")[2] for (u,) in values(
            db, f"SELECT canonical_url FROM news.search({', '.join(['%s'] * len(asked))})", *asked)]  # fmt: skip

    assert found("gate") == ["en", "xx"]
    assert found("gates", "en") == ["en"]
    assert found("haus") == ["de"]
    assert found('"tide gate" -nobody') == []
    assert found("the") == []
    assert found("") == []
    assert found("'; DROP TABLE x; --") == []
    assert "<b>Häuser</b>" in value(db, "SELECT snippet FROM news.search('haus')")
    assert found("gate", None, NOON + timedelta(days=1)) == []
    assert found("gate", None, None, datetime(2026, 3, 3, tzinfo=UTC)) == ["en", "xx"]


def test_copies_of_a_text_are_one_story_whose_origin_is_the_earliest(db):
    load(db, ["copy"], host="b.example", date_published=NOON + timedelta(hours=1))
    load(db, ["tide"])
    load(db, ["other"], text_digest="something else")
    assert values(db, "SELECT members, origin_url, urls FROM news.story") == [
        (2, url(), [url(), url("copy", "b.example")])
    ]


def test_the_funnel_counts_each_stage(db):
    batch, pages = put_fetched(db, ["a", "b"])
    store.load_batch(db, batch, [row(pages["a"]), faulty(pages["b"])])
    assert set(values(db, "SELECT source_name, stage, fate, outcome, pages FROM news.funnel")) == {
        ("harbour.example", "discover", "passed", "new", 2),
        ("harbour.example", "fetch", "passed", "fetched", 2),
        ("harbour.example", "load", "passed", "created", 1),
        ("harbour.example", "load", "quarantined", "headline_missing", 1),
    }
    assert values(db, "SELECT pages_7_days, loaded_7_days, quarantined_7_days FROM news.source_health") == [
        (2, 1, 1)
    ]
