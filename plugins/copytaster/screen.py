"""What people see on a terminal: colours and progress there, plain text everywhere else."""

import json
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

PLAIN_WIDTH = 120


def console(*, stderr: bool = False) -> Console:
    """Give a console: coloured on a terminal, else plain and 120 columns wide. It prints text, never markup."""
    found = Console(stderr=stderr, highlight=False, soft_wrap=False, markup=False, emoji=False)
    if found.is_terminal or "COLUMNS" in os.environ:
        return found
    return Console(
        stderr=stderr, highlight=False, width=PLAIN_WIDTH, no_color=True, markup=False, emoji=False
    )


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    title: str | None = None,
    whole: Collection[str] = (),
) -> Table:
    """Lay rows out under headings; None is shown as nothing. Cells are text, never markup.

    Long text is folded, last in the columns named in ``whole``: those that people copy.
    """
    rows = [tuple(row) for row in rows]
    laid = Table(title=title, title_justify="left", header_style="bold", pad_edge=False, box=None)
    for place, column in enumerate(columns):
        numbers = bool(rows) and all(type(row[place]) in {int, float} for row in rows)
        side: Literal["left", "right"] = "right" if numbers else "left"
        laid.add_column(Text(column), overflow="fold", justify=side, no_wrap=column in whole)
    for row in rows:
        laid.add_row(*(Text(shown(cell)) for cell in row))
    return laid


def shown(cell: object) -> str:
    """Write one value for people: moments in UTC without fractions, durations in their largest unit."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC) if cell.tzinfo else cell:%Y-%m-%d %H:%M:%S}" + (
            "Z" if cell.tzinfo else ""
        )
    if isinstance(cell, timedelta):
        return _duration(cell)
    if isinstance(cell, list | tuple):
        return ", ".join(shown(part) for part in cell)
    return json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, dict) else str(cell)


def _duration(span: timedelta) -> str:
    seconds = span.total_seconds()
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if abs(seconds) >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


class Steps:
    """Says what is being done, each line with the seconds since the start."""

    def __init__(self, to: Console) -> None:
        self._to = to
        self._start = time.monotonic()

    def __call__(self, message: str) -> None:
        """Print one line."""
        line = Text(f"{time.monotonic() - self._start:5.0f} s  ", style="dim")
        self._to.print(line.append(Text(message, style="not dim")), soft_wrap=True)


@contextmanager
def progress(total: int | None, to: Console | None = None) -> Iterator[Callable[[str], None]]:
    """Give a function that says which of ``total`` pieces of work begins: a bar on a terminal, else a line each.

    Standard error is where it goes, so that standard output stays data. The bar has no thread of
    its own, because the steps fork.
    """
    to = to or console(stderr=True)
    if not to.is_terminal:
        yield Steps(to)
        return
    columns = (BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=to, transient=True, auto_refresh=False, redirect_stdout=False) as bar:
        task = bar.add_task("", total=total)
        begun = 0

        def tell(what: str) -> None:
            nonlocal begun
            bar.update(task, description=escape(what), completed=begun)
            bar.refresh()
            begun += 1

        yield tell
