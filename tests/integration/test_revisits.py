"""Articles are looked at again: what changed becomes a version, what is gone a tombstone, what is back an article."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from copytaster import steps, store, warc
from copytaster.archive import beside, writing
from copytaster.config import Settings
from copytaster.fetch import get
from copytaster.handover import Judgement, Reading, read_rows, write_rows
from copytaster.model import Entry, Finding, Host, Link, Outcome, Verdict
from fetching import settings_for
from makers import (
    claim,
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
from servers import SiteServer, site_server

LOOKS = (1, 4, 24, 72, 168)
URL = "http://a.example/ferry"
TEXT = (
    "<p>The ferry to Corrin left the north quay on Tuesday for the first time since the storm took its ramp.</p>"
    "<p>Forty people stood in the rain to wave at a boat that most of them had cursed for years, and the band of "
    "the fire brigade played until its drum was full of water.</p>"
    "<p>“She is late already,” said the harbour master, Odd Brekke, and looked at his watch with some content.</p>"
)
SHELL = (
    b"<!doctype html><html lang=en><head><title>Pebble Reader</title><script defer src=/main.js></script></head>"
    b"<body><noscript>You need to enable JavaScript to run this app.</noscript><div id=root></div></body></html>"
)


def story(text=TEXT, head=""):
    now = datetime.now(UTC).isoformat()
    return (
        f'<!doctype html><html lang="en"><head><title>The ferry runs again</title>{head}'
        f'<meta property="og:type" content="article"><meta property="article:published_time" content="{now}">'
        '<meta name="author" content="Hedda Sorn"></head>'
        f"<body><article><h1>The ferry runs again</h1>{text}</article></body></html>"
    ).encode()


@pytest.fixture
def db(database_url):
    with store.connect(database_url) as db:
        yield db


@pytest.fixture
def site():
    with site_server() as site:
        site.pages["/ferry"] = (200, {"ETag": '"1"'}, story())
        yield site


def judgement(reading):
    kind = reading.article.page_kind
    finding = Finding(field="page_kind", rule="kind", reason=kind)
    return Judgement(
        page_id=reading.page_id, verdict=Verdict(findings=() if kind == "article" else (finding,))
    )


class Newsroom:
    """The steps, by hand, on one page."""

    def __init__(self, database_url: str, site: SiteServer, folder) -> None:
        settings = settings_for(site, database_url=database_url, data_dir=str(folder))
        self.around = {"settings": settings, "archive": folder}

    def work(self):
        """Claim and run what is waiting."""
        while batches := steps.claim_batches(**self.around):
            for batch in batches:
                steps.fetch_pages(batch, **self.around)
                self.finish(batch)

    def finish(self, batch):
        """Extract and load; of the checks, which take seconds, only the page kind's counts here."""
        steps.extract_articles(batch, **self.around)
        with store.connect(self.around["settings"].database_url) as db:
            name, pages = store.warc_of_batch(db, batch), store.pages_of_batch(db, batch)
        if pages:
            with (self.around["archive"] / beside(name, batch, "articles")).open("rb") as stream:
                verdicts = [judgement(reading) for reading in read_rows(stream, Reading)]
            with writing(self.around["archive"] / beside(name, batch, "verdicts")) as out:
                write_rows(out, verdicts)
        steps.load_articles(batch, **self.around)

    def look_again(self, db):
        """Let the time of the next look come, and work."""
        values(db, "UPDATE copytaster.page SET revisit_at = now() WHERE revisit_at IS NOT NULL")
        values(db, "UPDATE copytaster.host SET next_allowed_at = NULL")
        db.commit()
        self.work()


@pytest.fixture
def newsroom(database_url, site, tmp_path, db):
    newsroom = Newsroom(database_url, site, tmp_path)
    source = store.add_source(db, "http://a.example/feed.xml", "feed")
    store.put_entries(db, source, [(Entry(url=URL), URL, "a.example")])
    db.commit()
    newsroom.work()
    return newsroom


def changes(db):
    return values(db, "SELECT version, kind, materiality FROM news.article_change ORDER BY change_id")


