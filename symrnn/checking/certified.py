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


def certified(program: Program, name: str, asked: str, seed: int, profiles: Sequence[str],
              output: Path) -> Certificate:
    """Verify a network and write its certificate; ``asked`` is what was typed for it.

    ``profiles`` of C are all that need no library where none is told. Raises FileRefused,
    Incomparable.
    """
    words = ["symrnn", "verify", asked, "--seed", str(seed),
             *(word for one in profiles for word in ("--profile", one))]
    targets = tuple(one for one in RUN if one.backend != "c" or one.name in profiles)
    with silence():  # a bar shows that it goes on
        found = certificate(program, name, shlex.join(words), seed,
                            targets if profiles else CHECKED)
    rendering.write(output, {f"{name}.json": found.json, f"{name}.txt": found.text})
    return found
