"""What a network costs, as formulas in its sizes."""

from __future__ import annotations

from sympy import Expr

from symrnn.backends.formula import Formula
from symrnn.backends.memory import memory
from symrnn.costs import costs
from symrnn.documents.measures import CostRow, SizeInput
from symrnn.lowering import free_sizes
from symrnn.presentation.costs import SizeFormulas, ordered
from symrnn.schedule import Plan

KINDS = ("products", "other", "calls")
WHOLE = ("sequence", "parameters", "saved", "workspace", "ram", "inference")
FIRST = {"T": 100, "B": 1}  # what a reader finds where sizes may be set
SIZE = 32


def cost_table(plan: Plan) -> tuple[CostRow, ...]:
    """Operations of one step of one sample, products of all steps, and the numbers held."""
    found, printer = costs(plan), SizeFormulas(plan.program)

    def row(what: str, forward: Expr, *backward: Expr) -> CostRow:
        shown: tuple[Formula, ...] = tuple(printer(ordered(one)) for one in backward)
        return CostRow(what, printer(ordered(forward)), shown)

    held = memory(plan, found.parameters, found.saved)
    forward, backward = found.forward.each_step(), found.backward.each_step()
    rows = tuple(row(kind, getattr(forward, kind), getattr(backward, kind)) for kind in KINDS)
    return (*rows, row("sequence", found.forward.products, found.backward.products),
            row("parameters", found.parameters), row("saved", found.saved),
            row("workspace", *held.work), row("ram", *held.ram),
            row("inference", held.inference))


def size_inputs(plan: Plan) -> tuple[SizeInput, ...]:
    """The sizes that nothing else determines."""
    printer = SizeFormulas(plan.program)
    return tuple(SizeInput(one, printer.size(one), FIRST.get(one, SIZE))
                 for one in free_sizes(plan.program))
