"""A sign of life where a compiler keeps somebody waiting for more than a second."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock, Timer

SECONDS = 1.0


class _Wait:
    """Somebody waits for ``what``; who that is stays silent where it is empty."""

    def __init__(self, what: str) -> None:
        self.what, self.lock = what, Lock()
        self.is_late = self.is_busy = self.is_told = False

    def note(self, late: bool = False, busy: bool = False) -> None:
        """Tell, once, when both are true: a second has gone by and a compiler is at work."""
        with self.lock:
            self.is_late, self.is_busy = self.is_late or late, self.is_busy or busy
            if self.is_late and self.is_busy and not self.is_told and sys.stderr is not None:
                print(f"symrnn: compiling {self.what} (once; later runs take it from the cache)",
                      file=sys.stderr, flush=True)
                self.is_told = True

    def over(self) -> None:
        """Nobody waits any more."""
        with self.lock:
            self.is_told = True


_WAIT: ContextVar[_Wait | None] = ContextVar("wait", default=None)


@contextmanager
def patience(what: str) -> Iterator[None]:
    """Inside, one line on standard error after a second in which a compiler was wanted.

    Within another one it does nothing: whoever waits there is told already.
    """
    if _WAIT.get() is not None:
        yield
        return
    wait = _Wait(what)
    token, timer = _WAIT.set(wait), Timer(SECONDS, wait.note, [True])
    timer.daemon = True
    try:
        timer.start()
        yield
    finally:
        timer.cancel()
        wait.over()
        _WAIT.reset(token)


@contextmanager
def silence() -> Iterator[None]:
    """Inside, nothing is told: whoever waits sees other signs of life."""
    wait = _Wait("")
    wait.over()
    token = _WAIT.set(wait)
    try:
        yield
    finally:
        _WAIT.reset(token)


def at_work() -> None:
    """A compiler begins."""
    wait = _WAIT.get()
    if wait is not None:
        wait.note(busy=True)
