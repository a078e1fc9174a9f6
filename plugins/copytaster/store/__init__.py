"""Postgres: the work list, the articles, the quarantine. The only code that runs SQL.

Functions take an open connection (``connect``) and leave the commit to its owner, except
``load_batch``, which commits chunk by chunk. SQL texts are the files of ``sql/queries``.
"""

from copytaster.store.captures import (
    Background,
    background_of_batch,
    captures_of_records,
    payloads_of_batch,
)
from copytaster.store.claims import (
    claim_batches,
    close_batch,
    database_clock,
    hold_host,
    hosts_of_batch,
    links_of_batch,
    pages_of_batch,
    renew_lease,
    sweep,
    warc_of_batch,
    work_waiting,
)
from copytaster.store.connection import Connection, DatabaseAway, connect
from copytaster.store.fetches import Import, import_pages, put_hosts, record_fetches
from copytaster.store.lines import forget_lines, known_articles, known_lines
from copytaster.store.loads import LoadRow, load_batch
from copytaster.store.queries import query
from copytaster.store.reviews import claim_reviews, decide_case, end_review
from copytaster.store.sources import (
    add_source,
    claim_due_sources,
    forget_links,
    judged_pages,
    known_links,
    known_pages,
    known_sitemaps,
    links_left_out,
    list_sources,
    put_entries,
    put_links_left_out,
    put_sitemaps,
    record_poll,
    remove_source,
    source_state,
    sources_due,
)
from copytaster.store.submissions import Fate, Wish, batches_of_submission, submission_report, submit_urls

__all__ = [
    "Background",
    "Connection",
    "DatabaseAway",
    "Fate",
    "Import",
    "LoadRow",
    "Wish",
    "add_source",
    "background_of_batch",
    "batches_of_submission",
    "captures_of_records",
    "claim_batches",
    "claim_due_sources",
    "claim_reviews",
    "close_batch",
    "connect",
    "database_clock",
    "decide_case",
    "end_review",
    "forget_lines",
    "forget_links",
    "hold_host",
    "hosts_of_batch",
    "import_pages",
    "judged_pages",
    "known_articles",
    "known_lines",
    "known_links",
    "known_pages",
    "known_sitemaps",
    "links_left_out",
    "links_of_batch",
    "list_sources",
    "load_batch",
    "pages_of_batch",
    "payloads_of_batch",
    "put_entries",
    "put_hosts",
    "put_links_left_out",
    "put_sitemaps",
    "query",
    "record_fetches",
    "record_poll",
    "remove_source",
    "renew_lease",
    "source_state",
    "sources_due",
    "submission_report",
    "submit_urls",
    "sweep",
    "warc_of_batch",
    "work_waiting",
]
