"""``python -m tests.rounding.figures``: the cells whose NumPy kernel misses the goal, as a table.

The goal, in units in the last place: medians at most 1, and the 99th percentile of gradients at
most 100. What it prints is ``beyond.toml``; a change of that file shows what got better or worse.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

import symrnn
from symrnn.cells import architectures
from symrnn.pipeline import derive
from symrnn.program.interpret import Array
from symrnn.rounding import measure
from symrnn.rounding.exact import Exact, middles, results
from tests.rounding.saturated import HERE


@dataclass(frozen=True)
class Figures:
    """Ulps over all entries of outputs and states, and over those of gradients."""

    forward_median: float
    gradient_median: float
    gradient_p99: float

    def within(self, limits: Figures, slack: float = 1.0) -> bool:
        """True where no figure is beyond a limit, or that many times it."""
        return all(one <= slack * most for one, most in
                   zip(asdict(self).values(), asdict(limits).values(), strict=True))


GOAL = Figures(1.0, 1.0, 100.0)


def beyond() -> dict[str, Figures]:
    """The figures of the cells that miss the goal, as they were measured."""
    table = tomllib.loads((Path(HERE) / "beyond.toml").read_text(encoding="utf-8"))
    return {name: Figures(**one) for name, one in table.items()}


def figures(found: Mapping[str, Array], wanted: Exact, forward: tuple[str, ...]) -> Figures:
    """The figures of what a kernel computed."""
    there = np.concatenate([ulps(found[name], wanted[name]) for name in forward])
    back = np.concatenate([ulps(found[name], one) for name, one in wanted.items()
                           if name not in forward])
    return Figures(float(np.median(there)), float(np.median(back)), float(np.percentile(back, 99)))


def ulps(found: Array, wanted: Array) -> Array:
    """In units of each entry; of the array's largest where an entry is exactly 0, and has none."""
    off, zero = measure.errors(found, wanted), middles(wanted) == 0
    largest = max(wanted.flat, key=lambda one: abs(float(one.mid())), default=None)
    units = np.where(zero, largest, wanted) if wanted.size else wanted
    return measure.in_ulps(off, units, "float64").ravel()


def of_numpy(name: str) -> Figures:
    """The figures of a cell's NumPy kernel."""
    case, wanted = measure.case_of(derive(symrnn.cell(name)), "float64", {}, 1, None)
    kernel = symrnn.compile(case.plan.program, "numpy", "float64")
    return figures(measure.computed(case, kernel), wanted, results(case.plan.program))


def main() -> None:
    """Print the table."""
    print("# NumPy kernels that miss the goal of figures.py, which prints this table; in ulps.")
    for one in architectures():
        found = of_numpy(one.name)
        if not found.within(GOAL):
            print(f"\n[{one.name}]")
            for what, figure in asdict(found).items():
                print(f"{what} = {figure:.4f}")


if __name__ == "__main__":
    main()
