"""The first kind of right-hand side: a sum of products over named axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from sympy import Basic, Expr, Symbol
from sympy.core.symbol import Str

from symrnn.program.naming import quoted


@dataclass(frozen=True)
class Letters:
    """An einsum specification such as ``ij,j->i``, taken apart."""

    operands: tuple[str, ...]
    output: str

    @classmethod
    @cache
    def parse(cls, spec: str) -> Letters:
        """Read ``"ij,j->i"``. Raises ValueError where an operand repeats a letter."""
        left, arrow, output = spec.partition("->")
        operands = tuple(left.split(","))
        if not arrow or any(len(set(part)) != len(part) for part in (*operands, output)):
            raise ValueError(
                f"{quoted(spec)} is not a contraction: write 'ij,j->i', each letter once an operand"
            )
        return cls(operands, output)

    @cached_property
    def summed(self) -> str:
        """The letters that the product is summed over, in order of appearance."""
        seen = dict.fromkeys("".join(self.operands))
        return "".join(letter for letter in seen if letter not in self.output)

    @property
    def spec(self) -> str:
        """The specification as einsum writes it."""
        return ",".join(self.operands) + "->" + self.output


class Ein(Expr):  # type: ignore[misc]  # SymPy ships no types
    """``Ein("ij,j->i", W, x)``: the contraction W x, opaque to SymPy.

    Operands are symbols. Time and batch have no letter: an operand brings them along, and a
    left-hand side without them sums over them. A letter of the output that no operand has
    is a broadcast, the transpose of a sum.
    """

    is_commutative = True

    def __new__(cls, spec: str | Str, *operands: Symbol) -> Ein:
        letters = Letters.parse(str(spec))
        if len(letters.operands) != len(operands):
            raise ValueError(
                f"{quoted(spec)} wants {len(letters.operands)} operands, got {len(operands)}")
        if not all(isinstance(operand, Symbol) for operand in operands):
            raise TypeError(f"{quoted(spec)}: the operands of a contraction are symbols; name them "
                            f"first")
        made: Ein = Expr.__new__(cls, Str(letters.spec), *operands)
        return made

    @property
    def letters(self) -> Letters:
        """The specification, taken apart."""
        return Letters.parse(self.args[0].name)

    @property
    def operands(self) -> tuple[Symbol, ...]:
        """The operands, in the author's order."""
        return tuple(self.args[1:])

    @property
    def places_summed(self) -> tuple[int, ...]:
        """The axes of the first operand that the result lacks, counted from its last: -1."""
        part, summed = self.letters.operands[0], self.letters.summed
        return tuple(place - len(part) for place, one in enumerate(part) if one in summed)

    def _eval_derivative(self, symbol: Basic) -> Any:
        raise TypeError("a contraction is transposed by its letters, never by SymPy's diff")


class Maximum(Ein):
    """``Maximum("i->", a)``: the largest entry, a shift that keeps exp from overflowing.

    It is a gauge: what it shifts does not depend on it (softmax is the same for every
    shift), so the derivation holds it constant. Use it for nothing else.
    """


def contraction_axes(ein: Ein, axes: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The size that each letter runs over, from the axes of the operands.

    Raises ValueError where the number of axes or the sizes disagree.
    """
    sizes: dict[str, str] = {}
    for part, operand in zip(ein.letters.operands, ein.operands, strict=True):
        own = axes[operand.name]
        if len(part) != len(own):
            raise ValueError(
                f"'{operand.name}' has axes [{', '.join(own)}], the contraction reads '{part}'"
            )
        for letter, size in zip(part, own, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise ValueError(
                    f"'{operand.name}' has {size} where its neighbour has {sizes[letter]}"
                )
    return sizes


def aligned(own: Sequence[str], axes: Sequence[str]) -> list[int]:
    """The place of each own axis among the axes of a left-hand side, in order."""
    places, start = list[int](), 0
    for axis in own:
        start = list(axes).index(axis, start) + 1
        places.append(start - 1)
    return places
