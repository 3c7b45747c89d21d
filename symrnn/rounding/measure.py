"""Errors of a kernel, entry by entry: against exact values, and beside what it may err."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symrnn.checking.reference import Case, random_case
from symrnn.program import Misused, ProgramError, quoted
from symrnn.program.interpret import Array
from symrnn.rounding.balls import ball
from symrnn.rounding.bounds import enclosures
from symrnn.rounding.exact import Exact, exact, middles, results
from symrnn.rounding.result import Accuracy, Quantity, Worst
from symrnn.runtime import Kernel
from symrnn.schedule import Plan


def case_of(plan: Plan, dtype: str, sizes: Mapping[str, int], seed: int,
            limits: tuple[float, float] | None) -> tuple[Case, Exact]:
    """Numbers of a type for all that is given, and what the equations make of them.

    Positive ones where others leave the domain of a function. Raises Misused, ProgramError.
    """
    _refuse(plan, sizes)
    for positive in (False, True):
        drawn = random_case(plan, seed, positive=positive, chosen=sizes, limits=limits)
        values = {name: np.asarray(one, dtype).astype(float) for name, one in drawn.values.items()}
        case = Case(plan, drawn.sizes, values)
        try:
            return case, exact(case)
        except ProgramError:
            if positive or limits is not None:
                raise
    raise AssertionError("a case is found or refused")


def _refuse(plan: Plan, sizes: Mapping[str, int]) -> None:
    free = ["T", "B", *(one.name for one in plan.program.sizes if one.value is None)]
    for name, size in sizes.items():
        if name not in free:
            raise Misused(f"{plan.program.name} has no size {quoted(name)}; its sizes are "
                          f"{', '.join(free)}")
        if size < 1:
            raise Misused(f"size {name} is {size}; it must be at least 1")


def computed(case: Case, kernel: Kernel) -> dict[str, Array]:
    """What a kernel computes of a case, by the names of ``exact``."""
    with np.errstate(all="ignore"):
        run = kernel.forward(case.parameters, case.inputs, case.initial)
        gradients = kernel.backward(run, case.y_bar, case.final_bar)
    finals = {one.final: run.final[one.state] for one in case.plan.program.delays}
    return {**run.outputs, **finals, **gradients}


def errors(found: Array, wanted: Array) -> Array:
    """How far numbers are from balls; infinitely where they are none."""
    def off(number: Any, truth: Any) -> float:
        return float(abs(ball(number) - truth).abs_upper()) if np.isfinite(number) else np.inf

    return _floats(np.frompyfunc(off, 2, 1)(found, wanted))


def in_ulps(off: Array, wanted: Array, dtype: str) -> Array:
    """Errors in units in the last place of each exact value; below the smallest, of that one."""
    kind = np.finfo(dtype)
    size = np.abs(middles(wanted)).astype(dtype)
    unit = np.spacing(np.minimum(np.maximum(size, kind.tiny), kind.max / 2)).astype(float)
    return np.asarray(off / unit)


def bounds(around: Array, wanted: Array) -> Array:
    """How far from the truth anything inside balls may be."""
    def reach(one: Any, truth: Any) -> float:
        far = abs(one - truth).abs_upper()
        return float(far) if far.is_finite() else np.inf

    return _floats(np.frompyfunc(reach, 2, 1)(around, wanted))


def _floats(array: Any) -> Array:
    return np.asarray(array, object).astype(float)


def accuracies(case: Case, kernel: Kernel, wanted: Exact, described: str,
               limits: tuple[float, float] | None, seed: int) -> Accuracy:
    """The errors of a kernel beside their bounds."""
    dtype, found = str(kernel.dtype), computed(case, kernel)
    around = enclosures(case, dtype)
    forward = results(case.plan.program)
    quantities = tuple(_quantity(name, name not in forward, found[name], one,
                                 bounds(around[name], one), dtype)
                       for name, one in wanted.items() if one.size)
    return Accuracy(case.plan.program.name, described, dtype, case.sizes, limits, seed, quantities)


def _quantity(name: str, gradient: bool, found: Array, wanted: Array, bound: Array,
              dtype: str) -> Quantity:
    off = errors(found, wanted)
    ulps, truth = in_ulps(off, wanted, dtype), middles(wanted)
    with np.errstate(all="ignore"):
        share = np.where(off == 0, 0.0, off / bound)
    place = np.unravel_index(int(np.argmax(share)), off.shape)
    worst = Worst(tuple(map(int, place)), float(truth[place]), float(off[place]),
                  float(bound[place]))
    return Quantity(name, gradient, off.shape, float(np.max(np.abs(truth))), float(bound.max()),
                    float(off.max()), float(np.median(ulps)), float(ulps.max()), worst)