# --- with a real site ---------------------------------------------------------------------------------


def test_an_article_that_did_not_change_is_asked_for_with_its_validators(newsroom, site, db):
    newsroom.look_again(db)

    assert [seen.headers.get("if-none-match") for seen in site.log.requests if seen.path == "/ferry"] == [
        None,
        '"1"',
    ]
    assert changes(db) == [(1, "created", "created")]
    assert value(db, "SELECT state FROM copytaster.page") == "loaded"
    assert value(db, "SELECT revisit_at > now() + interval '50 min' FROM copytaster.page")


def test_an_update_becomes_a_version(newsroom, site, db):
    site.pages["/ferry"] = (
        200,
        {"ETag": '"2"'},
        story(TEXT + "<p>At noon she turned back, for want of coal.</p>"),
    )

    newsroom.look_again(db)

    assert changes(db) == [(1, "created", "created"), (2, "updated", "update")]


def test_a_page_that_is_gone_leaves_a_tombstone_and_comes_back(newsroom, site, db):
    before = site.pages["/ferry"]
    site.pages["/ferry"] = (410, {}, b"gone")
    newsroom.look_again(db)

    assert value(db, "SELECT count(*) FROM news.article") == 0
    assert changes(db)[1:] == [(2, "removed", "removal")]
    assert values(db, "SELECT version, pub_status, valid_to IS NULL FROM news.article_version ORDER BY version") == [
        (1, "usable", False), (2, "canceled", True),
    ]  # fmt: skip
    assert values(db, "SELECT state, http_status FROM copytaster.page") == [("gone", 410)]
    newsroom.look_again(db)
    assert len(changes(db)) == 2

    site.pages["/ferry"] = before
    newsroom.look_again(db)

    assert changes(db)[2:] == [(3, "updated", "update")]
    assert value(db, "SELECT pub_status FROM news.article") == "usable"
    assert site.log.requests[-1].headers.get("if-none-match") is None  # a 304 would not bring it back


def test_a_page_that_forbids_copies_by_now_is_withheld_with_its_text(newsroom, site, db):
    site.pages["/ferry"] = (200, {"X-Robots-Tag": "noarchive"}, story())

    newsroom.look_again(db)

    assert changes(db)[1:] == [(2, "removed", "removal")]
    assert values(db, "SELECT pub_status, article_body FROM news.article_version ORDER BY version") == [
        ("usable", None), ("withheld", None),
    ]  # fmt: skip
    assert values(db, "SELECT stage, reason, detail FROM news.quarantine") == [
        ("fetch", "noarchive", "noarchive")
    ]


def test_the_rights_that_page_and_host_tell_stand_beside_the_article(newsroom, site, db):
    site.pages["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow:\nLicense: http://a.example/rsl.xml")
    values(db, "UPDATE copytaster.host SET robots_expires_at = now()")
    head = '<meta name="robots" content="max-snippet:50"><meta name="tdm-reservation" content="1">'
    site.pages["/ferry"] = (200, {"X-Robots-Tag": "noai"}, story(TEXT + "<p>She is back by now.</p>", head))

    newsroom.look_again(db)

    ledger = "SELECT robots_verdict, robots_directives, tdm_reservation, usage_terms FROM news.article"
    assert values(db, ledger) == [("allowed", ["noai", "max-snippet:50"], True, "http://a.example/rsl.xml")]


