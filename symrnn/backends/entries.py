"""Which equations are told by their entries, and the letters of their indices: everywhere alike."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from symrnn.backends.printer import LETTERS
from symrnn.backends.products import is_indexed
from symrnn.program import (Ein, Equation, Letters, Maximum, Program, Variable, aligned,
                            contractions, indices_in_order, pointwise_part, symbols_in_order)


def by_entry(program: Program, equation: Equation) -> bool:
    """True where whole arrays would not tell which entries of them meet."""
    return bool(program[equation.lhs].axes) and bool(
        indices_in_order(equation.rhs) or _repeats(program, equation)
        or any(by_index(ein) for _, ein in contractions(equation.rhs)))


def _repeats(program: Program, equation: Equation) -> bool:
    """True where an operand, which is no number, lacks some axes of the left-hand side."""
    axes = program[equation.lhs].axes
    return any(program[name].axes not in ((), axes)
               for name in symbols_in_order(pointwise_part(equation.rhs)))


def by_index(ein: Ein) -> bool:
    """True where a contraction is no product of matrices, nor of entries side by side."""
    return isinstance(ein, Maximum) or is_indexed(ein.letters)


@lru_cache(maxsize=64)
def letters_of(program: Program) -> str:
    """Letters of indices that no symbol is called by, unless an equation needs more of them."""
    symbols = [*(one.glyph for one in program.variables), *(one.glyph for one in program.sizes)]
    taken = {letter.text for glyph in symbols for letter in glyph.letters}
    free = "".join(one for one in LETTERS if one not in taken)
    return free if len(free) >= _most(program) else LETTERS


def _most(program: Program) -> int:
    """The most indices of an equation."""
    indices = [ein.letters.output + ein.letters.summed for one in program.equations
               for _, ein in contractions(one.rhs)]
    return max(map(len, [*indices, *(one.axes for one in program.variables)]), default=0)


def operand_letters(variable: Variable, axes: Sequence[str], letters: str) -> str:
    """The indices of a variable in an equation by entries, of which axes have these letters."""
    return "".join(letters[place] for place in aligned(variable.axes, axes))


def shown_letters(letters: Letters, own: str) -> dict[int, str]:
    """The printed letter of each index: those of the result come first, in its order."""
    return str.maketrans(dict(zip(letters.output + letters.summed, own, strict=False)))
