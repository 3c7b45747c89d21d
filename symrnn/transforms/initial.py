"""Initial states as parameters: learned, shared by the samples, read where a sequence starts."""

from __future__ import annotations

from dataclasses import replace

from sympy import Symbol

from symrnn.program import (Delay, Glyph, Program, Role, Span, finished, free_name, of_network,
                            symbols_in_order)
from symrnn.transforms.masks import select
from symrnn.transforms.rewiring import beside, insert, marked, recurrent, reread_everywhere


@of_network
def learned_initial(program: Program) -> Program:
    """The program with the first value of every state as a parameter, ``h_start`` [m].

    It is shared by all samples and has a gradient. The input ``start`` [T, B] is 1 where a
    sequence begins: there the step reads ``h_start``, elsewhere what is remembered. Kernels
    fill it in: 1 at the first step of the scan, or 0 where the caller gives the state. Where
    the network has one of these names already, the new one gets a number: ``start_2``. Raises
    ProgramError for what is no network.
    """
    delays = recurrent(program)
    turns = sorted({one.step for one in delays}, reverse=True)
    starts = {turn: free_name(program, wish) for turn, wish in
              zip(turns, ("start", "start_reverse"), strict=False)}
    for step, name in starts.items():
        like = program[next(one.lhs for one in delays if one.step == step)]
        start = replace(like, name=name, axes=(), role=Role.START, stands_for=None,
                        glyph=replace(Glyph.named("start"), index=like.glyph.index),
                        meaning="1 where a sequence starts, else 0")
        program = replace(program, variables=(*program.variables, start))
    for delay in delays:
        program = _begun(program, delay.source, starts[delay.step])
    return finished(program)


def _begun(program: Program, name: str, start: str) -> Program:
    """Everything that read the remembered value of one state reads the value before the step."""
    state = program[name]
    old = next(one.lhs for one in program.delays if one.source == name)
    first = replace(state, name=beside(program, name, after="_start"), role=Role.PARAMETER,
                    span=Span.CONSTANT, meaning=f"first value of {name}", glyph=replace(
                        state.glyph, sub=(*state.glyph.sub, Glyph.named("start"))))
    before = marked(state, beside(program, name, after="_before"), "before this step", "before")
    program = reread_everywhere(program, old, before.name)
    program = replace(program, variables=(*program.variables, first))
    rhs = select(first.symbol, Symbol(old), Symbol(start))
    return insert(program, 0, [before], before.name, rhs)


def first_values(program: Program) -> dict[str, str]:
    """The parameter that each learned state starts with, by the name of the state."""
    found = {}
    for start, delays in learned(program).items():
        for delay in delays:
            names = next(set(symbols_in_order(one.rhs)) for one in program.equations
                         if {start, delay.lhs} <= set(symbols_in_order(one.rhs)))
            (found[delay.state],) = (name for name in names
                                     if program[name].role is Role.PARAMETER)
    return found


def learned(program: Program) -> dict[str, tuple[Delay, ...]]:
    """The delays of the learned states, by the ``start`` that tells where each begins."""
    found = {}
    for start in program.with_role(Role.START):
        read = {name for one in program.equations if start.name in symbols_in_order(one.rhs)
                for name in symbols_in_order(one.rhs)}
        found[start.name] = tuple(one for one in program.delays if one.lhs in read)
    return found