def test_a_page_that_only_a_browser_could_draw_is_named_and_can_be_drawn_elsewhere(
    newsroom, site, db, tmp_path
):
    site.pages["/app"] = (200, {}, SHELL)
    address = "http://a.example/app"
    steps.submit_urls([address], **newsroom.around)
    for batch in values(db, "SELECT batch_id FROM copytaster.batch WHERE state = 'open'"):
        steps.fetch_pages(batch[0], **newsroom.around)
        newsroom.finish(batch[0])
    waiting = "SELECT url FROM news.quarantine WHERE reason = 'needs_javascript' AND decision IS NULL"
    assert values(db, waiting) == [(address,)]

    # What draws it reads that list and hands over a WARC file.
    drawn = tmp_path / "drawn.warc.gz"
    with drawn.open("wb") as stream, warc.Writer(stream) as writer:
        site.pages["/drawn"] = (200, {}, story(TEXT.replace("ferry", "tram")))
        answer = get("http://a.example/drawn", newsroom.around["settings"])
        writer.write_exchange(
            Link(page_id=0, url=address, host="a.example"),
            replace(answer, url=address, requested_url=address),
        )
    for batch in steps.import_captures(str(drawn), **newsroom.around):
        newsroom.finish(batch)

    assert values(db, waiting) == []
    assert value(
        db, "SELECT article_body LIKE '%%tram%%' FROM news.article WHERE canonical_url = %s", address
    )


# --- the schedule -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "quiet", "hours"),
    [
        (0, 0, 1),
        (1.1, 1.1, 2.9),
        (5, 5, 19),
        (30, 30, 42),
        (100, 100, 68),
        (200, 200, None),  # nothing for a week
        (100, 0, 25),  # changes all the time, and is a quarter older each time
        (336, 0, None),  # two weeks old
    ],
)
def test_the_older_and_quieter_an_article_the_later_it_is_looked_at(db, age, quiet, hours):
    batch, _ = load(db, date_published=None)
    values(
        db,
        "UPDATE copytaster.article SET created_at = now() - make_interval(mins => %s), updated_at = now() - make_interval(mins => %s)",
        int(age * 60),
        int(quiet * 60),
    )

    store.close_batch(db, batch, looks=LOOKS)

    wait = value(db, "SELECT revisit_at - now() FROM copytaster.page")
    assert (wait is None) == (hours is None)
    if hours is not None:
        assert abs(wait - timedelta(hours=hours)) < timedelta(minutes=2)


def test_an_old_article_that_was_found_today_is_not_looked_at_again(db):
    batch, _ = load(db, date_published=datetime(2020, 5, 1, tzinfo=UTC))
    store.close_batch(db, batch, looks=LOOKS)
    assert value(db, "SELECT revisit_at FROM copytaster.page") is None


def test_no_looks_no_revisits(db):
    load(db, date_published=None)
    assert value(db, "SELECT revisit_at FROM copytaster.page") is None
    assert Settings(revisit_hours="never").looks == ()


def test_due_looks_come_together_and_behind_new_pages(db):
    batch, _ = load(db, ("tide", "quay"), date_published=None)
    store.close_batch(db, batch, looks=LOOKS)
    values(db, "UPDATE copytaster.page SET revisit_at = now() - interval '5 min'")
    values(db, "UPDATE copytaster.host SET next_allowed_at = NULL")
    assert not store.work_waiting(db)
    values(db, "UPDATE copytaster.page SET revisit_at = now() - interval '16 min' WHERE url = %s", url())
    assert store.work_waiting(db)

    put_pages(db, ["new"])
    (batch,) = claim(db)

    assert [link.url for link in store.links_of_batch(db, batch)] == [url("new"), url("tide"), url("quay")]
    assert not store.work_waiting(db)


def test_an_imported_page_is_not_looked_at_again(db):
    told = store.Import(url=url(), host="harbour.example", warc_record_id="<urn:uuid:1>")
    batch = store.import_pages(db, [told], warc_path="w", lease_seconds=60)
    (page,) = store.pages_of_batch(db, batch)
    store.load_batch(db, batch, [row(page, date_published=None)])
    store.close_batch(db, batch, looks=LOOKS)
    assert values(db, "SELECT state, revisit_at FROM copytaster.page") == [("loaded", None)]


