"""A cell while it is written: its symbols, its equations so far, and what symrnn adds to them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as Several
from dataclasses import replace
from typing import Any

from sympy import Expr, Mul, Number, Piecewise, Rational, Symbol

from symrnn.authoring.arrays import product_spec, shape
from symrnn.authoring.symbols import (MARK, Axes, Sequence, Term, exchanged, plain,
                                      unmarked)
from symrnn.authoring.vetting import vetted
from symrnn.program import (Delay, Ein, Equation, Glyph, Program, ProgramError, Role, Size,
                            SizeSymbol, Span, Variable, check_equation, contraction_axes,
                            delay_variables, free_name, is_name, lower, quoted,
                            renamed, result_axes, substitute, symbols_in_order)

SIZES = {
    "n": "entries of the input",
    "m": "units of the hidden layer",
    "p": "entries of the output",
}


class Draft:
    """What symbols and formulas need of the cell that they belong to."""

    def __init__(self, name: str, title: str, source: str, notes: tuple[str, ...],
                 bibtex: str) -> None:
        self.name, self.title, self.source = name, title, source
        self.notes, self.bibtex = notes, bibtex
        self.variables: dict[str, Variable] = {}
        self.sizes: dict[str, Size] = {}
        self.counted: dict[str, str] = {}  # what sizes that a caller chooses count
        self.equations: list[Equation] = []
        self.delays: dict[str, Delay] = {}
        self.starts: dict[str, Rational] = {}
        self.operands: dict[Expr, str] = {}
        self.handed_on: dict[str, str] = {}
        self.handed_from: dict[str, str] = {}
        self.number = 0

    def term(self, name: str) -> Term:
        """The symbol of a declared variable."""
        return Term(self, self.variables[name])

    def remembered(self, name: str, step: int) -> Term:
        """The symbol of ``name`` some steps before (1, 2, ...) or after (-1, ...) the current one.

        What is more than a step away is handed on from step to step.
        """
        one = 1 if step > 0 else -1
        if name in self.delays and self.delays[name].step != one:
            raise ProgramError(f"{self.name}: '{name}' is read one step before and one step after; "
                               f"name a copy of it for one of them")
        if name not in self.delays:
            start = self.starts.get(name, Rational(0))
            past, initial, final = delay_variables(self.variables[name], one, start=start)
            past = replace(past, name=unmarked(past.name) + MARK)
            self.variables |= {made.name: replace(made, meaning=unmarked(made.meaning))
                               for made in (past, initial, final)}
            self.delays[name] = Delay(past.name, name, one, initial.name, final.name, start)
        return self.term(self.delays[name].lhs) if step == one else self.remembered(
            self._handed_on(name), step - one)

    def _handed_on(self, name: str) -> str:
        """The value of the step before as one of this step, which the next step remembers."""
        if name not in self.handed_on:
            past = self.variables[self.delays[name].lhs]
            root = self.handed_from.get(name, name)
            own = self._unmarked(f"{unmarked(root)}_handed_on") + MARK
            self.handed_from[own] = root
            self._add(replace(past, name=own, stands_for=past.symbol,
                              meaning=f"{unmarked(root)}, handed on"))
            self.starts[own] = self.starts.get(name, Rational(0))
            self._append(own, past.symbol, self.number + 1)
            self.handed_on[name] = own
        return self.handed_on[name]

    def told(self, name: str) -> str:
        """A variable as its author reads it: ``h[t-1]``, ``x[t]``, ``W``."""
        delay = next((one for one in self.delays.values() if one.lhs == name), None)
        if delay is not None:
            return f"{delay.source}[t{-delay.step:+d}]"
        own = name.removesuffix(MARK)
        return own if self.variables[name].span < Span.SEQUENCE else f"{own}[t]"

    def part(self, wish: str, formula: Expr, meaning: str) -> Term:
        """A value that symrnn adds under an equation of its own; its name gives way to others."""
        plain_formula = self._plain(formula)
        own = self._unmarked(unmarked(wish))
        span = max((self.variables[name].span for name in symbols_in_order(plain_formula)),
                   default=Span.CONSTANT)
        made = self._add(Variable(own + MARK, self.axes_of(plain_formula), Role.INTERMEDIATE,
                                  Glyph.named(own), meaning, span))
        self.define(made.name, formula)
        return self.term(made.name)

    def selector(self, axes: Axes, offset: Expr) -> Term:
        """The matrix that places a vector into a longer one from an entry on, or cuts it out."""
        name = self._unmarked(f"E_{axes[1]}")
        meaning = f"where {axes[1]} entries stand among {axes[0]}"
        made = Variable(name + MARK, axes, Role.SELECTOR, Glyph.named(name), meaning,
                        Span.CONSTANT, offset=offset)
        same = next((one for one in self.variables.values() if one.role is Role.SELECTOR
                     and (one.axes, one.offset) == (axes, offset)), None)
        return self.term((same or self._add(made)).name)

    def contract(self, spec: str, *operands: Expr) -> Ein:
        """Any contraction, by its letters: ``contract("i,j->ij", v, k)``."""
        named = [self.named(operand) for operand in operands]
        try:
            ein = Ein(spec, *named)
            contraction_axes(ein, {one.name: one.axes for one in named})
        except ValueError as error:
            raise ProgramError(f"{self.name}: {quoted(spec)}: {unmarked(error)}") from None
        return ein

    def product(self, left: Expr, right: Expr, transposed: bool = False) -> Expr:
        """``left @ right`` for a matrix and a vector or matrix, or for several side by side."""
        matrix, operand = self.named(left), self.named(right)
        axes = exchanged(matrix.axes) if transposed else matrix.axes
        spec = product_spec(axes, operand.axes)
        if spec is not None:
            return self.contract(spec.text(transposed), matrix, operand)
        ours, theirs = matrix.name.removesuffix(MARK), self.told(operand.name)
        if len(axes) < 2 or not operand.axes:
            raise ProgramError(f"{self.name}: '{ours} @ {theirs}' wants a matrix and a vector, got "
                               f"{shape(axes)} and {shape(operand.axes)}")
        mark = ".T" if transposed else ""
        raise ProgramError(f"{self.name}: '{ours}{mark} @ {theirs}' wants {theirs} with axis "
                           f"{axes[-1]}, but {theirs} has {', '.join(operand.axes)}")

    def compared(self, operand: Expr) -> Expr:
        """What a condition may read: a formula in branches gets a name and an equation."""
        return self.named(operand) if operand.has(Piecewise) else operand

    def define(self, name: str, rhs: Any) -> None:
        """Append the next numbered equation ``name = rhs``."""
        self._append(name, rhs, self.number + 1)
        self.number += 1

    def named(self, expression: Expr) -> Term:
        """A symbol for any operand; a formula inside a product gets a name and an equation."""
        if isinstance(expression, Term):
            return expression
        formula = self._plain(expression)
        if formula not in self.operands:
            self.operands[formula] = self._named_operand(formula)
        return self.term(self.operands[formula])

    def axes_of(self, formula: Expr) -> Axes:
        """The axes that a formula varies over. Raises ProgramError where they disagree."""
        try:
            return result_axes(formula, {one.name: one.axes for one in self.variables.values()})
        except ValueError as error:
            raise ProgramError(f"{self.name}: {plain(formula)}: {unmarked(error)}") from None

    def size_value(self, *names: str) -> Expr:
        """What some sizes are together, in sizes that are not made of others."""
        known = {one.name: one.value for one in self.sizes.values() if one.value is not None}
        found: Expr = sum((known.get(name, SizeSymbol(name)) for name in names), Rational(0))
        return found.doit()

    def _add(self, variable: Variable) -> Variable:
        self.variables[variable.name] = variable
        return variable

    def _named_operand(self, formula: Expr) -> str:
        known = [self.variables[name] for name in symbols_in_order(formula)]
        if not known:
            raise ProgramError(f"{self.name}: {plain(formula)} is no operand of a product")
        base = "_".join(one.name.removesuffix(MARK) for one in known)
        own = self._unmarked(base if is_name(base) else "operand")
        simple = isinstance(formula, Mul) and own == base
        glyph = _of_product(known) if simple else Glyph.named(f"s_{own}")
        told = "product of " + " and ".join(unmarked(one.name) for one in known)
        self._add(Variable(own + MARK, self.axes_of(formula), Role.INTERMEDIATE, glyph,
                           told if simple else "operand of a product",
                           max(one.span for one in known)))
        self._append(own + MARK, formula, self.number + 1)
        return own + MARK

    def _unmarked(self, wish: str) -> str:
        """A name for what symrnn adds, without its mark: no other has it so far."""
        return free_name({one.removesuffix(MARK) for one in self.variables}, wish)

    def _plain(self, rhs: Any) -> Expr:
        """A formula of the author over plain symbols."""
        if isinstance(rhs, Sequence):
            raise ProgramError(f"{self.name}: '{rhs.name}' has no time; write '{rhs.name}[t]'")
        if not isinstance(rhs, Expr | int | float):
            raise ProgramError(f"{self.name}: {quoted(rhs)} is no formula")
        formula = vetted(self, rhs if isinstance(rhs, Expr) else Number(rhs),
                         frozenset(self.variables))
        return substitute(formula, {term: Symbol(term.name) for term in formula.atoms(Term)})

    def _append(self, name: str, rhs: Any, number: int) -> None:
        equation = Equation(name, self._plain(rhs), number)
        self._check(equation)
        self.equations.append(equation)

    def _check(self, equation: Equation) -> None:
        """Check the axes at once, so that the traceback ends at the author's line."""
        try:
            draft = lower(self._draft((), (equation,)))
        except ValueError as error:
            raise ProgramError(f"{self.name}: equation ({equation.number}) for "
                               f"{plain(equation.lhs)}: {unmarked(error)}") from None
        findings = [text for one in draft.equations for text in check_equation(draft, one)]
        if findings:
            raise ProgramError(f"{self.name}: {findings[0]}")

    def _counted(self, axis: str) -> str:
        """What a size counts: as the author says, else as usual, else what has this one axis."""
        if axis in self.counted or axis in SIZES:
            return self.counted.get(axis, SIZES.get(axis, ""))
        longer = [one.name for one in self.variables.values() if axis in one.axes]
        alone = [name for name in longer if self.variables[name].axes == (axis,)]
        return (f"entries of {unmarked(alone[0])}" if alone else
                f"entries along an axis of {unmarked(longer[0])}" if longer else "entries")

    def _draft(self, outputs: tuple[str, ...], equations: Iterable[Equation]) -> Program:
        names = dict.fromkeys(size for one in self.variables.values() for size in one.axes)
        made_of = dict.fromkeys(part.name for name in names if name in self.sizes
                                for part in self.size_value(name).atoms(SizeSymbol))
        sizes = tuple(self.sizes.get(name) or Size(name, Glyph.named(name), self._counted(name))
                      for name in {**names, **made_of})
        variables = tuple(_final_role(one, outputs) for one in self.variables.values())
        draft = Program(self.name, self.title, sizes, variables, tuple(equations),
                        tuple(self.delays.values()), outputs, self.source, self.notes, self.bibtex)
        settled = self._settled()
        return renamed(draft, settled, {}) if settled else draft

    def _settled(self) -> dict[str, str]:
        """The names that what symrnn adds gets in the end."""
        taken, found = {one for one in self.variables if MARK not in one}, dict[str, str]()
        for name in self.variables:
            if MARK in name:
                found[name] = free_name(taken, unmarked(name))
                taken.add(found[name])
        return found


def _of_product(operands: Several[Variable]) -> Glyph:
    """The symbol of a product: that of its largest operand, the others below: ``r h`` is ``h_r``.

    Letters side by side would read as a product of matrices.
    """
    *_, main = sorted(operands, key=lambda one: len(one.axes))
    others = (one.glyph.bare for one in operands if one is not main)
    return replace(main.glyph, sub=(*main.glyph.sub, *others), shift=0)


def _final_role(variable: Variable, outputs: tuple[str, ...]) -> Variable:
    """An intermediate value that leaves the cell is an output."""
    leaves = variable.name in outputs and variable.role is Role.INTERMEDIATE
    return replace(variable, role=Role.OUTPUT) if leaves else variable
