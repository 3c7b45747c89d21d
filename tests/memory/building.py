"""Builds and runs the programs of driver.py under tools that watch memory and threads."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from symrnn.rendering import shared
from symrnn.runtime.simd_engine import APART, OF_ROWS, TILES, TRANSPOSED

by_night = bool(os.environ.get("SYMRNN_EXHAUSTIVE"))
nightly = pytest.mark.skipif(not by_night, reason="runs nightly: SYMRNN_EXHAUSTIVE=1")
CROWDED = ("-DSHARE_OF_LOOP=1", "-DSHARE_OF_STEP=1")  # a team, however little there is to do


@dataclass(frozen=True)
class Tool:
    """A compiler with what watches the program that it makes.

    ``turns`` are the fillings of memory and the sides of the guards that are tried, ``crowd`` the
    threads that share parameters, ``members`` those of a team; ``front`` stands before the program.
    """

    name: str
    command: tuple[str, ...]
    turns: int = 1
    crowd: int = 1
    members: int = 1
    front: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def flags(self) -> tuple[str, ...]:
        """All that objects of one program must have in common."""
        words = {"TURNS": self.turns, "CROWD": self.crowd, "MEMBERS": self.members}
        return (*self.command, "-std=gnu99", "-g", *(f"-D{one}={n}" for one, n in words.items()),
                *(("-fopenmp", *CROWDED) if self.members > 1 else ()))


# object-size is left out: above -O0 gcc's speaks up where one of two tables of functions is chosen
# (row_tiles of symrnn_simd.h), which is taken for a false alarm and not proved to be one. The
# address sanitizer and bounds, which watch the same reads, find nothing there. Leaks are no
# question: the kernels allocate nothing.
OURS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-sanitize=object-size")
NO_LEAKS = (("ASAN_OPTIONS", "detect_leaks=0"), ("OMP_WAIT_POLICY", "passive"))
GUARDED = Tool("address and undefined", ("gcc", "-O1" if by_night else "-O0", *OURS), turns=4,
               members=2, environment=NO_LEAKS)
ALIKE = Tool("the same by clang", ("clang", "-O1", "-fsanitize=address,undefined",
                                   "-fno-sanitize-recover=all"), turns=4, environment=NO_LEAKS)
# Without errno exp is an operation of the compiler, of which the sanitizer knows what it reads.
MSAN = Tool("memory", ("clang", "-O1", "-fsanitize=memory", "-fno-math-errno",
                       "-fno-sanitize-recover=all", "-DON_HEAP"))
VALGRIND = Tool("valgrind", ("gcc", "-O1", "-DON_HEAP"),
                front=("valgrind", "-q", "--error-exitcode=9", "--exit-on-first-error=yes"))
SHARING = Tool("threads", ("gcc", "-O1", "-fsanitize=thread", "-DON_HEAP"), crowd=4)
# gcc's OpenMP library hides its barriers from the sanitizer; that of LLVM tells it of them.
TEAM = Tool("a team of threads", ("clang", "-O1", "-fsanitize=thread", "-DON_HEAP"), members=3,
            environment=(("TSAN_OPTIONS", "ignore_noninstrumented_modules=1"),
                         ("OMP_TOOL_VERBOSE_INIT", "disabled")))
# Of two sides of one size two threads take one and the third the other, as if to meet cost more
# than anything else; or all three take one after the other, as if it cost nothing.
PARTS, TOGETHER = (replace(TEAM, name=name, command=(*TEAM.command, f"-DSHARE_OF_MEETING={share}u"))
                   for name, share in (("parts of a team", 1 << 40), ("a team as a whole", 0)))


def needs(*programs: str) -> None:
    """Skip where one is not installed."""
    for one in programs:
        if shutil.which(one) is None:
            pytest.skip(f"{one} is not installed")


def compiled(tool: Tool, folder: Path, sources: Sequence[str], *more: str) -> Path:
    """The program, linked. Skips where this compiler lacks the tool."""
    needs(tool.command[0], *tool.front[:1])
    made = folder / "program"
    done = said(folder, *tool.flags, *more, *sources, "-lm", "-pthread", "-o", str(made))
    if done.returncode and "cannot find" in done.stderr:
        pytest.skip(f"{tool.command[0]} cannot look for {tool.name}: its libraries are missing")
    assert done.returncode == 0, done.stderr
    return made


def tiles(tool: Tool, folder: Path) -> list[str]:
    """The tiles that all networks share, compiled once; what compiles without them says so."""
    needs(tool.command[0])
    for name, text in shared().items():
        (folder / name).write_text(text, encoding="utf-8")
    for which in (OF_ROWS, TRANSPOSED):
        (folder / f"{which}.c").write_text(TILES.format(which=which, type="float"))
        done = said(folder, *tool.flags, "-c", f"{which}.c", "-o", f"{which}.o")
        assert done.returncode == 0, done.stderr
    return [f"-D{APART}", *(str(folder / f"{which}.o") for which in (OF_ROWS, TRANSPOSED))]


def watched(tool: Tool, made: Path) -> subprocess.CompletedProcess[str]:
    """What a program says; exit code 0 where nothing was found."""
    environment = {**os.environ, **dict(tool.environment)}
    return subprocess.run([*tool.front, str(made)], cwd=made.parent, capture_output=True, text=True,
                          env=environment, check=False)


def said(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command and what it says."""
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
