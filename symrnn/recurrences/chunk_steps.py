"""The steps of an affine part as products: decays of the last states, and what a step adds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sympy import Expr, Integer, Symbol

from symrnn.adjoint import linearise
from symrnn.program import (Ein, Equation, Glyph, Maximum, Program, ProgramError, Role, Span, add,
                            contraction_term, factors, free_name, indices_in_order, is_number,
                            leading_number, multiply, reached, reads, symbols_in_order, terms)
from symrnn.program.expressions import sizes_in_order
from symrnn.recurrences.chunk_form import LETTERS, Operand, Term
from symrnn.recurrences.kinds import Part, Structure
from symrnn.transforms.rewiring import exchanged, insert, recurrence


class Steps:
    """How the states of a part are made: decays, and what each step adds, as products.

    The program gets an equation for every value that has none of its own.
    """

    def __init__(self, program: Program, part: Part) -> None:
        self.program, self.part = program, part
        self.states = [one.source for one in part.delays]
        self.olds = [one.lhs for one in part.delays]
        self.axes = program[self.states[0]].axes
        self.letter = dict(zip(self.axes, LETTERS, strict=False))
        self.inner = recurrence(program, self.states[0]) - {*self.states, *self.olds}
        self.decays, self.written = dict[tuple[int, int], Operand](), list[tuple[Term, ...]]()
        self._check()

    def _check(self) -> None:
        told = ", ".join(self.states)
        if self.part.structure is not Structure.DIAGONAL:
            self._refuse(f"entries of {told} read others in a step, so their decays are matrices")
        if len(self.letter) < len(self.axes):
            self._refuse(f"{told} has two axes of one size")

    def _refuse(self, why: str) -> None:
        raise ProgramError(f"{self.program.name} has no chunkwise form: {why}; "
                           f"form=\"two-pass\" takes it")

    def run(self) -> None:
        """Find all decays and products; afterwards the equations of the states are made of them."""
        for place, name in enumerate(self.states):
            equation, kept = self._whole(name), list[Expr]()
            for term in linearise(equation):
                if term.source in self.olds:
                    one = self._operand(term.factor, name, "decay")
                    self.decays[place, self.olds.index(term.source)] = one
                    kept.append(multiply([_shown(one, term.factor), Symbol(term.source)]))
            added = [*self._written(equation)]
            self.written.append(tuple(term for _, term in added))
            self.program = exchanged(self.program, replace(
                equation, rhs=add([*kept, *(one for one, _ in added)])))
        self._drop()

    @property
    def is_outer(self) -> bool:
        """True where a step adds a product of values that have fewer axes than a state."""
        return any(len(one.letters) < len(self.axes) for some in self.written for term in some
                   for one in term.operands if len(term.operands) > 1)

    def _whole(self, name: str) -> Equation:
        """The equation of a state, by last states and by what depends on none."""
        equation = self.program.definition(name)
        if equation is None:
            self._refuse(f"a step reads {name}, which no equation gives")
        assert equation is not None
        while through := [one for one in equation.reads if one in self.inner]:
            found = [self.program.definition(one) for one in through]
            if any(one is None or one.rhs.has(Ein) for one in found):
                self._refuse(f"{name} goes through sums, {', '.join(through)}, within a step")
            equation = replace(equation, rhs=equation.rhs.xreplace(
                {Symbol(one.lhs): one.rhs for one in found if one is not None}))
        return equation

    def _drop(self) -> None:
        """Leave out what only the equations of states read, and now read no more."""
        used = reached([*self.program.outputs, *self.states], reads(self.program))
        used |= {one for delay in self.program.delays for one in (delay.lhs, delay.source)}
        gone = self.inner - used
        self.program = replace(
            self.program,
            variables=tuple(one for one in self.program.variables if one.name not in gone),
            equations=tuple(one for one in self.program.equations if one.lhs not in gone))

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
        return _shown(named, term), Term(1.0, (named,))

    def _operand(self, value: Expr, state: str, what: str) -> Operand:
        """A value as an operand; a formula gets a name, before the equation of a state."""
        known = self.program
        read = [known[one] for one in symbols_in_order(value)]
        span = max((one.span for one in read), default=Span.CONSTANT)
        if span is Span.CONSTANT and (constant := self._constant(value, f"{state}_{what}")):
            return constant
        if self._is_there(value):
            return Operand(value.name, self._letters(known[value.name].axes), span)
        axes = tuple(one for one in self.axes if any(one in each.axes for each in read))
        like, name = known[state], free_name(known, f"{state}_{what}")
        fresh = replace(like, name=name, axes=axes, role=Role.INTERMEDIATE, stands_for=None,
                        meaning=f"{what} of {state}", span=Span.SEQUENCE, drawn=None,
                        glyph=replace(like.glyph, sup=(*like.glyph.sup, Glyph.upright(what))))
        place = [one.lhs for one in known.equations].index(state)
        self.program = insert(known, place, [fresh], name, value)
        return Operand(name, self._letters(axes), Span.SEQUENCE)

    def _constant(self, value: Expr, name: str) -> Operand | None:
        """A formula of parameters; None for one with sums, sizes or indices."""
        if self._is_there(value):
            return None
        while inner := [one for one in symbols_in_order(value) if self.program.definition(one)]:
            value = value.xreplace({Symbol(one.lhs): one.rhs for one in self.program.equations
                                    if one.lhs in inner})
        if value.has(Ein) or sizes_in_order(value) or indices_in_order(value):
            return None
        read = {one: self.program[one].axes for one in symbols_in_order(value)}
        axes = [one for one in self.axes if any(one in own for own in read.values())]
        return Operand(name, self._letters(axes), Span.CONSTANT, value, tuple(
            (one, self._letters(own)) for one, own in read.items()))

    def _letters(self, axes: Iterable[str]) -> str:
        return "".join(self.letter[one] for one in axes)


def _shown(one: Operand, value: Expr) -> Expr:
    """An operand as an equation has it: under its name, or as the value that it was."""
    return Symbol(one.name) if one.formula is None else value
