"""Matrices whose rows have a scale: what whole numbers of few bits need to stand for weights.

``W x`` becomes ``s W x``, one contraction with the scales as an operand more. Kernels multiply by
what is alike in all turns of a sum once, behind it: so a scale costs one multiplication a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

from sympy import Expr

from symrnn.program import (Ein, Letter, Maximum, Program, Role, Variable,
                            contractions, finished, of_network, rewrite, symbols_in_order)
from symrnn.transforms.rewiring import beside


@dataclass(frozen=True)
class Scale:
    """The parameter that scales the rows of a matrix, and the places of its axes among those."""

    name: str
    matrix: str
    places: tuple[int, ...]


@of_network
def matrices(program: Program) -> tuple[Variable, ...]:
    """The parameters that nothing but contractions reads, each of which sums over an axis of it."""
    return tuple(one for one in program.with_role(Role.PARAMETER)
                 if len(one.axes) > 1 and _only_summed(program, one.name))


def _only_summed(program: Program, name: str) -> bool:
    """A coefficient of a contraction is a number or a size, so it reads no array."""
    return all(found is not None and not isinstance(found[1], Maximum)
               and all({*letters} - {*found[1].letters.output}
                       for letters in _letters(found[1], name))
               for equation in program.equations for term, found in equation.taken_apart
               if name in symbols_in_order(term))


def _letters(ein: Ein, name: str) -> tuple[str, ...]:
    """How a contraction reads an array: the letters of each operand that it is."""
    return tuple(letters for letters, one in zip(ein.letters.operands, ein.operands, strict=True)
                 if one.name == name)


def scaled_rows(program: Program, scales: Sequence[Scale]) -> Program:
    """The program with a parameter more for each of some matrices, and sums that read it too."""
    return finished(reduce(_scaled, scales, program))


def row_scale(program: Program, name: str) -> Scale:
    """The scale of one of the :func:`matrices`.

    A row is what one entry of a result sums over: the axes of the scale are those that every
    contraction keeps. Where there is none, as in W and its transpose, all rows share one.
    """
    kept = set(range(len(program[name].axes)))
    for equation in program.equations:
        for _, ein in contractions(equation.rhs):
            for letters in _letters(ein, name):
                kept &= {place for place, letter in enumerate(letters)
                         if letter in ein.letters.output}
    return Scale(beside(program, name, after="_scale"), name, tuple(sorted(kept)))


def _scaled(program: Program, scale: Scale) -> Program:
    """Every contraction that reads the matrix reads its scales, too."""
    matrix = program[scale.matrix]
    glyph = replace(matrix.glyph, letters=(Letter("s"),), sub=(
        matrix.glyph.bare, *matrix.glyph.sub))
    variable = replace(matrix, name=scale.name, glyph=glyph, drawn=None,
                       meaning=f"scales of the rows of {matrix.name}",
                       axes=tuple(matrix.axes[place] for place in scale.places))

    def scaled(node: Expr) -> Expr | None:
        if not isinstance(node, Ein):
            return None
        own = ["".join(letters[place] for place in scale.places)
               for letters in _letters(node, matrix.name)]
        spec = f"{','.join((*node.letters.operands, *own))}->{node.letters.output}"
        return Ein(spec, *node.operands, *[variable.symbol] * len(own))

    equations = tuple(replace(one, rhs=rewrite(one.rhs, scaled)) for one in program.equations)
    variables = tuple(each for one in program.variables for each in
                      ((one, variable) if one.name == matrix.name else (one,)))
    return replace(program, variables=variables, equations=equations)
