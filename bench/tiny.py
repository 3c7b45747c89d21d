"""Tiny networks, one sample at a time: a package's steps beside a loop on Eigen.

Nanoseconds a sample: the least of many rounds, in which the contenders take turns in one process:
``python bench/tiny.py``, with ``--results bench/TINY.md`` also into a file. It wants a C and a
C++ compiler and Eigen (``apt install libeigen3-dev``).
"""

from __future__ import annotations

import argparse
import ctypes
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

import symrnn
from symrnn.backends.c import Chosen, c_backend
from symrnn.packaging import package
from symrnn.pipeline import derive
from symrnn.program import Program
from symrnn.rendering import rendered

Floats = npt.NDArray[np.float32]
HERE, INPUTS, STEPS = Path(__file__).resolve().parent, 1, 1000
UNITS = (8, 12, 16, 20, 24, 32, 40, 48, 56, 64)
OPTIONS = ("-O3", "-march=native", "-DNDEBUG", "-fPIC", "-shared")
COMPILERS = {"gcc": "g++", "clang": "clang++"}
CELLS: dict[str, Callable[[], Program]] = {"lstm": symrnn.lstm, "gru": symrnn.gru}
GOAL, EIGEN_FOLDER = 1.3, "/usr/include/eigen3"
# What each program of ours begins with, says at the beginning, and at every sample.
FAST = ("#include \"net_fast.h\"\nstatic net_fast_stream stream;\nstatic net_fast_weights packed;",
        "net_parameters given; net_bind(values, &given), net_fast_pack(&given, &packed), "
        "net_fast_reset(&stream);",
        "net_fast_step(&stream, &packed, x + t, y + t * NET_ENTRIES_h);")
STREAM = ("#include \"net_model.h\"\nstatic net_stream stream;\nstatic net_parameters given;",
          "net_bind(values, &given), net_stream_reset(&stream);",
          "net_stream_step(&stream, &given, x + t, y + t * NET_ENTRIES_h);")


@dataclass(frozen=True)
class Contender:
    """A library: what takes the weights, and what runs a number of samples."""

    name: str
    loaded: ctypes.CDLL

    def begin(self, weights: Floats) -> None:
        """Take the weights; begin anew."""
        self.loaded.begin(ctypes.c_void_p(weights.ctypes.data))

    def run(self, x: Floats, y: Floats) -> float:
        """Nanoseconds a sample."""
        start = time.perf_counter_ns()
        self.loaded.run(ctypes.c_void_p(x.ctypes.data), ctypes.c_void_p(y.ctypes.data), len(x))
        return (time.perf_counter_ns() - start) / len(x)


def main() -> None:
    """Measure, print, and write what was printed."""
    given = _arguments()
    lines = [f"# Tiny networks, one sample at a time, {platform.machine()}", "",
             f"{_processor()}; one thread, float32, {INPUTS} input; nanoseconds a sample, the "
             f"least of {given.rounds} rounds of {STEPS} samples each, contenders by turns. "
             f"Printed by `python bench/tiny.py --rounds {given.rounds}`.", ""]
    for compiler in given.compilers:
        for cell in given.cells:
            lines += _table(compiler, cell, given.units, given.rounds)
    if given.results:
        given.results.write_text("\n".join(lines), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=200)
    asked.add_argument("--units", type=int, nargs="+", default=UNITS)
    asked.add_argument("--cells", nargs="+", choices=CELLS, default=tuple(CELLS))
    asked.add_argument("--compilers", nargs="+", choices=COMPILERS, default=tuple(COMPILERS))
    asked.add_argument("--results", type=Path)
    return asked.parse_args()


