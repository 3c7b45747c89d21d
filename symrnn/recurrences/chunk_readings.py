"""What the rest of a network reads of the states of a part: sums over them, or all entries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from sympy import Expr, Symbol

from symrnn.program import (Equation, Glyph, Maximum, Program, Role, Span, add, contraction_term,
                            free_name, is_number, reached, reads, reversed_edges, symbols_in_order)
from symrnn.recurrences.chunk_form import LETTERS, Operand, Reading, Term
from symrnn.recurrences.kinds import Part
from symrnn.transforms.rewiring import exchanged, insert


class Readings:
    """All readings of a part; ``letter`` tells that of an axis of its states.

    The program gets an equation for a sum that stands beside other terms.
    """

    def __init__(self, program: Program, part: Part, letter: Mapping[str, str]) -> None:
        self.program, self.part, self.letter = program, part, letter
        self.states = [one.source for one in part.delays]
        self.olds = [one.lhs for one in part.delays]

    def found(self, sums: bool) -> tuple[Reading, ...]:
        """The readings: sums where they are wanted and all that is read."""
        return tuple(self._sums() if sums and self._is_summed() else self._themselves())

    def _readers(self) -> list[Equation]:
        """All equations outside that read a state of the step."""
        return [one for one in self.program.equations
                if one.lhs not in self.states and {*self.states} & {*one.reads}]

    def _is_summed(self) -> bool:
        """True where nobody sees a state but in sums with values that do not depend on it."""
        known, states = self.program, {*self.states}
        edges = reversed_edges(reads(known))
        later = reached(states, edges)
        others = [one for one in known.equations if one.lhs not in states]
        seen = {*known.outputs,
                *(one.source for one in known.delays if one not in self.part.delays)}
        if states & seen or any({*self.olds} & {*one.reads} for one in others):
            return False
        for one in self._readers():
            for term in one.terms:
                if states & {*symbols_in_order(term)} and not self._is_sum(term, later):
                    return False
        return True

    def _is_sum(self, term: Expr, later: Collection[str]) -> bool:
        pair = contraction_term(term)
        if pair is None or isinstance(pair[1], Maximum) or not is_number(pair[0]):
            return False
        names = [one.name for one in pair[1].operands]
        beside = [one for one in names if one not in self.states]
        return len(names) == len(beside) + 1 and not {*later} & {*beside} and all(
            self.program[one].span is Span.SEQUENCE for one in beside)

    def _themselves(self) -> Iterator[Reading]:
        """The states, where others see them entry by entry."""
        for place, one in enumerate(self.states):
            yield Reading(one, "".join(self.letter.values()), ((place, Term(1.0, ())),))

    def _sums(self) -> Iterator[Reading]:
        """Sums over the states, by the names of what reads them, or of a part of that."""
        for equation in self._readers():
            own = [one for one in equation.terms if {*self.states} & {*symbols_in_order(one)}]
            name = equation.lhs
            if len(own) < len(equation.terms):
                name = self._set_apart(equation, own)
            letters, found = "", list[tuple[int, Term]]()
            for one in own:
                letters, place, term = self._sum(one)
                found.append((place, term))
            yield Reading(name, letters, tuple(found))

    def _set_apart(self, equation: Equation, own: list[Expr]) -> str:
        """Give the terms that read a state a name of their own."""
        known = self.program
        name, rest = free_name(known, f"{equation.lhs}_read"), [
            one for one in equation.terms if one not in own]
        like = known[equation.lhs]
        fresh = replace(like, name=name, role=Role.INTERMEDIATE, stands_for=None,
                        meaning=f"part of {equation.lhs}",
                        glyph=replace(like.glyph, sup=(*like.glyph.sup, Glyph.upright("read"))))
        place = known.equations.index(equation)
        self.program = exchanged(known, replace(equation, rhs=add([Symbol(name), *rest])))
        self.program = insert(self.program, place, [fresh], name, add(own))
        return name

    def _sum(self, term: Expr) -> tuple[str, int, Term]:
        """A sum over a state: the letters of what it gives, the state's place, what is beside."""
        pair = contraction_term(term)
        assert pair is not None
        number, ein = pair
        names = [one.name for one in ein.operands]
        slot = next(place for place, one in enumerate(names) if one in self.states)
        letters = dict(zip(ein.letters.operands[slot], self.letter.values(), strict=True))
        free = iter(LETTERS[len(letters):])
        for one in "".join((ein.letters.output, *ein.letters.operands)):
            if one not in letters:
                letters[one] = next(free)
        beside = tuple(Operand(name, "".join(letters[one] for one in part), Span.SEQUENCE)
                       for place, (name, part) in enumerate(zip(names, ein.letters.operands,
                                                                strict=True)) if place != slot)
        return ("".join(letters[one] for one in ein.letters.output),
                self.states.index(names[slot]), Term(float(number), beside))
