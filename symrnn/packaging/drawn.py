"""Numbers of a package: weights where nobody gives them, and test vectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.kernels import compile
from symrnn.program import FED, Program, ProgramError, Role, Variable, quoted
from symrnn.program.draw import drawn
from symrnn.packaging.content import lengths
from symrnn.runtime.shapes import numbers

Array = npt.NDArray[Any]
STEPS, SEED = 12, 0  # of test vectors; of everything drawn
TOLERANCE = 1e-5  # of float32 against NumPy in float64, beside the largest of one and the value


@dataclass(frozen=True)
class Vectors:
    """A sequence through the network: what goes in, what comes out, and what is remembered."""

    inputs: Mapping[str, Array]
    outputs: Mapping[str, Array]
    final: Mapping[str, Array]


def sizes_of(program: Program, params: Mapping[str, Any]) -> dict[str, int]:
    """The sizes that the shapes of some parameters tell."""
    found: dict[str, int] = {}
    for one in program.with_role(Role.PARAMETER):
        if one.name in params:
            found |= dict(zip(one.axes, np.shape(params[one.name]), strict=False))
    return {name: size for name, size in found.items() if not name.isdigit()}


def drawn_parameters(program: Program, sizes: Mapping[str, int]) -> dict[str, Array]:
    """Weights to start from, the same every time: uniform, within one over the root of a row.

    A single number is positive, since most of them are rates and scales. None is zero: it could
    hide all others from the test vectors. What the equations' source draws by a formula is so.
    """
    random, known = np.random.default_rng(SEED), lengths(program, sizes)
    found = {}
    for one in program.with_role(Role.PARAMETER):
        shape = _shape(one, known)
        bound = shape[-1] ** -0.5 if shape else 0.75
        found[one.name] = np.asarray(random.uniform(-bound if shape else 0.25, bound, shape),
                                     np.float32)
    told = drawn(program, (Role.PARAMETER,), known, random)
    return found | {name: array.astype(np.float32) for name, array in told.items()}


def checked_parameters(program: Program, sizes: Mapping[str, int],
                       params: Mapping[str, Any]) -> dict[str, Array]:
    """Given weights as float32. Raises ProgramError for other shapes, and for numbers that are none
    or too large, ShapeError for what is no array of numbers.
    """
    known = lengths(program, sizes)
    return {one.name: _checked(program, one, params[one.name], _shape(one, known))
            for one in program.with_role(Role.PARAMETER)}


def refuse_others(program: Program, params: Mapping[str, Any]) -> None:
    """Raises ProgramError for weights that are missing, unknown, or tell no sizes."""
    own = program.with_role(Role.PARAMETER)
    names = ", ".join(one.name for one in own) or "none"
    for one in own:
        if one.name not in params:
            raise ProgramError(f"{program.name}: there are no weights for '{one.name}'; give all "
                               f"of {names}")
        if len(shape := np.shape(params[one.name])) != len(one.axes):
            raise ProgramError(f"{program.name}: '{one.name}' has shape {shape} and must have the "
                               f"axes [{', '.join(one.axes)}]; look at the file")
    for name in params:
        if name not in [one.name for one in own]:
            raise ProgramError(f"{program.name} has no parameter {quoted(name)}; give weights for "
                               f"{names} alone")


def _checked(program: Program, one: Variable, given: Any, shape: tuple[int, ...]) -> Array:
    with np.errstate(over="ignore"):
        value = numbers(given, one.name).astype(np.float32)
    if value.shape != shape:
        raise ProgramError(f"{program.name}: '{one.name}' has shape {value.shape} and must be "
                           f"{shape}; look at the sizes and at the file")
    if not np.isfinite(value).all():
        count = int(np.count_nonzero(~np.isfinite(value)))
        raise ProgramError(f"{program.name}: {count} of the {value.size} entries of '{one.name}' "
                           f"are no finite numbers in float32; give weights that are")
    return value


def vectors(program: Program, sizes: Mapping[str, int], params: Mapping[str, Array],
            steps: int = STEPS) -> Vectors:
    """A drawn sequence and what NumPy makes of it in float64.

    Raises ProgramError where that is no number.
    """
    random, known = np.random.default_rng(SEED + 1), {**lengths(program, sizes), "T": steps, "B": 1}
    inputs = {one.name: _drawn(one, [known.get(axis) or int(axis) for axis in one.shape], random)
              for one in program.with_role(*FED)}
    told = drawn(program, (Role.INPUT,), known, random)
    inputs |= {name: array.astype(np.float32).astype(np.float64) for name, array in told.items()}
    with np.errstate(all="ignore"):  # what is not finite is refused below
        run = compile(program, "numpy", "float64").forward(params, inputs)
    outputs = run.y if isinstance(run.y, dict) else {program.outputs[0]: run.y}
    if not all(np.isfinite(one).all() for one in outputs.values()):
        raise ProgramError(f"{program.name}: with these weights it gives no finite numbers; give "
                           f"others with --weights FILE.npz")
    return Vectors(inputs, outputs, run.final)


def _drawn(variable: Variable, shape: list[int], random: np.random.Generator) -> Array:
    """An input; a mask is 0 or 1. Numbers are those of float32, so that C reads the same."""
    if variable.role is Role.INPUT:
        return random.normal(0, 0.6, shape).astype(np.float32).astype(np.float64)
    return random.integers(0, 2, shape).astype(np.float64)


def _shape(variable: Variable, known: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(int(axis) if axis.isdigit() else known[axis] for axis in variable.axes)
