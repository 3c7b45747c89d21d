"""The chunkwise form of an affine recurrence: products inside a chunk, states between chunks.

With ``h_t = A_t h_{t-1} + b_t``, entry by entry, and the decays ``D_ts = A_t ... A_{s+1}``, the
states of a chunk are ``h_t = D_t h + sum_{s <= t} D_ts b_s``, where h stands before it. Where b is a
product of vectors and an output is a sum over the state, as ``b_s = k_s v_s^T`` and ``o_t = h_t^T
q_t`` in linear attention, the sums over a chunk are products of matrices, ``D_ts (q_t . k_s) v_s``,
and no state is made but those between chunks. This module reads A, b and the sums off the equations;
no decay is divided by another one, so none has to be positive. Sun et al., RetNet, 2023, arXiv
2307.08621; Yang et al., GLA, ICML 2024, arXiv 2312.06635, section 4; Dao and Gu, Mamba-2, ICML 2024,
arXiv 2405.21060.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sympy import Expr, Integer, Symbol

from symrnn.adjoint import linearise
from symrnn.program import (Ein, Equation, Glyph, Maximum, Program, ProgramError, Role, Span, add,
                            contraction_term, factors, free_name, is_number, leading_number,
                            multiply, reached, reads, reversed_edges, symbols_in_order, terms, verify)
from symrnn.recurrences.kinds import Part, Structure
from symrnn.transforms.rewiring import insert, recurrence

LETTERS = "abcdefghijklmn"  # of axes; T, S and B are a step, one at or before it, a sample


@dataclass(frozen=True)
class Operand:
    """A value in a product: its own axes as letters, and over what else it varies."""

    name: str
    letters: str
    span: Span


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
    def operands(self) -> tuple[Operand, ...]:
        """All values that it takes."""
        every = [*self.decays.values()]
        every += [one for some in self.written for term in some for one in term.operands]
        every += [one for some in self.readings for _, term in some.terms for one in term.operands]
        return tuple(dict.fromkeys(every))

    @property
    def reads(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(dict.fromkeys(one.name for one in self.operands))


def chunkwise(program: Program, part: Part) -> tuple[Program, Chunkwise]:
    """The same network with names for what the chunkwise form takes, and the form of a part.

    Raises ProgramError for a part whose equations do not give one; the message says why.
    """
    return _Derivation(program, part).found()


class _Derivation:
    """The form of one part; the program gets equations on the way."""

    def __init__(self, program: Program, part: Part) -> None:
        self.program, self.part = program, part
        self.states = [one.source for one in part.delays]
        self.olds = [one.lhs for one in part.delays]
        self.axes = program[self.states[0]].axes
        self.letter = dict(zip(self.axes, LETTERS, strict=False))
        self._check()

    def _check(self) -> None:
        inner = recurrence(self.program, self.states[0]) - {*self.states, *self.olds}
        told = ", ".join(self.states)
        if self.part.structure is not Structure.DIAGONAL:
            self._refuse(f"entries of {told} read others in a step, so their decays are matrices")
        if inner:
            self._refuse(f"{told} goes through {', '.join(sorted(inner))} within a step")
        if any(self.program.definition(one) is None for one in self.states):
            self._refuse(f"a step reads {told} of more than one step before")
        if len(self.letter) < len(self.axes):
            self._refuse(f"{told} has two axes of one size")

    def _refuse(self, why: str) -> None:
        raise ProgramError(f"{self.program.name} has no chunkwise form: {why}; "
                           f"form=\"two-pass\" takes it")

    def found(self) -> tuple[Program, Chunkwise]:
        """The program with all names, and the form."""
        decays, written = dict[tuple[int, int], Operand](), list[tuple[Term, ...]]()
        for place, name in enumerate(self.states):
            equation = self.program.definition(name)
            assert equation is not None
            own = {self.olds.index(term.source): self._operand(term.factor, name, "decay")
                   for term in linearise(equation) if term.source in self.olds}
            added = [*self._written(equation)]
            decays |= {(place, old): one for old, one in own.items()}
            written.append(tuple(term for _, term in added))
            kept = [multiply([Symbol(one.name), Symbol(self.olds[old])])
                    for old, one in own.items()]
            self._exchange(replace(equation, rhs=add([*kept, *(one for one, _ in added)])))
        outer = any(len(one.letters) < len(self.axes) for some in written for term in some
                    for one in term.operands if len(term.operands) > 1)
        readings = self._sums() if outer and self._is_summed() else self._themselves()
        return verify(self.program), Chunkwise(
            "".join(self.letter.values()), decays, written, tuple(readings))

    def _exchange(self, equation: Equation) -> None:
        """Put an equation in the place of the one of its name; numbers stay."""
        self.program = replace(self.program, equations=tuple(
            replace(one, rhs=equation.rhs) if one.lhs == equation.lhs else one
            for one in self.program.equations))

    def _written(self, equation: Equation) -> Iterator[tuple[Expr, Term]]:
        """What a step adds to a state, term by term, as the equation may have it."""
        zero = {Symbol(one): Integer(0) for one in self.olds}
        for one in equation.terms:
            pair = contraction_term(one)
            if pair is None:
                yield from (self._product(part, equation.lhs) for part in terms(one.xreplace(zero)))
                continue
            outer = self._outer(*pair)
            yield (one, outer) if outer else self._named(one, equation.lhs)

    def _product(self, term: Expr, state: str) -> tuple[Expr, Term]:
        """A pointwise term: its symbols, those of outer products taken apart."""
        number, rest = leading_number(term)
        parts = factors(rest)
        if not all(self._is_there(one) for one in parts):
            return self._named(term, state)
        made, found = float(number), list[Operand]()
        for one in parts:
            inside = self._opened(one.name)
            made, found = made * inside.number, [*found, *inside.operands]
        return term, Term(made, tuple(found))

    def _is_there(self, value: Expr) -> bool:
        """True for a symbol whose value comes from outside or differs from step to step."""
        if not isinstance(value, Symbol):
            return False
        variable = self.program[value.name]
        return variable.role.given or variable.span is Span.SEQUENCE

    def _opened(self, name: str) -> Term:
        """A value, or the vectors that it is the outer product of."""
        equation = self.program.definition(name)
        alone = equation is not None and len(equation.terms) == 1
        pair = contraction_term(equation.rhs) if equation is not None and alone else None
        outer = self._outer(*pair) if pair and self.program[name].axes == self.axes else None
        return outer or Term(1.0, (self._operand(Symbol(name), name, ""),))

    def _outer(self, number: Expr, ein: Ein) -> Term | None:
        """A product without a sum over the axes of the state; None for anything else."""
        letters = dict(zip(ein.letters.output, self.letter.values(), strict=True))
        if ein.letters.summed or not is_number(number) or isinstance(ein, Maximum):
            return None
        return Term(float(number), tuple(
            Operand(one.name, "".join(letters[each] for each in part), self.program[one.name].span)
            for one, part in zip(ein.operands, ein.letters.operands, strict=True)))

    def _named(self, term: Expr, state: str) -> tuple[Expr, Term]:
        """A term under a name of its own."""
        named = self._operand(term, state, "written")
        return Symbol(named.name), Term(1.0, (named,))

    def _operand(self, value: Expr, state: str, what: str) -> Operand:
        """A value as an operand; a formula gets a name, before the equation of a state."""
        known = self.program
        read = [known[one] for one in symbols_in_order(value)]
        span = max((one.span for one in read), default=Span.CONSTANT)
        if self._is_there(value):
            return Operand(value.name, self._letters(known[value.name].axes), span)
        axes = tuple(one for one in self.axes if any(one in each.axes for each in read))
        like, name = known[state], free_name(known, f"{state}_{what}")
        fresh = replace(like, name=name, axes=axes, role=Role.INTERMEDIATE, stands_for=None,
                        meaning=f"{what} of {state}", span=Span.SEQUENCE, drawn=None,
                        glyph=replace(like.glyph, sup=(*like.glyph.sup, Glyph.upright(what))))
        place = [one.lhs for one in known.equations].index(state)
        self.program = insert(known, place, [fresh], name, value)
        return Operand(name, self._letters(axes), span)

    def _letters(self, axes: Iterable[str]) -> str:
        return "".join(self.letter[one] for one in axes)

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
        seen = {*known.outputs, *(one.source for one in known.delays if one not in self.part.delays)}
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
        self._exchange(replace(equation, rhs=add([Symbol(name), *rest])))
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
