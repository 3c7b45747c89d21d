"""The letters of one contraction as loop indices, and its operands as elements."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from functools import reduce

from sympy import Expr

from symrnn.loops import (VECTOR, Binary, Call, Choose, Element, Expression, Inside, Name, Whole,
                          product, total)
from symrnn.lowering.arrays import Arrays
from symrnn.program import Ein, Program, Role, contraction_axes
from symrnn.program.expressions import factors, terms

Entry = Callable[[str, Sequence[Expression]], Element]


def selectors(program: Program, ein: Ein) -> list[int]:
    """The places of the operands that are selectors."""
    return [slot for slot, operand in enumerate(ein.operands)
            if program[operand.name].role is Role.SELECTOR]


def summed_letters(program: Program, ein: Ein) -> list[str]:
    """The letters that a loop sums over: those of a selector need none."""
    selected = {letter for slot in selectors(program, ein) for letter in ein.letters.operands[slot]}
    return [letter for letter in ein.letters.summed if letter not in selected]


class Contraction:
    """A contraction at one entry of the left-hand side, whose indices are ``rows``.

    A selector has ones where row = offset + column: it needs no loop, but turns one index into
    another.
    """

    def __init__(self, program: Program, arrays: Arrays, ein: Ein, rows: Sequence[Expression],
                 indices: Sequence[Name], entry: Entry) -> None:
        self.program, self.arrays, self.ein, self.entry = program, arrays, ein, entry
        letters = ein.letters
        self.sizes = contraction_axes(ein, program.axes)
        self.index: dict[str, Expression] = dict(zip(letters.output, rows, strict=False))
        self.guards: list[Expression] = []
        self.selectors = selectors(program, ein)
        self.selected = {letter for slot in self.selectors for letter in letters.operands[slot]}
        self.summed = summed_letters(program, ein)
        free = [one for one in indices if one not in rows]
        self.loops = [(index, arrays.size(self.sizes[letter]))
                      for letter, index in zip(self.summed, free, strict=False)]
        self.index.update(zip(self.summed, free, strict=False))
        if rows:
            for slot in self.selectors:
                self._select(slot)

    def _select(self, slot: int) -> None:
        row, column = tuple(self.ein.letters.operands[slot])
        selector = self.program[self.ein.operands[slot].name]
        first = self._integer(selector.offset)
        width = self.arrays.size(selector.axes[1])
        if column in self.index:
            self.index[row] = Inside(first + self.index[column])
            return
        here = self.index[row]
        self.index[column] = here - first
        self.guards += [here.compared(">=", first)] if first != Whole(0) else []
        self.guards.append(here.compared("<", first + width))

    def _integer(self, offset: Expr) -> Expression:
        return total([product(list(map(self._whole, factors(one)))) for one in terms(offset)])

    def _whole(self, factor: Expr) -> Expression:
        """A size or a number of them: the third of three equal parts begins at ``2 * m``."""
        return Whole(int(factor)) if factor.is_Integer else self.arrays.size(factor.name)

    @property
    def outside(self) -> frozenset[int]:
        """The places of the operands that no loop runs over: they are alike in all its turns."""
        looped = {*self.summed, *self.selected}
        return frozenset(slot for slot, own in enumerate(self.ein.letters.operands)
                         if self.loops and not looped & {*own}) - {*self.selectors}

    def elements(self, without: Container[int] = ()) -> Iterator[tuple[str, Expression]]:
        """The operands by name, without some places; one that a selector may miss is 0 there."""
        for slot, operand in enumerate(self.ein.operands):
            if slot in self.selectors or slot in without:
                continue
            index = [self.index[letter] for letter in self.ein.letters.operands[slot]]
            element = self.entry(operand.name, index)
            yield operand.name, self._guarded(element)

    def _guarded(self, element: Element) -> Expression:
        if not self.guards:
            return element
        inside = reduce(lambda left, right: Binary("&&", left, right), self.guards)
        nothing = Call("splat", (Whole(0),)) if element.type == VECTOR else Whole(0)
        return Choose(inside, element, nothing)
