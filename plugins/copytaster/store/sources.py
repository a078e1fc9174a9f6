"""Sources: when to ask each again, what they told, and what of it was left out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from copytaster.model import Entry, KnownSitemap, SitemapVisit, Source, SourceKind
from copytaster.store.connection import Connection
from copytaster.store.queries import Row, as_json, run, run_many
from copytaster.store.readings import scrub

_NOT_MODIFIED = 304
_MOST_JUDGED = 1_000  # pages of one host
_LISTS = ("hosts", "allow", "deny")


def add_source(
    db: Connection,
    url: str,
    kind: SourceKind,
    *,
    name: str = "",
    in_language: str | None = None,
    zone: str | None = None,
    hosts: Sequence[str] = (),
    allow: Sequence[str] = (),
    deny: Sequence[str] = (),
    found_on: str | None = None,
    interval_seconds: int = 900,
    min_interval_seconds: int = 300,
    max_interval_seconds: int = 86_400,
) -> int:
    """Watch a source, or change one that is watched already (its URL says which); return its id.

    ``found_on`` is the page that named it. The interval is brought within its bounds.
    """
    (row,) = run(
        db,
        "put_source",
        url=url,
        kind=kind,
        name=name,
        in_language=in_language,
        zone=zone,
        hosts=list(hosts),
        allow=list(allow),
        deny=list(deny),
        found_on=found_on,
        interval_seconds=interval_seconds,
        min_interval_seconds=min_interval_seconds,
        max_interval_seconds=max_interval_seconds,
    )
    run(db, "wake_watchers", channel="copytaster_sources_due")
    return int(row["source_id"])


def remove_source(db: Connection, url: str) -> bool:
    """Stop watching a source; what it told stays. False when it is not watched."""
    return bool(run(db, "remove_source", url=url))


def list_sources(db: Connection) -> list[Source]:
    """Give the sources that are watched, in the order in which they were added."""
    return [_source(row) for row in run(db, "list_sources")]


def source_state(db: Connection, url: str) -> Row | None:
    """Give all columns of one source with ``sightings`` and ``links_left_out`` counted; None: never heard of it."""
    return next(iter(run(db, "source_state", url=url)), None)


def links_left_out(db: Connection, source_id: int, *, most: int = 10) -> list[Row]:
    """Give the commonest reasons why links of a source were left out: ``reason, links, example``."""
    return run(db, "links_left_out", source_id=source_id, most=most)


def claim_due_sources(db: Connection, *, limit: int, lease_seconds: float) -> list[Source]:
    """Lease sources whose time has come; each is free again after ``record_poll`` or the lease."""
    return [_source(row) for row in run(db, "claim_due_sources", wanted=limit, lease_seconds=lease_seconds)]


def _source(row: Row) -> Source:
    return Source(**{**row, **{name: tuple(row[name]) for name in _LISTS}})


def record_poll(
    db: Connection,
    source_id: int,
    *,
    http_status: int | None = None,
    new: int = 0,
    fault: str | None = None,
    failure: float | None = None,
    seen: int = 0,
    entries: int | None = None,
    etag: str | None = None,
    last_modified: str | None = None,
    document_digest: str | None = None,
    answered_url: str | None = None,
    is_unchanged: bool = False,
    hosts_elsewhere: Sequence[str] | None = None,
    not_before: datetime | None = None,
) -> None:
    """Keep what a poll brought and set the next one.

    The interval halves after news (quarters if most of what was seen is new) and grows by half after
    none, within the source's bounds; each failure doubles the wait. ``failure`` is the weight of this
    one (0 = none); left out, a fault weighs 1 if nothing was seen. A 304 keeps the validators;
    ``not_before`` is a Retry-After. ``entries`` were shown, ``seen`` of them taken; None: nothing was read.
    """
    weight = (1.0 if fault and not seen else 0.0) if failure is None else failure
    run_many(
        db,
        "record_poll",
        source_id=source_id,
        http_status=http_status,
        new=new,
        seen=seen,
        entries=entries,
        fault=scrub(fault),
        failure=weight,
        etag=etag,
        last_modified=last_modified,
        document_digest=document_digest,
        answered_url=answered_url,
        is_unchanged=is_unchanged,
        hosts_elsewhere=None if hosts_elsewhere is None else list(hosts_elsewhere),
        keep_validators=weight > 0 or http_status == _NOT_MODIFIED,
        not_before=not_before,
    )


def put_entries(db: Connection, source_id: int, entries: Sequence[tuple[Entry, str, str]]) -> int:
    """Put entries, each with its canonical URL and host, on the work list; return how many it put there.

    New pages, and pages whose entry changed since this source last told of it (title or a date).
    Of two entries with one canonical URL the first counts.
    """
    by_url = {url: (entry, host) for entry, url, host in reversed(entries)}
    if not by_url:
        return 0
    told = as_json({"url": url, "host": host, "entry": scrub(entry)} for url, (entry, host) in by_url.items())
    run_many(db, "put_new_hosts", hosts=[host for _, host in by_url.values()])
    new = run(db, "put_pages", source_id=source_id, entries=told)
    seen = run(db, "put_sightings", source_id=source_id, entries=told)
    return len(new) + sum(1 for row in seen if row["is_done"])


def known_pages(db: Connection, forms: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, str]]:
    """Say which links are known as another page: link → that page's URL and host.

    ``forms`` gives for each link the addresses that mean the same by convention, most telling first.
    """
    links = [
        {"url": url, "form": form, "place": place}
        for url, others in forms.items()
        for place, form in enumerate((url, *others))
    ]
    rows = run(db, "known_pages", links=as_json(links)) if links else []
    return {row["url"]: (row["known_url"], row["host"]) for row in rows}


def known_links(db: Connection, source_id: int, urls: Iterable[str]) -> frozenset[str]:
    """Give those of the links that the source showed at an earlier visit."""
    return frozenset(row["url"] for row in run(db, "known_links", source_id=source_id, urls=list(urls)))


def judged_pages(db: Connection, hosts: Iterable[str]) -> list[tuple[str, str | None]]:
    """Give the latest pages of hosts that were judged: URL and quarantine reason, None for articles."""
    rows = run(db, "judged_pages", hosts=sorted(set(hosts)), most=_MOST_JUDGED)
    return [(row["url"], row["reason"]) for row in rows]


def put_links_left_out(db: Connection, source_id: int, links: Mapping[str, str]) -> None:
    """Keep the links that were not taken, each with the reason."""
    if links:
        rows = (scrub({"url": url, "reason": reason}) for url, reason in links.items())
        run_many(db, "put_links_left_out", source_id=source_id, links=as_json(rows))


def forget_links(db: Connection) -> int:
    """Forget links that were left out and that no source shows any more; return how many."""
    (row,) = run(db, "forget_links")
    return int(row["forgotten"])


def known_sitemaps(db: Connection, source_id: int) -> dict[str, KnownSitemap]:
    """Give the sitemaps below a source by their URL."""
    rows = run(db, "sitemaps_of_source", source_id=source_id)
    return {row["url"]: KnownSitemap(**row) for row in rows}


def put_sitemaps(
    db: Connection, source_id: int, visits: Sequence[SitemapVisit], unlisted: Sequence[str]
) -> None:
    """Keep what came of reading sitemaps below a source, and retire those that no index names any more."""
    if visits:
        rows = as_json(scrub(visit) for visit in visits)
        run_many(db, "put_sitemaps", source_id=source_id, sitemaps=rows)
    if unlisted:
        run_many(db, "retire_sitemaps", source_id=source_id, urls=list(unlisted))


def sources_due(db: Connection, *, overdue_seconds: float = 0.0) -> bool:
    """Say whether there is a source to ask now, and was so many seconds ago."""
    return bool(run(db, "sources_due", overdue_seconds=overdue_seconds)[0]["sources_due"])
