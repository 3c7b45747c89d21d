"""Sizes from shapes: every array is held against the axes of its variable."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.program import Program, Size, SizeSymbol, Span, Variable, quoted

Array = npt.NDArray[Any]
MAY_BE_NONE = ("T", "B")  # no steps, no samples; every other axis has entries


class ShapeError(ValueError):
    """An array does not have the shape of its variable; the message names it."""


class Sizes:
    """The sizes of one call, learned array by array."""

    def __init__(self, program: Program, dtype: npt.DTypeLike) -> None:
        self.program, self.dtype = program, np.dtype(dtype)
        self.known: dict[str, int] = {}
        self._from: dict[str, str] = {}
        self._prepared: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        """What is made once for all calls of these sizes. Nobody writes into it."""
        try:
            return self._prepared[key]
        except KeyError:
            return self._prepared.setdefault(key, make(*arguments))

    def take(self, variable: Variable, array: Any, called: str, lost: int = 0) -> Array:
        """The array as this call wants it: contiguous, of the kernel's type, shape checked.

        ``lost`` is the number of leading axes that the caller leaves out (1 for a step).
        """
        shape, result = _without_steps(variable, lost), taken(array, called, self.dtype)
        if result.ndim != len(shape):
            raise ShapeError(f"'{called}' has shape {_tuple(result.shape)}, but its axes are "
                             f"{_axes(shape)}: {len(shape)} of them, not {result.ndim}")
        for axis, length in zip(shape, result.shape, strict=True):
            self._learn(axis, length, called, shape, result.shape)
        return result

    def _learn(self, axis: str, length: int, called: str, shape: tuple[str, ...],
               given: tuple[int, ...]) -> None:
        size = next((one for one in self.program.sizes if one.name == axis), None)
        expected = self._derived(size) if size is not None and size.value is not None else None
        expected = self.known.get(axis) if expected is None else expected
        if expected is None and length < 1 and axis not in MAY_BE_NONE:
            raise ShapeError(f"'{called}' has shape {_tuple(given)}: {axis} must be at least 1")
        if expected is not None and expected != length:
            source = self._from.get(axis)
            because = f" (from '{source}')" if source else ""
            raise ShapeError(f"'{called}' has shape {_tuple(given)}, but its axes are "
                             f"{_axes(shape)} with {axis} = {expected}{because}")
        self.known.setdefault(axis, length)
        self._from.setdefault(axis, called)

    def _derived(self, size: Size) -> int | None:
        """A derived size, as soon as the sizes that it is made of are known."""
        assert size.value is not None
        parts = size.value.atoms(SizeSymbol)
        if not all(part.name in self.known for part in parts):
            return None
        return int(size.value.subs({part: self.known[part.name] for part in parts}))

    def complete(self) -> None:
        """Fill in the derived sizes that no array has."""
        for size in self.program.sizes:
            if size.value is not None and (value := self._derived(size)) is not None:
                self.known[size.name] = value

    def shape(self, variable: Variable, lost: int = 0) -> tuple[int, ...]:
        """The shape of a variable in this call."""
        return tuple(self.known[axis] for axis in _without_steps(variable, lost))

    def empty(self, variable: Variable, lost: int = 0) -> Array:
        """An array for a variable, not yet filled."""
        return np.empty(self.shape(variable, lost), self.dtype)

    def full(self, variable: Variable, value: float) -> Array:
        """An array for a variable with one number everywhere."""
        return np.full(self.shape(variable), value, self.dtype)

    def zeros(self, variable: Variable, lost: int = 0) -> Array:
        """An array of zeros for a variable."""
        return np.zeros(self.shape(variable, lost), self.dtype)


def _without_steps(variable: Variable, lost: int) -> tuple[str, ...]:
    """The axes of an array in a call that leaves out the steps, if there are any."""
    return variable.shape[lost if variable.span is Span.SEQUENCE else 0:]


def taken(array: Any, called: str, dtype: np.dtype[Any]) -> Array:
    """Anything as an array that a kernel can read as it lies there. Raises ShapeError."""
    given = numbers(array, called)
    if np.iscomplexobj(given):
        raise ShapeError(f"'{called}' is complex; the kernel computes in {dtype}")
    result: Array = np.require(given, dtype, ["C", "A"]).reshape(given.shape)
    return result


def is_plain(array: Any, dtype: np.dtype[Any]) -> bool:
    """True for what a kernel reads as it lies there."""
    return (type(array) is np.ndarray and array.dtype == dtype and array.flags.c_contiguous
            and array.flags.aligned)


def numbers(array: Any, called: str) -> Array:
    """Anything as an array of numbers. Raises ShapeError for what is none."""
    given = _detached(array, called) if hasattr(array, "detach") else array
    if isinstance(given, np.ma.MaskedArray):
        raise ShapeError(f"'{called}' is a masked array, and what its mask hides would be read; "
                         f"give filled(...) of it, and steps that do not count as mask=")
    try:
        result = np.asarray(given)
    except ValueError:
        raise ShapeError(f"'{called}' has rows of different lengths; give a full array") from None
    if result.dtype.kind == "V" and result.dtype.type is not np.void:
        result = result.astype(np.float32)  # bfloat16 and its like, which NumPy does not know
    if result.dtype.kind not in "biufc":
        held = type(array).__name__ if result.dtype == object else result.dtype
        raise ShapeError(f"'{called}' is no array of numbers ({held}); give floats")
    return result


def _detached(tensor: Any, called: str) -> Any:
    """The numbers of a tensor of torch, which NumPy does not read while it is differentiated."""
    if tensor.device.type == "meta":
        raise ShapeError(f"'{called}' is on the device meta, which keeps no numbers; give it some "
                         f"first, as by module.to_empty(device=\"cpu\")")
    own = tensor.detach().cpu()
    try:
        return own.numpy()
    except TypeError:  # NumPy has no bfloat16
        return own.float().numpy()


def check_names(named: Any, wanted: Iterable[str], kind: str, partly: bool = False) -> None:
    """Raise ShapeError for a name that is missing (unless ``partly``) or unknown.

    ``named`` is a dictionary, or None for an empty one.
    """
    if not isinstance(named, Mapping | None):
        held = named if isinstance(named, str) else type(named).__name__
        raise ShapeError(f"each {kind} goes by its name in a dictionary ({', '.join(wanted)}), "
                         f"not in {'an array' if hasattr(named, 'shape') else quoted(held)}")
    given, wanted = list(named or {}), list(wanted)
    unknown = [name for name in given if name not in wanted]
    missing = [] if partly else [name for name in wanted if name not in given]
    if unknown:
        known = ", ".join(wanted) or "none"
        raise ShapeError(f"there is no {kind} {quoted(unknown[0])}; there are {known}")
    if missing:
        listed = ", ".join(map(repr, missing))
        raise ShapeError(f"the {kind} {listed} is missing" if len(missing) == 1 else
                         f"the {kind}s {listed} are missing")


def _tuple(shape: tuple[int, ...]) -> str:
    return str(tuple(int(one) for one in shape))


def shapes_told(arrays: Arrays) -> str:
    """``h [3, 4], c [3, 4]``."""
    return ", ".join(f"{name} {list(array.shape)}" for name, array in arrays.items())


def _axes(axes: tuple[str, ...]) -> str:
    return f"[{', '.join(axes)}]"


Arrays = Mapping[str, Array]
