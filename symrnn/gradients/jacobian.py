"""How one symbol of a step depends on what the step is given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from sympy import Eq, Expr

from symrnn.adjoint import Within, within_step
from symrnn.backends.closed import read_once
from symrnn.backends.document import DocumentPrinter
from symrnn.backends.formula import Number, Partial
from symrnn.backends.indexed import Basis, Indexer, past
from symrnn.backends.jacobian import derivatives, identity
from symrnn.gradients.names import at_step, before_step
from symrnn.gradients.told import Told
from symrnn.presentation.layouts import Line, formula_line
from symrnn.program import Program

DOT = "a dot: a small change, which is passed on by the linear map"


@dataclass(frozen=True, repr=False)
class Jacobian(Told):
    """The derivative of ``of`` by ``by`` within one step, all else that it is given held fixed.

    In SymPy it has the indices of ``of`` and then those of ``by``.
    """

    program: Program
    within: Within
    of: str
    by: str
    is_closed: bool = True

    @cached_property
    def put_in(self) -> frozenset[str]:
        """The names whose formulas stand in their place."""
        if not self.is_closed:
            return frozenset()
        parts = frozenset[str]() if self.within.is_matrix else self.within.parts
        return read_once(self.within.program, (self.target,)) | parts

    @property
    def target(self) -> str:
        """The name of the derivative; empty where it is zero."""
        return self.within.tangent_of(self.of) or ""

    @property
    def basis(self) -> Basis:
        """The entries by which it is taken."""
        labels = {name: f"d{self.within.program[name].of}_d{self.by}"
                  for name in self.within.moving}
        return Basis(self.within.seed, self.program[self.by].axes, self.within.moving, labels)

    @cached_property
    def equations(self) -> tuple[Eq, ...]:
        """The derivative first, then what it reads that is read more than once."""
        indexer = Indexer(self.within.program, self.put_in, self.basis, past(self.program))
        kept = [one for one in self.within.program.equations
                if one.lhs not in self.put_in and one.lhs != self.target]
        definition = self.within.program.definition(self.target)
        if definition is None:
            return ()
        return tuple(map(indexer.equation, (definition, *reversed(kept))))

    def entry(self, at: Expr, indices: tuple[Expr, ...]) -> Expr:
        """One entry at a step, by its name."""
        indexer = Indexer(self.within.program, self.put_in, self.basis)
        base = indexer.base(self.target, at, indices[:len(self.program[self.of].axes)])
        return base.base[(at, *indices)] if indexer.shape(self.target) else base

    @property
    def lines(self) -> list[Line]:
        own = DocumentPrinter(self.program)
        whole = Partial(own.symbol(self.of), own.symbol(self.by))
        if not self.target:
            return [formula_line(whole, Number("0"))]
        passed = [Line(one) for one in reversed(
            derivatives(self.program, self.within, self.put_in))]
        if not self.within.is_matrix:
            return [Line(None, DOT, whole), *passed]
        return passed or [formula_line(whole, identity(self.program))]


def jacobian(program: Program, of: str, by: str) -> Jacobian:
    """The derivative of a symbol by a remembered state, a parameter or an input of its step.

    Raises UnknownName for what is none.
    """
    return jacobian_of(program, at_step(program, of), before_step(program, by))


@lru_cache(maxsize=1000)
def jacobian_of(program: Program, name: str, given: str) -> Jacobian:
    """The same between two names of the program itself."""
    within = _within(program, given)
    target = within.tangent_of(name)
    return Jacobian(program, within if target is None else within.leading_to(target), name, given)


_within = lru_cache(maxsize=100)(within_step)
