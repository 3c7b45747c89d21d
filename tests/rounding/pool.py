"""``python -m tests.rounding.pool``: what float64 can reach, in ulps of all cells together.

Beside the kernels stands an ideal one, which computes every equation exactly and rounds each named
value once, as nothing that stores float64 can do better; and PyTorch, where it is installed, which
runs the same equations and derives its own gradients.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

import symrnn
from symrnn.adjoint import join
from symrnn.cells import architectures
from symrnn.checking.reference import Case
from symrnn.pipeline import derive
from symrnn.program import Role, Variable
from symrnn.program.interpret import Array, Interpreter
from symrnn.rounding import asked, measure
from symrnn.rounding.balls import EXACT, balls, precision
from symrnn.rounding.exact import Exact, middles, results
from tests.rounding.figures import GOAL, Figures, ulps

BITS = 300
Found = dict[str, Array]


class RoundingOnce(Interpreter):
    """Each equation in many digits, and its value as the nearest float64."""

    def _equation(self, lhs: Variable, step: int) -> Array:
        return balls(middles(balls(super()._equation(lhs, step))))


def ideal(case: Case) -> Found:
    """What a kernel computes whose every named value is rounded once."""
    plan = case.plan
    gradients = {one.of: one.name for one in plan.gradient.with_role(Role.GRADIENT)}
    names = {name: name for name in results(plan.program)} | gradients
    with precision(BITS):
        given = {name: balls(one) for name, one in case.values.items()}
        interpreter = RoundingOnce(join(plan.program, plan.gradient), given, case.sizes, EXACT)
        return {called: middles(balls(interpreter.whole(name))) for called, name in names.items()}


def of_kernel(backend: str, profile: str | None) -> Callable[[Case], Found]:
    """What a kernel of ours computes."""
    return lambda case: measure.computed(case, symrnn.compile(
        case.plan.program, backend, "float64", profile=profile))


@dataclass
class Pool:
    """Ulps of all cells, and how many of these reach the goal of figures.py."""

    there: list[Array] = field(default_factory=list)
    back: list[Array] = field(default_factory=list)
    reached: int = 0

    def add(self, found: Found, wanted: Exact, forward: tuple[str, ...]) -> None:
        """Take a cell in."""
        self.there.append(np.concatenate([ulps(found[name], wanted[name]) for name in forward]))
        self.back.append(np.concatenate([ulps(found[name], one) for name, one in wanted.items()
                                         if name not in forward]))
        self.reached += _figures(self.there[-1], self.back[-1]).within(GOAL)

    @property
    def figures(self) -> Figures:
        """Of all cells together."""
        return _figures(np.concatenate(self.there), np.concatenate(self.back))


def _figures(there: Array, back: Array) -> Figures:
    return Figures(float(np.median(there)), float(np.median(back)), float(np.percentile(back, 99)))


def pools(names: list[str]) -> dict[str, Pool]:
    """By who computed."""
    by = {"ideal": ideal, **{name: of_kernel(*one) for name, one in asked.KERNELS.items()}}
    if importlib.util.find_spec("torch") is not None:
        from symrnn.torch.autograd import autograd
        by["PyTorch"] = autograd
    found = {name: Pool() for name in by}
    for name in names:
        case, wanted = measure.case_of(derive(symrnn.cell(name)), "float64", {}, 1, None)
        for who, computed in by.items():
            found[who].add(computed(case), wanted, results(case.plan.program))
    return found


def main() -> None:
    """Print the table."""
    names = [one.name for one in architectures()]
    print(f"{'':10} forward median, gradients median, their p99; cells of {len(names)} that reach "
          "1, 1, 100")
    for who, pool in pools(names).items():
        one = pool.figures
        print(f"{who:10} {one.forward_median:14.2f} {one.gradient_median:17.2f} "
              f"{one.gradient_p99:10.1f} {pool.reached:6}")


if __name__ == "__main__":
    main()
