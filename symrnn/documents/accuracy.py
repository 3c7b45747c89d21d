"""How well the gradients of this build agree with derivatives that are found in other ways."""

from __future__ import annotations

import numpy as np

from symrnn.checking.numeric import relative_error
from symrnn.checking.reference import (Array, Case, along, differentiable, finite_case,
                                       interpreted_gradients, interpreted_values, losses)
from symrnn.documents.measures import Accuracy, Point, Rounding
from symrnn.kernels import compile
from symrnn.schedule import Plan
from symrnn.targets import DTYPES

WIDTHS = 10.0 ** -np.arange(1.0, 13.0)
BACKEND = "numpy"  # needs no compiler, so that every build measures


Arrays = dict[str, Array]


def accuracy(plan: Plan) -> tuple[Accuracy, ...]:
    """What a random case measures; nothing where no random case has finite values."""
    case = finite_case(plan)
    return () if case is None else (_measured(plan, case),)


def _measured(plan: Plan, case: Case) -> Accuracy:
    """The errors of central differences, complex steps and kernels against the derived gradients.

    All derivatives are those of the case's loss along one random direction.
    """
    gradients = interpreted_gradients(case)
    directions = _directions(case)
    exact = sum(float(np.sum(gradients[name] * one)) for name, one in directions.items())
    scale = max(abs(exact), float(np.finfo(np.float64).tiny))
    errors = np.abs(_differences(case, directions) - exact) / scale
    points = tuple(Point(float(width), float(error))
                   for width, error in zip(WIDTHS, errors, strict=True))
    step = abs(float(along(case, directions)) - exact) / scale
    return Accuracy(points, min(points, key=lambda one: one.error), step,
                    tuple(_rounding(plan, case, dtype, gradients)
                          for dtype in DTYPES))


def _directions(case: Case) -> Arrays:
    """A sign for every entry of everything that gradients are taken by."""
    random = np.random.default_rng(0)
    return {one.name: random.choice([-1.0, 1.0], case.values[one.name].shape)
            for one in differentiable(case.plan.program)}


def _differences(case: Case, directions: Arrays) -> Array:
    """Central differences of every width, all computed side by side."""
    widths = np.concatenate([WIDTHS, -WIDTHS])
    moved = {name: case.values[name] + np.multiply.outer(widths, one)
             for name, one in directions.items()}
    above, below = np.split(losses(case, moved), 2)
    return np.asarray((above - below) / (2 * WIDTHS))


def _rounding(plan: Plan, case: Case, dtype: str, gradients: Arrays) -> Rounding:
    """The errors of the NumPy kernel in units in the last place of each array's largest entry."""
    kernel = compile(plan.program, BACKEND, dtype)
    run = kernel.forward(case.parameters, case.inputs, case.initial)
    found = kernel.backward(run, case.y_bar, case.final_bar)
    ends = {one.final: run.final[one.state] for one in plan.program.delays}
    unit = float(np.finfo(dtype).eps)
    return Rounding(dtype, _worst({**run.outputs, **ends}, interpreted_values(case)) / unit,
                    _worst(found, gradients) / unit)


def _worst(found: Arrays, wanted: Arrays) -> float:
    return max(relative_error(found[name], one) for name, one in wanted.items())
