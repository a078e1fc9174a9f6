"""Makers of valid things for tests of the store: each takes what the test is about, and invents the rest."""

from datetime import UTC, datetime

from copytaster import store
from copytaster.model import Article, Entry, Finding, Host, Outcome, Verdict

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CLAIM = {
    "limit": 8,
    "max_pages": 100,
    "seconds_per_host": 60,
    "default_delay_seconds": 2,
    "lease_seconds": 600,
}


def url(name="tide", host="harbour.example"):
    return f"https://{host}/{name}"


def put_pages(db, names=("tide",), host="harbour.example", **entry):
    """Let a source tell of pages; return its id."""
    source = store.add_source(db, f"https://{host}/feed.xml", "feed", name=host)
    told = [(Entry(url=url(name, host), title=name, **entry), url(name, host), host) for name in names]
    store.put_entries(db, source, told)
    return source


def claim(db, **changed):
    return store.claim_batches(db, **{**CLAIM, **changed})


def fetched(link, **changed):
    told = {
        "page_id": link.page_id,
        "state": "fetched",
        "http_status": 200,
        "final_url": link.url,
        "fetched_at": NOON,
        "etag": '"1"',
        "warc_record_id": f"<urn:uuid:{link.page_id}>",
        "payload_digest": "sha256:AAAA",
    }
    return Outcome(**{**told, **changed})


def put_fetched(db, names=("tide",), host="harbour.example"):
    """Bring pages as far as fetched in one batch; return the batch and its pages by name."""
    put_pages(db, names, host)
    return fetch_waiting(db)


def fetch_waiting(db):
    (batch,) = claim(db)
    links = store.links_of_batch(db, batch)
    hosts = [Host(host=host) for host in store.hosts_of_batch(db, batch)]
    store.record_fetches(db, batch, [fetched(link) for link in links], hosts, f"{batch}.warc.gz")
    return batch, {page.url.rpartition("/")[2]: page for page in store.pages_of_batch(db, batch)}


def article(page, **changed):
    read = {
        "url": page.url,
        "canonical_url": page.url,
        "headline": "Tide gate closes early",
        "article_body": "The tide gate closed an hour early on Monday.\nNobody was hurt.",
        "word_count": 12,
        "authors": ("Ada Quill",),
        "date_published": NOON,
        "in_language": "en",
        "text_digest": "digest-of-tide",
        "extractor_version": "1",
        "ruleset_version": "1",
    }
    return Article(**{**read, **changed})


def row(page, **changed):
    """Give a clean row to load."""
    return store.LoadRow(page_id=page.page_id, article=article(page, **changed))


def faulty(page, reason="headline_missing", **changed):
    """Give a row that validation withholds."""
    finding = Finding(field="headline", rule="headline_present", reason=reason, seen="(nothing)")
    return store.LoadRow(
        page_id=page.page_id, article=article(page, **changed), verdict=Verdict(findings=(finding,))
    )


def load(db, names=("tide",), host="harbour.example", **changed):
    """Bring pages all the way; return the batch and its pages by name."""
    batch, pages = put_fetched(db, names, host)
    store.load_batch(db, batch, [row(page, **changed) for page in pages.values()])
    store.close_batch(db, batch)
    db.commit()
    return batch, pages


def values(db, sql, *parameters):
    """Run a query and return its rows as tuples."""
    with db.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def value(db, sql, *parameters):
    """Run a query and return the first column of its only row."""
    ((only, *_),) = values(db, sql, *parameters)
    return only


def state_of(db, name="tide", host="harbour.example"):
    return value(db, "SELECT state FROM copytaster.page WHERE url = %s", url(name, host))
