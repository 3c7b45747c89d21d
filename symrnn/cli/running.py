"""One run of the command line: what goes wrong is one sentence and an exit code."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys

from symrnn.cli.commands import app
from symrnn.cli.spelling import spell_out
from symrnn.cli.terminal import OutputLost, flush, plain

MISTAKE, INTERRUPTED, PIPE_CLOSED = 2, 128 + signal.SIGINT, 128 + 13  # as shells count them
# Formulas and loop trees are many, live to the end and hold no circles: Python looks for garbage
# after so many new objects, instead of a sixth of the time.
YOUNG = 100_000


def main() -> None:
    """Run the command line; an error is one sentence and exit code 2."""
    gc.set_threshold(YOUNG)
    spell_out(sys.stdout, sys.stderr)
    raise SystemExit(_run())


def _run() -> int | str | None:
    try:
        code = _finished()
    except KeyboardInterrupt:  # also while a mistake is looked at, which loads more
        code = INTERRUPTED
    if code == INTERRUPTED:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is at work may end in peace
        return _told("interrupted", INTERRUPTED)
    return code


def _finished() -> int | str | None:
    """The exit code of a command whose output is out; what went wrong is told."""
    try:
        code = _commands()
        flush()
    except OutputLost as lost:
        _forget_output()
        return PIPE_CLOSED if lost.closed else _told(str(lost), MISTAKE)
    except Exception as error:
        if not is_mistake(error):
            raise
        return _told(sentence(error), MISTAKE)
    return code


def _commands() -> int | str | None:
    """The exit code of the command that was asked for."""
    try:
        app(prog_name="symrnn")
    except SystemExit as done:
        return done.code
    return 0


def _told(words: str, code: int) -> int:
    with contextlib.suppress(OSError):  # nobody listens there either
        print(f"symrnn: {plain(words)}", file=sys.stderr, flush=True)
    return code


def _forget_output() -> None:
    """Lead what is left in the buffer to nowhere: Python flushes it once more at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def is_mistake(error: Exception) -> bool:
    """True for what a user can mend, which the layers below tell in a sentence."""
    from symrnn.workflow import mistakes

    return isinstance(error, mistakes())


def sentence(error: Exception) -> str:
    """What went wrong, and how to mend it."""
    if isinstance(error, OSError):
        return ": ".join(str(one) for one in (error.filename, error.strerror or error) if one)
    return str(error)
