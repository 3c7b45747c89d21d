"""``python -m tests.nightly``: what a day has no time for, one step after the other.

Steps are told with their commands by ``--list``. Each writes what it prints into a file of the
folder ``--logs``; its last line and its time are told here. The exit code is 1 if a step failed.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BY_NIGHT = "SYMRNN_EXHAUSTIVE"  # all cells, levels and machines in the tests that know of it


@dataclass(frozen=True)
class Step:
    """A module of Python and its arguments; ``exhaustive`` where its tests are those of a night."""

    name: str
    words: str
    exhaustive: bool = False

    @property
    def command(self) -> list[str]:
        """As it is run."""
        return [sys.executable, "-m", *shlex.split(self.words)]

    def __str__(self) -> str:
        return f"{f'{BY_NIGHT}=1 ' if self.exhaustive else ''}python -m {self.words}"


STEPS = (
    Step("tests", "pytest -n 2 -rs --ignore tests/memory --ignore tests/rounding", True),
    Step("memory", "pytest -n 2 -rs tests/memory", True),
    Step("rounding", "pytest -n 2 -rP tests/rounding", True),
    Step("pool", "tests.rounding.pool"),
    Step("saturation", "tests.rounding.spoilt"),
    Step("drift", "tests.rounding.drift"),
    Step("hostile", "tests.hostile.campaign --inputs 20000"),
    Step("bytes", "tests.hostile.atheris_readers cell -max_total_time=600"),
    Step("compilers", "symrnn fuzz --all-compilers --cells 200"),
    Step("others", "tests.fuzzing.seeds --first 0 --seeds 40 --also torch --also onnx "
                   "--also javascript"),
    Step("cells", "tests.fuzzing.seeds --minutes 60"),
    Step("certificates", "symrnn verify --output certificates"),
    Step("covered", "tests.covered"),
    Step("faults", "tests.faults --quick --minutes 240"),
)


def run(step: Step, logs: Path) -> bool:
    """Run a step, tell how it ended; True where nothing is wrong."""
    log, begun = logs / f"{step.name}.log", time.monotonic()
    print(f"{step.name}: {step}", flush=True)
    with log.open("w", encoding="utf-8") as file:
        done = subprocess.run(step.command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT,
                              env={**os.environ, **({BY_NIGHT: "1"} if step.exhaustive else {})},
                              check=False)
    told = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line]
    minutes = (time.monotonic() - begun) / 60
    print(f"  exit code {done.returncode} after {minutes:.1f} minutes: "
          f"{told[-1] if told else 'nothing was printed'}", flush=True)
    return done.returncode == 0


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.nightly", description=__doc__)
    parser.add_argument("steps", nargs="*", choices=[*(one.name for one in STEPS), "all"],
                        default="all", metavar="STEP", help="all of them, if none is told")
    parser.add_argument("--list", action="store_true", help="tell the steps, run nothing")
    parser.add_argument("--logs", type=Path, default=Path("nightly"), help="a folder (nightly)")
    wanted = parser.parse_args()
    chosen = [one for one in STEPS if "all" in wanted.steps or one.name in wanted.steps]
    if wanted.list:
        print("\n".join(f"{one.name:14}{one}" for one in chosen))
        return
    wanted.logs.mkdir(parents=True, exist_ok=True)
    held = [run(one, wanted.logs) for one in chosen]
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
