"""Races two versions of symrnn over the table of goals: python bench/two_versions.py OLD NEW.

OLD and NEW are checkouts, or folders into which wheels were installed (``pip install --target``).
Each computes in a process of its own, by turns, while the other one waits. The ratio is OLD's time
over NEW's in the same round, the median of those, and of several passes: below 1 NEW is slower.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

SAMPLE = 0.04  # seconds


class Version:
    """A process that times calls of one version."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, cwd=folder, env={**os.environ, "PYTHONPATH": str(folder.resolve())})

    def seconds(self, workload: dict[str, Any]) -> float:
        """The seconds of one call, the least of a sample."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(workload) + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def serve() -> None:
    """Answer each workload of a line with the least seconds of a call."""
    known, call = "", None
    for line in sys.stdin:
        if line != known:
            known, call = line, prepared(json.loads(line))
        print(least(call), flush=True)


def prepared(workload: dict[str, Any]) -> Callable[[], object]:
    """What is timed."""
    from symrnn.bench.case import make_case
    from symrnn.bench.contenders.ours import trials
    from symrnn.bench.kinds import Kind
    from symrnn.bench.workloads import Workload
    case = make_case(Workload(**{**workload, "kind": Kind(workload["kind"])}))
    return next(iter(trials(case))).call


def least(call: Callable[[], object]) -> float:
    """The least seconds of a call, of as many as a sample takes."""
    call()
    found, end = [], time.perf_counter() + SAMPLE
    while not found or time.perf_counter() < end:
        begun = time.perf_counter()
        call()
        found.append(time.perf_counter() - begun)
    return min(found)


def raced(versions: list[Version], workload: dict[str, Any], rounds: int) -> list[float]:
    """OLD's seconds over NEW's in every round; who begins changes."""
    ratios = []
    for number in range(rounds + 1):
        turns = versions if number % 2 else versions[::-1]
        took = {id(one): one.seconds(workload) for one in turns}
        ratios.append(took[id(versions[0])] / took[id(versions[1])])
    return ratios[1:]  # the first compiles


def table() -> list[dict[str, Any]]:
    """The goals whose weights are not narrow, as plain data."""
    from symrnn.bench.workloads import GOALS
    return [{"cell": one.cell, "kind": one.kind.value, "m": one.m, "batch": one.batch,
             "steps": one.steps, "threads": one.threads, "n": one.n}
            for one in GOALS if not one.weights]


def told(workload: dict[str, Any]) -> str:
    """The row in one line."""
    return " ".join(f"{name}={value}" for name, value in workload.items() if name != "n")


def passed(folders: list[Path], rows: list[dict[str, Any]], rounds: int) -> list[float]:
    """The ratio of every row, by two fresh processes: where memory lies is by chance."""
    versions = [Version(one) for one in folders]
    found = []
    for one in rows:
        found.append(median(raced(versions, one, rounds)))
        print(f"{found[-1]:.3f}  {told(one)}", file=sys.stderr, flush=True)
    for version in versions:
        version.process.kill()
    return found


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("versions", nargs="*", type=Path, metavar="OLD NEW")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--passes", type=int, default=3, help="each by fresh processes (3)")
    parser.add_argument("--only", default=[], action="append", metavar="TEXT",
                        help="rows that contain it, such as 'cell=gru kind=step m=32'")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.serve:
        serve()
        return
    sys.path.insert(0, str(wanted.versions[1].resolve()))
    rows = [row for row in table()
            if not wanted.only or any(one in told(row) for one in wanted.only)]
    every = [passed(wanted.versions, rows, wanted.rounds) for _ in range(wanted.passes)]
    middle = list(map(median, zip(*every, strict=True)))
    for ratio, row in zip(middle, rows, strict=True):
        print(f"{ratio:.3f}  {told(row)}")
    print(f"{len(rows)} rows, median {median(middle):.3f}, least {min(middle):.3f}, "
          f"{sum(one < 0.97 for one in middle)} below 0.97")


if __name__ == "__main__":
    main()
