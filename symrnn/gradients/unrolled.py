"""A gradient over some steps as a sum over paths through time, each a product of Jacobians."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from sympy import Add, Eq, Expr, Integer, Mul, Sum, Symbol

from symrnn.backends.document import DocumentPrinter, Shown
from symrnn.backends.formula import (TIMES, TRANSPOSED, Formula, Parens, Partial, Scripts,
                                     side_by_side)
from symrnn.backends.formula import Sum as Terms
from symrnn.backends.formula import Symbol as Letter
from symrnn.backends.indexed import Indexer, letters
from symrnn.gradients.jacobian import Jacobian, jacobian_of
from symrnn.gradients.legend import EDGE, OWN
from symrnn.gradients.names import LOSS
from symrnn.gradients.source import derivative_of
from symrnn.gradients.told import Told
from symrnn.presentation.layouts import LOSS as LOSS_SYMBOL
from symrnn.presentation.layouts import Line, formula_line
from symrnn.program import (Delay, Glyph, Misused, Program, Role, SizeSymbol, Span, UnknownName,
                            Variable, quoted)

MOST_PATHS = 64
ROW = "each product is a row, a linear map from small changes; its entries are the gradient's"
WITHIN = "each derivative is within its step, what it is given otherwise held fixed:"


@dataclass(frozen=True)
class Factor:
    """The Jacobian of a symbol at a step by what that step is given."""

    of: str
    by: str
    step: int


@dataclass(frozen=True)
class Path:
    """The way from a symbol at a step, whose derivatives are ``given``, back to the parameter."""

    given: tuple[str, ...]
    step: int
    factors: tuple[Factor, ...]


@dataclass(frozen=True, repr=False)
class Unrolled(Told):
    """The gradient ``wrt`` over ``steps`` steps: every path, and the Jacobians that they pass.

    The Jacobians are those within one step: what the step is given besides is held fixed.
    """

    program: Program
    gradient: Program
    wrt: str
    steps: int
    paths: tuple[Path, ...]

    @cached_property
    def jacobians(self) -> tuple[Jacobian, ...]:
        """Each Jacobian that a path passes, once."""
        pairs = dict.fromkeys((one.of, one.by) for path in self.paths for one in path.factors)
        return tuple(jacobian_of(self.program, of, by) for of, by in pairs)

    @cached_property
    def equations(self) -> tuple[Eq, ...]:
        """The gradient as a sum over paths first, then the Jacobians."""
        known = {(one.of, one.by): one for one in self.jacobians}
        indices = letters(self.gradient)
        axes = self.program[self.wrt].axes
        own = tuple(islice(indices, len(axes)))
        inner = tuple(islice(indices, 12))
        total = Add(*(self._product(path, known, own, inner) for path in self.paths))
        name = next(one.name for one in self.gradient.with_role(Role.GRADIENT)
                    if one.of == self.wrt)
        left = Indexer(self.gradient).base(name, Integer(1), own)
        return (Eq(left, total, evaluate=False),
                *dict.fromkeys(one for each in self.jacobians for one in each.equations))

    def _product(self, path: Path, known: dict[tuple[str, str], Jacobian],
                 own: tuple[Symbol, ...], inner: tuple[Symbol, ...]) -> Expr:
        indexer, free = Indexer(self.gradient), iter(inner)
        axes = self.gradient[path.given[0]].axes
        at = tuple(islice(free, len(axes)))
        parts = [Add(*(indexer.base(one, Integer(path.step), at) for one in path.given))]
        limits = self._limits(at, axes)
        for place, one in enumerate(path.factors):
            axes = self.program[one.by].axes
            last = place == len(path.factors) - 1
            behind = own if last else tuple(islice(free, len(axes)))
            parts.append(known[one.of, one.by].entry(Integer(one.step), (*at, *behind)))
            limits += [] if last else self._limits(behind, axes)
            at = behind
        inside = Mul(*parts)
        return Sum(inside, *limits) if limits else inside

    def _limits(self, indices: tuple[Symbol, ...], axes: tuple[str, ...],
                ) -> list[tuple[Expr, ...]]:
        size = Indexer(self.gradient).size
        return [(index, 0, size(SizeSymbol(axis)) - 1)
                for index, axis in zip(indices, axes, strict=True)]

    # What is printed

    @property
    def lines(self) -> list[Line]:
        rows = tuple(Terms((("+" if place else "", self._shown(path)),))
                     for place, path in enumerate(self.paths))
        left = Partial(LOSS_SYMBOL, DocumentPrinter(self.program).symbol(self.wrt))
        return [Line(Shown(left, rows, None)), Line(None, ROW), *self._given(), Line(None, WITHIN),
                *(line for one in self.jacobians if not self._hands_on(one.of, one.by)
                  for line in one.lines)]

    def _given(self) -> Iterator[Line]:
        """The derivatives of the loss that paths begin with, those at each step once."""
        own = DocumentPrinter(self.program)
        for name in dict.fromkeys(one for path in self.paths for one in path.given):
            given = self.gradient[name]
            final = self._final(given)
            of = own.symbol(given.of) if final is None else Letter(
                _at(self.program[final.source], self._last(final)))
            front = Letter(self._edge(given), "t" if final is None else "", name)
            yield replace(formula_line(front, Partial(LOSS_SYMBOL, of)),
                          words=OWN if final is None else EDGE)

    def _final(self, given: Variable) -> Delay | None:
        return next((one for one in self.program.delays if one.final == given.of), None)

    def _last(self, delay: Delay) -> int:
        """The step with which a scan ends."""
        return self.steps if delay.step > 0 else 1

    def _edge(self, given: Variable) -> Glyph:
        """The glyph of a derivative, that of a final state at the step behind the last one."""
        final = self._final(given)
        return given.glyph if final is None else given.glyph.at(
            str(self._last(final) + final.step))

    def _shown(self, path: Path) -> Formula:
        is_vector = len(self.gradient[path.given[0]].axes) == 1
        return side_by_side([self._front(path, is_vector),
                             *(self._factor(one) for one in path.factors
                               if not self._hands_on(one.of, one.by))], TIMES)

    def _hands_on(self, of: str, by: str) -> bool:
        """True where a step only hands a value on: the derivative is the identity."""
        return bool(self.program[of].stands_for == Symbol(by))

    def _front(self, path: Path, is_vector: bool) -> Formula:
        """What is given for the symbol at the end of a path, as a row."""
        given = [replace(self.gradient[one], glyph=self._edge(self.gradient[one]))
                 for one in path.given]
        if len(given) == 1:
            (one,) = given
            return Letter(_at(one, path.step), name=one.name, transposed=is_vector)
        whole = Parens(Terms(tuple(("+" if place else "", Letter(_at(one, path.step)))
                                   for place, one in enumerate(given))))
        return Scripts(whole, sup=Letter(TRANSPOSED)) if is_vector else whole

    def _factor(self, one: Factor) -> Formula:
        of, by = self.program[one.of], self.program[one.by]
        below = Letter(_at(by, one.step)) if by.span is Span.SEQUENCE else (
            DocumentPrinter(self.program).symbol(one.by))
        return Partial(Letter(_at(of, one.step)), below)


def _at(variable: Variable, step: int) -> Glyph:
    """The glyph of a variable at a fixed step."""
    glyph = variable.glyph
    fixed = variable.span is not Span.SEQUENCE
    return glyph if fixed else replace(glyph, index=str(step + glyph.shift), shift=0)


def unrolled(program: Program, wrt: str, of: str = LOSS, steps: int = 3) -> Unrolled:
    """The sum over paths of a gradient over some steps, with respect to a parameter or a start.

    What the loss reads of final states counts too; of="final.h" takes that alone. Raises
    UnknownName for no such gradient, Misused for an input, for a number of steps that is none, and
    where there are more than 64 paths.
    """
    if not isinstance(steps, int) or steps < 1:
        raise Misused(f"{quoted(steps)} is no number of steps; unroll at least 1")
    source = derivative_of(program, of)
    known = [one.of for one in source.gradient.with_role(Role.GRADIENT)]
    if wrt not in known:
        raise UnknownName(f"there is no gradient with respect to {quoted(wrt)}; there are "
                          f"{', '.join(known)}")
    if source.program[wrt].span is Span.SEQUENCE:
        raise Misused(f"{quoted(wrt)} is given anew at every step, so its gradient is no sum over "
                      f"paths of all; unroll that of a parameter or an initial state")
    search = _Search(source.program, wrt, steps)
    paths = tuple(islice(search.paths(source.given), MOST_PATHS + 1))
    if len(paths) > MOST_PATHS:
        raise Misused(f"over {steps} steps there are more than {MOST_PATHS} paths from "
                      f"{quoted(of)} to {quoted(wrt)}; unroll fewer steps, or take one symbol with "
                      f"of, --of")
    return Unrolled(source.program, source.gradient, wrt, steps, paths)


class _Search:
    """Finds the paths of one program back to one parameter."""

    def __init__(self, program: Program, wrt: str, steps: int) -> None:
        self.program, self.wrt, self.steps = program, wrt, steps
        start = next((one for one in program.delays if one.initial == wrt), None)
        self.start = start
        self.direct = None if start else wrt

    def paths(self, given: Iterable[Variable]) -> Iterator[Path]:
        """Those of all derivatives that are given, earlier steps first."""
        found: dict[tuple[str, int], list[str]] = {}
        for one in given:
            for of, step in self._read(one):
                found.setdefault((of, step), []).append(one.name)
        for (of, step), names in found.items():
            yield from (Path(tuple(names), step, way) for way in self._ways(of, step))

    def _read(self, given: Variable) -> Iterator[tuple[str, int]]:
        """The symbol of which a derivative is given, at every step, or at the last one."""
        final = next((one for one in self.program.delays if one.final == given.of), None)
        if final is not None:
            yield final.source, self.steps if final.step > 0 else 1
        else:
            yield from ((given.of, step) for step in range(1, self.steps + 1))

    def _ways(self, of: str, step: int) -> Iterator[tuple[Factor, ...]]:
        if self.direct and self._depends(of, self.direct):
            yield (Factor(of, self.direct, step),)
        for delay in self.program.delays:
            before = step - delay.step
            if not self._depends(of, delay.lhs):
                continue
            factor = Factor(of, delay.lhs, step)
            if 1 <= before <= self.steps:
                yield from ((factor, *way) for way in self._ways(delay.source, before))
            elif delay is self.start:
                yield (factor,)

    def _depends(self, of: str, by: str) -> bool:
        return bool(jacobian_of(self.program, of, by).target)
