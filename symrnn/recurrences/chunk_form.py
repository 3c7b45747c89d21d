"""What the chunkwise form of a recurrence is made of: products of values over named axes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Expr

from symrnn.program import Span

LETTERS = "abcdefghijklmn"  # of axes; T, S and B are a step, one at or before it, a sample


@dataclass(frozen=True)
class Operand:
    """A value in a product: its own axes as letters, and over what else it varies.

    With a ``formula`` it is one of numbers and of ``constants``, parameters by their letters.
    """

    name: str
    letters: str
    span: Span
    formula: Expr | None = None
    constants: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Term:
    """A number times a product of values."""

    number: float
    operands: tuple[Operand, ...]


@dataclass(frozen=True)
class Reading:
    """A value that is a sum over the states of a step: terms by the place of a state.

    A term's operands stand beside the state; without any it is the state itself.
    """

    name: str
    letters: str
    terms: tuple[tuple[int, Term], ...]


@dataclass(frozen=True)
class Chunkwise:
    """What runs a part in chunks: ``decays`` by places of new and old state, ``b``, readings.

    ``letters`` are the axes of the states, ``written`` the terms that each state gets.
    """

    letters: str
    decays: Mapping[tuple[int, int], Operand]
    written: tuple[tuple[Term, ...], ...]
    readings: tuple[Reading, ...]

    @property
    def decayed(self) -> str:
        """The axes along which decays differ."""
        axes = {letter for one in self.decays.values() for letter in one.letters}
        return "".join(one for one in self.letters if one in axes)

    @property
    def operands(self) -> tuple[Operand, ...]:
        """All values that it takes."""
        every = [*self.decays.values()]
        every += [one for some in self.written for term in some for one in term.operands]
        every += [one for some in self.readings for _, term in some.terms for one in term.operands]
        return tuple(dict.fromkeys(every))

    @property
    def reads(self) -> tuple[str, ...]:
        """Their names, without formulas of parameters."""
        return tuple(dict.fromkeys(one.name for one in self.operands if one.formula is None))
