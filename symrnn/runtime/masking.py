"""Lengths and masks of one call: checked, joined, and put over what does not count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sympy import Piecewise

from symrnn.program import Program, Role, Span, Variable
from symrnn.runtime.shapes import Array, Arrays, ShapeError, numbers


def with_mask(program: Program, inputs: Mapping[str, Any], lengths: Any, mask: Any
              ) -> dict[str, Any]:
    """The inputs and their mask; what does not count is set to zero, so that it may be anything.

    ``program`` is the form of the network that takes a mask, which tells the mask's name. Raises
    ShapeError for lengths that are no whole numbers from 0 to T, for a mask of other values than
    0 and 1, and for either of another shape.
    """
    arrays = {name: numbers(array, name) for name, array in inputs.items()
              if program[name].span is Span.SEQUENCE and program[name].role is not Role.START}
    first = next(iter(arrays.values()))
    steps, samples = (*first.shape, 1, 1)[:2]
    counts = np.ones((steps, samples), bool)
    if lengths is not None:
        counts &= np.arange(steps)[:, None] < valid_lengths(lengths, steps, samples)
    if mask is not None:
        counts &= valid_mask(mask, steps, samples)
    kept = {name: np.where(_over(counts, array), array, 0) for name, array in arrays.items()}
    (own,) = program.with_role(Role.STEP_MASK)
    return {**inputs, **kept, own.name: counts}


def valid_lengths(lengths: Any, steps: int, samples: int) -> Array:
    """The lengths as an array. Raises ShapeError for others than whole numbers from 0 to T."""
    given = numbers(lengths, "lengths")
    if (given.dtype.kind not in "iuf" or given.shape != (samples,)
            or not np.all((given >= 0) & (given <= steps) & (given % 1 == 0))):
        raise ShapeError(f"lengths are {samples} whole numbers from 0 to {steps}, "
                         f"not {given.tolist()}")
    return given


def valid_mask(mask: Any, steps: int, samples: int) -> Array:
    """The mask as an array. Raises ShapeError for another shape and other values than 0 and 1."""
    given = numbers(mask, "mask")
    if given.shape != (steps, samples):
        raise ShapeError(f"the mask has shape {given.shape}, but its axes are [T, B] = "
                         f"[{steps}, {samples}]")
    if not np.all((given == 0) | (given == 1)):
        raise ShapeError("the mask holds other values than 0 and 1; a step counts or does not")
    return np.asarray(given == 1)


def must_fit(lengths: Any, mask: Any, steps: int, samples: int) -> None:
    """Raise ShapeError where arrays of any library, of unknown values, have another shape."""
    if lengths is not None and tuple(lengths.shape) != (samples,):
        raise ShapeError(f"lengths have shape {tuple(lengths.shape)}, but there is one for each "
                         f"of {samples} samples")
    if mask is not None and tuple(mask.shape) != (steps, samples):
        raise ShapeError(f"the mask has shape {tuple(mask.shape)}, but its axes are [T, B] = "
                         f"[{steps}, {samples}]")


def seen(program: Program, inputs: Arrays, bars: Arrays) -> Arrays:
    """The cotangents, zero where the mask makes their output zero, so that they may be anything."""
    mask = program.step_mask
    if mask is None:
        return bars
    counts = inputs[mask.name] > 0
    hidden = [name for name in bars if _is_hidden(program, name, mask)]
    return {**bars, **{name: np.where(_over(counts, bars[name]), bars[name], 0)
                       .astype(bars[name].dtype) for name in hidden}}


def _is_hidden(program: Program, name: str, mask: Variable) -> bool:
    """True for an output that is zero at the steps that do not count."""
    equation = program.definition(name)
    if equation is None or not isinstance(equation.rhs, Piecewise):
        return False
    value, condition = equation.rhs.args[0]
    return bool(value == 0 and condition == (mask.symbol <= 0))


def _over(counts: Array, array: Array) -> Array:
    """A mask [T, B] with the axes that it takes to lie over an array [T, B, ...]."""
    return counts.reshape(*counts.shape, *[1] * (array.ndim - 2))
