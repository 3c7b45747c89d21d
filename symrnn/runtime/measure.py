"""How large compiled C is: the code in an object file, as the compiler's own tools tell it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from symrnn.runtime.compiler import CompilerMissing, find_compiler
from symrnn.runtime.programs import TooLong, told

SMALL = ("-std=c99", "-Os", "-c")
CORTEX = ("-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard")


def small_compilers() -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """What there is to compile small code with: a name, the command, the program ``size``."""
    found = []
    try:
        command, size = find_compiler(), "size"
    except CompilerMissing:
        command = ()
    if command and shutil.which(size):
        found.append((f"{Path(command[0]).name}, {os.uname().machine}", (*command, *SMALL), size))
    if shutil.which("arm-none-eabi-gcc") and shutil.which("arm-none-eabi-size"):
        found.append(("arm-none-eabi-gcc, Cortex-M4",
                      ("arm-none-eabi-gcc", *SMALL, *CORTEX), "arm-none-eabi-size"))
    return tuple(found)


def code_sizes(files: Mapping[str, str], sources: Sequence[str], command: Sequence[str],
               size: str) -> dict[str, int] | None:
    """The bytes of code in each source, or None where the compiler refuses one or does not end.

    ``files`` are the texts of all, headers too, in one folder.
    """
    with tempfile.TemporaryDirectory() as place:
        for name, text in files.items():
            Path(place, name).write_text(text, encoding="utf-8")
        found = {}
        for name in sources:
            try:
                done = told([*command, name, "-o", "code.o"], place)
                sizes = told([size, "code.o"], place)
            except TooLong:
                return None
            if done.returncode or sizes.returncode:
                return None
            found[name] = int(sizes.stdout.split("\n")[1].split()[0])
        return found
