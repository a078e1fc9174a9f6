"""The steps, one after the other, on the sample site: real Postgres, real HTTP, real files."""

import os
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import psycopg2
import pytest
from examples.manifest import read_pages, read_sources
from examples.serve import UPDATED_URL, SampleSite

from copytaster import steps, store
from copytaster.config import Settings


@pytest.fixture(scope="module")
def site():
    return SampleSite(datetime.now(UTC))


@pytest.fixture(scope="module")
def connect_to(site):
    with site.serving() as served:
        yield served.connect_to


@pytest.fixture
def around(database_url, tmp_path, connect_to):
    return surroundings(database_url, tmp_path, connect_to)


@pytest.fixture
def ask(database_url):
    with closing(psycopg2.connect(database_url)) as db:
        db.autocommit = True
        yield asking(db)


@pytest.fixture(scope="module")
def ingested(module_database_url, tmp_path_factory, connect_to, site):
    """The whole sample site after one pass: from the sources, then the pages that only a person names."""
    around = surroundings(module_database_url, tmp_path_factory.mktemp("ingested"), connect_to)
    watch_samples(around)
    assert steps.poll_sources(**around) > 0
    ingest_all(around)
    by_hand = [page.url for page in read_pages(site) if not page.found_in]
    _, batches = submit(around, *by_hand)
    for batch in batches:
        finish(steps.fetch_pages(batch, **around), around)
    with closing(psycopg2.connect(module_database_url)) as db:
        db.autocommit = True
        yield around, asking(db)


def surroundings(database_url, folder, connect_to):
    settings = Settings(
        database_url=database_url,
        data_dir=str(folder),
        connect_to=connect_to,
        host_delay_seconds=0.01,
        contact="tests@copytaster.example",
    )
    return {"settings": settings, "archive": folder / "archive"}


def asking(db):
    def ask(statement, *values):
        with db.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    return ask


def watch_samples(around):
    with store.connect(around["settings"].database_url) as db:
        for source in read_sources():
            store.add_source(db, **source)


def finish(batch, around):
    steps.extract_articles(batch, **around)
    steps.validate_articles(batch, **around)
    return steps.load_articles(batch, **around)


def ingest_all(around):
    while batches := steps.claim_batches(**around):
        for batch in batches:
            finish(steps.fetch_pages(batch, **around), around)


def submit(around, *urls):
    submission = steps.submit_urls(urls, **around)
    return submission, steps.batches_of_submission(submission, **around)


def test_every_page_of_the_sample_site_ends_where_it_belongs(ingested, site):
    _, ask = ingested
    where = {
        url: (state, reason) for url, state, reason in ask("SELECT url, state, reason FROM copytaster.page")
    }
    wrong = {
        page.url: (where.get(page.url), page.state, page.reason)
        for page in read_pages(site)
        if where.get(page.url, ("", ""))[0] != page.state
        or (page.reasons and where[page.url][1] not in page.reasons)
    }
    assert not wrong, wrong


def test_articles_have_the_fields_and_the_text_that_the_manifest_says(ingested, site):
    _, ask = ingested
    rows = ask(
        "SELECT canonical_url, headline, authors, date_published, in_language, article_body FROM news.article"
    )
    found = {url: rest for url, *rest in rows}
    wrong = []
    for page in read_pages(site):
        if page.url in found and page.is_article:
            *fields, body = found[page.url]
            told = [page.headline, list(page.authors), page.date_published, page.in_language]
            left = [text for text in page.must_not_contain if text in body]
            if fields != told or left or not body.endswith(page.body_ends) or page.body_starts not in body:
                wrong.append((page.url, left, fields, told, body[:60], body[-60:]))
    assert not wrong, "\n".join(map(str, wrong))


def test_the_syndicated_copy_is_found(ingested, site):
    _, ask = ingested
    copies = {page.url: page.copy_of for page in read_pages(site) if page.copy_of}
    stories = [set(urls) for (urls,) in ask("SELECT urls FROM news.story")]
    assert all({copy, origin} in stories for copy, origin in copies.items()), stories


def test_an_article_that_did_not_change_makes_no_version(around, ask):
    _, batches = submit(around, UPDATED_URL)
    for batch in batches:
        finish(steps.fetch_pages(batch, **around), around)
    before = ask("SELECT canonical_url, version, content_hash FROM copytaster.article ORDER BY 1")
    urls = [url for url, *_ in before]
    _, batches = submit(around, *urls)
    for batch in batches:
        finish(steps.fetch_pages(batch, **around), around)
    assert ask("SELECT canonical_url, version, content_hash FROM copytaster.article ORDER BY 1") == before
    assert ask("SELECT count(*) FROM copytaster.page WHERE state IN ('waiting', 'claimed', 'fetched')") == [
        (0,)
    ]


