"""The watcher fires on NOTIFY, on what it missed, and by the clock; a lost connection does not end it."""

import asyncio
import warnings
from contextlib import asynccontextmanager, closing, suppress

import psycopg2
import pytest

SECONDS = 10


@pytest.fixture(scope="module")
def triggers():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Airflow warns of when it is imported is not ours to mend
        import copytaster.triggers as module
    return module


@pytest.fixture
def database(database_url, monkeypatch):
    monkeypatch.setenv("COPYTASTER_DATABASE_URL", database_url)
    monkeypatch.setenv("COPYTASTER_WATCH_SECONDS", "0.5")
    with closing(psycopg2.connect(database_url)) as db:
        db.autocommit = True
        with db.cursor() as cursor:
            yield cursor


@asynccontextmanager
async def watching(triggers, **settings):
    trigger = triggers.WorkListTrigger(
        **{"channel": "copytaster_pages_waiting", "question": "work_waiting", **settings}
    )
    events = trigger.run()
    try:
        yield events
    finally:
        with suppress(RuntimeError):
            await events.aclose()


def submit(cursor, url="https://www.tidewater-courier.example/story"):
    cursor.execute("SELECT news.submit(%s)", (url,))


async def next_event(events, seconds=SECONDS):
    return (await asyncio.wait_for(anext(events), seconds)).payload


async def expect_no_event(events, seconds):
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(anext(events), seconds)


async def after_listening(cursor, channel="copytaster_pages_waiting"):
    """Wait until the watcher's LISTEN has arrived, so that what is tested is the notification."""
    for _ in range(100):
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()",
            (f"copytaster watcher {channel}",),
        )
        if cursor.fetchone()[0]:
            await asyncio.sleep(0.2)
            return
        await asyncio.sleep(0.05)
    pytest.fail("the watcher did not connect")


def test_it_can_be_made_again_from_what_it_serialises(triggers):
    path, arguments = triggers.WorkListTrigger(channel="c", question="work_waiting", patience=3.0).serialize()
    assert path == "copytaster.triggers.WorkListTrigger"
    assert triggers.WorkListTrigger(**arguments).serialize() == (path, arguments)


def test_a_notification_becomes_an_event(triggers, database):
    async def story():
        async with watching(triggers, patience=60.0) as events:
            waiting = asyncio.ensure_future(anext(events))
            await after_listening(database)
            submit(database)
            event = await asyncio.wait_for(waiting, SECONDS)
            assert event.payload == {"channel": "copytaster_pages_waiting", "woken_by": "notify"}

    asyncio.run(story())


def test_what_was_notified_before_it_listened_is_found(triggers, database):
    submit(database)

    async def story():
        async with watching(triggers) as events:
            assert (await next_event(events))["woken_by"] == "connect"

    asyncio.run(story())


def test_a_moment_that_passes_needs_no_notification(triggers, database):
    submit(database)
    database.execute("UPDATE copytaster.page SET next_fetch_at = now() + interval '1.5 s'")

    async def story():
        async with watching(triggers) as events:
            assert (await next_event(events))["woken_by"] == "clock"

    asyncio.run(story())


def test_it_does_not_fire_while_there_is_nothing_to_do(triggers, database):
    async def story():
        async with watching(triggers) as events:
            await expect_no_event(events, 1.5)

    asyncio.run(story())


def test_the_clock_does_not_fire_again_for_what_a_run_was_just_started_for(triggers, database):
    submit(database)

    async def story():
        async with watching(triggers) as events:
            await next_event(events)
            await expect_no_event(events, 1.5)

    asyncio.run(story())


def test_work_that_is_left_to_gather_is_left_alone_whatever_wakes_the_watcher(triggers, database):
    submit(database)

    async def story():
        async with watching(triggers, patience=60.0, always=True) as events:
            silence = asyncio.ensure_future(expect_no_event(events, 2.5))
            await asyncio.sleep(1.0)
            submit(database, "https://www.tidewater-courier.example/another")
            await silence

    asyncio.run(story())


def test_a_burst_is_one_event(triggers, database):
    async def story():
        async with watching(triggers, patience=60.0) as events:
            waiting = asyncio.ensure_future(anext(events))
            await after_listening(database)
            database.execute("BEGIN")
            for number in range(20):
                submit(database, f"https://www.tidewater-courier.example/story-{number}")
            database.execute("COMMIT")
            await asyncio.wait_for(waiting, SECONDS)
            await expect_no_event(events, 1.5)

    asyncio.run(story())


def test_a_lost_connection_is_made_again_and_what_was_missed_is_found(triggers, database):
    async def story():
        async with watching(triggers) as events:
            waiting = asyncio.ensure_future(anext(events))
            await after_listening(database)
            database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'copytaster watcher%%'"
            )
            submit(database)
            event = await asyncio.wait_for(waiting, SECONDS)
            assert event.payload["woken_by"] == "connect"

    asyncio.run(story())


def test_a_new_source_wakes_discover(triggers, database, database_url):
    from copytaster import store

    async def story():
        settings = {"channel": "copytaster_sources_due", "question": "sources_due"}
        async with watching(triggers, **settings) as events:
            waiting = asyncio.ensure_future(anext(events))
            await after_listening(database, "copytaster_sources_due")
            with store.connect(database_url) as db:
                store.add_source(db, "https://www.tidewater-courier.example/feed.xml", "feed")
            event = await asyncio.wait_for(waiting, SECONDS)
            assert event.payload["woken_by"] == "notify"

    asyncio.run(story())
