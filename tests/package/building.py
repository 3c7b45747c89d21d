"""Compiles the programs of a package, and runs them here or on an emulated machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
WARNINGS = "-pedantic -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Werror -O2".split()
COMPILERS = {"gcc": ["gcc"], "clang": ["clang"], "zig": [sys.executable, "-m", "ziglang", "cc"],
             "aarch64": ["aarch64-linux-gnu-gcc", "-static"],
             "s390x": ["s390x-linux-gnu-gcc", "-static"]}  # the big end first
EMULATORS = {one: (f"qemu-{one}", f"qemu-{one}-static") for one in ("aarch64", "s390x")}
CORTEX = ("arm-none-eabi-gcc -std=c99 -Os -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 "
          "-mfloat-abi=hard -ffunction-sections -fdata-sections -Wl,--gc-sections "
          "--specs=rdimon.specs").split()
BOARD = "qemu-system-arm -M mps2-an386 -nographic -semihosting -kernel".split()

nightly = pytest.mark.skipif(not os.environ.get("SYMRNN_EXHAUSTIVE"),
                             reason="runs nightly: SYMRNN_EXHAUSTIVE=1")


def needs(*programs: str) -> None:
    """Skip where a program is not installed."""
    for one in programs:
        if shutil.which(one) is None:
            pytest.skip(f"{one} is not installed")


def run(*command: str, cwd: Path, code: int = 0) -> str:
    """What a command says; it must end with this exit code."""
    needs(command[0])
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def sources(folder: Path) -> list[str]:
    return sorted(str(one) for one in (folder / "src").glob("*.c"))


def program(compiler: str, folder: Path, name: str, out: Path) -> list[str]:
    """The command that runs a program of a package."""
    run(*COMPILERS[compiler], "-std=c99", *WARNINGS, f"-I{folder}/src", *sources(folder),
        f"{folder}/tests/{name}.c", "-lm", "-o", str(out / name), cwd=out)
    found = [one for one in EMULATORS.get(compiler, ()) if shutil.which(one)][:1]
    if compiler in EMULATORS and not found:
        pytest.skip(f"{EMULATORS[compiler][0]} is not installed")
    return [*found, str(out / name)]


def on_cortex(folder: Path, main: Path, out: Path) -> Path:
    """A program for the emulated board."""
    needs("qemu-system-arm")
    place = HERE / "cortex_m4"
    made = out / f"{main.stem}.elf"
    run(*CORTEX, "-T", str(place / "link.ld"), f"-I{folder}/src", *sources(folder), str(main),
        str(place / "start.c"), "-lm", "-o", str(made), cwd=out)
    return made


def section_sizes(made: Path) -> tuple[int, int]:
    """The bytes of code with constants, and of memory that is written."""
    text, data, bss = run("arm-none-eabi-size", str(made), cwd=made.parent).split("\n")[1].split()[
        :3]
    return int(text), int(data) + int(bss)


def numbers(text: str) -> Sequence[float]:
    """Numbers, one a line."""
    return [float(line) for line in text.split()]
