"""Contractions as a reader knows them: which are matrix products, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import permutations, product

from symrnn.program import Letters


@dataclass(frozen=True)
class Factor:
    """An operand in a matrix product: its place in the contraction, and if it is transposed."""

    slot: int
    transposed: bool


@cache
def matrix_product(letters: Letters) -> tuple[Factor, ...] | None:
    """The contraction as a product of matrices and vectors, or None if it is none.

    ``ij->ji`` is A^T;
    ``ij,j->i`` is A x; ``ij,i->j`` is A^T x; ``i,j->ij`` is x y^T; ``i,i->`` is x^T y.
    """
    slots = range(len(letters.operands))
    if len(slots) == 1 and len(letters.output) == 2 and letters.operands[0] == letters.output[::-1]:
        return (Factor(0, True),)
    if len(slots) < 2 or any(len(part) not in (1, 2) for part in letters.operands):
        return None
    for order in permutations(slots):
        for flips in sorted(product((False, True), repeat=len(slots)), key=sum):
            factors = tuple(Factor(slot, flips[slot]) for slot in order)
            if _chain(factors, letters) == letters.output:
                return factors
    return None


def _chain(factors: tuple[Factor, ...], letters: Letters) -> str | None:
    """The outer letters of a product whose inner letters agree, or None."""
    outer, open_end = "", None
    for place, factor in enumerate(factors):
        left, right = _ends(letters.operands[factor.slot], factor.transposed)
        if place == 0:
            outer = left
        elif left != open_end or (left and left in letters.output):
            return None
        open_end = right
    if len(letters.output) == 1 and open_end:
        return None  # a row; a vector is written as a column
    result = outer + (open_end or "")
    summed = set("".join(letters.operands)) - set(result)
    return result if summed == set(letters.summed) else None


def _ends(part: str, transposed: bool) -> tuple[str, str]:
    """Row and column letter of an operand: a vector is a column, transposed a row."""
    ends = (part[0], part[1] if len(part) == 2 else "")
    return (ends[1], ends[0]) if transposed else ends


def is_elementwise(letters: Letters) -> bool:
    """True where every operand has just the letters of the output."""
    return all(part == letters.output for part in letters.operands)


def is_indexed(letters: Letters) -> bool:
    """True where readers need indices: it is no product of matrices, nor one entry by entry."""
    plain = not letters.summed and all(part in (letters.output, "") for part in letters.operands)
    return matrix_product(letters) is None and not plain
