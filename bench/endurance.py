"""Memory of the processes that read pages, over very many pages: flat, and never more than 300 MB each.

Pages of the corpus are read in turn, again and again, as a batch reads them: in a forked process that is
recycled. ``--jobs`` sets after how many pages; with more than ``--pages`` one process reads them all.
"""

import argparse
import json
import multiprocessing
import resource
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from time import monotonic

import psutil
from measuring.samples import CORPUS, ROOT, corpus_pages, site_pages

from copytaster.caches import forget
from copytaster.handover import Reading
from copytaster.model import Page
from copytaster.pool import in_order
from copytaster.readers import LIMITS, PRELOAD, prime, read

GOAL_MB = 300.0
MOST_GROWTH_MB = 10.0  # between the first tenth of the run and the last: noise of the allocator
_MB = 1 << 20
_LINES = 20  # of the table
_SAMPLED = 100  # pages for each look at the size


def unpack(folder: Path, largest: int) -> None:
    """Write every page to a file of its own: whoever holds them all in memory hands that on to its forks."""
    found = corpus_pages(CORPUS) if CORPUS.is_dir() else site_pages(ROOT / "examples" / "site")
    for number, sample in enumerate(sample for sample in found if len(sample.body) <= largest):
        address = sample.url.encode("utf-8", "replace")
        (folder / f"{number:06}").write_bytes(
            address + b"\n" + sample.content_type.encode() + b"\n" + sample.body
        )


def pages_of(folder: Path, count: int) -> Iterator[Page]:
    """Give so many pages, from the first again after the last."""
    for number, path in enumerate(islice(cycle(sorted(folder.iterdir())), count)):
        url, content_type, body = path.read_bytes().split(b"\n", 2)
        yield Page(
            page_id=number,
            url=url.decode(),
            body=body,
            headers={"content-type": content_type.decode()},
        )


def measure(folder: Path, count: int, jobs: int) -> list[float]:
    """Read the pages; the resident megabytes of the reading process, at every hundredth."""
    me, began, sizes = psutil.Process(), monotonic(), list[float]()
    limits = replace(LIMITS, jobs=jobs)
    results = in_order(
        read, pages_of(folder, count), workers=1, limits=limits, preload=PRELOAD, fork=True, tidy=forget
    )
    unread = 0
    for number, (_, result) in enumerate(results, 1):
        unread += not isinstance(result, Reading)
        if number % _SAMPLED == _SAMPLED // 2:  # never just after a process was replaced
            sizes.append(max((resident(child) for child in me.children()), default=0.0))
        if number % max(1, count // _LINES) == 0:
            print(
                f"{number:8} pages {monotonic() - began:7.0f} s   reader {sizes[-1] if sizes else 0:6.0f} MB"
                f"   parent {resident(me):6.0f} MB   peak of any reader {peak_of_readers():6.0f} MB   lost {unread}",
                flush=True,
            )
    return sizes


def resident(process: psutil.Process) -> float:
    """Megabytes of a process that stand in memory; none when it has just ended."""
    try:
        return float(process.memory_info().rss / _MB)
    except psutil.NoSuchProcess:
        return 0.0


def peak_of_readers() -> float:
    """Megabytes of the largest process that we started and that has ended."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def report(sizes: Sequence[float]) -> bool:
    """Print the JSON line; tell whether the goals are met."""
    sizes = [size for size in sizes if size]
    tenth = max(1, len(sizes) // 10)
    growth = statistics.mean(sizes[-tenth:]) - statistics.mean(sizes[:tenth]) if sizes else 0.0
    peak = peak_of_readers()
    figures = {
        "peak_rss_mb": {"value": round(peak, 1), "goal": GOAL_MB, "met": peak <= GOAL_MB},
        "growth_mb": {"value": round(growth, 1), "goal": MOST_GROWTH_MB, "met": growth <= MOST_GROWTH_MB},
    }
    print(json.dumps(figures))
    return all(figure["met"] for figure in figures.values())


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; 0 if all goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100_000, help="how many to read")
    parser.add_argument(
        "--jobs", type=int, default=LIMITS.jobs, help="pages after which a process is replaced"
    )
    parser.add_argument("--largest", type=int, default=1 << 30, help="bytes; leave larger pages out")
    told = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        unpacking = multiprocessing.get_context("fork").Process(
            target=unpack, args=(Path(name), told.largest)
        )
        unpacking.start()
        unpacking.join()
        used_to_unpack = peak_of_readers()
        prime()
        sizes = measure(Path(name), told.pages, told.jobs)
    print(f"(unpacking the pages took {used_to_unpack:.0f} MB: no reader's, but counted if it were the most)")
    return 0 if report(sizes) else 1


if __name__ == "__main__":
    sys.exit(main())
