"""How much a step computes, as text in C: too little is not worth a team of threads."""

from __future__ import annotations

from collections.abc import Iterator

from symrnn.backends.simd_layout import Layout, entries
from symrnn.program import Equation, Program, Span, contractions
from symrnn.program.contraction import contraction_axes
from symrnn.schedule import reads_span


def multiplications(program: Program, layout: Layout) -> str:
    """Those of one step for one sample: one for each term of a sum, else one for each entry."""
    counts = [layout.extent(sorted(axes)) for one in program.equations
              if max(program[one.lhs].span, reads_span(program, one)) is Span.SEQUENCE
              for axes in _loops(program, one)]
    return entries(counts)


def _loops(program: Program, equation: Equation) -> Iterator[tuple[str, ...]]:
    """The axes that each sum of an equation runs over, or those of its left-hand side."""
    sums = [product for _, product in contractions(equation.rhs)]
    if not sums:
        yield program[equation.lhs].axes
    for product in sums:
        yield tuple(contraction_axes(product, program.axes).values())
