"""Fetching: CPU per page, hosts served at once, the gap that each host is left, and memory.

Everything between the request and the whole WARC file on disk counts: look-ups (each name has one,
answered here), politeness, checks, digests, compression, fsync. The web server is a process of its own
whose CPU does not count; it is every host, and its log says who was asked when.

* CPU: batches and a bare ``requests.get`` loop over the same pages in turn, once as most servers send
  pages (with gzip) and once plain, which both must then take in whole and we have to compress. What a
  batch learns of its hosts (robots.txt) is handed to the next, as the database does for a day.
* Hosts: one batch in which every host has a few pages and a delay of a second. A host counts as served
  from its first request to its last; the figure is how many were at the same moment.
* Gaps: the shortest time between two requests to one host, by the server's clock; in that batch and in
  one with so few hosts that each is asked as soon as its delay allows.
* Memory: RSS over many batches in one process, looked at every few pages, against RSS before the first.

    python bench/fetch.py [--rounds 8] [--hosts 2000] [--pages 20000]
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import monotonic, process_time
from typing import Literal

import psutil
import requests
from measuring.farm import Farm, farm
from measuring.newspages import news_pages
from rich.console import Console
from rich.table import Table

from copytaster import warc
from copytaster.answer import Answer
from copytaster.archive import writing
from copytaster.captures import Keeper, warcinfo
from copytaster.config import Settings
from copytaster.fetch import fetch_links
from copytaster.model import Host, Link

LEAST, MOST = 100_000, 200_000  # bytes of a page
SAMPLES = 200
PAGES_PER_HOST = 25  # in a batch of a minute at two seconds a page there would be 30
DELAY = 1.0  # seconds
_MB = 1 << 20
Kind = Literal["gzip", "plain"]
KINDS: tuple[Kind, ...] = ("gzip", "plain")
VISITS, MANY_VISITS = 4, 20  # pages of one host
_LOOK_EVERY = 50  # pages


@dataclass(slots=True)
class Measured:
    """What was found out."""

    cpu: dict[Kind, tuple[float, float]] = field(default_factory=dict)  # seconds a page: ours, bare
    hosts_at_once: int = 0
    gaps: list[float] = field(default_factory=list)  # seconds between two requests to one host
    seconds: float = 0.0  # of the batch with many hosts
    growth: float = 0.0  # MB
    pages: int = 0


def main() -> int:
    """Measure, print, and tell by the exit code whether the goals are met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=8, help="batches of 200 pages of each kind")
    parser.add_argument("--hosts", type=int, default=2_000, help="served at once")
    parser.add_argument("--pages", type=int, default=20_000, help="for the memory")
    given = parser.parse_args()
    samples, what = news_pages(SAMPLES, least=LEAST, most=MOST)
    found = Measured()
    with tempfile.TemporaryDirectory() as name, farm(samples, Path(name)) as server:
        bench = Bench(server, Path(name))
        bench.memory(given.pages, found)
        for kind in KINDS:
            found.cpu[kind] = bench.cpu(kind, given.rounds)
        bench.many_hosts(given.hosts, found)
        bench.few_hosts(given.hosts // 10, found)
    return report(found, given.hosts, f"{what} of {LEAST // 1000} to {MOST // 1000} KB")


class Bench:
    """Runs batches against the server."""

    def __init__(self, server: Farm, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.batches = 0
        self.process = psutil.Process()
        self.known: dict[str, Host] = {}

    def batch(self, links: Sequence[Link], *, delay: float = 0.0, watched: bool = False) -> int:
        """Fetch links into a WARC file of their own; every page must come home. Give the most RSS, if watched."""
        self.batches += 1
        settings = Settings(
            allowed_networks="127.0.0.1/32",
            allowed_ports=str(self.server.port),
            host_delay_seconds=delay,
            batch_seconds=3_600,
        )
        path = self.folder / f"{self.batches}.warc.gz"
        with writing(path) as stream, warc.Writer(stream, facts=warcinfo(self.batches, settings)) as writer:
            keeper = Keeper(writer, self.batches, {})
            sizes = [0]

            def keep(link: Link, answer: Answer) -> str:
                if watched and link.page_id % _LOOK_EVERY == 0:
                    sizes.append(self.resident())
                return keeper.keep(link, answer)

            result = fetch_links(links, self.known, settings, keep=keep, resolve=self.server.resolve)
        self.known = {host.host: host for host in result.hosts}
        states = Counter(outcome.reason or outcome.state for outcome in keeper.placed(result.outcomes))
        if states != {"fetched": len(links)}:
            raise SystemExit(f"{len(links)} pages were asked for, and came: {dict(states)}")
        self.written = path
        return max(sizes)

    def links(self, kind: Kind, count: int, hosts: int, prefix: str) -> list[Link]:
        """Make links to pages, spread evenly over hosts."""
        names = [f"{prefix}{number}.harbour.example:{self.server.port}" for number in range(hosts)]
        return [
            Link(
                page_id=number,
                url=f"http://{names[number % hosts]}/{kind}/{number}",
                host=names[number % hosts],
            )
            for number in range(count)
        ]

    def cpu(self, kind: Kind, rounds: int) -> tuple[float, float]:
        """CPU seconds a page of ours and of the bare loop, in turn; the first round is not counted."""
        ours = bare = 0.0
        for number in range(rounds + 1):
            links = self.links(kind, SAMPLES, SAMPLES // PAGES_PER_HOST, f"{kind}-")
            began = process_time()
            self.batch(links)
            between = process_time()
            self.bare(kind)
            ended = process_time()
            self.written.unlink()
            if number:
                ours, bare = ours + between - began, bare + ended - between
        return ours / rounds / SAMPLES, bare / rounds / SAMPLES

    def bare(self, kind: Kind) -> None:
        """Do what a script of two lines does."""
        for number in range(SAMPLES):
            requests.get(
                f"http://127.0.0.1:{self.server.port}/{kind}/{number}", timeout=30
            ).raise_for_status()

    def many_hosts(self, hosts: int, found: Measured) -> None:
        """Fetch from many hosts in one batch, a few pages each."""
        began = monotonic()
        moments = self.politely(hosts, VISITS, "many")
        found.seconds = monotonic() - began
        found.gaps += [gap for asked in moments for gap in gaps(asked)]
        found.hosts_at_once = most_at_once([(asked[0], asked[-1]) for asked in moments])

    def few_hosts(self, hosts: int, found: Measured) -> None:
        """Fetch many pages from each of a few hosts, as fast as their delay allows."""
        moments = self.politely(hosts, MANY_VISITS, "few")
        found.gaps += [gap for asked in moments for gap in gaps(asked)]

    def politely(self, hosts: int, visits: int, prefix: str) -> list[list[float]]:
        """Run a batch with a delay and read its file back; give the moments at which each host was asked."""
        self.batch(self.links("gzip", hosts * visits, hosts, prefix), delay=DELAY)
        with closing(self.written.open("rb")) as stream:
            read = sum(1 for _ in warc.read(stream))
        self.written.unlink()
        if read != hosts * visits:
            raise SystemExit(f"{hosts * visits} pages were written, and {read} came back")
        return list(self.server.moments(prefix).values())

    def memory(self, pages: int, found: Measured) -> None:
        """Fetch batch after batch of the usual size; see by how much the process grows at most."""
        before = peak = self.resident()
        size = Settings().batch_pages
        while found.pages < pages:
            links = self.links("plain", size, size // PAGES_PER_HOST, f"memory{found.pages}-")
            peak = max(peak, self.batch(links, watched=True))
            self.written.unlink()
            found.pages += size
        found.growth = (peak - before) / _MB

    def resident(self) -> int:
        """Bytes of this process that stand in memory."""
        return int(self.process.memory_info().rss)


def gaps(moments: Sequence[float]) -> list[float]:
    """Give the seconds between one moment and the next."""
    return [later - earlier for earlier, later in pairwise(moments)]


def most_at_once(spans: Sequence[tuple[float, float]]) -> int:
    """Say how many spans cover one moment, where that is most."""
    steps = sorted([(begin, 1) for begin, _ in spans] + [(end, -1) for _, end in spans])
    most = now = 0
    for _, step in steps:
        now += step
        most = max(most, now)
    return most


def report(found: Measured, hosts: int, what: str) -> int:
    """Print the table and the JSON line; 0 if the goals are met."""
    table = Table("CPU of a page", "ours ms", "bare requests.get ms", "ratio", title=what)
    for kind, (ours, bare) in found.cpu.items():
        table.add_row(f"sent {kind}", f"{1000 * ours:.3f}", f"{1000 * bare:.3f}", f"{ours / bare:.2f}")
    Console().print(table)
    Console().print(
        f"{hosts} hosts with a delay of {DELAY:g} s: {found.hosts_at_once} served at once, {hosts * VISITS} pages in "
        f"{found.seconds:.0f} s; shortest of {len(found.gaps)} gaps {min(found.gaps):.3f} s, median "
        f"{median(found.gaps):.3f} s; RSS grew by {found.growth:.0f} MB over {found.pages} pages"
    )
    ratios = {kind: ours / bare for kind, (ours, bare) in found.cpu.items()}
    figures = {
        **{f"cpu_ratio_{kind}": at_most(ratio, 1.5) for kind, ratio in ratios.items()},
        "hosts_at_once": at_least(found.hosts_at_once, 2_000),
        "gaps_measured": at_least(len(found.gaps), 5_000),
        "shortest_gap_seconds": at_least(min(found.gaps), DELAY),
        "rss_growth_mb": at_most(found.growth, 100.0),
        "pages_for_rss": at_least(found.pages, 20_000),
        **{f"ms_per_page_{kind}": {"value": round(1000 * ours, 3)} for kind, (ours, _) in found.cpu.items()},
    }
    print(json.dumps(figures))
    return 0 if all(figure.get("met", True) for figure in figures.values()) else 1


def at_most(value: float, goal: float) -> dict[str, object]:
    """Judge a figure that should be small; as measured, never rounded into the goal."""
    return {"value": round(value, 3), "goal": goal, "met": value <= goal}


def at_least(value: float, goal: float) -> dict[str, object]:
    """Judge a figure that should be large."""
    return {"value": round(value, 3), "goal": goal, "met": value >= goal}


if __name__ == "__main__":
    sys.exit(main())
