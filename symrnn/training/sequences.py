"""What a run learns from: inputs, targets and lengths of N samples, checked and ready to be cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.program import INPUTS, Misused, Program, Span
from symrnn.runtime.inputs import named
from symrnn.runtime.shapes import Array, ShapeError, numbers, taken


@dataclass(frozen=True, eq=False)
class Sequences:
    """``inputs`` by name, the target among them: [T, N, ...], or [N, ...] where ``still``.

    ``counts`` [T, N] is 1 at the steps whose loss counts; ``lengths`` [N], None where all are T.
    """

    inputs: Mapping[str, Array]
    still: frozenset[str]
    counts: Array
    lengths: Array | None

    def __len__(self) -> int:
        return int(self.counts.shape[1])

    def part(self, chosen: Any) -> Sequences:
        """Some of the samples, by a slice or by their numbers."""
        return Sequences({name: one[chosen] if name in self.still
                          else np.ascontiguousarray(one[:, chosen])
                          for name, one in self.inputs.items()}, self.still,
                         self.counts[:, chosen],
                         None if self.lengths is None else self.lengths[chosen])

    @property
    def digest(self) -> str:
        """A number of all bytes, by which a run that goes on knows its data again."""
        found = sha256()
        lengths = () if self.lengths is None else (self.lengths,)
        for one in (*self.inputs.values(), self.counts, *lengths):
            found.update(repr(one.shape).encode() + np.ascontiguousarray(one).tobytes())
        return found.hexdigest()


def sequences(data: Any, judged: Program, classes: int | None, dtype: npt.DTypeLike,
              called: str = "data") -> Sequences:
    """Sequences from ``(x, target)`` or ``(x, target, lengths)``; :func:`symrnn.fit` tells shapes.

    ``judged`` is the network with its loss, which reads the target as its last input, a vector of
    ``classes`` entries. Raises Misused for another form, ShapeError for other shapes.
    """
    if not isinstance(data, tuple | list) or len(data) not in (2, 3):
        raise Misused(f"{called} is a tuple (x, target), or (x, target, lengths)")
    x, target, lengths = (*data, None)[:3]
    *fed, wanted = [one for one in judged.variables if one.role in INPUTS]
    kind, still = np.dtype(dtype), frozenset(one.name for one in fed
                                             if one.span is not Span.SEQUENCE)
    inputs = {name: taken(one, name, kind)
              for name, one in named(x, tuple(one.name for one in fed), "input").items()}
    steps, samples = _extent(inputs, still, called)
    known = None if lengths is None else _lengths(lengths, steps, samples)
    values, each = _target(numbers(target, "target"), steps, samples, classes)
    inputs |= {wanted.name: taken(values, "target", kind)}
    _must_be_finite(inputs, still, called, _counts(True, steps, samples, known, np.dtype(bool)))
    return Sequences(inputs, still, _counts(each, steps, samples, known, kind), known)


def _must_be_finite(inputs: Mapping[str, Array], still: frozenset[str], called: str,
                    counts: Array) -> None:
    """Raise Misused for what no loss can be made of; steps beyond the lengths may be anything."""
    for name, one in inputs.items():
        finite = np.isfinite(one).reshape(*one.shape[:1 if name in still else 2], -1).all(-1)
        wrong = np.argwhere(~finite if name in still else ~finite & counts)
        if len(wrong):
            *step, sample = wrong[0]
            at = f"step {step[0]} of " if step else ""
            raise Misused(f"'{name}' of {called} is infinite or no number at {at}sample {sample}, "
                          f"counted from 0; leave that sample out, or mend it")


def _extent(inputs: Mapping[str, Array], still: frozenset[str], called: str) -> tuple[int, int]:
    """T and N, the same in every input. Raises ShapeError."""
    moving = {name: one for name, one in inputs.items() if name not in still}
    first, array = next(iter(moving.items()))
    if array.ndim < 2 or 0 in array.shape:
        raise ShapeError(f"'{first}' of {called} has shape {array.shape}; its axes are [T, N, ...] "
                         f"with at least one step and one sample")
    for name, one in inputs.items():
        extent = one.shape[:1] if name in still else one.shape[:2]
        if extent != array.shape[2 - len(extent):2]:
            raise ShapeError(f"'{name}' of {called} has shape {one.shape}, but '{first}' has "
                             f"{array.shape[0]} steps of {array.shape[1]} samples")
    return array.shape[0], array.shape[1]


def _lengths(given: Any, steps: int, samples: int) -> Array:
    found = numbers(given, "lengths")
    if (found.shape != (samples,) or found.dtype.kind not in "iuf"
            or not np.all((found >= 1) & (found <= steps) & (found % 1 == 0))):
        raise ShapeError(f"lengths are {samples} whole numbers from 1 to {steps}, one for each "
                         f"sample")
    return found.astype(np.int64)


def _target(given: Array, steps: int, samples: int, classes: int | None) -> tuple[Array, bool]:
    """The target [T, N, p], and whether each step has one. Raises ShapeError.

    Whole numbers without the last axis are classes.
    """
    if given.dtype.kind in "iu" and given.shape in ((samples,), (steps, samples)):
        given = _one_hot(given, classes)
    each = given.ndim == 3
    if given.shape[:-1] != ((steps, samples) if each else (samples,)) or (
            classes is not None and given.shape[-1] != classes):
        p = "p" if classes is None else f"p = {classes}"
        raise ShapeError(f"the target has shape {given.shape}; its axes are [T, N, p], or [N, p] "
                         f"for the last step alone, with T = {steps}, N = {samples}, {p}; classes "
                         f"are whole numbers [T, N] or [N]")
    return np.broadcast_to(given, (steps, *given.shape[-2:])), each


def _one_hot(numbers: Array, classes: int | None) -> Array:
    if classes is None:
        raise ShapeError("no parameter tells how many classes there are; give the target as "
                         "vectors [T, N, p] or [N, p]")
    if numbers.min() < 0 or numbers.max() >= classes:
        raise ShapeError(f"the target's classes lie from {numbers.min()} to {numbers.max()}, but "
                         f"the output has {classes} entries: from 0 to {classes - 1}")
    found: Array = np.eye(classes, dtype=np.float32)[numbers]
    return found


def _counts(each: bool, steps: int, samples: int, lengths: Array | None, kind: np.dtype[Any]
            ) -> Array:
    """1 where a loss counts: at every step of a sample's length, or at its last one."""
    ends = np.full(samples, steps) if lengths is None else lengths
    step = np.arange(steps)[:, None]
    return np.asarray(step < ends if each else step == ends - 1).astype(kind)
