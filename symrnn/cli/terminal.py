"""What the commands print: lines, tables, and how far they are while somebody waits."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Event, Thread

SECONDS = 5.0  # between two lines of a log
Told = Callable[[int, str, int | None], None]


class OutputLost(Exception):
    """Standard output takes nothing more; ``closed`` where its reader has gone."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"standard output: {error.strerror}")
        self.closed = isinstance(error, BrokenPipeError)


def plain(text: str) -> str:
    r"""Lines as a terminal may have them: what it would obey stands as its code, ``\x1b``.

    Names of files, and files that somebody changed, may hold anything.
    """
    if text.replace("\n", "").isprintable():
        return text
    from symrnn.program import printable  # takes a while to load

    return "\n".join(map(printable, text.split("\n")))


def say(text: str) -> None:
    """Print a text in plain letters. Raises OutputLost."""
    _print(plain(text))


def _print(text: str) -> None:
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
        made.add_row(*map(plain, row))
    wide = Console(highlight=False, markup=False, emoji=False, width=200)
    wide.width = max(Console().width, wide.measure(made).maximum)
    with wide.capture() as captured:
        wide.print(made)
    _print(captured.get().removesuffix("\n"))  # bold stays bold


@contextmanager
def waiting(doing: str) -> Iterator[Told]:
    """Inside, standard error shows how far a command is, which it tells by ``told(done, at, of)``.

    That is a bar where somebody is looking, which leaves nothing behind, else now and then a line.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        with _lines(doing) as told:
            yield told
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, at, of: bar.update(
            task, completed=done, total=of, description=f"{doing} {at}".rstrip())


@contextmanager
def _lines(doing: str) -> Iterator[Told]:
    """``symrnn: checking gru, 12 of 300``, every few seconds: a log shows that it goes on."""
    state, over = "", Event()

    def told(done: int, at: str, of: int | None) -> None:
        nonlocal state
        state = f" {at}".rstrip() + f", {done} of {of}" * (of is not None)

    def write() -> None:
        while not over.wait(SECONDS):
            with suppress(OSError, ValueError):  # nobody listens there
                print(f"symrnn: {doing.lower()}{state}", file=sys.stderr, flush=True)

    thread = Thread(target=write, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        over.set()
        thread.join()
