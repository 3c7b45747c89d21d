"""A gradient over some steps as a sum over paths through time, each a product of Jacobians."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from sympy import Add, Eq, Expr, Integer, Mul, Sum, Symbol

from symrnn.backends.document import DocumentPrinter, Shown
from symrnn.backends.formula import TIMES, Formula, Partial, side_by_side
from symrnn.backends.formula import Sum as Terms
from symrnn.backends.formula import Symbol as Letter
from symrnn.backends.indexed import Indexer, letters
from symrnn.gradients.jacobian import Jacobian, jacobian_of
from symrnn.gradients.names import LOSS
from symrnn.gradients.source import derivative_of
from symrnn.gradients.told import Told
from symrnn.presentation.layouts import LOSS as LOSS_SYMBOL
from symrnn.presentation.layouts import Line
from symrnn.program import (Glyph, Misused, Program, Role, SizeSymbol, Span, UnknownName, Variable,
                            quoted)

MOST_PATHS = 64


@dataclass(frozen=True)
class Factor:
    """The Jacobian of a symbol at a step by what that step is given."""

    of: str
    by: str
    step: int


@dataclass(frozen=True)
class Path:
    """The way of one derivative of the loss, ``given`` at a step, back to the parameter."""

    given: str
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
        axes = self.gradient[path.given].axes
        at = tuple(islice(free, len(axes)))
        parts = [indexer.base(path.given, Integer(path.step), at)]
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
        matrices = [one for one in self.jacobians
                    if one.by != self.wrt or len(self.program[self.wrt].axes) < 2]
        return [Line(Shown(left, rows, None)),
                Line(None, "each derivative within its step, states before it held fixed:"),
                *(line for one in matrices for line in one.lines)]

    def _shown(self, path: Path) -> Formula:
        given = self.gradient[path.given]
        front = Letter(_at(given, path.step), name=given.name, transposed=len(given.axes) == 1)
        return side_by_side([front, *map(self._factor, path.factors)], TIMES)

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

    Of the loss only what it reads of outputs counts; of="final.h" takes what it reads of a final
    state. Raises UnknownName for no such gradient, Misused for an input, for a number of steps
    that is none, and where there are more than 64 paths.
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
    entries = (one for one in source.given if one.span is Span.SEQUENCE or source.of != LOSS)
    paths = tuple(islice((path for one in entries for path in search.paths(one)), MOST_PATHS + 1))
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

    def paths(self, given: Variable) -> Iterator[Path]:
        """Those of one derivative that is given, earlier steps first."""
        final = next((one for one in self.program.delays if one.final == given.of), None)
        if final is not None:
            step = self.steps if final.step > 0 else 1
            yield from (Path(given.name, step, way) for way in self._ways(final.source, step))
            return
        for step in range(1, self.steps + 1):
            yield from (Path(given.name, step, way) for way in self._ways(given.of, step))

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
