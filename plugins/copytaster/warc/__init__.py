"""WARC 1.1 files (ISO 28500): the archive's format, ours and everybody's.

``Writer`` writes what `fetch` brings, one gzip member per record; ``read`` gives it back as pages, from
our own files and from others (Common Crawl's CC-NEWS, wget, Heritrix).
"""

from copytaster.warc.reader import DamagedRecord, read
from copytaster.warc.records import TornArchive
from copytaster.warc.writer import Writer

__all__ = ["DamagedRecord", "TornArchive", "Writer", "read"]
