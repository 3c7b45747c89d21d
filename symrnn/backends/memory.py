"""The memory that the portable kernel needs beside the arrays of its caller, in sizes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sympy import Add, Expr, Integer, Mul, expand

from symrnn.backends.c import blocks
from symrnn.costs import SAMPLES, STEPS
from symrnn.program import Program, SizeSymbol
from symrnn.schedule import Plan

BYTES = 4  # of a number in float32


@dataclass(frozen=True)
class Memory:
    """Numbers of working memory, and bytes of RAM in float32, of each pass over a sequence.

    RAM holds parameters, saved values and working memory; backward, gradients of parameters too.
    ``inference`` is the RAM of a run that saves nothing.
    """

    work: tuple[Expr, Expr]
    ram: tuple[Expr, Expr]
    inference: Expr


def memory(plan: Plan, parameters: Expr, saved: Expr) -> Memory:
    """The memory of a forward and of a backward pass; how much is held of both is known."""
    found = blocks(plan, plan.program.name)
    forward, backward, infer = (_entries(plan.program, found[f"{kind}_work"])
                                for kind in ("forward", "backward", "infer"))
    return Memory((forward, backward), (expand(BYTES * (parameters + saved + forward)),
                                        expand(BYTES * (2 * parameters + saved + backward))),
                  expand(BYTES * (parameters + infer)))


def _entries(program: Program, shapes: Iterable[tuple[str, ...]]) -> Expr:
    return expand(Add(*(Mul(*(_length(program, axis) for axis in shape)) for shape in shapes)))


def _length(program: Program, axis: str) -> Expr:
    """The length of an axis; steps, samples and two steps that take turns have no size."""
    known = {"T": STEPS, "B": SAMPLES}
    if axis in known or axis.isdigit():
        return known[axis] if axis in known else Integer(int(axis))
    value = program.size(axis).value
    return SizeSymbol(axis) if value is None else value
