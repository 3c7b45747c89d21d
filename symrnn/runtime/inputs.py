"""What a caller gives as inputs, completed: by name, with a mask, with starts of sequences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symrnn.program import Program, ProgramError, Role, Span
from symrnn.runtime.shapes import Array, ShapeError, check_names
from symrnn.transforms import MASK, learned


def named(value: Any, names: tuple[str, ...], kind: str) -> dict[str, Any]:
    """One array for one name, or a dictionary for several. Raises ShapeError, ProgramError."""
    if isinstance(value, Mapping):
        check_names(value, names, kind)
        return dict(value)
    if len(names) != 1:
        raise ProgramError(f"there are several names, {', '.join(names)}: give a dictionary")
    return {names[0]: value}


def with_mask(program: Program, inputs: Mapping[str, Any], lengths: Any, mask: Any
              ) -> dict[str, Any]:
    """The inputs and their mask; what does not count is set to zero, so that it may be anything.

    Raises ShapeError for lengths that are no whole numbers from 0 to T, or of another shape.
    """
    moving = [name for name in inputs if program[name].span is Span.SEQUENCE
              and program[name].role is not Role.START]
    first = np.asarray(inputs[moving[0]])
    steps, samples = (*first.shape, 1, 1)[:2]
    counts = np.ones((steps, samples), bool)
    if lengths is not None:
        given = np.asarray(lengths)
        if given.shape != (samples,) or np.any((given < 0) | (given > steps) | (given % 1 != 0)):
            raise ShapeError(f"lengths are {samples} whole numbers from 0 to {steps}, "
                             f"not {given.tolist()}")
        counts &= np.arange(steps)[:, None] < given
    if mask is not None:
        if np.shape(mask) != (steps, samples):
            raise ShapeError(f"the mask has shape {np.shape(mask)}, but its axes are [T, B] = "
                             f"[{steps}, {samples}]")
        counts &= np.asarray(mask) > 0
    kept = {name: np.where(counts.reshape(*counts.shape, *[1] * (np.ndim(inputs[name]) - 2)),
                           inputs[name], 0) for name in moving}
    return {**inputs, **kept, MASK: counts}


def starts(program: Program, inputs: Mapping[str, Any], lost: int, known: bool
           ) -> dict[str, Array]:
    """What the caller did not say of where sequences start, for learned initial states.

    They start at the first step of the scan, or before it where the state is known.
    """
    first = next(one.name for one in program.with_role(Role.INPUT))
    shape = np.shape(inputs[first])[:2 - lost]
    made = {}
    for name, delays in learned(program).items():
        if name not in inputs:
            made[name] = np.zeros(shape)
            forward = delays[0].step > 0
            rows = made[name] if lost else made[name][:1] if forward else made[name][-1:]
            rows[...] = not known
    return made


def check_learned(program: Program, state: Mapping[str, Any], inputs: Mapping[str, Any]) -> None:
    """Refuse some states where all are learned or given: ``start`` tells for all at once."""
    names = [one.state for start, delays in learned(program).items() if start not in inputs
             for one in delays]
    missing = [name for name in names if name not in state]
    if state and missing:
        raise ShapeError(f"the initial state '{missing[0]}' is missing, and initial states are "
                         f"learned: give all of them, {', '.join(names)}, or none")