def _processor() -> str:
    """What the system calls its processor."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    named = [line.split(": ")[1] for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()


def _table(compiler: str, cell: str, units: Sequence[int], rounds: int) -> list[str]:
    """The lines of one table; each is printed as soon as it is there."""
    lines: list[str] = []
    for m in units:
        with tempfile.TemporaryDirectory() as folder:
            raced, apart = _raced(_contenders(compiler, cell, m, Path(folder)), m, rounds)
        if not lines:
            names = (*raced, "sizes fixed to not", f"fast to Eigen (goal {GOAL})", "differ by")
            lines += [f"## {cell}, {compiler}", "", f"| m | {' | '.join(names)} |",
                      f"| {' | '.join(['---'] * (len(names) + 1))} |"]
            print(*lines, sep="\n")
        told = (*(f"{one:.0f}" for one in raced.values()),
                f"{raced['portable'] / raced['portable, sizes fixed']:.2f}",
                f"{raced['Eigen'] / raced['fast']:.2f}", f"{apart:.0e}")
        lines.append(f"| {m} | {' | '.join(told)} |")
        print(lines[-1], flush=True)
    print()
    return [*lines, ""]


def _raced(contenders: Sequence[Contender], m: int, rounds: int) -> tuple[dict[str, float], float]:
    """The least time of each, and how far outputs are from those of the first."""
    random = np.random.default_rng(0)
    count = 4 * (m * INPUTS + m * m + m)
    weights = random.uniform(-m ** -0.5, m ** -0.5, count).astype(np.float32)
    x = random.normal(0, 1, (STEPS, INPUTS)).astype(np.float32)
    outputs = [np.zeros((STEPS, m), np.float32) for _ in contenders]
    best = {one.name: np.inf for one in contenders}
    for turn in range(rounds + 1):
        for one, y in zip(contenders, outputs, strict=True):
            one.begin(weights)
            one.run(x, y)  # what the others took from the cache comes back
            taken = min(one.run(x, y), one.run(x, y))
            best[one.name] = min(best[one.name], taken) if turn else np.inf
    for one, y in zip(contenders, outputs, strict=True):
        one.begin(weights)
        one.run(x, y)
    apart = max(float(np.abs(y - outputs[0]).max()) for y in outputs)
    return best, apart


def _contenders(compiler: str, cell: str, m: int, folder: Path) -> list[Contender]:
    """Libraries of one size."""
    network = CELLS[cell]()
    package(network, "net", {"n": INPUTS, "m": m}).write(folder)
    eigen = [COMPILERS[compiler], *OPTIONS, f"-I{EIGEN_FOLDER}", f"-DCELL={cell.capitalize()}",
             f"-DINPUTS={INPUTS}", f"-DUNITS={m}", str(HERE / "tiny_eigen.cpp")]
    own = folder / "src" / "net.c"
    return [_built("Eigen", eigen, folder),
            _built("portable", _ours(compiler, folder, _open(network, folder), STREAM), folder),
            _built("portable, sizes fixed", _ours(compiler, folder, own, STREAM), folder),
            _built("fast", _ours(compiler, folder, own, FAST), folder)]


def _open(network: Program, folder: Path) -> Path:
    """The source of the network whose sizes each call tells."""
    made = folder / "open"
    made.mkdir()
    chosen = Chosen(("infer", "step"), beside=False)
    for name, text in rendered(c_backend(derive(network), "net", chosen)).items():
        made.joinpath(name).write_text(text, encoding="utf-8")
    return made / "net.c"


def _ours(compiler: str, folder: Path, own: Path, said: tuple[str, str, str]) -> list[str]:
    """The command that compiles a package, with its network from a file of its own."""
    head, begin, step = said
    calls = folder / "calls.c"
    calls.write_text(
        f"{head}\nvoid begin(const float *values) {{ {begin} }}\n"
        f"void run(const float *x, float *y, int steps)\n"
        f"{{ for (int t = 0; t < steps; ++t) {step} }}\n", encoding="utf-8")
    others = [str(one) for one in sorted((folder / "src").glob("*.c")) if one.name != own.name]
    return [compiler, "-std=gnu99", *OPTIONS, f"-I{folder / 'src'}", str(own), *others,
            str(calls), "-lm"]


def _built(name: str, command: Sequence[str], folder: Path) -> Contender:
    library = folder / f"{name.replace(' ', '_').replace(',', '')}.so"
    subprocess.run([*command, "-o", str(library)], check=True)
    return Contender(name, ctypes.CDLL(os.fspath(library)))


if __name__ == "__main__":
    main()
