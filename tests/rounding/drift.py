"""``python -m tests.rounding.drift lstm gru``: how far states are from the truth, step by step.

The truth is that of the equations with 300 digits, forward alone, in chunks of steps. Of the balls
that a chunk leaves, the next one starts at the middles: radii would grow by what boxes add.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from flint import arb

import symrnn
from symrnn.checking.reference import Case, random_case
from symrnn.pipeline import derive
from symrnn.program.interpret import Array, Interpreter
from symrnn.rounding import measure
from symrnn.rounding.asked import KERNELS
from symrnn.rounding.balls import EXACT, balls, precision
from symrnn.rounding.exact import CLOSE, middles
from symrnn.runtime import Kernel

CELLS = ("lstm", "gru", "elman", "lru", "s6")
BITS = 1024  # 300 digits
CHUNK = 100  # steps


@dataclass(frozen=True)
class Drift:
    """After so many steps: the largest error of a state, its largest entry, and the worst ulps."""

    state: str
    steps: int
    error: float
    largest: float
    ulps: float


def case_of(name: str, steps: int, seed: int = 1) -> Case:
    """One sequence; every free size is 4."""
    plan = derive(symrnn.cell(name))
    sizes = {one.name: 4 for one in plan.program.sizes if one.value is None}
    return random_case(plan, seed, steps=steps, batch=1, chosen=sizes)


def part(case: Case, steps: slice) -> Case:
    """The same with some of the steps."""
    some = {name: case.values[name][steps] for name in case.inputs}
    length = len(range(case.sizes["T"])[steps])
    return replace(case, sizes={**case.sizes, "T": length}, values={**case.values, **some})


def truth(case: Case) -> Iterator[tuple[int, dict[str, Array]]]:
    """States by name behind every chunk."""
    program, last = case.plan.program, case.sizes["T"]
    states: dict[str, Array] = {}
    for start in range(0, last, CHUNK):
        end = min(start + CHUNK, last)
        chunk = part(case, slice(start, end))
        given = {**{name: balls(one) for name, one in chunk.values.items()}, **states}
        with precision(BITS):
            found = Interpreter(program, given, chunk.sizes, EXACT)
            left = {one.initial: balls(found.whole(one.final)) for one in program.delays}
        assert all(x.rad() <= abs(x.mid()) * CLOSE for one in left.values() for x in one.flat)
        states = {name: np.frompyfunc(arb.mid, 1, 1)(one) for name, one in left.items()}
        yield end, {one.state: states[one.initial] for one in program.delays}


def drifts(case: Case, kernel: Kernel, at: tuple[int, ...]) -> Iterator[Drift]:
    """The errors of a kernel's states behind some numbers of steps, which chunks end at."""
    for steps, wanted in truth(case):
        if steps in at:
            some = part(case, slice(0, steps))
            run = kernel.forward(some.parameters, some.inputs, some.initial)
            for name, one in wanted.items():
                off = measure.errors(run.final[name], one)
                ulps = measure.in_ulps(off, one, str(kernel.dtype))
                yield Drift(name, steps, float(off.max()), float(np.abs(middles(one)).max()),
                            float(ulps.max()))


def main() -> None:
    """Print a line for each state after 100, 1,000 and the last steps."""
    asked = ArgumentParser(description="How far states are from exact ones after many steps.")
    asked.add_argument("cells", nargs="*", default=CELLS)
    asked.add_argument("--steps", type=int, default=10_000)
    asked.add_argument("--kernel", choices=tuple(KERNELS), default="fast")
    told = asked.parse_args()
    for name in told.cells:
        case = case_of(name, told.steps)
        backend, profile = KERNELS[told.kernel]
        made = symrnn.compile(case.plan.program, backend, "float64", profile=profile)
        for one in drifts(case, made, (100, 1000, told.steps)):
            print(f"{name} {told.kernel} {one.state}: {one.steps} steps, largest error "
                  f"{one.error:.2e}, largest entry {one.largest:.3g}, worst {one.ulps:.1f} ulps",
                  flush=True)


if __name__ == "__main__":
    main()
