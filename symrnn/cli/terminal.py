"""What the commands print: lines, tables, and a bar while somebody waits."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


class OutputLost(Exception):
    """Standard output takes nothing more; ``closed`` where its reader has gone."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"standard output: {error.strerror}")
        self.closed = isinstance(error, BrokenPipeError)


def say(text: str) -> None:
    """Print a text as it is. Raises OutputLost."""
    try:
        print(text)
    except OSError as error:
        raise OutputLost(error) from None


def flush() -> None:
    """Print what waits in the buffer. Raises OutputLost."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError as error:
        raise OutputLost(error) from None


def say_table(head: Sequence[str], body: Iterable[Sequence[str]]) -> None:
    """Rows with a head, each on one line even where the screen is narrow."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    made = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in head:
        made.add_column(name, no_wrap=True)
    for row in body:
        made.add_row(*row)
    wide = Console(highlight=False, markup=False, emoji=False, width=200)
    wide.width = max(Console().width, wide.measure(made).maximum)
    with wide.capture() as captured:
        wide.print(made)
    say(captured.get().removesuffix("\n"))


def progress_bar() -> Progress:
    """A bar on standard error, where somebody is looking; it leaves nothing behind."""
    from rich.console import Console
    from rich.progress import Progress

    return Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True)
