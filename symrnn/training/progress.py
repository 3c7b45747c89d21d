"""How far a run is, for who looks at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Told = Callable[[int, str], None]


@contextmanager
def shown(wanted: bool | None, name: str, epochs: int) -> Iterator[Told]:
    """Inside, ``told(epochs behind, losses)`` moves a bar on standard error.

    Where ``wanted`` is None there is one on a terminal, and silence elsewhere.
    """
    if wanted is None:
        wanted = sys.stderr is not None and sys.stderr.isatty()
    if not wanted:
        yield lambda done, losses: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=epochs)
        yield lambda done, losses: bar.update(task, completed=done, description=f"{name} {losses}")
