"""Kernels on numbers: against the interpreted equations, and against complex steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.checking.reference import (Case, along_each, differentiable, finite_case,
                                       interpreted_gradients, interpreted_values)
from symrnn.kernels import compile
from symrnn.pipeline import derive
from symrnn.checking.subject import Subject
from symrnn.program import Program, ProgramError
from symrnn.runtime import Run

# Units of rounding of the type, relative to the largest entry of an array: sums of at most a
# few dozen terms, carried over a few steps, lose a few dozen units.
UNITS = 400
OUT_OF_DOMAIN = ("the equations have no finite value at random arguments, positive ones included, "
                 "so kernels cannot be checked; keep what enters log, sqrt and '/' in their domain")


@dataclass(frozen=True)
class Finding:
    """An array that differs by more than rounding explains."""

    what: str
    error: float
    bound: float

    def __str__(self) -> str:
        return (f"{self.what} is off by {self.error:.1e} of its largest entry "
                f"(bound {self.bound:.1e})")


def check_kernel(program: Program, backend: str, dtype: str, seed: int = 0,
                 profile: str = "simd", threads: int = 1) -> list[Finding]:
    """Run one kernel on a random case and compare outputs, states, gradients and steps.

    The reference in float64 is the interpreted program; gradients are held against complex
    steps along random directions as well, which know nothing of the derivation. Raises
    ProgramError where random arguments give no finite values.
    """
    case = finite_case(derive(program), seed)
    if case is None:
        raise ProgramError(f"{program.name}: {OUT_OF_DOMAIN}")
    kernel = compile(program, backend, dtype, profile=profile, threads=threads)
    bound = UNITS * float(np.finfo(dtype).eps)
    run = kernel.forward(case.parameters, case.inputs, case.initial)
    gradients = kernel.backward(run, case.y_bar, case.final_bar)
    values = {**run.outputs, **{one.final: run.final[one.state] for one in program.delays}}
    pairs = [*_pairs(values, interpreted_values(case)),
             *_pairs(gradients, interpreted_gradients(case), "the gradient of "),
             *_directions(case, gradients, seed), *_steps(case, kernel, run)]
    return [Finding(what, error, bound) for what, got, wanted in pairs
            if not (error := relative_error(got, wanted)) <= bound]


def relative_error(got: Any, wanted: Any) -> float:
    """The largest difference in units of the largest entry wanted."""
    scale = max(float(np.max(np.abs(wanted))), np.finfo(np.float64).tiny)
    return float(np.max(np.abs(np.asarray(got, np.float64) - wanted))) / scale


Pair = tuple[str, Any, Any]


def _pairs(got: dict[str, Any], wanted: dict[str, Any], prefix: str = "") -> list[Pair]:
    return [(f"{prefix}{name}", got[name], wanted[name]) for name in wanted]


def _directions(case: Case, gradients: dict[str, Any], seed: int) -> list[Pair]:
    """Directional derivatives, scaled so that the bound for whole arrays applies."""
    random, pairs = np.random.default_rng(seed + 1), []
    directions = {one.name: np.sign(random.normal(size=case.values[one.name].shape))
                  for one in differentiable(case.plan.program)}
    for name, wanted in along_each(case, directions).items():
        scale = float(np.abs(gradients[name]).sum()) or 1.0
        got = float(np.sum(gradients[name] * directions[name]))
        pairs.append((f"the derivative along {name}", 1 + (got - wanted) / scale, 1.0))
    return pairs


def _steps(case: Case, kernel: Any, run: Run) -> list[Pair]:
    """Streaming steps, one by one, give what the whole sequence gave."""
    if not case.plan.streams:
        return []
    return [(f"{name} of step {step}", y[name], np.asarray(array[step], np.float64))
            for step, (y, _) in enumerate(Subject(kernel, case).streamed())
            for name, array in run.outputs.items()]
