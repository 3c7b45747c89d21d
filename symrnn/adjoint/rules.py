"""All the rules of differentiation, on one screen.

=============  =========================================  ================================
kind           tangent (push a dot)                       adjoint (pull a bar)
=============  =========================================  ================================
pointwise      lhs. += d rhs/d x * x.    (SymPy's diff)   x~ += lhs~ * d rhs/d x, summed
                                                          over what x was broadcast along
contraction    replace one operand by its dot             exchange that operand's letters
               (the product rule)                         with the output's (transpose)
delay          lhs.[t] = source.[t - k]                   source~[t] += lhs~[t + k]
=============  =========================================  ================================

The adjoint is the transpose of the tangent, so one :class:`Linear` term serves both. The
delay's rule stands where programs are assembled, in ``reverse_mode`` and ``forward_mode``.
Reference: A. Griewank and A. Walther, Evaluating Derivatives (2008), chapter 3; for delays
E. A. Wan and F. Beaufays, Diagrammatic derivation of gradient algorithms (1996).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sympy import Expr, Piecewise, Pow, Symbol, cancel, diff, fraction, preorder_traversal

from symrnn.program import (Ein, Equation, Maximum, Rule, Variable, arrange, contractions, factors,
                            multiply, pointwise_part, rename, substitute, symbols_in_order)

LETTERS = "ijklmnopqrsuvw"
VALUE = "value"  # of a formula whose symbols are numbered


@dataclass(frozen=True)
class Linear:
    """One term of a linearised equation, linear in the variable ``source``.

    Pointwise where ``ein`` is None: ``factor * source``. Otherwise ``factor`` is a number
    and the source stands in the operand ``slot`` of the contraction.
    """

    source: str
    factor: Expr
    ein: Ein | None = None
    slot: int = 0

    @property
    def rule(self) -> Rule:
        """The rule that an adjoint term of this origin followed."""
        return Rule.POINTWISE if self.ein is None else Rule.CONTRACTION

    def push(self, dot: Symbol) -> Expr:
        """The tangent: this term of the source's dot."""
        if self.ein is None:
            return multiply([self.factor, dot])
        operands = list(self.ein.operands)
        operands[self.slot] = dot
        return multiply([self.factor, self.ein.func(self.ein.letters.spec, *operands)])

    def pull(self, bar: Expr) -> Expr:
        """The adjoint, before any sum over broadcast axes: this term of the left side's bar."""
        if self.ein is None:
            return multiply([bar, self.factor])
        letters, operands = self.ein.letters, list(self.ein.operands)
        parts = list(letters.operands)
        operands[self.slot], parts[self.slot] = bar, letters.output
        spec = f"{','.join(parts)}->{letters.operands[self.slot]}"
        return multiply([self.factor, Ein(spec, *operands)])


@lru_cache(maxsize=10_000)
def linearise(equation: Equation) -> tuple[Linear, ...]:
    """The terms of the equation's differential, in the author's order of symbols.

    The derivative of a function is written with the value that the equation defines:
    ``i = sigmoid(a)`` gives ``i (1 - i)``.
    """
    rhs, found = equation.rhs, []
    pointwise = pointwise_part(rhs)
    names = symbols_in_order(pointwise)
    alike = {name: f"x{place:04d}" for place, name in enumerate(sorted(names))}
    there = {**{new: name for name, new in alike.items()}, VALUE: equation.lhs}
    slopes = _slopes(rename(pointwise, alike, {}), tuple(alike[name] for name in names),
                     pointwise == rhs)
    found += [Linear(name, rename(slope, there, {}))
              for name, slope in zip(names, slopes, strict=True)]
    for coefficient, ein in contractions(rhs):
        if not isinstance(ein, Maximum):
            found += _product_rule(coefficient, ein)
    return tuple(term for term in found if term.factor != 0)


def _product_rule(coefficient: Expr, ein: Ein) -> Iterator[Linear]:
    """A term for each operand; equal terms, such as the two of ``k^T k``, are one, twice."""
    for slot, operand in enumerate(ein.operands):
        equal = [one for one in range(len(ein.operands)) if _exchanged(ein, slot, one)]
        if slot == equal[0]:
            yield Linear(operand.name, _times(len(equal), coefficient), ein, slot)


def _times(count: int, coefficient: Expr) -> Expr:
    """A coefficient so often: twice ``1/(4 m)`` is ``1/(2 m)``."""
    if count == 1:
        return coefficient
    above, below = fraction(cancel(count * coefficient))
    return multiply([above, *([] if below == 1 else [Pow(below, -1, evaluate=False)])])


def _exchanged(ein: Ein, one: int, other: int) -> bool:
    """True where two operands are the same, and exchanging them changes nothing."""
    parts = list(ein.letters.operands)
    parts[one], parts[other] = parts[other], parts[one]
    same = ein.operands[one] == ein.operands[other]
    return same and _in_order(parts, ein) == _in_order(ein.letters.operands, ein)


def _in_order(parts: Sequence[str], ein: Ein) -> list[str]:
    """The letters of operands under names by their first appearance behind the output's."""
    seen = list(dict.fromkeys("".join((ein.letters.output, *parts))))
    return ["".join(LETTERS[seen.index(letter)] for letter in part) for part in parts]


@lru_cache(maxsize=10_000)
def _slopes(formula: Expr, names: tuple[str, ...], whole: bool) -> tuple[Expr, ...]:
    """The derivatives of a formula by symbols in the author's order.

    Names do not matter to a derivative but for their order, by which SymPy sorts: formulas that
    differ in nothing else share one. Where the formula is the whole of an equation, its slopes
    are written with its ``VALUE``.
    """
    rank = {name: place for place, name in enumerate(names)}
    value = {formula: Symbol(VALUE)} if whole else {}
    return tuple(arrange(substitute(_slope(formula, Symbol(name)), value), rank) for name in names)


def _slope(formula: Expr, by: Symbol) -> Expr:
    """The derivative of a formula, with no division that the formula itself has not.

    SymPy writes that of ``p**2`` as ``p**2 * (2 / p)``, and cancels; but where p is in branches it
    takes the powers of each, so that 1 / 0 stays in one. So p is a symbol meanwhile.
    """
    bases = dict.fromkeys(one.base for one in preorder_traversal(formula)
                          if isinstance(one, Pow) and isinstance(one.base, Piecewise))
    if not bases:
        return diff(formula, by)
    called = {base: Symbol(f"{VALUE}_{place}") for place, base in enumerate(bases)}
    opened = substitute(formula, called)
    whole = diff(opened, by) + sum(diff(opened, name) * _slope(base, by)
                                   for base, name in called.items())
    return substitute(whole, {name: base for base, name in called.items()})


def summed(term: Expr, lhs: Variable, source: Variable,
           axes: dict[str, tuple[str, ...]]) -> Expr | None:
    """A pulled pointwise term as the source wants it: summed over what it was broadcast along.

    Returns None where the term is no product of symbols and must be named first.
    """
    if source.axes == lhs.axes and source.span == lhs.span:
        return term
    numbers = [part for part in factors(term) if part.is_number]
    symbols = [part for part in factors(term) if not part.is_number]
    if not all(isinstance(part, Symbol) and part.name in axes for part in symbols):
        return None
    letter = dict(zip(lhs.axes, LETTERS, strict=False))

    def letters(own: tuple[str, ...]) -> str:
        return LETTERS[: len(own)] if own == lhs.axes else "".join(letter[axis] for axis in own)

    spec = ",".join(letters(axes[part.name]) for part in symbols)
    return multiply([*numbers, Ein(f"{spec}->{letters(source.axes)}", *symbols)])
