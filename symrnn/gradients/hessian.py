"""The second derivative of the loss: the tangent of a gradient along every entry of a parameter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sympy import Eq

from symrnn.adjoint import join, tangent
from symrnn.adjoint.slices import gradient_of, leading_to
from symrnn.backends.closed import ClosedPrinter, read_once
from symrnn.backends.document import DocumentPrinter, printed
from symrnn.backends.formula import APART, Number, Partial, side_by_side
from symrnn.backends.indexed import Basis, Indexer, past
from symrnn.gradients.told import Told
from symrnn.pipeline import derive
from symrnn.presentation.layouts import Line, formula_line
from symrnn.program import Equation, Program, Role

DOT = "a dot: the derivative along a direction, so the first line is the Hessian times"
BAR = "a bar: the derivative of the loss L by the symbol under it, as `symrnn grad` gives it"
LINEAR = "the derivatives that the loss itself gives stay as they are: it is linear in"


@dataclass(frozen=True, repr=False)
class Hessian(Told):
    """The equations that lead to the derivative of the gradient ``wrt`` by the parameter ``by``.

    The loss is linear in the outputs: derivatives by them, such as ``h_bar``, are held fixed, as
    ``kernel.hvp`` holds them; what another loss adds is its own. For readers it is Hessian times
    direction, the direction a dot over ``by``. In SymPy the direction is every entry in turn:
    what moves has the indices of that entry behind its own, and is zero before the first step
    and behind the last.
    """

    program: Program
    shown: Program
    wrt: str
    by: str

    @property
    def gradient(self) -> str:
        """The name of the gradient that is differentiated once more."""
        return gradient_of(derive(self.program).gradient, self.wrt)

    @property
    def target(self) -> str:
        """The name of the gradient's tangent; empty where the second derivative is zero."""
        return next((one.name for one in self.shown.variables if one.of == self.gradient), "")

    @property
    def basis(self) -> Basis:
        """The entries by which the second derivative is taken."""
        given = next(one for one in self.shown.variables
                     if one.of == self.by and one.role is Role.TANGENT)
        moving = {one.lhs for one in self.shown.equations} | {
            name for one in self.shown.delays for name in (one.lhs, one.source)}
        return Basis(given.name, self.program[self.by].axes, frozenset(moving))

    @cached_property
    def put_in(self) -> frozenset[str]:
        """The names whose formulas stand in their place."""
        hidden = {one.lhs for one in self.shown.equations if self._is_part(one.lhs)}
        return read_once(self.shown, (self.target,)) | hidden

    def _is_part(self, name: str) -> bool:
        """True for the tangent of a part for which documents print its formula: put that in."""
        of = self.shown[name].of
        return of in self._primal and self._primal[of].stands_for is not None

    @cached_property
    def _primal(self) -> Program:
        return join(self.program, derive(self.program).gradient)

    @cached_property
    def equations(self) -> tuple[Eq, ...]:
        """The Hessian first, then the recursions and the names that it reads; none where zero."""
        if not self.target:
            return ()
        whole = derive(self.program).gradient
        before = past(self.program) | past(whole)
        indexer = Indexer(self.shown, self.put_in, self.basis, before)
        ends = () if self.shown.definition(self.target) else (indexer.end(self.target),)
        return (*ends, *map(indexer.equation, self._kept))

    @property
    def _kept(self) -> list[Equation]:
        """The equations that readers see, the Hessian first."""
        kept = [one for one in printed(self.shown) if one.lhs not in self.put_in]
        return sorted(kept, key=lambda one: one.lhs != self.target)

    @property
    def lines(self) -> list[Line]:
        if not self.target:
            own = DocumentPrinter(self._primal)
            return [formula_line(Partial(own.symbol(self.gradient), own.symbol(self.by)),
                                 Number("0")), self._linear()]
        printer = ClosedPrinter(self.shown, self.put_in)
        first, *others = (Line(printer.equation(one)) for one in self._kept)
        return [first, Line(None, DOT, printer.symbol(self.basis.seed)), Line(None, BAR),
                self._linear(), *others]

    def _linear(self) -> Line:
        """In what the loss is linear, so that its own part of a second derivative is zero."""
        own = DocumentPrinter(self.program)
        return Line(None, LINEAR, side_by_side(
            [own.symbol(one) for one in self.program.outputs], APART))


def hessian(program: Program, wrt: str, by: str) -> Hessian:
    """The derivative of one gradient by one parameter, input or initial state.

    Raises UnknownName where there is no gradient of one of the two.
    """
    whole = derive(program).gradient
    gradient = gradient_of(whole, wrt)
    gradient_of(whole, by)
    both = join(program, whole)
    derived = tangent(both, [by])
    targets = [one.name for one in derived.variables if one.of == gradient]
    return Hessian(program, leading_to(derived, *targets), wrt, by)