def test_an_update_at_the_source_becomes_a_version(around, ask, site):
    for _ in range(2):
        _, batches = submit(around, UPDATED_URL)
        for batch in batches:
            finish(steps.fetch_pages(batch, **around), around)
        site.update()
    changes = ask("SELECT version, kind FROM news.article_change ORDER BY change_id")
    assert changes == [(1, "created"), (2, "updated")]


def test_a_batch_that_lost_its_worker_goes_on_from_the_last_stage(around, ask, site):
    page = next(page for page in read_pages(site) if page.is_article and page.state == "loaded")
    _, (batch,) = submit(around, page.url)
    steps.fetch_pages(batch, **around)
    steps.extract_articles(batch, **around)
    # The worker dies here: nobody renews the lease.
    ask("UPDATE copytaster.batch SET lease_expires_at = now() - interval '1 s' RETURNING 1")
    assert steps.claim_batches(**around) == [batch]
    assert finish(steps.fetch_pages(batch, **around), around) == {"created": 1}


def test_a_stage_that_runs_twice_leaves_the_same_rows(around, ask, site):
    page = next(page for page in read_pages(site) if page.is_article and page.state == "loaded")
    _, (batch,) = submit(around, page.url)
    for step in (steps.fetch_pages, steps.extract_articles, steps.validate_articles, steps.load_articles):
        step(batch, **around)
        step(batch, **around)
    assert ask("SELECT count(*) FROM news.article") == [(1,)]
    assert ask("SELECT count(*) FROM news.article_change") == [(1,)]


def test_the_report_says_what_became_of_each_url(around):
    submission, batches = submit(around, "http://10.0.0.1/", "javascript:alert(1)", UPDATED_URL)
    for batch in batches:
        finish(steps.fetch_pages(batch, **around), around)
    report = {row["url"]: row for row in steps.report_urls(submission, **around)}
    assert report[UPDATED_URL]["state"] == "loaded"
    assert report["javascript:alert(1)"]["state"] == "refused"
    assert (report["http://10.0.0.1/"]["state"], report["http://10.0.0.1/"]["reason"]) in {
        ("refused", report["http://10.0.0.1/"]["reason"]),
        ("quarantined", "forbidden_address"),
    }


@pytest.mark.parametrize("urls", [[], ["", "  "]])
def test_an_empty_list_of_urls_is_a_clear_error(around, urls):
    with pytest.raises(steps.BadSubmission, match="no URL"):
        steps.submit_urls(urls, **around)


def test_an_unknown_priority_is_a_clear_error(around):
    with pytest.raises(steps.BadSubmission, match="priority 'soon'"):
        steps.submit_urls([UPDATED_URL], priority="soon", **around)


def test_a_host_that_is_down_puts_its_page_back(around, ask):
    url = "http://nobody.tidewater-courier.example/story"
    closed = replace(around["settings"], connect_to="nobody.tidewater-courier.example:80=127.0.0.1:9")
    nobody = {**around, "settings": closed}
    _, (batch,) = submit(nobody, url)
    finish(steps.fetch_pages(batch, **nobody), nobody)
    ((state, attempts, later),) = ask(
        "SELECT state, attempts, next_fetch_at > now() FROM copytaster.page WHERE url = %s", url
    )
    assert (state, attempts, later) == ("waiting", 1, True)


def test_text_dumps_are_imported_once(around, ask, tmp_path):
    dump = tmp_path / "dump"
    dump.mkdir()
    (dump / "one.txt").write_text(
        "Harbour crane sold to a museum\n"
        "The last hand-worked crane on the north quay of Port Averil was sold on Tuesday to a museum of tools, "
        "which will take it apart in spring and put it up again under a glass roof of its own.\n"
        "Its driver of thirty years, Hedda Sorn, said that she would come along to show the curators which lever "
        "sticks in wet weather and which one had never done anything at all.\n"
        "Read more »\n"
    )
    for _ in range(2):
        for batch in steps.import_captures(str(dump), **around):
            finish(batch, around)
    ((headline, body),) = ask("SELECT headline, article_body FROM news.article")
    assert headline == "Harbour crane sold to a museum"
    assert "Read more" not in body


def test_sweep_removes_what_a_killed_process_left(around, ask):
    left = around["archive"] / "2026" / ".batch-1.warc.gz.abcd.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    assert steps.sweep(**around)["files_removed"] == 1
    assert not left.exists()
