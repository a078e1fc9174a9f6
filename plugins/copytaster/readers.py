"""Pages -> Readings, in processes that are recycled: one bad page costs one row, never the batch."""

import threading
from collections.abc import Callable, Iterable, Iterator

from copytaster.caches import forget
from copytaster.errors import Unusable
from copytaster.handover import Reading
from copytaster.model import Page
from copytaster.pool import Limits, Lost, in_order

LIMITS = Limits(seconds=30.0)
PRELOAD = ("copytaster.extract", "trafilatura", "py3langid.langid", "charset_normalizer")
# Reading it loads the language model, the phrases and more: a second, which processes forked afterwards do not pay again.
_PRIMER = Page(
    url="http://primer.example/", body=b"<title>Primer</title><p>" + b"A sentence of five words. " * 20
)
#: Pages for which a second process is worth its start.
PAGES_PER_WORKER = 20


def read_all(
    pages: Iterable[Page | Reading], *, beat: Callable[[], None], workers: int = 1
) -> Iterator[Reading]:
    """Yield one reading for each page, in order (a reading is passed on); ``beat`` is called after each."""
    alone = threading.active_count() == 1  # a fork copies no other thread, but the locks that it holds
    if alone:
        prime()
    jobs = in_order(read, pages, workers=workers, limits=LIMITS, preload=PRELOAD, fork=alone, tidy=forget)
    for page, reading in jobs:
        beat()
        if isinstance(reading, Lost):
            yield Reading(page_id=_id(page), reason="extraction_failed", detail=reading.trouble)
        else:
            yield reading


def prime() -> None:
    """Load what reading needs, for processes that are forked from this one."""
    from copytaster.extract import extract  # noqa: PLC0415 - loads trafilatura

    extract(_PRIMER)


def read(page: Page | Reading) -> Reading:
    """Read one page; what cannot be read is a reading with its reason."""
    from copytaster.extract import extract  # noqa: PLC0415 - loads trafilatura, in the worker process

    if isinstance(page, Reading):
        return page
    try:
        return Reading(page_id=_id(page), article=extract(page))
    except Unusable as error:
        return Reading(page_id=_id(page), reason=error.reason, detail=error.detail)


def _id(page: Page | Reading) -> int:
    if page.page_id is None:
        raise ValueError("a page of a batch has an id")
    return page.page_id
