"""What ``symrnn verify`` does for one network, without a terminal."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from symrnn import rendering
from symrnn.checking.certificate import Certificate, certificate
from symrnn.program import Program
from symrnn.runtime.patience import silence
from symrnn.targets import CHECKED, RUN


def certified(program: Program, asked: str, seed: int, profiles: Sequence[str],
              output: Path) -> Certificate:
    """Verify a network and write its certificate, under the name by which it was ``asked`` for.

    ``profiles`` of C are all that need no library where none is told. Raises FileRefused,
    ProgramError.
    """
    words = ["symrnn", "verify", asked, "--seed", str(seed),
             *(word for name in profiles for word in ("--profile", name))]
    targets = tuple(one for one in RUN if one.backend != "c" or one.name in profiles)
    with silence():  # a bar shows that it goes on
        found = certificate(program, shlex.join(words), seed, targets if profiles else CHECKED)
    rendering.write(output, {f"{program.name}.json": found.json,
                             f"{program.name}.txt": found.text})
    return found
