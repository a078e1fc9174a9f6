"""Compressors for WARC records: how small they make pages, and what that costs.

Each page is compressed by itself, as a record is, by every compressor in turn before the next page
comes, in another order each time, so that a drift of the machine and cold caches meet all alike. Reading back is measured too. zstd takes part
where it is installed; as the archive's format it would be an extension that few readers know.
Part of the second table: pages that a server sent with gzip, whose records are compressed again.

    python bench/compress.py [--pages 300] [--least 100000] [--most 200000]
"""

import argparse
import gzip
import json
import random
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import process_time
from typing import Any

from isal import isal_zlib
from measuring.newspages import news_pages
from rich.console import Console
from rich.table import Table

from copytaster import codings

_GZIP = 31  # wbits of a gzip member
OURS = "ours"
#: The choice holds as long as it is the smaller one of those that cost at most so much more than the cheapest.
MOST_OF_CHEAPEST = 1.5
Work = Callable[[bytes], bytes]


@dataclass(slots=True)
class Cost:
    """What one compressor made of all pages."""

    size: int = 0
    packing: float = 0.0  # CPU seconds
    unpacking: float = 0.0


def main() -> int:
    """Measure, print, and tell by the exit code whether our choice holds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--least", type=int, default=100_000, help="bytes of the smallest page")
    parser.add_argument("--most", type=int, default=200_000, help="bytes of the largest page")
    given = parser.parse_args()
    pages, what = news_pages(given.pages, least=given.least, most=given.most)
    plain = measure(pages)
    sent = [gzip.compress(page, 6) for page in pages]
    packed = measure(sent)
    show(f"{len(pages)} {what} as sent plain", plain, pages)
    show("the same as sent with gzip", packed, sent)
    return report(plain, packed, pages, sent)


def measure(pages: Sequence[bytes]) -> dict[str, Cost]:
    """Compress and read back every page with every compressor in turn; a warm-up does not count."""
    contenders = compressors()
    costs = {name: Cost() for name in contenders}
    turns = list(contenders.items())
    for _, (pack, _) in turns:
        pack(pages[0])
    chance = random.Random(1848)  # noqa: S311 - the same order every time
    for page in pages:
        chance.shuffle(turns)  # who comes first, or behind a large one, finds nothing in the caches
        for name, (pack, unpack) in turns:
            began = process_time()
            packed = pack(page)
            between = process_time()
            if unpack(packed) != page:
                raise SystemExit(f"{name} does not give back what it got")
            costs[name].packing += between - began
            costs[name].unpacking += process_time() - between
            costs[name].size += len(packed)
    return costs


def compressors() -> dict[str, tuple[Work, Work]]:
    """Name every compressor with its way there and back."""
    found: dict[str, tuple[Work, Work]] = {OURS: (codings.gzip, _unzip_isal)}
    for level in (0, 1, 2, 3):
        found[f"isal {level}"] = (_deflate(isal_zlib, level), _unzip_isal)
    for level in (1, 4, 6, 9):
        found[f"zlib {level}"] = (_deflate(zlib, level), _unzip_zlib)
    try:
        import zstandard  # noqa: PLC0415 - not one of our dependencies
    except ImportError:
        return found
    unpack = zstandard.ZstdDecompressor().decompress
    for level in (1, 3, 6, 9):
        found[f"zstd {level}"] = (zstandard.ZstdCompressor(level=level).compress, unpack)
    return found


def _deflate(library: Any, level: int) -> Work:
    def pack(page: bytes) -> bytes:
        packer = library.compressobj(level, library.DEFLATED, _GZIP)
        return bytes(packer.compress(page) + packer.flush())

    return pack


def _unzip_isal(packed: bytes) -> bytes:
    return bytes(isal_zlib.decompress(packed, _GZIP))


def _unzip_zlib(packed: bytes) -> bytes:
    return zlib.decompress(packed, _GZIP)


def show(title: str, costs: Mapping[str, Cost], pages: Sequence[bytes]) -> None:
    """Print one line for each compressor."""
    whole = sum(map(len, pages))
    cheapest = min(cost.packing for cost in costs.values())
    table = Table("compressor", "size", "ms/page", "of cheapest", "MB/s", "read ms/page", title=title)
    for name, cost in costs.items():
        table.add_row(
            name,
            f"{cost.size / whole:.4f}",
            f"{1000 * cost.packing / len(pages):.3f}",
            f"{cost.packing / cheapest:.2f}",
            f"{whole / cost.packing / 1e6:.0f}",
            f"{1000 * cost.unpacking / len(pages):.3f}",
        )
    Console().print(table)


def report(
    plain: Mapping[str, Cost], packed: Mapping[str, Cost], pages: Sequence[bytes], sent: Sequence[bytes]
) -> int:
    """Print the JSON line; 0 if no compressor that all tools can read is smaller for about the same CPU."""
    readable = {name: cost for name, cost in plain.items() if not name.startswith("zstd")}
    cheapest = min(cost.packing for cost in readable.values())
    affordable = [cost.size for cost in readable.values() if cost.packing <= MOST_OF_CHEAPEST * cheapest]
    whole = sum(map(len, pages))
    cpu = plain[OURS].packing / cheapest
    size, best = plain[OURS].size / whole, min(affordable, default=0) / whole
    figures = {
        "cpu_of_cheapest": {"value": round(cpu, 3), "goal": MOST_OF_CHEAPEST, "met": cpu <= MOST_OF_CHEAPEST},
        "size_of_plain": {"value": round(size, 4), "goal": round(best, 4), "met": size <= best},
        "size_of_gzipped": {"value": round(packed[OURS].size / sum(map(len, sent)), 4)},
        "ms_per_plain_page": {"value": round(1000 * plain[OURS].packing / len(pages), 3)},
        "ms_per_gzipped_page": {"value": round(1000 * packed[OURS].packing / len(sent), 3)},
    }
    print(json.dumps(figures))
    return 0 if all(figure.get("met", True) for figure in figures.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
