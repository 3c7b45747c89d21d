"""``python -m tests.fuzzing.seeds``: random cells beyond those of a day, seed after seed.

A seed draws ten cells, which meet the kernels that those of a day meet. ``held.jsonl`` tells which
seeds held, and of which commit, so that sittings add up: one begins where the last one ended.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import takewhile
from pathlib import Path

from symrnn.fuzzing.campaign import Campaign, Made, Report
from symrnn.fuzzing.others import Other
from symrnn.fuzzing.others import chosen as other
from symrnn.fuzzing.toolchains import all_kernels, daily_kernels
from symrnn.runtime.compiler import slightly_optimised
from symrnn.runtime.patience import silence

FILE = Path(__file__).with_name("held.jsonl")
CELLS = 10  # of a seed
FIRST = 1000  # by day lower ones are drawn


@dataclass(frozen=True)
class Held:
    """Seeds in a row of which none was wrong, and how many of their cells could be compared."""

    first: int
    seeds: int
    cells: int
    commit: str

    @property
    def end(self) -> int:
        """The first seed behind them."""
        return self.first + self.seeds

    def and_one(self, report: Report) -> Held:
        """The same with the seed behind them."""
        cells = report.tried - report.refused - report.incomparable
        return Held(self.first, self.seeds + 1, self.cells + cells, self.commit)


def read(file: Path = FILE) -> list[Held]:
    """All that held, in the order of sittings."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [Held(**json.loads(line)) for line in lines]


def write(held: Iterable[Held], file: Path = FILE) -> None:
    """Keep all that held."""
    lines = [json.dumps(asdict(one)) for one in held]
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")


def following(held: Iterable[Held]) -> int:
    """The first seed that no sitting has tried."""
    return max((one.end for one in held), default=FIRST)


def tried(seed: int, kernels: tuple[Made, ...], others: tuple[Other, ...] = ()) -> Report:
    """The cells of one seed."""
    with silence(), slightly_optimised():
        return Campaign(CELLS, seed, kernels, others).run()


def sitting(seeds: Iterable[int], commit: str, file: Path | None = FILE,
            kernels: tuple[Made, ...] | None = None, others: tuple[Other, ...] = ()
            ) -> tuple[Held, Report | None]:
    """Try seeds in a row, each kept at once where there is a file.

    Returns what held, and what is wrong, if something is.
    """
    before = [] if file is None else read(file)
    found: Held | None = None
    for seed in seeds:
        found = found or Held(seed, 0, 0, commit)
        report = tried(seed, daily_kernels() if kernels is None else kernels, others)
        if report.failure:
            return found, report
        found = found.and_one(report)
        if file is not None:
            write([*before, found], file)
    return found or Held(following(before), 0, 0, commit), None


def told(held: Iterable[Held]) -> str:
    """The figure."""
    every = list(held)
    return (f"{sum(one.cells for one in every)} cells of {sum(one.seeds for one in every)} seeds "
            f"held against their equations, none wrong")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing.seeds", description=__doc__)
    parser.add_argument("--first", type=int, help="the first seed (behind those that held)")
    parser.add_argument("--seeds", type=int, default=1000, help="how many at most (1000)")
    parser.add_argument("--minutes", type=float, default=60, help="begin none after that (60)")
    parser.add_argument("--kernels", help="of all compilers those that are called so")
    parser.add_argument("--also", action="append", default=[],
                        help="no kernels, but torch, jax, onnx or javascript")
    parser.add_argument("--report", action="store_true", help="tell what held, try nothing")
    wanted = parser.parse_args()
    if wanted.report:
        print(told(read()))
        return
    end = time.monotonic() + 60 * wanted.minutes
    first = following(read()) if wanted.first is None else wanted.first
    commit = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=FILE.parent,
                            capture_output=True, text=True, check=True).stdout.strip()
    in_time = takewhile(lambda _: time.monotonic() < end, range(first, first + wanted.seeds))
    chosen = tuple(one for one in all_kernels() if wanted.kernels and wanted.kernels in one.name)
    if wanted.kernels and not chosen:
        raise SystemExit(f"no kernel is called so: {', '.join(one.name for one in all_kernels())}")
    others = tuple(map(other, wanted.also))
    apart = bool(chosen or others)
    found, wrong = sitting(in_time, commit, None if apart else FILE, chosen if apart else None,
                           others)
    print(told([found] if apart else read()))
    if wrong:
        raise SystemExit(str(wrong))


if __name__ == "__main__":
    main()
