"""Two programs on the same numbers: a counter-example, or a guard behind a proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.comparison.correspondence import Correspondence, shares_array
from symrnn.kernels import compile
from symrnn.program import Program, Role, SizeSymbol, Variable
from symrnn.runtime import Kernel

Array = npt.NDArray[Any]
STEPS, SAMPLES, TRIES = 3, 1, 8
BOUND = 1e-9  # of the largest entry; rounding in float64 stays below a thousandth of it


@dataclass(frozen=True, eq=False)
class Side:
    """One program's part of a trial."""

    parameters: Mapping[str, Array]
    inputs: Mapping[str, Array]
    initial: Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class Difference:
    """Inputs at which two programs differ, and by how much.

    ``what`` is the output or final state and ``step`` the first step that differs, counted
    from 0; ``left`` and ``right`` are its entries there. Everything follows from ``seed``.
    """

    seed: int
    sizes: Mapping[str, int]
    what: str
    step: int
    left: Array
    right: Array
    largest: float
    left_given: Side
    right_given: Side


def first_difference(left: Program, right: Program, found: Correspondence,
                     alone: bool) -> Difference | None:
    """The first counter-example of a few random cases, None where all agree.

    ``alone`` tells whether parameters without counterpart have values, or are zero.
    """
    for seed in range(TRIES):
        difference = trial(left, right, found, seed, alone)
        if difference is not None:
            return difference
    return None


def trial(left: Program, right: Program, found: Correspondence, seed: int,
          alone: bool) -> Difference | None:
    """Run both on one random case under a correspondence; None where they agree."""
    sizes, other_sizes = _sizes(left, right, found)
    ours, theirs = _sides(left, right, found, (sizes, other_sizes), seed, alone)
    with np.errstate(all="ignore"):
        first, second = (_kernel(program).forward(side.parameters, dict(side.inputs), side.initial)
                         for program, side in ((left, ours), (right, theirs)))
    for one, other in found.outputs:
        a, b = first.outputs[one], second.outputs[other]
        for step in range(len(a)):
            if (largest := _apart(a[step], b[step])) > 0:
                return Difference(seed, sizes, one, step, a[step], b[step], largest, ours, theirs)
    for one, other in found.states:
        a, b = first.final[one], second.final[other]
        if (largest := _apart(a, b)) > 0:
            return Difference(seed, sizes, f"final.{one}", STEPS - 1, a, b, largest, ours, theirs)
    return None


def _apart(left: Array, right: Array) -> float:
    """The largest difference; 0 where rounding explains it, or where neither is a number."""
    scale = max(float(np.nanmax(np.abs(left), initial=0)), 1e-300)
    apart = float(np.nanmax(np.abs(left - right), initial=0))
    return apart if apart > BOUND * scale else 0.0


@lru_cache(maxsize=128)  # of all that one site compares
def _kernel(program: Program) -> Kernel:
    return compile(program, "numpy", np.float64)


def _sizes(left: Program, right: Program,
           found: Correspondence) -> tuple[dict[str, int], dict[str, int]]:
    """Sizes that all differ, the same for those that go together."""
    free = [one.name for one in left.sizes if one.value is None]
    ours = _completed(left, {name: 2 + place for place, name in enumerate(free)})
    theirs = {other: ours[one] for one, other in found.sizes}
    rest = [one.name for one in right.sizes if one.value is None and one.name not in theirs]
    start = 2 + len(free)
    theirs |= {name: start + place for place, name in enumerate(rest)}
    return ours, _completed(right, theirs)


def _completed(program: Program, sizes: dict[str, int]) -> dict[str, int]:
    known = {"T": STEPS, "B": SAMPLES, **sizes}
    for size in program.sizes:
        if size.value is not None:
            parts = {part: known[part.name] for part in size.value.atoms(SizeSymbol)}
            known[size.name] = int(size.value.subs(parts))
    return known


def _sides(left: Program, right: Program, found: Correspondence,
           sizes: tuple[dict[str, int], dict[str, int]], seed: int,
           alone: bool) -> tuple[Side, Side]:
    """Random values for both: what goes together is equal, what stands alone is drawn or zero."""
    random = np.random.default_rng(seed)

    def drawn(variable: Variable, own: Mapping[str, int]) -> Array:
        values: Array = random.normal(0, 0.8, [own[axis] for axis in variable.shape])
        masks = (Role.MASK, Role.STEP_MASK)
        return (values > 0).astype(float) if variable.role in masks else values

    inputs = {one: drawn(left[one], sizes[0]) for one, _ in found.inputs}
    delays = ({one.state: one for one in left.delays}, {one.state: one for one in right.delays})
    initial = {one: drawn(left[delays[0][one].initial], sizes[0]) for one, _ in found.states}
    parameters = _parameters(left, right, found, sizes, drawn, alone)
    return (Side(parameters[0], inputs, initial),
            Side(parameters[1], {other: inputs[one] for one, other in found.inputs},
                 {other: initial[one] for one, other in found.states}))


def _parameters(left: Program, right: Program, found: Correspondence,
                sizes: tuple[dict[str, int], dict[str, int]], drawn: Any,
                alone: bool) -> tuple[dict[str, Array], dict[str, Array]]:
    shares, common = found.shares(), dict[str, Array]()
    for pair in found.parameters:
        bigger = 0 if len(pair.left) >= len(pair.right) else 1
        for name in (pair.left, pair.right)[bigger]:
            own = shares[bigger][name][0].name
            common[own] = drawn((left, right)[bigger][name], sizes[bigger])
    made = []
    for program, own_sizes, own_shares in zip((left, right), sizes, shares, strict=True):
        values = {}
        for parameter in program.with_role(Role.PARAMETER):
            shape = tuple(own_sizes[axis] for axis in parameter.shape)
            known = parameter.name in own_shares or not alone
            summed = own_shares.get(parameter.name, ())
            values[parameter.name] = (shares_array(summed, common, shape) if known
                                      else drawn(parameter, own_sizes))
        made.append(values)
    return made[0], made[1]
