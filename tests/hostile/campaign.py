"""Many changed inputs, one after the other: each is taken, or refused in one sentence.

``python -m tests.hostile.campaign --inputs 20000`` is for the night; ``--only KIND --first NUMBER
--inputs 1`` is one of them again.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np

import symrnn
from symrnn.cli.running import sentence
from symrnn.exchange import read
from symrnn.pipeline import generate
from symrnn.program import Program
from symrnn.storage import load
from symrnn.workflow import mistakes
from tests.hostile import mutations, seeds

SECONDS, MEGABYTES = 20, 1500  # for one input; of memory for a whole campaign above its start
EVERY = 25  # of the cells that are taken, one goes through all printers
LONGEST = 600  # characters of a sentence


class TooSlow(BaseException):
    """An input took longer than it may."""


@dataclass(frozen=True)
class Kind:
    """Files of one ending: a changed one, and what reads it."""

    ending: str
    changed: Callable[[Random], bytes]
    taken: Callable[[Path], object]


def _cell(path: Path) -> Program:
    return symrnn.cell(path)


def _cell_of_grammar(draw: Random) -> bytes:
    text, other = draw.choice(seeds.cells()), draw.choice(seeds.cells())
    return mutations.of_grammar(draw, text, other).encode("utf-8", "surrogatepass")


def _cell_of_bytes(draw: Random) -> bytes:
    text, other = draw.choice(seeds.cells()), draw.choice(seeds.cells())
    return mutations.of_bytes(draw, text.encode(), other.encode())


def _of_bytes(ending: str) -> Callable[[Random], bytes]:
    def changed(draw: Random) -> bytes:
        known = seeds.files(ending)
        return mutations.of_bytes(draw, draw.choice(known), draw.choice(known))

    return changed


def _saved_text(draw: Random) -> bytes:
    """What ``save`` writes, the text in it changed as data, its arrays as they were."""
    known = seeds.programs()
    data = mutations.of_data(draw, json.loads(draw.choice(known)), json.loads(draw.choice(known)))
    file = io.BytesIO()
    text = np.frombuffer(json.dumps(data).encode("utf-8", "surrogatepass"), np.uint8)
    np.savez(file, symrnn=text, W=np.ones((4, 3)), U=np.ones((4, 4)), b=np.ones(4))
    return file.getvalue()


def _json_of_data(draw: Random) -> bytes:
    known = seeds.files(".json")
    data = mutations.of_data(draw, json.loads(draw.choice(known)), json.loads(draw.choice(known)))
    return json.dumps(data).encode("utf-8", "surrogatepass")


KINDS = {
    "cell by grammar": Kind(".cell", _cell_of_grammar, _cell),
    "cell by bytes": Kind(".cell", _cell_of_bytes, _cell),
    "program in npz": Kind(".npz", _saved_text, load),
    "npz": Kind(".npz", _of_bytes(".npz"), load),
    "weights in npz": Kind(".npz", _of_bytes(".weights.npz"), read),
    "safetensors": Kind(".safetensors", _of_bytes(".safetensors"), load),
    "weights in safetensors": Kind(".safetensors", _of_bytes(".weights.safetensors"), read),
    "onnx": Kind(".onnx", _of_bytes(".onnx"), read),
    "json by bytes": Kind(".json", _of_bytes(".json"), read),
    "json by data": Kind(".json", _json_of_data, read),
}
SHARES = (6, 2, 3, 1, 1, 1, 1, 2, 1, 2)  # of an input in twenty


@dataclass
class Report:
    """How many inputs were taken and refused, and what went wrong."""

    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0
    megabytes: float = 0.0

    def __str__(self) -> str:
        lines = [f"{kind}: {self.taken[kind]} taken, {self.refused[kind]} refused, "
                 f"{self.seconds[kind]:.0f} s"
                 for kind in KINDS if self.taken[kind] + self.refused[kind]]
        tried = sum(self.taken.values()) + sum(self.refused.values())
        return "\n".join((*lines, *self.wrong, f"{tried} inputs, {len(self.wrong)} wrong; the "
                          f"slowest took {self.slowest:.1f} s, memory grew by "
                          f"{self.megabytes:.0f} MB"))


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Inside, what takes longer raises TooSlow. Time of the processor counts, not of others."""
    def rings(number: int, frame: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, rings)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def told(error: Exception) -> str | None:
    """Why an error is no sentence that a user can read; None where it is one."""
    words = sentence(error)
    lines = words.split("\n")
    caret = isinstance(error, symrnn.cellfile.CellFileError) and len(lines) == 3
    if len(lines) > 1 and not caret:
        return "several lines"
    if not words.strip() or len(lines[0]) > LONGEST:
        return "no sentence, or a long one"
    return None if words.replace("\n", "").isprintable() else "what a terminal would obey"


def attempt(kind: Kind, draw: Random, folder: Path, report: Report, name: str) -> str:
    """What is wrong about one input; empty where it is taken, or refused as it should be."""
    path = folder / f"input{kind.ending}"
    path.write_bytes(kind.changed(draw))
    before = set(folder.iterdir())
    try:
        with within(SECONDS):
            found = kind.taken(path)
            if isinstance(found, Program) and report.taken[name] % EVERY == 0:
                generate(found, "c")
        report.taken[name] += 1
    except mistakes() as error:
        report.refused[name] += 1
        why = told(error)
        if why is not None:
            return f"{why}: {sentence(error)!r}"
    except (Exception, TooSlow) as error:
        report.refused[name] += 1
        return f"{type(error).__name__}: {str(error)[:300]}"
    return "" if set(folder.iterdir()) == before else "a file was written"


def run(inputs: int, first: int = 0, only: str = "", kept: Path | None = None) -> Report:
    """Try inputs of these numbers. What goes wrong is kept in a folder."""
    report, start = Report(), _megabytes()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, first + inputs):
            draw = Random(number)
            name = only or draw.choices(list(KINDS), SHARES)[0]
            begun = time.process_time()
            why = attempt(KINDS[name], draw, Path(folder), report, name)
            took = time.process_time() - begun
            report.seconds[name] += took  # type: ignore[assignment]
            report.slowest = max(report.slowest, took)
            if why:
                report.wrong.append(f"{name} {number}: {why}")
                if kept is not None:
                    (kept / f"{number}{KINDS[name].ending}").write_bytes(
                        KINDS[name].changed(_again(number, only)))
    report.megabytes = _megabytes() - start
    return report


def _again(number: int, only: str) -> Random:
    draw = Random(number)
    if not only:
        draw.choices(list(KINDS), SHARES)
    return draw


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """The nightly command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", default="", choices=("", *KINDS))
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    if asked.keep is not None:
        asked.keep.mkdir(parents=True, exist_ok=True)
    report = run(asked.inputs, asked.first, asked.only, asked.keep)
    print(report)
    sys.exit(bool(report.wrong) or report.megabytes > MEGABYTES)


if __name__ == "__main__":
    main()