def test_a_copy_that_is_gone_takes_nothing_away(db):
    load(db)
    put_pages(db, ["copy"])
    batch, pages = fetch_waiting(db)
    store.load_batch(db, batch, [row(pages["copy"], canonical_url=url())])
    store.close_batch(db, batch)
    values(
        db,
        "UPDATE copytaster.page SET state = 'waiting', batch_id = NULL, next_fetch_at = now() WHERE url = %s",
        url("copy"),
    )
    values(db, "UPDATE copytaster.host SET next_allowed_at = NULL")
    (batch,) = claim(db)
    (link,) = store.links_of_batch(db, batch)

    store.record_fetches(db, batch, [Outcome(page_id=link.page_id, state="gone", http_status=404)], [], "w")

    assert state_of(db, "copy") == "gone"
    assert value(db, "SELECT pub_status FROM copytaster.article") == "usable"


def test_two_workers_take_an_article_back_once(database_url, db):
    load(db)
    values(db, "UPDATE copytaster.page SET state = 'gone', http_status = 404")
    db.commit()
    (page,) = values(db, "SELECT page_id, batch_id FROM copytaster.page")

    def withdraw():
        with store.connect(database_url) as own:
            values(own, "SELECT copytaster.withdraw_articles(%s, ARRAY[%s], 'canceled')", page[1], page[0])

    threads = [threading.Thread(target=withdraw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [kind for _, kind, _ in changes(db)] == ["created", "removed"]


# --- hosts across batches -----------------------------------------------------------------------------


def test_a_batch_may_hold_one_more_host_if_it_is_free(db):
    put_pages(db, host="a.example")
    (first,) = claim(db)
    put_pages(db, host="b.example")
    (second,) = claim(db)
    store.put_hosts(db, [Host(host="c.example", crawl_delay_seconds=7.0)])

    assert store.hold_host(db, first, "b.example") is None
    held = store.hold_host(db, first, "c.example")
    assert held is not None
    assert held.crawl_delay_seconds == 7.0
    assert store.hold_host(db, first, "c.example") is not None
    assert store.hold_host(db, second, "c.example") is None
    assert store.hold_host(db, second, "new.example") == Host(host="new.example")
    assert set(store.hosts_of_batch(db, first)) == {"a.example", "c.example"}

    store.record_fetches(db, first, [], [], "w")
    assert store.hold_host(db, first, "d.example") is None  # its fetching is over
    assert store.hold_host(db, second, "c.example") is not None


def test_a_resting_host_is_not_held(db):
    put_pages(db, host="a.example")
    (batch,) = claim(db)
    soon = value(db, "SELECT now() + interval '10 min'")
    store.put_hosts(db, [Host(host="b.example", next_allowed_at=soon)])
    assert store.hold_host(db, batch, "b.example") is None


def test_a_page_waits_in_the_queue_of_the_host_that_it_was_led_to_and_no_attempt_is_lost(db):
    put_pages(db, host="a.example")
    (batch,) = claim(db)
    (link,) = store.links_of_batch(db, batch)
    store.hold_host(db, batch, "busy.example")
    led = Outcome(page_id=link.page_id, state="waiting", host="busy.example")

    store.record_fetches(db, batch, [led], [], "w", max_attempts=1)

    assert values(db, "SELECT state, host, attempts FROM copytaster.page") == [("waiting", "busy.example", 0)]
    (batch,) = claim(db)
    assert set(store.hosts_of_batch(db, batch)) == {"busy.example"}


def test_what_hosts_taught_is_kept(db):
    later = value(db, "SELECT now() + interval '1 day'")
    told = Host(
        host="a.example",
        response_seconds=0.5,
        adaptive_delay_seconds=9.0,
        tdmrep="[]",
        tdmrep_expires_at=later,
    )
    put_pages(db, [f"n{i}" for i in range(40)], host="a.example")
    store.put_hosts(db, [told])
    store.put_hosts(db, [Host(host="a.example", tdmrep="old", tdmrep_expires_at=later - timedelta(hours=1))])
    (batch,) = claim(db)

    assert store.hosts_of_batch(db, batch)["a.example"] == told
    assert len(store.links_of_batch(db, batch)) == 60 // 9


def test_the_delay_goes_by_the_clock_of_the_database(newsroom, site, db, monkeypatch):
    """A worker whose own clock is an hour behind still keeps the delay, and one ahead does not wait for ever."""
    values(db, "UPDATE copytaster.page SET state = 'waiting', batch_id = NULL, next_fetch_at = now()")
    values(db, "UPDATE copytaster.host SET next_allowed_at = NULL")
    db.commit()
    (batch,) = steps.claim_batches(**newsroom.around)
    values(db, "UPDATE copytaster.host SET next_allowed_at = now() + interval '0.6 s'")
    db.commit()
    began = time.monotonic()
    monkeypatch.setattr(
        "copytaster.fetch.batch.datetime",
        type("Behind", (), {"now": staticmethod(lambda zone: datetime.now(zone) - timedelta(hours=1))}),
    )

    steps.fetch_pages(batch, **newsroom.around)

    assert site.log.requests[-1].at - began >= 0.5
    ahead = value(db, "SELECT next_allowed_at - now() FROM copytaster.host")
    assert abs(ahead) < timedelta(seconds=30)


def test_two_batches_that_lead_to_each_others_hosts_keep_the_delay(newsroom, site, db):
    """Each host is asked by one of them at a time, and in the end all pages are there."""
    hosts = ["b.example", "c.example"]
    settings = settings_for(site, *hosts, host_delay_seconds=0.3, batch_pages=3, host_delay_factor=0.0)
    settings = replace(
        settings, database_url=newsroom.around["settings"].database_url, connect_to=site.connect_to(*hosts)
    )
    around = {**newsroom.around, "settings": settings}
    for own, other in (hosts, reversed(hosts)):
        put_pages(db, [f"{own[0]}{number}" for number in range(3)], host=own)
        for number in range(3):
            there = f"http://{other}/at-{other[0]}{number}"
            site.pages[f"/{own[0]}{number}"] = (302, {"Location": there}, b"")
            site.pages[f"/at-{other[0]}{number}"] = (200, {}, story())
    values(db, "UPDATE copytaster.page SET url = replace(url, 'https:', 'http:') WHERE host <> 'a.example'")
    db.commit()
    for _ in range(8):
        batches = steps.claim_batches(**around)
        working = [
            threading.Thread(target=steps.fetch_pages, args=(batch,), kwargs=around) for batch in batches
        ]
        for thread in working:
            thread.start()
        for thread in working:
            thread.join()
        values(db, "UPDATE copytaster.host SET next_allowed_at = NULL WHERE batch_id IS NULL")
        db.commit()
        if value(db, "SELECT count(*) FROM copytaster.page WHERE state = 'waiting'") == 0:
            break
        time.sleep(0.3)

    assert values(db, "SELECT state, count(*) FROM copytaster.page WHERE url LIKE '%%.example/%%' GROUP BY 1") == [
        ("fetched", 6), ("loaded", 1),
    ]  # fmt: skip
    for host in hosts:
        assert len(site.log.gaps(host)) >= 6
        assert min(site.log.gaps(host)) >= 0.29, host


def test_the_database_tells_the_time_once(db):
    now = store.database_clock(db)
    before, after = now(), now()
    told = value(db, "SELECT clock_timestamp()")
    assert before <= after <= told < before + timedelta(seconds=5)


def test_a_hidden_page_takes_nothing_from_others(db):
    batch, pages = put_fetched(db, ("tide", "quay"))
    store.load_batch(db, batch, [row(page, date_published=None) for page in pages.values()])
    store.close_batch(db, batch)
    values(db, "UPDATE copytaster.page SET state = 'waiting', batch_id = NULL, next_fetch_at = now()")
    values(db, "UPDATE copytaster.host SET next_allowed_at = NULL")
    (batch,) = claim(db)
    hidden, other = store.links_of_batch(db, batch)
    outcomes = [Outcome(page_id=hidden.page_id, state="quarantined", reason="noarchive"), fetched(other)]

    store.record_fetches(db, batch, outcomes, [], "w")

    statuses = dict(values(db, "SELECT canonical_url, pub_status FROM copytaster.article"))
    assert statuses == {hidden.url: "withheld", other.url: "usable"}
