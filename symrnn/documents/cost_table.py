"""What a network costs, as formulas in its sizes."""

from __future__ import annotations

from symrnn.backends.document import DocumentPrinter
from symrnn.costs import costs, part
from symrnn.documents.page import CostRow
from symrnn.presentation.costs import ordered
from symrnn.schedule import Plan

KINDS = ("products", "other", "calls")


def cost_table(plan: Plan) -> tuple[CostRow, ...]:
    """Operations of one step of one sample, forward and backward, and what is saved between."""
    found, printer = costs(plan), DocumentPrinter(plan.program)
    forward, backward = found.forward.each_step(), found.backward.each_step()
    rows = tuple(CostRow(kind, printer(ordered(getattr(forward, kind))),
                         (printer(ordered(getattr(backward, kind))),)) for kind in KINDS)
    saved = part(found.saved, samples=True, steps=True)
    return (*rows, CostRow("saved", printer(ordered(saved)), ()))
