"""What a comparison found, and how it is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from symrnn.comparison.correspondence import Array, Correspondence, shares_array, shares_text
from symrnn.comparison.numbers import TRIES, Difference
from symrnn.comparison.proof import Step
from symrnn.comparison.subject import Subject
from symrnn.program import UnknownName
from symrnn.runtime.shapes import check_names


class Verdict(Enum):
    """What is known of two programs."""

    SAME = "the same function"
    MERGED = "the same function, up to merging biases or others of which only the sum counts"
    DIFFERENT = "different functions"
    OPEN = "neither proven the same nor different"


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """The verdict on two programs.

    ``mapping`` is what is proved, or else the closest correspondence. ``steps`` are the
    proof, ``difference`` is a counter-example under the mapping, ``remarks`` are sentences.
    """

    left: Subject
    right: Subject
    verdict: Verdict
    mapping: Correspondence | None
    steps: tuple[Step, ...] = ()
    difference: Difference | None = None
    remarks: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """True where the two are proved to be one function."""
        return self.verdict in (Verdict.SAME, Verdict.MERGED)

    def __bool__(self) -> bool:
        return self.same

    @property
    def parameters(self) -> dict[str, str]:
        """Right's parameters as formulas of left's: ``{"W_f": "-W_i"}``."""
        carried = {} if self.mapping is None else self.mapping.carried()
        return {name: shares_text(carried[name]) for name in self.right.parameters
                if name in carried}

    def weights(self, given: Mapping[str, Any]) -> dict[str, Array]:
        """Left's weights as right's: the packed arrays of a convention, or parameters by name.

        The arrays are those of one layer and one direction, without axes for these. Raises
        ValueError where the two are not the same, ShapeError for an array that is missing,
        unknown, or cannot be cut.
        """
        if self.mapping is None or not self.same:
            raise UnknownName(f"{self.left.name} and {self.right.name} are not proved to be one "
                              f"function, so there are no weights to carry over")
        ours, right = self.left.convention, self.right
        if ours is None:
            check_names(given, self.left.parameters, "parameter")
            values = {name: np.asarray(array) for name, array in given.items()}
        else:
            values = ours.blocks(given)
        sizes = {axis: length for name in self.left.parameters for axis, length in
                 zip(self.left.program[name].axes, values[name].shape, strict=True)}
        other = {new: sizes[old] for old, new in self.mapping.sizes if old in sizes}
        carried = self.mapping.carried()
        found = {name: shares_array(carried.get(name, ()), values,
                                    tuple(other[axis] for axis in right.program[name].axes))
                 for name in right.parameters}
        return found if right.convention is None else right.convention.packed(found)

    def __repr__(self) -> str:
        return f"<Comparison {self.left.name} and {self.right.name}: {self.verdict.value}>"

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """The verdict, its reasons and the mapping, for people."""
        yield f"{self.left.name} and {self.right.name}: {self.verdict.value}"
        yield from self.remarks
        if self.difference is not None:
            yield from _difference_lines(self, self.difference)
        if self.verdict is Verdict.OPEN and self.mapping is not None and self.difference is None:
            yield f"No counter-example in {TRIES} random cases under the closest mapping."
        if self.steps:
            yield from ("", "proof: equal normal forms under the mapping below")
            yield from (_step_line(one) for one in self.steps)
        if self.mapping is not None:
            yield from ("", "mapping" if self.same else "closest mapping")
            yield from _mapping_lines(self, self.mapping)


def _step_line(step: Step) -> str:
    pair = step.left if step.left == step.right else f"{step.left} = {step.right}"
    return f"  {pair}: {'; '.join(step.rules)}"


def _difference_lines(result: Comparison, found: Difference) -> Iterator[str]:
    """The counter-example: where it is, and both values."""
    sizes = ", ".join(f"{name} = {size}" for name, size in found.sizes.items())
    yield ""
    yield f"counter-example, seed {found.seed}: {sizes}"
    for name, values in found.left_given.initial.items():
        yield f"  initial {name} = {_vector(values)}"
    for name, values in found.left_given.inputs.items():
        for step in range(found.step + 1):
            yield f"  {name}[{step}] = {_vector(values[step])}"
    yield f"  {found.what}[{found.step}] = {_vector(found.left)} in {result.left.name}"
    yield f"  {found.what}[{found.step}] = {_vector(found.right)} in {result.right.name}"
    yield f"  largest difference {found.largest:.3g}; in Python .difference has all parameters"


def _vector(values: Any) -> str:
    return "[" + ", ".join(f"{value:.6g}" for value in np.ravel(values)) + "]"


def _mapping_lines(result: Comparison, mapping: Correspondence) -> Iterator[str]:
    for kind, names in (("input", mapping.inputs), ("state", mapping.states),
                        ("output", mapping.outputs), ("size", mapping.sizes)):
        renamed = [f"{other} = {one}" for one, other in names if one != other]
        if renamed:
            yield f"  {kind}: {', '.join(renamed)}"
    yield from _packing_lines(result)
    shown = result.parameters
    width = max(map(len, shown), default=0)
    yield from (f"  {name.ljust(width)} = {formula}" for name, formula in shown.items())
    if mapping.alone_left:
        yield f"  only {result.left.name} has {', '.join(mapping.alone_left)}"


def _packing_lines(result: Comparison) -> Iterator[str]:
    """The order of the gates in the packed arrays, and how each side lays them out."""
    orders = []
    for subject in (result.left, result.right):
        layouts: dict[str, list[str]] = {}
        for array in () if subject.convention is None else subject.convention.arrays:
            if len(array.blocks) == 1:
                continue  # the mapping tells all of it
            blocks = ", ".join(_block(name) for name in array.blocks)
            how = " side by side, transposed" * array.columns
            how += f" in {array.rows} rows" * (array.rows > 1)
            layouts.setdefault(blocks + how, []).append(array.name)
            orders.append((subject, array.blocks))
        for layout, names in layouts.items():
            verb = "hold" if len(names) > 1 else "holds"
            yield f"  {subject.name}: {', '.join(names)} {verb} {layout}"
    sides = {subject.name: blocks for subject, blocks in reversed(orders)}
    if {result.left.name, result.right.name} == set(sides) and len(sides) == 2:
        yield _order_line(result, sides[result.left.name], sides[result.right.name])


def _order_line(result: Comparison, ours: tuple[str, ...], theirs: tuple[str, ...]) -> str:
    """``gates r, z, n -> z, r, h, that is 2, 1, 3 of the first``."""
    carried = {} if result.mapping is None else result.mapping.carried()
    sources = [shares[0].name for name in theirs if (shares := carried.get(name, ()))]
    places = ", ".join(str(ours.index(one) + 1) for one in sources if one in ours)
    return (f"  gate order: {', '.join(map(_block, ours))} -> {', '.join(map(_block, theirs))}, "
            f"blocks {places} of {result.left.name}")


def _block(name: str) -> str:
    return name.partition(".")[2]
