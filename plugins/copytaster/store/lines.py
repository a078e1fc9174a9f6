"""What sites repeat: learned with each new article, asked for before a batch is cleaned."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from copytaster.memory import Known, Observed, Sighting, Tally, observe, tally
from copytaster.model import Article
from copytaster.store.connection import Connection
from copytaster.store.queries import as_json, run


def learn_lines(db: Connection, created: Mapping[int, Article]) -> None:
    """Learn from articles, by their ids, that were created in this transaction; copies teach nothing."""
    if not created:
        return
    first = run(db, "articles_of_their_own", article_ids=list(created))
    seen = {
        row["article_id"]: observed
        for row in first
        if (observed := observe(created[row["article_id"]], samples=True))
    }
    tallies = tally(seen.values())
    sites = [{"site": site, "articles": tallied.articles} for site, tallied in sorted(tallies.items())]
    run(db, "learn_lines", sites=as_json(sites), lines=as_json(_lines(tallies, seen.values())))
    ids, names = list(seen), [observed.site for observed in seen.values()]
    run(db, "put_recurring_residue", article_ids=ids, sites=names)


def known_lines(db: Connection, keys: Mapping[str, Iterable[int]]) -> dict[str, dict[int, Known]]:
    """Give what is remembered of lines, by site and key; of what was never seen there is nothing."""
    known: dict[str, dict[int, Known]] = {}
    asked = as_json([{site: list(wanted) for site, wanted in keys.items()}])[1:-1]
    for row in run(db, "known_lines", asked=asked):
        site, key = row.pop("site"), row.pop("line_key")
        known.setdefault(site, {})[key] = Known(**row)
    return known


def known_articles(db: Connection, observed: Sequence[Observed]) -> set[str]:
    """Give the canonical URLs of those that are stored already, or are copies of what is."""
    urls = [one.canonical_url for one in observed]
    rows = run(db, "known_articles", urls=urls, text_digests=[one.text_digest for one in observed])
    return {row["url"] for row in rows}


def forget_lines(db: Connection) -> int:
    """Forget what no longer recurs; return how many lines that were."""
    (row,) = run(db, "forget_lines")
    return int(row["forgotten"])


def _lines(tallies: Mapping[str, Tally], seen: Iterable[Observed]) -> Iterator[dict[str, Any]]:
    samples: dict[tuple[str, int], str] = {}
    cut: dict[tuple[str, int], int] = {}
    for one in seen:
        samples |= {(one.site, key): line for key, line in one.samples.items()}
        for key in one.cut:
            cut[one.site, key] = cut.get((one.site, key), 0) + 1
    for site, tallied in tallies.items():
        for key, articles in tallied.lines.items():
            yield {
                "site": site,
                "line_key": key,
                "line": samples[site, key],
                "articles": articles,
                "head": tallied.sightings[Sighting(key, "head")],
                "middle": tallied.sightings[Sighting(key, "middle")],
                "tail": tallied.sightings[Sighting(key, "tail")],
                "cut": cut.get((site, key), 0),
            }
