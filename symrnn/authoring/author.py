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

from collections.abc import Callable, Iterable
from dataclasses import replace
from types import TracebackType
from typing import Any

from sympy import Expr, evaluate

from symrnn.authoring.declarations import declared, reserved_axis
from symrnn.authoring.draft import Draft
from symrnn.authoring.meanings import told
from symrnn.authoring.latex_symbol import read_symbol
from symrnn.authoring.symbols import MARK, Sequence, Term
from symrnn.authoring.vetting import first_value, refuse, sentences, size_formula
from symrnn.program import (Glyph, IndexSymbol, Maximum, Program, ProgramError, Role,
                            Size, SizeSymbol, Span, Variable, finished, is_name, lower, misnamed,
                            quoted, unquoted, untold)


class Cell(Draft):
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
        super().__init__(name, title or name, source, sentences(name, notes), bibtex)
        refuse(name, untold("the title", title), untold("the source", source),
               unquoted("the BibTeX", bibtex))
        self.phrases: dict[str, str] = {}
        self._order = evaluate(False)

    def __enter__(self) -> Cell:
        self._order.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._order.__exit__(kind, error, trace)

    def input(self, declaration: str, meaning: str, drawn: Any = None) -> Sequence:
        """Declare what comes in at every step, such as ``"x[n]"``.

        ``drawn`` is for what is no number of any size, such as a mask: see :meth:`parameter`.
        """
        return self._sequence(declaration, Role.INPUT, meaning, drawn=drawn)

    def state(self, declaration: str, meaning: str, latex: str = "", start: Any = 0,
              drawn: Any = None) -> Sequence:
        """Declare what the cell remembers; an equation must define it.

        ``start`` is the number that a sequence starts with where the caller gives none; ``drawn``
        is what examples and checks start with: see :meth:`parameter`.
        """
        state = self._sequence(declaration, Role.STATE, meaning, latex, drawn)
        self.starts[state.name] = first_value(self, state.name, self._plain(start))
        return state

    def symbol(self, declaration: str, meaning: str, latex: str = "") -> Sequence:
        """Declare an intermediate value."""
        return self._sequence(declaration, Role.INTERMEDIATE, meaning, latex)

    def symbols(self, declarations: str, meaning: str) -> tuple[Sequence, ...]:
        """Declare several intermediate values: ``"z[m] r[m]"``."""
        return tuple(self.symbol(one, meaning) for one in declarations.split())

    def substeps(self, declaration: str, count: int, meaning: str) -> tuple[Sequence, ...]:
        """Declare a value at every inner substep of a step: ``count + 1`` of them, 0 first.

        Write the equations of the substeps in a loop over them. ``v[m]`` gives v_0, v_1 and so
        on, printed with the substep in parentheses above.
        """
        return tuple(self.substep(declaration, number, meaning) for number in range(count + 1))

    def substep(self, declaration: str, number: int, meaning: str) -> Sequence:
        """Declare a value at one inner substep: ``v[m]`` at 3 is v_3."""
        name, axes = declared(self.name, declaration)
        glyph, inside = Glyph.named(name), f"[{','.join(axes)}]" if axes else ""
        one = self.symbol(f"{name}_{number}{inside}", meaning)
        drawn = replace(glyph, sup=(*glyph.sup, Glyph.marks(f"({number})")))
        self._add(replace(self.variables[one.name], glyph=drawn))
        return one

    def parameter(self, declaration: str, meaning: str, latex: str = "",
                  drawn: Any = None) -> Term:
        """Declare a parameter, such as ``"W[m,n]"``: it maps n entries to m.

        ``meaning`` stands in documents as it is. ``drawn`` says which numbers make sense: a
        formula that examples, curves, checks and first weights are drawn by. It reads
        ``UNIFORM``, a random number between 0 and 1, its indices ``IndexSymbol.at(0)`` from 0 on,
        sizes, parameters drawn before it and, of an input, ``STEP``, which is 1 at the first step.
        """
        variable = self._declare(declaration, Role.PARAMETER, meaning, latex, Span.CONSTANT, drawn)
        return self.term(variable.name)

    def parameters(self, declarations: str, meaning: str = "",
                   drawn: Any = None) -> tuple[Term, ...]:
        """Declare several parameters: ``"W[m,n] U[m,m] b[m]"``, ``"of the hidden layer"``.

        The meaning goes on behind a word that the finished equations give: what is only added
        is a bias, what multiplies are weights, or a coefficient where it is a single number.
        ``drawn`` is that of :meth:`parameter`, for each of them.
        """
        made = tuple(self.parameter(one, meaning, drawn=drawn) for one in declarations.split())
        self.phrases |= {one.name: meaning for one in made}
        return made

    def constant(self, declaration: str, meaning: str, formula: Callable[..., Any],
                 latex: str = "") -> Term:
        """Declare an array of constants, which has no gradient, by a formula of its indices.

        ``cell.constant("I[m, m]", "identity", lambda i, j: Piecewise((1, Eq(i, j)), (0, True)))``:
        the indices count from 0, one for each axis. Sizes are numbers: ``cell.length("m")``.
        """
        variable = self._declare(declaration, Role.INTERMEDIATE, meaning, latex, Span.CONSTANT)
        self.define(variable.name, formula(*map(IndexSymbol.at, range(len(variable.axes)))))
        return self.term(variable.name)

    def size(self, name: str, value: Any, meaning: str = "entries") -> SizeSymbol:
        """Declare a size that is made of others: ``cell.size("q", 2 * cell.length("m"))``.

        ``cell.size("e", cell.length("m"))`` gives a second axis as long as the first, so that a
        matrix [m, e] has rows and columns that formulas can tell apart.
        """
        if not is_name(name) or (why := reserved_axis(name)) is not None:
            raise ProgramError(f"{self.name}: {quoted(name)} is no name of a size"
                               if not is_name(name) else f"{self.name}: {quoted(name)}: {why}")
        refuse(self.name, untold(f"the meaning of '{name}'", meaning))
        if name in self.sizes:
            raise ProgramError(f"{self.name}: '{name}' is a size already; take another name")
        made_of = size_formula(self, value)
        if made_of.has(SizeSymbol(name)):
            raise ProgramError(f"{self.name}: '{name}' is made of itself")
        known = {SizeSymbol(one.name): one.value for one in self.sizes.values()}
        self.sizes[name] = Size(name, Glyph.named(name), meaning, made_of.xreplace(known).doit())
        return SizeSymbol(name)

    def counts(self, **meanings: str) -> None:
        """Say what sizes count that a caller chooses: ``cell.counts(H="heads")``."""
        refuse(self.name, *(untold(f"the meaning of '{axis}'", meaning)
                            for axis, meaning in meanings.items()))
        self.counted |= meanings

    def length(self, axis: str) -> SizeSymbol:
        """The length of an axis as a number in a formula."""
        return SizeSymbol(axis)

    def step_number(self) -> Term:
        """The number of the current step, 1 at the first one of a sequence; a stream goes on."""
        name = f"step{MARK}"
        if name not in self.variables:
            self._add(Variable(name, (), Role.STATE, Glyph.named("step"), "number of the step"))
            self.define(name, self.remembered(name, 1) + 1)
        return self.term(name)

    def maximum(self, vector: Expr) -> Maximum:
        """The largest entry, as a shift that nothing depends on (see :class:`Maximum`)."""
        return Maximum("i->", self.named(vector))

    def build(self, *outputs: str) -> Program:
        """The finished program, lowered and verified. Raises ProgramError, also without inputs."""
        if not any(one.role is Role.INPUT for one in self.variables.values()):
            raise ProgramError(f"{self.name}: there is no input, which tells how many steps there "
                               "are; declare one, such as cell.input('x[n]', 'input')")
        return finished(told(lower(self._draft(outputs, self.equations)), self.phrases))

    def _declare(self, declaration: str, role: Role, meaning: str, latex: str,
                 span: Span, drawn: Any = None) -> Variable:
        name, axes = declared(self.name, declaration)
        if name in self.variables:
            raise ProgramError(f"{self.name}: '{name}' is declared already; take another name")
        refuse(self.name, untold(f"the meaning of '{name}'", meaning),
               untold(f"the LaTeX of '{name}'", latex))
        formula = None if drawn is None else self._plain(drawn)
        return self._add(Variable(name, axes, role, self._glyph(name, latex), meaning, span,
                                  drawn=formula))

    def _glyph(self, name: str, latex: str) -> Glyph:
        """The symbol that a name suggests, or the author's LaTeX with the indices of the name."""
        suggested = Glyph.named(name)
        if not latex:
            return suggested
        try:
            drawn = read_symbol(latex)
        except ProgramError as error:
            raise ProgramError(f"{self.name}: '{name}': {error}") from None
        return replace(drawn, sub=(*drawn.sub, *suggested.sub))

    def _sequence(self, declaration: str, role: Role, meaning: str, latex: str = "",
                  drawn: Any = None) -> Sequence:
        return Sequence(self, self._declare(declaration, role, meaning, latex, Span.SEQUENCE,
                                            drawn).name)
