"""The work list: sources, claims, leases, outcomes of fetching, submissions, the sweep."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest

from copytaster import store
from copytaster.errors import CopytasterError
from copytaster.model import Entry, Host, Outcome
from copytaster.store.claims import pack
from makers import (
    CLAIM,
    NOON,
    claim,
    fetch_waiting,
    fetched,
    load,
    put_fetched,
    put_pages,
    state_of,
    url,
    value,
    values,
)

MANY = [f"n{i}" for i in range(40)]


@pytest.fixture
def db(database_url):
    with store.connect(database_url) as db:
        yield db


def links(db, batch):
    return [link.url for link in store.links_of_batch(db, batch)]


def expire_leases(db):
    values(db, "UPDATE copytaster.batch SET lease_expires_at = now() - interval '1 s' WHERE state = 'open'")


def states(db):
    return dict(values(db, "SELECT state, count(*) FROM copytaster.page GROUP BY state"))


def test_a_new_page_is_claimed_once(db):
    put_pages(db)
    (batch,) = claim(db)
    assert links(db, batch) == [url()]
    assert claim(db) == []
    assert state_of(db) == "claimed"


def test_an_entry_seen_again_is_not_a_new_page(db):
    source = store.add_source(db, "https://harbour.example/feed.xml", "feed")
    told = [(Entry(url=url(), title="Tide"), url(), "harbour.example")]
    assert [store.put_entries(db, source, told) for _ in range(2)] == [1, 0]
    assert store.put_entries(db, source, []) == 0
    assert store.put_entries(db, source, told * 3) == 0


def test_two_entries_with_one_canonical_url_are_one_page(db):
    source = store.add_source(db, "https://harbour.example/feed.xml", "feed")
    told = [(Entry(url=f"{url()}?from={i}", title=f"Title {i}"), url(), "harbour.example") for i in range(3)]
    assert store.put_entries(db, source, told) == 1
    (batch,) = claim(db)
    store.record_fetches(db, batch, [fetched(link) for link in store.links_of_batch(db, batch)], [], "w")
    (page,) = store.pages_of_batch(db, batch)
    assert page.entry.title == "Title 0"


def test_a_source_that_tells_of_a_change_brings_its_page_back(db):
    load(db)
    source = store.add_source(db, "https://harbour.example/feed.xml", "feed")
    changed = [(Entry(url=url(), title="tide", date_modified="later"), url(), "harbour.example")]
    assert store.put_entries(db, source, changed) == 1
    assert store.put_entries(db, source, changed) == 0
    assert state_of(db) == "waiting"


def test_an_entry_may_hold_what_postgres_cannot(db):
    source = store.add_source(db, "https://harbour.example/feed.xml", "feed")
    told = [(Entry(url=url(), title="a\0b\ud800c", authors=("d\0",)), url(), "harbour.example")]
    assert store.put_entries(db, source, told) == 1
    assert value(db, "SELECT entry ->> 'title' FROM copytaster.sighting") == "a\ufffdb\ufffdc"


def test_a_url_of_8_kb_is_a_page_like_any_other(db):
    long = url("a" * 8000)
    source = store.add_source(db, "https://harbour.example/feed.xml", "feed")
    assert store.put_entries(db, source, [(Entry(url=long), long, "harbour.example")]) == 1
    assert links(db, claim(db)[0]) == [long]


def test_a_host_gives_as_many_pages_as_its_delay_allows(db):
    put_pages(db, MANY)
    assert len(links(db, claim(db, seconds_per_host=20)[0])) == 10


def test_a_host_with_a_long_crawl_delay_gives_one_page(db):
    put_pages(db, MANY)
    store.put_hosts(db, [Host(host="harbour.example", crawl_delay_seconds=300)])
    assert len(links(db, claim(db)[0])) == 1


def test_a_resting_host_gives_nothing_yet(db):
    put_pages(db)
    now = value(db, "SELECT now()")
    store.put_hosts(db, [Host(host="harbour.example", next_allowed_at=now + timedelta(minutes=5))])
    assert not store.work_waiting(db)
    assert claim(db) == []


def test_a_batch_has_at_most_its_pages_and_a_host_is_in_one_batch(db):
    for i in range(6):
        put_pages(db, MANY[:5], host=f"h{i}.example")
    batches = claim(db, max_pages=12, limit=8)
    hosts = [{link.host for link in store.links_of_batch(db, batch)} for batch in batches]
    assert [len(links(db, batch)) for batch in batches] == [10, 10, 10]
    assert sum(map(len, hosts)) == len(set().union(*hosts)) == 6


def test_no_more_batches_than_asked_for(db):
    for i in range(6):
        put_pages(db, MANY[:5], host=f"h{i}.example")
    assert len(claim(db, max_pages=5, limit=2)) == 2
    assert states(db) == {"claimed": 10, "waiting": 20}


def test_an_urgent_page_goes_first(db):
    put_pages(db, MANY, host="a.example")
    put_pages(db, MANY, host="b.example")
    wish = store.Wish(url=url("n39", "b.example"), canonical=url("n39", "b.example"), host="b.example")
    store.submit_urls(db, [wish], submitted_by="desk")
    (batch,) = claim(db, limit=1, max_pages=5)
    assert links(db, batch)[0] == url("n39", "b.example")


def test_claims_at_the_same_time_share_no_page_and_no_host(database_url):
    with store.connect(database_url) as db:
        for i in range(30):
            put_pages(db, MANY[:4], host=f"h{i}.example")

    def claim_once(_):
        with store.connect(database_url) as db:
            return claim(db, limit=2, max_pages=12)

    with ThreadPoolExecutor(6) as pool:
        batches = [batch for found in pool.map(claim_once, range(6)) for batch in found]
    with store.connect(database_url) as db:
        hosts = [host for batch in batches for host in store.hosts_of_batch(db, batch)]
        assert len(batches) == 10
        assert len(hosts) == len(set(hosts)) == 30
        assert states(db) == {"claimed": 120}


def test_pages_are_packed_by_host_in_order():
    plan = [{"page_id": i, "host": host, "realm": host} for i, host in enumerate("aaabbcdddd")]
    assert [[row["page_id"] for row in batch] for batch in pack(plan, 9, 3)] == [
        [0, 1, 2],
        [3, 4, 5],
        [6, 7, 8],
    ]
    assert list(pack(plan, 1, 4)) == [plan[:3]]
    assert list(pack([], 3, 4)) == []


def test_a_batch_without_a_sign_of_life_is_taken_over_where_it_was(db):
    batch, pages = put_fetched(db, ["tide", "gate"])
    assert not store.work_waiting(db)
    expire_leases(db)
    assert store.work_waiting(db)
    assert claim(db) == [batch]
    assert claim(db) == []
    assert len(store.pages_of_batch(db, batch)) == len(pages)


def test_a_sign_of_life_keeps_the_batch(db):
    put_pages(db)
    (batch,) = claim(db)
    expire_leases(db)
    assert store.renew_lease(db, batch, 60)
    assert claim(db) == []
    store.close_batch(db, batch)
    assert not store.renew_lease(db, batch, 60)


def test_a_fetched_page_keeps_what_the_source_told_of_it(db):
    source = store.add_source(db, "https://harbour.example/f", "feed", in_language="cy", zone="Europe/London")
    entry = Entry(url=url(), title="Llanw", authors=("Ada",), date_published="Monday")
    store.put_entries(db, source, [(entry, url(), "harbour.example")])
    _, pages = fetch_waiting(db)
    page = pages["tide"]
    assert page.entry == entry
    assert (page.source_language, page.source_zone, page.http_status) == ("cy", "Europe/London", 200)
    assert (page.fetched_at, page.warc_record_id) == (NOON, f"<urn:uuid:{page.page_id}>")
    assert page.requested_url is None


def test_a_redirect_is_kept_beside_the_address_asked_for(db):
    put_pages(db)
    (batch,) = claim(db)
    (link,) = store.links_of_batch(db, batch)
    store.record_fetches(db, batch, [fetched(link, final_url=url("new"))], [], "w")
    (page,) = store.pages_of_batch(db, batch)
    assert (page.url, page.requested_url) == (url("new"), url())


def outcome_of_one(db, **told):
    put_pages(db)
    (batch,) = claim(db)
    (link,) = store.links_of_batch(db, batch)
    store.record_fetches(db, batch, [Outcome(page_id=link.page_id, **told)], [], None, max_attempts=2)
    return batch


def test_a_page_that_is_gone_keeps_the_evidence(db):
    outcome_of_one(db, state="gone", http_status=410)
    assert values(db, "SELECT state, http_status FROM copytaster.page") == [("gone", 410)]


def test_a_refused_page_is_quarantined_with_its_reason(db):
    outcome_of_one(db, state="quarantined", reason="forbidden_address", detail="10.0.0.1", http_status=None)
    assert values(db, "SELECT stage, reason, detail, decision FROM news.quarantine") == [
        ("fetch", "forbidden_address", "10.0.0.1", None)
    ]
    assert state_of(db) == "quarantined"


def test_a_page_put_back_waits_until_its_time_and_is_quarantined_after_the_last_attempt(db):
    now = value(db, "SELECT now()")
    outcome_of_one(
        db, state="waiting", reason="server_error", until=now + timedelta(hours=1), http_status=503
    )
    assert claim(db) == []
    assert values(db, "SELECT state, attempts, next_fetch_at FROM copytaster.page") == [
        ("waiting", 1, now + timedelta(hours=1))
    ]
    values(db, "UPDATE copytaster.page SET next_fetch_at = now()")
    outcome_of_one(db, state="waiting", reason="server_error", until=now, http_status=503)
    assert values(db, "SELECT state, reason FROM copytaster.page") == [("quarantined", "server_error")]


def test_a_page_without_an_outcome_goes_back_unharmed(db):
    put_pages(db, ["tide", "gate"])
    (batch,) = claim(db)
    first, second = store.links_of_batch(db, batch)
    store.record_fetches(db, batch, [fetched(first)], [], "w")
    assert values(db, "SELECT state, attempts FROM copytaster.page WHERE page_id = %s", second.page_id) == [
        ("waiting", 0)
    ]
    (again,) = claim(db)
    assert again != batch
    assert links(db, again) == [second.url]


def test_fetches_recorded_twice_are_recorded_once(db):
    put_pages(db, ["tide", "gate"])
    (batch,) = claim(db)
    outcomes = [fetched(link) for link in store.links_of_batch(db, batch)]
    for name in ("first.warc.gz", "second.warc.gz"):
        store.record_fetches(db, batch, outcomes, [Host(host="harbour.example")], name)
    assert value(db, "SELECT count(*) FROM copytaster.capture") == 2
    assert store.warc_of_batch(db, batch) == "first.warc.gz"
    assert value(db, "SELECT count(*) FROM copytaster.page_event WHERE stage = 'fetch'") == 2


def test_hosts_are_free_once_fetching_is_over_and_never_rest_shorter(db):
    put_pages(db, ["tide", "gate"])
    (batch,) = claim(db)
    link, _ = store.links_of_batch(db, batch)
    later = value(db, "SELECT now()") + timedelta(seconds=1)
    told = Host(
        host="harbour.example",
        next_allowed_at=later,
        robots_txt="User-agent: *",
        robots_status=200,
        robots_expires_at=later,
    )
    store.record_fetches(db, batch, [fetched(link)], [told], "w")
    store.put_hosts(db, [Host(host="harbour.example", next_allowed_at=NOON)])
    (again,) = claim(db)
    assert store.hosts_of_batch(db, again) == {"harbour.example": told}


def test_validators_are_sent_only_where_a_304_leaves_us_with_an_article(db):
    load(db, ["tide"])
    values(db, "UPDATE copytaster.page SET state = 'waiting', batch_id = NULL, next_fetch_at = now()")
    (batch,) = claim(db)
    (link,) = store.links_of_batch(db, batch)
    assert link.etag == '"1"'
    store.record_fetches(
        db, batch, [Outcome(page_id=link.page_id, state="unchanged", http_status=304)], [], None
    )
    assert values(db, "SELECT state, etag FROM copytaster.page") == [("loaded", '"1"')]


def test_a_304_without_an_article_is_fetched_again(db):
    outcome_of_one(db, state="unchanged", http_status=304)
    assert state_of(db) == "waiting"


def test_a_closed_batch_holds_nothing(db):
    put_pages(db, ["tide", "gate"])
    (batch,) = claim(db)
    store.close_batch(db, batch)
    assert states(db) == {"waiting": 2}
    assert value(db, "SELECT count(*) FROM copytaster.host WHERE batch_id IS NOT NULL") == 0
    assert not store.links_of_batch(db, batch)


def test_the_sweep_closes_dead_empty_batches_and_returns_stranded_pages(db):
    put_pages(db, ["tide"])
    put_pages(db, ["gate"], host="b.example")
    stranded, empty = claim(db, max_pages=1)
    values(
        db, "UPDATE copytaster.batch SET state = 'closed', closed_at = now() WHERE batch_id = %s", stranded
    )
    values(
        db,
        "UPDATE copytaster.page SET state = 'waiting', batch_id = NULL, next_fetch_at = now() WHERE batch_id = %s",
        empty,
    )
    expire_leases(db)
    assert store.sweep(db) == {"batches_closed": 1, "pages_returned": 1, "hosts_freed": 2}
    assert states(db) == {"waiting": 2}
    assert store.sweep(db) == {"batches_closed": 0, "pages_returned": 0, "hosts_freed": 0}


def test_a_page_cannot_be_in_an_impossible_state(db):
    put_pages(db)
    for impossible in (
        "state = 'loaded'",
        "state = 'fetched'",
        "state = 'claimed'",
        "state = 'quarantined'",
        "state = 'gone'",
        "state = 'lost'",
        "reason = 'empty'",
        "next_fetch_at = NULL",
    ):
        with pytest.raises(Exception, match=r"page_\w+_check"):
            values(db, f"SAVEPOINT s; UPDATE copytaster.page SET {impossible}")
        values(db, "ROLLBACK TO SAVEPOINT s")


def test_submitted_urls_are_reported_one_by_one(db):
    load(db, ["tide"])
    wishes = [
        store.Wish(url="HTTPS://harbour.example/tide", canonical=url(), host="harbour.example"),
        store.Wish(url="gopher://old", refused="invalid_url: scheme"),
        store.Wish(url=url("new"), canonical=url("new"), host="harbour.example"),
    ]
    submission = store.submit_urls(db, wishes, note="for\0 Ada", submitted_by="desk")
    known, refused, new = store.submission_report(db, submission)
    assert (known.url, known.state, known.headline) == (wishes[0].url, "waiting", "Tide gate closes early")
    assert (refused.state, refused.reason) == ("refused", "invalid_url: scheme")
    assert new.state == "waiting"
    assert new.next_fetch_at is not None


def test_a_submission_can_be_claimed_by_itself(db):
    put_pages(db, MANY)
    wishes = [store.Wish(url=url(n), canonical=url(n), host="harbour.example") for n in ("n3", "n4", "new")]
    submission = store.submit_urls(db, wishes, submitted_by="desk")
    (batch,) = claim(db, submission_id=submission)
    assert sorted(links(db, batch)) == [url("n3"), url("n4"), url("new")]
    assert value(db, "SELECT origin FROM copytaster.batch") == "ingest_urls"
    assert claim(db, submission_id=submission) == []


def test_a_page_in_the_works_stays_there_when_it_is_submitted(db):
    put_fetched(db)
    store.submit_urls(
        db, [store.Wish(url=url(), canonical=url(), host="harbour.example")], submitted_by="desk"
    )
    assert state_of(db) == "fetched"


def test_imported_captures_are_a_batch_that_is_fetched_already(db):
    put_pages(db, ["busy"])
    claim(db)
    load(db, ["known"], host="b.example")
    captures = [
        store.Import(url=url(n, h), host=h, warc_record_id=f"<urn:{n}>", http_status=200, fetched_at=NOON)
        for n, h in (("new", "c.example"), ("known", "b.example"), ("busy", "harbour.example"))
    ]
    batch = store.import_pages(db, captures, warc_path="dump.warc.gz", lease_seconds=600)
    pages = store.pages_of_batch(db, batch)
    assert {page.url for page in pages} == {url("new", "c.example"), url("known", "b.example")}
    assert store.warc_of_batch(db, batch) == "dump.warc.gz"
    assert store.links_of_batch(db, batch) == []


def test_a_page_is_read_with_the_entry_that_has_a_date(db):
    page = url()
    listing = store.add_source(db, "https://harbour.example/", "listing")
    feed = store.add_source(db, "https://harbour.example/f", "feed")
    store.put_entries(
        db, listing, [(Entry(url=page, title="more", evidence="a date in the path"), page, "harbour.example")]
    )
    dated = Entry(url=page, title="Tide", date_published="2026-11-02")
    store.put_entries(db, feed, [(dated, page, "harbour.example")])
    _, pages = fetch_waiting(db)
    assert pages["tide"].entry == dated


def poll(db, source, **told):
    store.record_poll(db, source, **told)
    return values(
        db,
        "SELECT interval_seconds, extract(epoch FROM next_poll_at - polled_at)::integer, failures, etag, fault"
        " FROM copytaster.source WHERE source_id = %s",
        source,
    )[0]


def test_a_source_is_asked_sooner_after_news_and_later_after_none(db):
    source = store.add_source(db, "https://harbour.example/f", "feed", interval_seconds=1000)
    # At first everything is new: that tells nothing of the pace.
    assert poll(db, source, http_status=200, new=9, seen=9, etag='"a"') == (1000, 1000, 0, '"a"', None)
    assert poll(db, source, http_status=200, new=3, seen=9, etag='"a"') == (500, 500, 0, '"a"', None)
    assert poll(db, source, http_status=304) == (750, 750, 0, '"a"', None)
    assert poll(db, source, http_status=200, new=1, seen=9) == (375, 375, 0, None, None)
    assert poll(db, source, http_status=200, new=1, seen=9)[0] == 300


def test_a_source_that_shows_mostly_news_is_asked_much_sooner(db):
    source = store.add_source(
        db, "https://harbour.example/f", "feed", interval_seconds=8000, min_interval_seconds=60
    )
    poll(db, source, http_status=200, new=20, seen=20)
    assert poll(db, source, http_status=200, new=11, seen=20)[0] == 2000
    assert poll(db, source, http_status=200, new=10, seen=20)[0] == 1000


def test_polls_are_counted_by_what_they_brought(db):
    source = store.add_source(db, "https://harbour.example/f", "feed")
    poll(db, source, http_status=200, new=2, seen=2, entries=5, hosts_elsewhere=["ads.example"])
    poll(db, source, http_status=304)
    poll(db, source, http_status=200, is_unchanged=True)
    poll(db, source, http_status=500, fault="HTTP 500", failure=0.5)
    state = store.source_state(db, "https://harbour.example/f")
    counted = ("polls", "not_modified", "unchanged", "failed", "entries", "taken", "hosts_elsewhere")
    assert [state[name] for name in counted] == [4, 1, 1, 1, 5, 2, ["ads.example"]]
    assert store.source_state(db, "https://harbour.example/other") is None


def test_a_source_that_fails_is_asked_later_and_later_and_recovers(db):
    source = store.add_source(db, "https://harbour.example/f", "feed", interval_seconds=1000)
    poll(db, source, http_status=200, new=0, etag='"a"')
    assert poll(db, source, http_status=500, fault="HTTP 500") == (1500, 3000, 1, '"a"', "HTTP 500")
    assert poll(db, source, http_status=500, fault="HTTP 500")[1] == 6000
    assert poll(db, source, http_status=500, fault="HTTP 500", failure=0.25)[2] == 2.25
    for _ in range(30):
        last = poll(db, source, fault="unreachable")
    assert last[1] == 86_400
    assert poll(db, source, http_status=200, new=0)[2] == 0


def test_a_broken_feed_that_still_tells_something_has_not_failed(db):
    source = store.add_source(db, "https://harbour.example/f", "feed")
    assert poll(db, source, http_status=200, fault="not well-formed\0", seen=4)[2:] == (
        0,
        None,
        "not well-formed\ufffd",
    )


def test_a_source_that_asks_for_patience_gets_it(db):
    source = store.add_source(db, "https://harbour.example/f", "feed")
    until = value(db, "SELECT now()") + timedelta(days=2)
    poll(db, source, fault="HTTP 429", failure=0.25, not_before=until)
    assert value(db, "SELECT next_poll_at FROM copytaster.source") == until


def test_due_sources_are_leased_to_one(database_url):
    with store.connect(database_url) as db:
        ids = [store.add_source(db, f"https://h{i}.example/f", "feed", name=f"h{i}") for i in range(20)]
        assert store.sources_due(db)

    def lease(_):
        with store.connect(database_url) as db:
            return [source.source_id for source in store.claim_due_sources(db, limit=5, lease_seconds=60)]

    with ThreadPoolExecutor(4) as pool:
        leased = [source for found in pool.map(lease, range(4)) for source in found]
    assert sorted(leased) == ids
    with store.connect(database_url) as db:
        assert not store.sources_due(db)


def test_a_source_is_added_changed_and_removed_by_its_url(db):
    first = store.add_source(db, "https://harbour.example/f", "feed", name="Harbour", hosts=["cdn.example"])
    assert store.add_source(db, "https://harbour.example/f", "sitemap") == first
    (source,) = store.list_sources(db)
    assert (source.kind, source.hosts) == ("sitemap", ())
    assert store.remove_source(db, source.url)
    assert not store.remove_source(db, source.url)
    assert store.list_sources(db) == []
    assert not store.sources_due(db)
    assert store.add_source(db, source.url, "feed") == first
    assert store.sources_due(db)


def test_what_is_raised_within_a_connection_leaves_nothing_behind(database_url):
    with suppress(CopytasterError), store.connect(database_url) as db:
        put_pages(db)
        raise CopytasterError("no")
    with store.connect(database_url) as db:
        assert states(db) == {}


def test_the_claim_of_a_dead_worker_goes_to_the_next(database_url):
    with store.connect(database_url) as db:
        put_pages(db)
    with store.connect(database_url) as db:
        batches = store.claim_batches(db, **{**CLAIM, "lease_seconds": 0})
    with store.connect(database_url) as db:
        assert claim(db) == batches
