"""What a step leaves in the memory: held between bounds, or kept from the step before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sympy import Expr, Integer, Symbol, evaluate

from symrnn.program import (Glyph, Program, ProgramError, Role, Span, finished, function, lower,
                            of_network, quoted)
from symrnn.transforms.checks import bound, is_flag, names
from symrnn.transforms.rewiring import (beside, marked, recurrence, recurrent, redefine,
                                        remembered)


@of_network
def clipped_state(program: Program, threshold: float) -> Program:
    """The program with every state held in [-threshold, threshold].

    Everything reads the clipped value, in this step and the next, as in TensorFlow's
    ``cell_clip``. The gradient is zero where clipping holds. Raises ValueError for a
    threshold that is not positive.
    """
    limit = bound(threshold, "clip_state")
    for delay in recurrent(program):
        state = program[delay.source]
        name = beside(program, state.name, after="_whole")
        whole = marked(state, name, "before clipping", "whole")
        program = redefine(program, state.name, whole, lambda one: function("clip")(one, limit))
    return finished(lower(program))


@of_network
def zoneout(program: Program, states: bool | Iterable[str] = True) -> Program:
    """The program with ``h = z h_prev + (1 - z) h_new`` for every state, or for those named.

    The caller gives the mask z as the input ``zoneout_h`` [T, B, m] (``zoneout_h_2`` where the
    network has that name already): 1 keeps a unit as it was; in evaluation it is the rate.
    Within the recurrence a step goes on with its new values, as in Krueger et al. 2017 (arXiv
    1606.01305); what leaves the cell is what it remembers. Raises ProgramError for a name that
    is no state, and for a rate.
    """
    known = {one.source: one for one in recurrent(program)}
    every = list(known) if states else []
    chosen = every if is_flag(states) else _named(program, states, list(known))
    for name in chosen:
        state, previous = program[name], remembered(program, known[name])
        mask = replace(state, name=beside(program, name, "zoneout_"), role=Role.MASK,
                       span=Span.SEQUENCE, glyph=replace(
                           state.glyph, letters=Glyph.named("zeta").letters,
                           sub=(state.glyph.bare, *state.glyph.sub)),
                       meaning=f"1 keeps the unit of {name}, 0 renews it")
        new = marked(state, beside(program, name, after="_new"), "before zoneout", "new")
        program = replace(program, variables=(*program.variables, mask))
        program = redefine(program, name, new, _Mixed(mask.symbol, previous),
                           recurrence(program, name))
    return finished(program)


class _Mixed:
    """The old value where the mask is 1, the new one where it is 0."""

    def __init__(self, mask: Symbol, previous: Symbol) -> None:
        self.mask, self.previous = mask, previous

    def __call__(self, new: Symbol) -> Expr:
        with evaluate(False):
            return self.mask * self.previous + (Integer(1) - self.mask) * new


def _named(program: Program, wanted: Any, known: list[str]) -> list[str]:
    found = names(wanted)
    if found is None:
        raise ProgramError(f"{program.name}: zoneout is {wanted!r}; it is True or names of states, "
                           f"and the rate is in the masks that you give beside the input, such as "
                           f"zoneout_{known[0] if known else 'h'} = random.random((T, B, m)) < 0.1")
    for name in found:
        if name not in known:
            raise ProgramError(f"{program.name}: zoneout names {quoted(name)}, which is no state; "
                               f"there are {', '.join(known) or 'none'}")
    return found
