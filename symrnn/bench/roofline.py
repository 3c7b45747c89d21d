"""The least time that a workload can take on this machine, from its equations alone.

Products outside of the loop over time run at the peak. Products inside it read their weights
at every step, so they take what the arithmetic or the reading takes, whichever is longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from symrnn.adjoint import join
from symrnn.bench.case import Case
from symrnn.bench.kinds import Kind
from symrnn.bench.limits import BYTES, Limits
from symrnn.pipeline import derive
from symrnn.program import Equation, Program, Span
from symrnn.program.contraction import Ein, contraction_axes
from symrnn.program.expressions import contractions
from symrnn.runtime.narrow import TYPES, narrowed
from symrnn.schedule.graph import components


@dataclass(frozen=True)
class Work:
    """Operations outside and inside the loop; bytes of weights that each step reads.

    Those ``inside`` may be of ``whole`` numbers, of which a machine does more than of floats.
    """

    outside: float
    inside: float
    weights: float
    steps: int
    whole: bool = False

    @property
    def operations(self) -> float:
        """All of them."""
        return self.outside + self.inside

    def seconds(self, limits: Limits) -> float:
        """The least time."""
        reading = self.steps * self.weights / limits.reading(self.weights)
        inside = 0.0 if self.whole else self.inside / limits.peak
        return self.outside / limits.peak + max(inside, reading)


def work(case: Case) -> Work:
    """The work of a case: forward, and in training the derived gradients too."""
    program, kind = case.program, case.workload.kind
    whole = join(program, derive(program).gradient) if kind is Kind.TRAINING else program
    steps = 1 if kind is Kind.STEP else case.sizes["T"]
    numbers = case.workload.weights == "int8"
    if kind is Kind.STEP:
        weights = sum(float(one.size) * _bytes(name, case)
                      for name, one in case.parameters.items())
        total = sum(_operations(whole, product, case) for _, product in products(whole))
        return Work(0, total, weights, 1, numbers)
    loops = _loops(whole)
    outside = inside = 0.0
    read: dict[str, float] = {}
    for equation, product in products(whole):
        count = steps * _operations(whole, product, case)
        own = loops.get(equation.lhs, "")
        if any(loops.get(operand.name) == own for operand in product.operands):
            inside += count
            read |= {f"{equation.lhs} {operand.name}": _bytes(operand.name, case)
                     * _entries(whole, operand.name, case)
                     for operand in product.operands
                     if whole[operand.name].span is Span.CONSTANT}
        else:
            outside += count
    return Work(outside, inside, sum(read.values()) / _passes(kind), steps * _passes(kind),
                numbers)


def products(program: Program) -> Iterator[tuple[Equation, Ein]]:
    """Every product of a program with the equation it stands in; a mere sum is none."""
    for equation in program.equations:
        for _, product in contractions(equation.rhs):
            if len(product.operands) > 1:
                yield equation, product


def _passes(kind: Kind) -> int:
    """Loops over time: one, or one forward and one in reverse, each with its own weights."""
    return 2 if kind is Kind.TRAINING else 1


def _loops(program: Program) -> dict[str, str]:
    """For each name that depends on itself through time, a name for its loop."""
    return {name: min(one.names) for one in components(program) if one.step for name in one.names}


def _operations(program: Program, product: Ein, case: Case) -> float:
    """Multiplications and additions of one step for the whole batch."""
    axes = contraction_axes(product, program.axes)
    samples = case.sizes["B"] if any(program[one.name].span for one in product.operands) else 1
    return float(2 * samples * prod(case.sizes[axis] for axis in axes.values()))


def _entries(program: Program, name: str, case: Case) -> float:
    return float(prod(case.sizes[axis] for axis in program[name].axes))


def _bytes(name: str, case: Case) -> int:
    """Those of a number of a parameter: fewer where matrices are narrow."""
    kind = case.workload.weights
    return TYPES[kind].bytes if kind and name in narrowed(case.program) else BYTES
