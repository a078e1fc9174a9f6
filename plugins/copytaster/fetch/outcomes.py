"""What became of a link, as the work list and the rights ledger keep it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from copytaster import robots, tdmrep, urls
from copytaster.answer import Answer
from copytaster.errors import Gone, NotNow, Unusable
from copytaster.fetch.verdicts import NOT_MODIFIED
from copytaster.model import Host, Link, Outcome


def taken(link: Link, answer: Answer, record: str) -> Outcome:
    """Tell of a page that was fetched, and is kept under this record id."""
    unchanged = answer.status == NOT_MODIFIED
    return Outcome(
        page_id=link.page_id,
        state="unchanged" if unchanged else "fetched",
        http_status=answer.status,
        final_url=answer.url,
        fetched_at=answer.fetched_at,
        etag=answer.header("etag") or None,
        last_modified=answer.header("last-modified") or None,
        warc_record_id=record,
        payload_digest=None if unchanged else answer.payload_digest,
        tdm_reservation={"1": True, "0": False}.get(answer.header("tdm-reservation").strip()),
        usage_terms=answer.header("tdm-policy").strip()[:1_000] or None,
    )


def fated(link: Link, fate: Unusable | Gone | NotNow) -> Outcome:
    """Tell of a page that could not be fetched."""
    told = Outcome(page_id=link.page_id, state="gone", detail=fate.detail, http_status=fate.http_status)
    if isinstance(fate, Gone):
        return told
    if isinstance(fate, NotNow):
        return replace(told, state="waiting", reason=fate.reason, until=fate.until)
    return replace(told, state="quarantined", reason=fate.reason)


def with_rights(outcomes: Iterable[Outcome], hosts: Mapping[str, Host]) -> list[Outcome]:
    """Add what the hosts say of all their pages to what became of these; a page's own word stands."""
    return [_with_rights(outcome, hosts) if outcome.state == "fetched" else outcome for outcome in outcomes]


def _with_rights(outcome: Outcome, hosts: Mapping[str, Host]) -> Outcome:
    url = outcome.final_url or ""
    host = hosts[urls.host_of(url)]
    told = tdmrep.judge(host.tdmrep, url)
    return replace(
        outcome,
        tdm_reservation=told.reserved if outcome.tdm_reservation is None else outcome.tdm_reservation,
        usage_terms=outcome.usage_terms or told.policy or robots.licence(host.robots_txt),
    )
