"""What people see on a terminal: colours and progress there, plain text everywhere else."""

import os
import time
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

PLAIN_WIDTH = 120


def console(*, stderr: bool = False) -> Console:
    """Give a console: coloured on a terminal, else plain and 120 columns wide."""
    found = Console(stderr=stderr, highlight=False, soft_wrap=False)
    if found.is_terminal or "COLUMNS" in os.environ:
        return found
    return Console(stderr=stderr, highlight=False, width=PLAIN_WIDTH, no_color=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str | None = None) -> Table:
    """Lay rows out under headings; None is shown as nothing. Cells are text, never markup."""
    laid = Table(title=title, title_justify="left", header_style="bold", pad_edge=False, box=None)
    for column in columns:
        laid.add_column(column, overflow="fold")
    for row in rows:
        laid.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    return laid


class Steps:
    """Says what is being done, each line with the seconds since the start."""

    def __init__(self, to: Console) -> None:
        self._to = to
        self._start = time.monotonic()

    def __call__(self, message: str) -> None:
        """Print one line."""
        line = Text(f"{time.monotonic() - self._start:5.0f} s  ", style="dim")
        self._to.print(line.append(Text(message, style="not dim")), soft_wrap=True)
