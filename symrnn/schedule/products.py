"""Products of weights and rows: found in the equations, and stacked where they share an operand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sympy import Expr

from symrnn.program import (Ein, Equation, Maximum, Program, Role, Span, is_number,
                            symbols_in_order)


@dataclass(frozen=True)
class Weights:
    """``scale`` times a matrix [units, entries], or times its transpose."""

    matrix: str
    transposed: bool
    scale: Expr


@dataclass(frozen=True)
class Segment:
    """One operand of a stacked product, with the weights that each gate puts on it."""

    operand: str
    weights: tuple[Weights, ...]


@dataclass(frozen=True)
class Product:
    """Operands whose products all go to the same gates; ``ahead`` of the scan, or in it."""

    gates: tuple[str, ...]
    segments: tuple[Segment, ...]
    ahead: bool


@dataclass(frozen=True)
class Tile:
    """The sums that a block of units holds for some gates: its products, those ahead first."""

    gates: tuple[str, ...]
    products: tuple[Product, ...]

    @cached_property
    def _hash(self) -> int:
        return hash((self.gates, self.products))

    def __hash__(self) -> int:
        return self._hash  # names are looked up by tiles

    @property
    def ahead(self) -> bool:
        """True where some of the sums may be there before the scan reaches the step."""
        return self.early > 0

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Its operands, those ahead first."""
        return tuple(segment for one in self.products for segment in one.segments)

    @property
    def early(self) -> int:
        """How many operands are ahead."""
        return sum(len(one.segments) for one in self.products if one.ahead)

    @cached_property
    def at_once(self) -> Tile:
        """The same with nothing computed ahead, as for a single step."""
        return Tile(self.gates, tuple(replace(one, ahead=False) for one in self.products))


def split(program: Program, equation: Equation
          ) -> list[tuple[Expr, tuple[str, Weights] | None]]:
    """Every term; one ``W x`` or ``W^T x`` with its operand and weights, any other with None.

    W is a parameter with two axes and x varies over samples, so that all samples share W.
    """
    return [(term, found and _weighted(program, found)) for term, found in equation.taken_apart]


def _weighted(program: Program, found: tuple[Expr, Ein]) -> tuple[str, Weights] | None:
    if not is_number(found[0]) or not _is_matrix_product(found[1]):
        return None
    scale, ein = found
    slots = sorted(zip(ein.letters.operands, ein.operands, strict=True),
                   key=lambda one: -len(one[0]))
    (letters, matrix), (_, vector) = slots
    fixed = program[matrix.name].role is Role.PARAMETER
    if not fixed or program[vector.name].span is Span.CONSTANT:
        return None
    return vector.name, Weights(matrix.name, letters[1] == ein.letters.output, scale)


def _is_matrix_product(ein: Ein) -> bool:
    """``ij,j->i`` or ``ij,i->j``, in either order of the operands."""
    lengths = sorted(map(len, ein.letters.operands))
    return (lengths == [1, 2] and len(ein.letters.output) == 1 and len(ein.letters.summed) == 1
            and not isinstance(ein, Maximum))


def weighted_terms(program: Program, equation: Equation) -> list[tuple[str, Weights]]:
    """Every term of an equation that is a product of weights and rows."""
    return [found for _, found in split(program, equation) if found is not None]


def other_terms(program: Program, equation: Equation) -> list[Expr]:
    """The terms of an equation that are no such product."""
    return [term for term, found in split(program, equation) if found is None]


def stacked(program: Program, equations: Iterable[Equation], inside: frozenset[str],
            scan: bool) -> tuple[Tile, ...]:
    """The products of some equations of one loop nest, stacked by the gates that they go to.

    ``inside`` are the names that the scan binds: an operand that is none of them is computed
    ahead, several steps at a time, or where a step has many rows, in the scan after all.
    """
    users: dict[tuple[str, int], dict[str, Weights]] = {}
    for equation in equations:
        seen: list[str] = []
        for operand, weights in weighted_terms(program, equation):
            users.setdefault((operand, seen.count(operand)), {})[equation.lhs] = weights
            seen.append(operand)
    groups: dict[tuple[str, ...], list[Segment]] = {}
    for (operand, _), by_gate in users.items():
        groups.setdefault(tuple(by_gate), []).append(Segment(operand, tuple(by_gate.values())))
    return tuple(_tile(gates, segments, inside if scan else None, program)
                 for gates, segments in groups.items())


def _tile(gates: tuple[str, ...], segments: Sequence[Segment], inside: frozenset[str] | None,
          program: Program) -> Tile:
    def early(segment: Segment) -> bool:
        delayed = program.delay_of(segment.operand) is not None
        return inside is not None and segment.operand not in inside and not delayed

    split = (([one for one in segments if early(one)], True),
             ([one for one in segments if not early(one)], False))
    return Tile(gates, tuple(Product(gates, tuple(some), ahead) for some, ahead in split if some))


def outer_terms(program: Program, equation: Equation) -> list[tuple[Expr, str, str]] | None:
    """A reduction ``sum_t a x^T`` as scales, rows and columns; None where it is no such total."""
    lhs = program[equation.lhs]
    if lhs.span is not Span.CONSTANT or len(lhs.axes) != 2:
        return None
    found = []
    for _, pair in equation.taken_apart:
        if pair is None or not is_number(pair[0]) or not _is_outer(program, pair[1]):
            return None
        first, second = pair[1].operands
        in_order = pair[1].letters.operands[0] == pair[1].letters.output[0]
        left, right = (first, second) if in_order else (second, first)
        found.append((pair[0], left.name, right.name))
    return found


def _is_outer(program: Program, ein: Ein) -> bool:
    letters = ein.letters
    return (sorted(letters.operands) == sorted(letters.output) and not isinstance(ein, Maximum)
            and all(program[one.name].span is Span.SEQUENCE for one in ein.operands))


def reads(terms_of: Iterable[Expr]) -> set[str]:
    """Every name that some terms read."""
    return {name for term in terms_of for name in symbols_in_order(term)}
