"""WARC 1.1 files (ISO 28500): the archive's format, ours and everybody's.

``Writer`` writes what `fetch` brings, one gzip member per record; ``read`` gives it back as pages, from
our own files and from others (Common Crawl's CC-NEWS, wget, Heritrix), and ``read_one`` one of them.
"""

from copytaster.warc.reader import read, read_one
from copytaster.warc.records import TornArchive
from copytaster.warc.revisits import DamagedRecord, MissingPayload, Revisit
from copytaster.warc.writer import Writer, Written

__all__ = [
    "DamagedRecord",
    "MissingPayload",
    "Revisit",
    "TornArchive",
    "Writer",
    "Written",
    "read",
    "read_one",
]
