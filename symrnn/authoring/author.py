"""How a cell is written in Python: declare symbols, then write its equations.

    with Cell("elman", "Elman network") as cell:
        x = cell.input("x[n]", "input")
        h = cell.state("h[m]", "hidden layer")
        W, U, b = cell.parameters("W[m,n] U[m,m] b[m]", "of the hidden layer")
        h[t] = tanh(W @ x[t] + U @ h[t - 1] + b)

``@`` is a product, ``*`` acts element by element, ``h[t - 1]`` is memory. Axes are checked
at the line that breaks them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import TracebackType
from typing import Any

from sympy import Expr, Mul, Number, Piecewise, Rational, Symbol, evaluate

from symrnn.authoring.declarations import declared
from symrnn.authoring.meanings import told
from symrnn.authoring.symbols import MARK, Sequence, Term, Transposed, plain, unmarked
from symrnn.authoring.vetting import first_value, refuse, sentences, vetted
from symrnn.program import (Delay, Ein, Equation, Glyph, Maximum, Program, ProgramError,
                            Role, Size, Span, Variable, check_equation, contraction_axes,
                            delay_variables, finished, free_name, is_name, letter_latex, lower,
                            misnamed, quoted, renamed, result_axes, substitute, symbols_in_order,
                            unquoted, untold)

SIZES = {
    "n": "entries of the input",
    "m": "units of the hidden layer",
    "p": "entries of the output",
}


class Cell:
    """A cell being written. As a context manager it keeps the author's order of terms.

    Without a ``title`` its name stands for one, until ``register`` gives it another.
    Raises ProgramError for a name that files and functions of C cannot bear, for a text that not
    every document can print, and at the line of each declaration or equation that is not well
    formed.
    """

    def __init__(self, name: str, title: str = "", source: str = "",
                 notes: Iterable[str] = (), bibtex: str = "") -> None:
        if (why := misnamed(name)) is not None:
            raise ProgramError(why)
        self.name, self.title, self.source = name, title or name, source
        self.notes, self.bibtex = sentences(name, notes), bibtex
        refuse(name, untold("the title", title), untold("the source", source),
               unquoted("the BibTeX", bibtex))
        self.variables: dict[str, Variable] = {}
        self.equations: list[Equation] = []
        self.delays: dict[str, Delay] = {}
        self.starts: dict[str, Rational] = {}
        self.operands: dict[Expr, str] = {}
        self.phrases: dict[str, str] = {}
        self.number = 0
        self._order = evaluate(False)

    def __enter__(self) -> Cell:
        self._order.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._order.__exit__(kind, error, trace)

    def input(self, declaration: str, meaning: str) -> Sequence:
        """Declare what comes in at every step, such as ``"x[n]"``."""
        return self._sequence(declaration, Role.INPUT, meaning)

    def state(self, declaration: str, meaning: str, latex: str = "", start: Any = 0) -> Sequence:
        """Declare what the cell remembers; an equation must define it.

        ``start`` is the number that a sequence starts with where the caller gives none.
        """
        state = self._sequence(declaration, Role.STATE, meaning, latex)
        self.starts[state.name] = first_value(self, state.name, self._plain(start))
        return state

    def symbol(self, declaration: str, meaning: str, latex: str = "") -> Sequence:
        """Declare an intermediate value."""
        return self._sequence(declaration, Role.INTERMEDIATE, meaning, latex)

    def symbols(self, declarations: str, meaning: str) -> tuple[Sequence, ...]:
        """Declare several intermediate values: ``"z[m] r[m]"``."""
        return tuple(self.symbol(one, meaning) for one in declarations.split())

    def parameter(self, declaration: str, meaning: str, latex: str = "") -> Term:
        """Declare a parameter, such as ``"W[m,n]"``: it maps n entries to m.

        ``meaning`` stands in documents as it is.
        """
        variable = self._declare(declaration, Role.PARAMETER, meaning, latex, Span.CONSTANT)
        return self.term(variable.name)

    def parameters(self, declarations: str, meaning: str = "") -> tuple[Term, ...]:
        """Declare several parameters: ``"W[m,n] U[m,m] b[m]"``, ``"of the hidden layer"``.

        The meaning goes on behind a word that the finished equations give: what is only added
        is a bias, what multiplies are weights, or a coefficient where it is a single number.
        """
        made = tuple(self.parameter(one, meaning) for one in declarations.split())
        self.phrases |= {one.name: meaning for one in made}
        return made

    def term(self, name: str) -> Term:
        """The symbol of a declared variable."""
        return Term(self, self.variables[name])

    def remembered(self, name: str, step: int) -> Term:
        """The symbol of ``name`` one step before (+1) or after (-1) the current one."""
        if name in self.delays and self.delays[name].step != step:
            raise ProgramError(f"{self.name}: '{name}' is read one step before and one step after; "
                               f"name a copy of it for one of them")
        if name not in self.delays:
            start = self.starts.get(name, Rational(0))
            past, initial, final = delay_variables(self.variables[name], step, start=start)
            past = replace(past, name=past.name + MARK)
            self.variables |= {one.name: one for one in (past, initial, final)}
            self.delays[name] = Delay(past.name, name, step, initial.name, final.name, start)
        return self.term(self.delays[name].lhs)

    def product(self, left: Term, right: Expr, transposed: bool = False) -> Expr:
        """``left @ right`` for a matrix and a vector or matrix, checked."""
        operand = self._operand(right)
        letters = "ji" if transposed else "ij"
        other = {1: "j", 2: "jk"}.get(len(operand.axes))
        if len(left.axes) != 2 or other is None:
            raise ProgramError(
                f"{self.name}: '{left.name} @ {self.told(operand.name)}' wants a matrix and a "
                f"vector, got "
                f"[{', '.join(left.axes)}] and [{', '.join(operand.axes)}]")
        wanted, right = left.axes[0 if transposed else 1], self.told(operand.name)
        if operand.axes[0] != wanted:
            mark = ".T" if transposed else ""
            raise ProgramError(f"{self.name}: '{left.name}{mark} @ {right}' wants {right} with "
                               f"axis {wanted}, but {right} has {operand.axes[0]}")
        return self.contract(f"{letters},{other}->i{other[1:]}", left, operand)

    def told(self, name: str) -> str:
        """A variable as its author reads it: ``h[t-1]``, ``x[t]``, ``W``."""
        delay = next((one for one in self.delays.values() if one.lhs == name), None)
        if delay is not None:
            return f"{delay.source}[t{-delay.step:+d}]"
        own = name.removesuffix(MARK)
        return own if self.variables[name].span < Span.SEQUENCE else f"{own}[t]"

    def part(self, wish: str, axes: tuple[str, ...], meaning: str) -> Sequence:
        """A value that symrnn adds; it gives way to the names of the author."""
        own = self._unmarked(unmarked(wish))
        made = Variable(own + MARK, axes, Role.INTERMEDIATE, Glyph.named(own), meaning)
        return Sequence(self, self._add(made).name)

    def contract(self, spec: str, *operands: Expr) -> Ein:
        """Any contraction, by its letters: ``contract("i,j->ij", v, k)``."""
        named = [self._operand(operand) for operand in operands]
        try:
            ein = Ein(spec, *named)
            contraction_axes(ein, {one.name: one.axes for one in named})
        except ValueError as error:
            raise ProgramError(f"{self.name}: {quoted(spec)}: {unmarked(error)}") from None
        return ein

    def compared(self, operand: Expr) -> Expr:
        """What a condition may read: a formula in branches gets a name and an equation."""
        return self._operand(operand) if operand.has(Piecewise) else operand

    def maximum(self, vector: Expr) -> Maximum:
        """The largest entry, as a shift that nothing depends on (see :class:`Maximum`)."""
        return Maximum("i->", self._operand(vector))

    def define(self, name: str, rhs: Any) -> None:
        """Append the next numbered equation ``name = rhs``."""
        self._append(name, rhs, self.number + 1)
        self.number += 1

    def build(self, *outputs: str) -> Program:
        """The finished program, lowered and verified. Raises ProgramError, also without inputs."""
        if not any(one.role is Role.INPUT for one in self.variables.values()):
            raise ProgramError(f"{self.name}: there is no input, which tells how many steps there "
                               "are; declare one, such as cell.input('x[n]', 'input')")
        return finished(told(lower(self._draft(outputs, self.equations)), self.phrases))

    def _declare(self, declaration: str, role: Role, meaning: str, latex: str,
                 span: Span) -> Variable:
        name, axes = declared(self.name, declaration)
        if name in self.variables:
            raise ProgramError(f"{self.name}: '{name}' is declared already; take another name")
        refuse(self.name, untold(f"the meaning of '{name}'", meaning),
               untold(f"the LaTeX of '{name}'", latex))
        glyph = replace(Glyph.named(name), letter=latex) if latex else Glyph.named(name)
        return self._add(Variable(name, axes, role, glyph, meaning, span))

    def _add(self, variable: Variable) -> Variable:
        self.variables[variable.name] = variable
        return variable

    def _sequence(self, declaration: str, role: Role, meaning: str, latex: str = "") -> Sequence:
        return Sequence(self, self._declare(declaration, role, meaning, latex, Span.SEQUENCE).name)

    def _operand(self, expression: Expr) -> Term:
        """A symbol for any operand; a formula inside a product gets a name and an equation."""
        if isinstance(expression, Term):
            return expression
        formula = self._plain(expression)
        if formula not in self.operands:
            self.operands[formula] = self._named_operand(formula)
        return self.term(self.operands[formula])

    def _named_operand(self, formula: Expr) -> str:
        known = [self.variables[name] for name in symbols_in_order(formula)]
        if not known:
            raise ProgramError(f"{self.name}: {plain(formula)} is no operand of a product")
        base = "_".join(one.name.removesuffix(MARK) for one in known)
        own = self._unmarked(base if is_name(base) else "operand")
        simple = isinstance(formula, Mul) and own == base
        glyph = (Glyph.juxtaposed(one.glyph.letter for one in known) if simple
                 else Glyph("s", sub=tuple(letter_latex(part) for part in own.split("_"))))
        self._add(Variable(own + MARK, self._axes_of(formula), Role.INTERMEDIATE, glyph,
                           "operand of a product", max(one.span for one in known)))
        self._append(own + MARK, formula, self.number + 1)
        return own + MARK

    def _unmarked(self, wish: str) -> str:
        """A name for what symrnn adds, without its mark: no other has it so far."""
        return free_name({one.removesuffix(MARK) for one in self.variables}, wish)

    def _axes_of(self, formula: Expr) -> tuple[str, ...]:
        try:
            return result_axes(formula, {one.name: one.axes for one in self.variables.values()})
        except ValueError as error:
            raise ProgramError(f"{self.name}: {plain(formula)}: {unmarked(error)}") from None

    def _plain(self, rhs: Any) -> Expr:
        """A formula of the author over plain symbols."""
        if isinstance(rhs, Sequence):
            raise ProgramError(f"{self.name}: '{rhs.name}' has no time; write '{rhs.name}[t]'")
        if isinstance(rhs, Transposed):
            raise ProgramError(f"{self.name}: '{rhs.matrix.name}.T' stands on the left of '@' only")
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

    def _draft(self, outputs: tuple[str, ...], equations: Iterable[Equation]) -> Program:
        names = dict.fromkeys(size for one in self.variables.values() for size in one.axes)
        sizes = tuple(Size(name, Glyph.named(name), SIZES.get(name, "entries")) for name in names)
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
                found[name] = free_name(taken, name.removesuffix(MARK))
                taken.add(found[name])
        return found


def _final_role(variable: Variable, outputs: tuple[str, ...]) -> Variable:
    """An intermediate value that leaves the cell is an output."""
    leaves = variable.name in outputs and variable.role is Role.INTERMEDIATE
    return replace(variable, role=Role.OUTPUT) if leaves else variable
