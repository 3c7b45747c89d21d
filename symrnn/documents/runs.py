"""The worked runs of the guide, which ``guides/runs.toml`` tells: the interpreter does the rest."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from symrnn.adjoint import join
from symrnn.cells import cell
from symrnn.documents.example import matrix
from symrnn.documents.worked import Matrix
from symrnn.pipeline import derive
from symrnn.program import FED, Program, Role, Span
from symrnn.program.interpret import Interpreter

FILE = Path(__file__).with_name("guides") / "runs.toml"


@dataclass(frozen=True, eq=False)
class Run:
    """A network that has run forward and backward."""

    program: Program
    gradient: Program
    interpreter: Interpreter
    steps: int

    def at_steps(self, name: str) -> tuple[Matrix, ...]:
        """The one sample at every step, or the one value. Raises KeyError for another name."""
        own = self.program if name in self.program else self.gradient
        whole, span = self.interpreter.whole(name), own[name].span
        if span is Span.SEQUENCE:
            return tuple(matrix(step[0]) for step in whole)
        return (matrix(whole if span is Span.CONSTANT else whole[0]),)


def _made(cell_name: str, options: Mapping[str, Any], sizes: Mapping[str, int], x: Any,
          given: Mapping[str, Any], at_end: float) -> Run:
    """Run a network; what is not given is 0."""
    plan = derive(cell(cell_name, **options))
    sizes = Interpreter(plan.program, {}, {**sizes, "T": len(x), "B": 1}).sizes
    free = [one for each in (plan.program, plan.gradient) for one in each.variables
            if one.role in (Role.PARAMETER, Role.INITIAL, Role.COTANGENT)]
    values = {one.name: np.zeros([sizes[axis] for axis in one.shape]) for one in free}
    for name, value in given.items():
        values[name] = values[name] + np.array(value, float)
    for one in plan.gradient.with_role(Role.COTANGENT):
        if one.span is Span.SEQUENCE:
            values[one.name][-1] = at_end
    (fed,) = plan.program.with_role(*FED)
    values[fed.name] = np.array(x, float)[:, None]
    both = join(plan.program, plan.gradient)
    return Run(plan.program, plan.gradient, Interpreter(both, values, sizes), len(x))


@cache
def run(name: str) -> Run:
    """The run of a name, made once for all languages. Raises KeyError for another name."""
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))[name]
    return _made(told["cell"], told.get("options", {}), told["sizes"], told["x"], told["given"],
                 told.get("at_end", 0.0))
