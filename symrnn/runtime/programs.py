"""Programs of others: started without a shell, and ended where they take too long."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence

MINUTES = 30  # no compiler needs a tenth of it for a cell
GRACE = 5  # seconds until a program that was ended must have let go of its output


class TooLong(RuntimeError):
    """A program did not end in time."""


def told(command: Sequence[str], folder: str | None = None,
         minutes: float | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program and return its exit code and what it says.

    It is ended with all that it started where it takes longer than ``minutes``, and where somebody
    presses Ctrl-C. Raises TooLong, OSError where it cannot be started.
    """
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, cwd=folder,
                          start_new_session=True) as started:
        try:
            said, complained = started.communicate(timeout=60 * (minutes or MINUTES))
        except subprocess.TimeoutExpired:
            _end(started)
            raise TooLong(command[0]) from None
        except BaseException:
            _end(started)
            raise
    return subprocess.CompletedProcess(command, started.returncode, said, complained)


def _end(started: subprocess.Popen[str]) -> None:
    """End a program, and what it started: it leads a group of its own."""
    if hasattr(os, "killpg"):
        os.killpg(started.pid, signal.SIGKILL)
    else:
        started.kill()
    started.communicate(timeout=GRACE)
