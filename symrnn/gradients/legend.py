"""What the marks of a gradient mean, and what is given: one line each, where they first appear."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from symrnn.adjoint.slices import leading_to
from symrnn.backends.closed import ClosedPrinter, read_once
from symrnn.backends.document import LINE, DocumentPrinter, printed
from symrnn.backends.formula import APART, Partial, side_by_side
from symrnn.gradients.names import LOSS
from symrnn.gradients.source import Source
from symrnn.presentation.layouts import LOSS as LOSS_SYMBOL
from symrnn.presentation.layouts import Line, formula_line
from symrnn.program import FED, Program, Role, Span, Variable

BAR = "a bar: the derivative of the loss L by the symbol under it"
PART = "L: the loss as far as it reads"
OWN = "given, what the loss itself reads at step t"
EDGE = "given, what the loss reads of the final state"
BACK = "what this step sends back to the one before it"
FRONT = "what this step sends back to the one behind it"
CARRIED = (*FED, Role.PARAMETER, Role.INITIAL)  # what a forward pass is given
STACKS = "of ones and zeros, to put vectors together:"


def legend(program: Program, shown: Program, of: str = LOSS) -> Iterator[Line]:
    """What a bar is, which derivatives of the loss are given, and what goes from step to step."""
    own, bars = DocumentPrinter(program), DocumentPrinter(shown)
    yield Line(None, BAR)
    if of != LOSS:
        yield Line(None, PART, own.symbol(of))
    for one in Source(program, shown, of).given:
        words = OWN if one.span is Span.SEQUENCE else EDGE
        yield _derivative(bars, own, one, words)
    for delay in shown.delays:
        sent = shown[delay.source]
        if sent.stands_for is None and sent.of in program:
            yield _derivative(bars, own, sent, BACK if delay.step < 0 else FRONT)


def _derivative(bars: DocumentPrinter, own: DocumentPrinter, one: Variable, words: str) -> Line:
    line = formula_line(bars.symbol(one.name), Partial(LOSS_SYMBOL, own.symbol(one.of)))
    return replace(line, words=words)


def forward_lines(program: Program, names: Iterable[str]) -> Iterator[Line]:
    """The forward equations of some values, formulas put in, and what they are given."""
    read = [one for one in names if one in program]
    forward = leading_to(program, *read)
    put_in = _short(forward, read_once(forward, read))
    printer = ClosedPrinter(forward, put_in)
    equations = [one for one in printed(forward) if one.lhs not in put_in]
    if equations:
        yield Line(None, "with the values of the forward pass")
    yield from (Line(printer.equation(one)) for one in equations)
    for words, roles in (("given:", CARRIED), (STACKS, (Role.SELECTOR,))):
        given = [one for one in forward.with_role(*roles) if one.stands_for is None]
        if given:
            yield Line(None, words, side_by_side(
                [printer.symbol(one.name) for one in given], APART))


def _short(program: Program, put_in: frozenset[str]) -> frozenset[str]:
    """The names of these whose formulas leave every equation short enough for one line."""
    printer = ClosedPrinter(program, put_in)
    long = [one for one in printed(program) if one.lhs not in put_in
            and printer.whole(one).right.width > LINE]
    fewer = put_in - {name for one in long for name in one.reads}
    return put_in if fewer == put_in else _short(program, fewer)
