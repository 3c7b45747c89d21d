"""What printed mathematics means: numbers for the atoms that a reader of MathML or LaTeX found.

It knows the rules that readers know: signs, products of matrices and columns, element by element,
sums over indices, functions by their names. It knows nothing of symrnn's equations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

TIMES, HADAMARD, DOT = "times", "⊙", "·"


@dataclass(frozen=True)
class Atom:
    """A piece of a formula: its kind, its text, the formulas inside, what stands around it."""

    kind: str
    text: str = ""
    inside: tuple[tuple[Atom, ...], ...] = ()
    indices: tuple[str, ...] = ()
    power: tuple[Atom, ...] = ()
    transposed: bool = False
    parameters: tuple[str, ...] = ()  # of a function, below its name


@dataclass(frozen=True)
class Value:
    """Numbers along named axes; a transposed vector is a row.

    Of an ``entry`` the axes are its indices: those that two of them share run together.
    """

    array: Any
    axes: tuple[str, ...] = ()
    row: bool = False
    entry: bool = False


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def normal_cdf(x: Any) -> Any:
    return np.vectorize(lambda one: (1 + math.erf(one / math.sqrt(2))) / 2)(x)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "σ": sigmoid, "tanh": np.tanh, "exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos,
    "ReLU": lambda x: np.where(x > 0, x, 0), "softplus": lambda x: np.log(1 + np.exp(x)),
    "SiLU": lambda x: x * sigmoid(x), "id": lambda x: x, "max": np.maximum, "min": np.minimum,
    "Φ": normal_cdf, "erf": np.vectorize(math.erf), "GELU": lambda x: x * normal_cdf(x),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "hardsigmoid": lambda x: np.clip(x / 6 + 1 / 2, 0, 1),
    "hardtanh": lambda x, alpha=1.0: np.clip(x, -alpha, alpha),
    "LReLU": lambda x, alpha: np.where(x < 0, alpha * x, x),
    "ELU": lambda x, alpha: np.where(x < 0, alpha * np.expm1(x), x),
    "ELU′": lambda x, alpha: np.where(x < 0, alpha * np.exp(x), 1),
    "TReLU": lambda x, alpha: np.where(x > alpha, x, 0),
    "stanh": lambda x, alpha, beta: alpha * np.tanh(beta * x),
    "affine": lambda x, alpha, beta: alpha * x + beta,
    "hardσ": lambda x, alpha, beta: np.clip(alpha * x + beta, 0, 1),
    "clip": lambda x, alpha: np.clip(x, -alpha, alpha), "rsqrt": lambda x: 1 / np.sqrt(x),
    "shrink": lambda x, alpha: np.where(x <= alpha**2, 1, alpha / np.sqrt(np.abs(x))),
    "expm1": np.expm1, "log1p": np.log1p, "diag": np.diag,
}
COMPARISONS = {"≤": np.less_equal, "≥": np.greater_equal, "<": np.less, ">": np.greater,
               "=": np.equal, "≠": np.not_equal}


class Unclear(AssertionError):
    """A formula that a reader cannot make out."""


class Meaning:
    """Evaluates formulas at one step; ``symbol`` gives the value of a symbol at a step."""

    def __init__(self, symbol: Callable[[str, int], Value | None], steps: int,
                 indices: dict[str, Value]) -> None:
        """With ``indices`` formulas are those of one entry."""
        self.symbol, self.steps, self.indices = symbol, steps, indices
        self.step = 0

    def __call__(self, atoms: Sequence[Atom]) -> Value:
        """A sum of terms."""
        total: Value | None = None
        for sign, term in _terms(atoms):
            value = self.term(term)
            value = replace(value, array=-value.array) if sign == "-" else value
            total = value if total is None else together(np.add, total, value)
        if total is None:
            raise Unclear("an empty formula")
        return total

    def term(self, atoms: Sequence[Atom]) -> Value:
        """A product, in front of which sums over steps and over indices may stand."""
        for place, atom in enumerate(atoms):
            if atom.kind == "big":
                front = atoms[:place - 1] if place else ()
                value = self.big(atom, atoms[place + 1:])
                return matrix_product(self.term(front), value) if front else value
        if self.indices:
            return self.indexed(atoms, ())
        value, sign = self.factor(atoms[0]), ""
        for atom in atoms[1:]:
            if atom.kind == "op":
                sign = atom.text
            elif sign == HADAMARD:
                value, sign = together(np.multiply, value, self.factor(atom)), ""
            elif sign in (TIMES, DOT):
                value, sign = matrix_product(value, self.factor(atom)), ""
            else:
                raise Unclear(f"no sign in front of {atom}")
        return value

    def big(self, atom: Atom, rest: Sequence[Atom]) -> Value:
        if atom.indices == ("t",):
            now, found = self.step, []
            for step in range(self.steps):
                self.step = step
                found.append(self.term(rest))
            self.step = now
            return replace(found[0], array=sum(one.array for one in found))
        if atom.text == "max":
            value = self.whole().factor(replace(rest[0], indices=()))
            axes = tuple(rest[0].indices.index(one) for one in atom.indices)
            return Value(np.max(value.array, axis=axes), tuple(
                one for one in rest[0].indices if one not in atom.indices), entry=True)
        return self.indexed(rest, atom.indices)

    def indexed(self, atoms: Sequence[Atom], summed: tuple[str, ...]) -> Value:
        """Factors by their indices; what is not summed stays, in the order of the alphabet."""
        parts, known = [], set[str]()
        for atom in atoms:
            if atom.kind == "op" and atom.text in (TIMES, DOT):
                continue
            value = self.factor(atom)
            if value.axes and not value.entry:
                raise Unclear(f"an array of {value.axes} among entries")
            known |= {*value.axes}
            parts.append((value.array, "".join(value.axes)))
        free = sorted(known - set(summed))
        if not set(summed) <= known:
            raise Unclear(f"a sum over {summed} of factors with {known}")
        spec = f"{','.join(letters for _, letters in parts)}->{''.join(free)}"
        return Value(np.einsum(spec, *(array for array, _ in parts)), tuple(free), entry=True)

    def factor(self, atom: Atom) -> Value:
        value = (self.whole() if atom.indices else self).base(atom)
        if atom.indices:
            if len(value.axes) != len(atom.indices) or value.entry:
                raise Unclear(f"{value.axes} with indices {atom.indices}")
            value = Value(value.array, atom.indices, entry=True)
        if atom.transposed:
            value = (replace(value, row=True) if len(value.axes) == 1 else
                     Value(value.array.T, value.axes[::-1]))
        if atom.power:
            value = together(np.power, replace(value, array=value.array + 0.0), self(atom.power))
        return value

    def whole(self) -> Meaning:
        """The same for whole arrays, of which an entry is told."""
        made = Meaning(self.symbol, self.steps, {})
        made.step = self.step
        return made

    def base(self, atom: Atom) -> Value:
        if atom.kind == "number":
            return Value(float(atom.text))
        if atom.kind == "symbol":
            return self.named(atom.text)
        return {"group": self.group, "fraction": self.fraction, "root": self.root,
                "bars": self.bars, "call": self.call, "cases": self.cases}[atom.kind](atom)

    def named(self, text: str) -> Value:
        found = self.symbol(text, self.step)
        if found is not None:
            return found
        if text in self.indices:
            return self.indices[text]
        if text == "π":
            return Value(math.pi)
        raise Unclear(f"no symbol is printed as {text}")

    def group(self, atom: Atom) -> Value:
        return self(atom.inside[0])

    def fraction(self, atom: Atom) -> Value:
        return together(np.divide, *map(self, atom.inside))

    def root(self, atom: Atom) -> Value:
        return _each(np.sqrt, self(atom.inside[0]))

    def bars(self, atom: Atom) -> Value:
        return _each(np.abs, self(atom.inside[0]))

    def call(self, atom: Atom) -> Value:
        """A function of its arguments; numbers below its name are parameters."""
        arguments = [self(part) for part in _split(atom.inside[0], ",")]
        function = FUNCTIONS[atom.text]
        if len(arguments) == 2:
            return together(function, *arguments)
        constants = [float(one) for one in atom.parameters]
        return _each(lambda x: function(x, *constants), arguments[0])

    def cases(self, atom: Atom) -> Value:
        *rows, otherwise = atom.inside
        result = self(otherwise)
        for value, condition in reversed(list(zip(rows[::2], rows[1::2], strict=True))):
            held = self.condition(condition)
            shown, held = same_axes(self(value), held)
            shown, result = same_axes(shown, result)
            held, result = same_axes(held, result)
            shown, held = same_axes(shown, held)
            result = Value(np.where(held.array, shown.array, result.array), result.axes,
                           entry=result.entry)
        return result

    def condition(self, atoms: Sequence[Atom]) -> Value:
        for word, combine in (("or", np.logical_or), ("and", np.logical_and)):
            parts = list(_split(atoms, word))
            if len(parts) > 1:
                first, *others = map(self.condition, parts)
                for one in others:
                    first = together(combine, first, one)
                return first
        for place, atom in enumerate(atoms):
            if atom.kind == "op" and atom.text in COMPARISONS:
                return together(COMPARISONS[atom.text], self(atoms[:place]),
                                self(atoms[place + 1:]))
        raise Unclear("a condition without a comparison")


def matrix_product(left: Value, right: Value) -> Value:
    """Matrices and columns side by side; a number multiplies everything."""
    if not left.axes or not right.axes:
        return Value(left.array * right.array, left.axes + right.axes, left.row or right.row,
                     left.entry or right.entry)
    if len(left.axes) == 1 and not left.row and right.row:
        return Value(np.multiply.outer(left.array, right.array), left.axes + right.axes)
    if len(left.axes) > 2 or len(right.axes) > 2 or (len(left.axes) == 1 and not left.row):
        raise Unclear(f"a product of {left.axes} and {right.axes}")
    if left.axes[-1] != right.axes[0]:
        raise Unclear(f"a product over {left.axes[-1]} and {right.axes[0]}")
    row = left.row and len(right.axes) == 2
    return Value(left.array @ right.array, left.axes[:-1] + right.axes[1:], row)


def together(function: Callable[..., Any], left: Value, right: Value) -> Value:
    """Element by element; an axis that one side lacks is the same all along it."""
    left, right = same_axes(left, right)
    return Value(function(left.array, right.array), left.axes, left.row and right.row,
                 left.entry or right.entry)


def same_axes(left: Value, right: Value) -> tuple[Value, Value]:
    if left.entry or right.entry:
        if any(one.axes and not one.entry for one in (left, right)):
            raise Unclear(f"an array beside an entry: {left.axes}, {right.axes}")
        every = tuple(sorted({*left.axes, *right.axes}))
        return along(left, every), along(right, every)
    wide, narrow = (left, right) if len(left.axes) >= len(right.axes) else (right, left)
    spread = along(narrow, wide.axes)
    return (left, spread) if wide is left else (spread, right)


def along(value: Value, axes: tuple[str, ...]) -> Value:
    """A value with all of these axes, in their order."""
    if value.axes == axes:
        return value
    shape, left = [], list(zip(value.axes, np.shape(value.array), strict=True))
    for axis in axes:
        found = bool(left) and left[0][0] == axis
        shape.append(left.pop(0)[1] if found else 1)
    if left:
        raise Unclear(f"{value.axes} beside {axes}")
    return Value(np.reshape(value.array, shape), axes, entry=value.entry)


def _each(function: Callable[[Any], Any], value: Value) -> Value:
    return replace(value, array=function(value.array))


def _terms(atoms: Sequence[Atom]) -> Iterator[tuple[str, list[Atom]]]:
    sign, term = "+", list[Atom]()
    for atom in atoms:
        if atom.kind == "op" and atom.text in "+-":
            if term:
                yield sign, term
            sign, term = atom.text, []
        else:
            term.append(atom)
    if term:
        yield sign, term


def _split(atoms: Sequence[Atom], at: str) -> Iterator[list[Atom]]:
    part = list[Atom]()
    for atom in atoms:
        if atom.kind in ("op", "text") and atom.text.strip() == at:
            yield part
            part = []
        else:
            part.append(atom)
    yield part
