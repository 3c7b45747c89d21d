"""What a caller gives as inputs, completed: by name, with starts of sequences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symrnn.program import Program, ProgramError, Role
from symrnn.runtime.shapes import Array, ShapeError, check_names
from symrnn.transforms import learned


def named(value: Any, names: tuple[str, ...], kind: str) -> dict[str, Any]:
    """One array for one name, or a dictionary for several. Raises ShapeError, ProgramError."""
    if isinstance(value, Mapping):
        check_names(value, names, kind)
        return dict(value)
    if len(names) != 1:
        raise ProgramError(f"there are several names, {', '.join(names)}: give a dictionary")
    return {names[0]: value}


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
