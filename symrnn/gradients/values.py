"""Numbers for symbols: arrays by name, checked against the shapes that a network tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import isqrt
from pathlib import Path

import numpy as np

from symrnn.adjoint import join
from symrnn.gradients.gradient import Gradient
from symrnn.gradients.names import LOSS
from symrnn.program import Misused, Program, Role, Span, Variable, quoted
from symrnn.program.draw import drawn
from symrnn.program.interpret import Array, Interpreter
from symrnn.runtime.shapes import ShapeError, numbers
from symrnn.storage import Unreadable, read_arrays

STEPS, SEED, SIZE = 8, 1, 4  # of a drawing without arrays: how long, from where, how large
MOST_SHOWN = 36  # entries of an array that is shown as a whole


def read(path: str) -> dict[str, Array]:
    """The arrays of a file. Raises Misused where it holds none, OSError where there is none."""
    try:
        return {name: numbers(one, name).astype(float)
                for name, one in read_arrays(Path(path)).items()}
    except (Unreadable, ShapeError):
        raise Misused(f"{quoted(path)} holds no arrays by name; write it with numpy.savez("
                      f"{quoted(Path(path).with_suffix('.npz').name)}, W=...)") from None


def interpreter(found: Gradient, arrays: Mapping[str, Array] | None) -> Interpreter:
    """What evaluates a network with its gradient, on arrays or, without any, on random ones.

    Initial states that are not given start as the network says. Of the loss each entry of each
    output has the derivative 1, and final states 0, where nothing else is given; that of one
    symbol alone is 1. Raises Misused for an array that is missing, of no symbol, or of another
    shape.
    """
    program = join(found.program, found.shown)
    given = [one for one in program.variables if one.role.given and one.offset is None]
    if arrays is None:
        sizes = _drawn_sizes(program)
        arrays = _drawn(program, given, sizes)
    else:
        sizes = _sizes(program, given, arrays)
    whole = found.of == LOSS
    cotangents = {one.name: float(one.span is Span.SEQUENCE if whole else one.of == found.of)
                  for one in given if one.role is Role.COTANGENT}
    return Interpreter(program, _completed(program, given, arrays, sizes, cotangents), sizes)


def _drawn_sizes(program: Program) -> dict[str, int]:
    free = {one.name: SIZE for one in program.sizes if one.value is None}
    return _whole(program, {"T": STEPS, "B": 1, **free})


def _whole(program: Program, sizes: Mapping[str, int]) -> dict[str, int]:
    """All sizes, those that are made of others too."""
    known = Interpreter(program, {}, sizes)
    return known.sizes


def _drawn(program: Program, given: Iterable[Variable], sizes: Mapping[str, int]
           ) -> dict[str, Array]:
    """Random arrays, matrices scaled by what they read; the same at every run.

    What the equations' source draws by a formula is drawn so.
    """
    draw, found = np.random.default_rng(SEED), {}
    for one in given:
        if one.role in (Role.INITIAL, Role.COTANGENT):
            continue
        shape = [sizes[axis] for axis in one.shape]
        scale = isqrt(shape[-1]) if one.span is Span.CONSTANT and len(shape) > 1 else 1
        found[one.name] = draw.normal(size=shape) / scale
    return found | drawn(program, (Role.INPUT, Role.PARAMETER), sizes, draw)


def _sizes(program: Program, given: Iterable[Variable], arrays: Mapping[str, Array],
           ) -> dict[str, int]:
    """The sizes that arrays have."""
    known = {one.name: one for one in given}
    for name in arrays:
        if name not in known:
            raise Misused(f"the file has an array {quoted(name)}, which is nothing that "
                          f"{program.name} is given; it is given {', '.join(known)}")
    found: dict[str, int] = {}
    for name, array in arrays.items():
        shape = known[name].shape
        if array.ndim != len(shape):
            raise Misused(f"{quoted(name)} has the shape {list(array.shape)}; it is to be "
                          f"[{', '.join(shape)}]")
        for axis, length in zip(shape, array.shape, strict=True):
            if found.setdefault(axis, length) != length:
                raise Misused(f"{quoted(name)} has {axis} = {length}, where another array has "
                              f"{found[axis]}")
    needed = {"T", *(one.name for one in program.sizes if one.value is None)}
    missing = sorted(needed - set(found))
    if missing:
        raise Misused(f"no array of the file tells the size {missing[0]}; give one of "
                      f"{', '.join(one.name for one in known.values() if missing[0] in one.shape)}")
    return _whole(program, {"B": 1, **found})


def _completed(program: Program, given: Iterable[Variable], arrays: Mapping[str, Array],
               sizes: Mapping[str, int], cotangents: Mapping[str, float]) -> dict[str, Array]:
    """The arrays, and what stands for those that a caller need not give."""
    starts = {one.initial: float(one.start) for one in program.delays}
    found = dict(arrays)
    for one in given:
        shape = tuple(sizes[axis] for axis in one.shape)
        if one.name in found:
            if found[one.name].shape != shape:
                raise Misused(f"{quoted(one.name)} has the shape {list(found[one.name].shape)}; "
                              f"with these sizes it is {list(shape)}")
        elif one.role is Role.COTANGENT:
            found[one.name] = np.full(shape, cotangents[one.name])
        elif one.name in starts or one.role in (Role.START, Role.STEP_MASK):
            found[one.name] = np.full(shape, starts.get(one.name, 1.0))
        else:
            raise Misused(f"the file has no array {quoted(one.name)}; it is to have one of the "
                          f"shape [{', '.join(one.shape)}]")
    return found


def measured(found: Gradient, arrays: Mapping[str, Array]) -> Gradient:
    """The gradient with the norm of each left-hand side, and its own entries where they are few."""
    run = interpreter(found, arrays)
    names = [one.lhs for one in found.shown.equations]
    values = {name: _norm(run.whole(name)) for name in names}
    if found.target:
        values[found.target] = shown(run.whole(found.target))
    return replace(found, values=tuple(values.items()))


def shown(array: Array) -> str:
    """An array as a reader wants it: whole where it is small."""
    if array.size > MOST_SHOWN:
        return _norm(array)
    return np.array2string(array, precision=6, suppress_small=True)


def _norm(array: Array) -> str:
    return f"norm {float(np.linalg.norm(array)):.6g}"
