"""What a caller gives as inputs, completed: by name, with starts of sequences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symrnn.program import Program, ProgramError, Role
from symrnn.runtime.shapes import Array, ShapeError, Sizes, check_names, numbers
from symrnn.transforms import learned


def named(value: Any, names: tuple[str, ...], kind: str) -> dict[str, Any]:
    """One array for one name, or a dictionary for several. Raises ShapeError, ProgramError."""
    if isinstance(value, Mapping):
        check_names(value, names, kind)
        return dict(value)
    if len(names) != 1:
        raise ProgramError(f"there are several names, {', '.join(names)}: give a dictionary")
    return {names[0]: value}


def fitting(network: Program, given: Any, known: Mapping[str, int] | None = None
            ) -> tuple[dict[str, Array], dict[str, int]]:
    """The parameters in the network's order, and the sizes that they and ``known`` tell.

    ``given`` are arrays or tensors by name, or what gives them, as a module of symrnn.torch does.
    They keep their floating type. Raises ShapeError for names and shapes that do not fit.
    """
    params = given.params() if hasattr(given, "params") else given
    wanted = network.with_role(Role.PARAMETER)
    check_names(params, [one.name for one in wanted], "parameter")
    sizes, found = Sizes(network, np.float64), dict[str, Array]()
    sizes.known = dict(known or {})
    for one in wanted:
        array = numbers(params[one.name], one.name)
        sizes.take(one, array, one.name)
        wide = array if array.dtype.kind == "f" else array.astype(np.float32)
        found[one.name] = np.ascontiguousarray(wide).reshape(array.shape)
    sizes.complete()
    return found, sizes.known


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


def check_learned(program: Program, state: Any, inputs: Mapping[str, Any]) -> None:
    """Refuse some states where all are learned or given: ``start`` tells for all at once.

    Raises ShapeError for these, and for what is no dictionary.
    """
    if not isinstance(state, Mapping):
        check_names(state, [one.state for one in program.delays], "state", partly=True)
        return
    names = [one.state for start, delays in learned(program).items() if start not in inputs
             for one in delays]
    missing = [name for name in names if name not in state]
    if state and missing:
        raise ShapeError(f"the initial state '{missing[0]}' is missing, and initial states are "
                         f"learned: give all of them, {', '.join(names)}, or none")
