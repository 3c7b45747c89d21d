"""Memory and direction: the variables around a delay, and a program run backwards in time."""

from __future__ import annotations

from dataclasses import replace

from symrnn.program.form import (Delay, Program, Role, Span, Variable, final_name, initial_name,
                                 local)


def delay_variables(source: Variable, step: int) -> tuple[Variable, Variable, Variable]:
    """The variables of ``Delay(source, step)``: the remembered value, its initial, its final."""
    before, last = ("0", "T") if step > 0 else ("T+1", "1")
    own = local(source.name)[1]
    remembered = replace(
        source, name=f"{source.name}_prev", role=Role.INTERMEDIATE,
        glyph=source.glyph.delayed(step), meaning=f"{own} of the step before")
    edge = replace(source, span=Span.BATCH, name=initial_name(source.name), role=Role.INITIAL,
                   glyph=source.glyph.at(before), meaning=f"{own} before the first step")
    end = replace(edge, name=final_name(source.name), role=Role.FINAL,
                  glyph=source.glyph.at(last), meaning=f"{own} after the last step")
    return remembered, edge, end


def reverse(program: Program) -> Program:
    """The same equations scanned from the last step to the first."""
    turned = [replace(delay, step=-delay.step) for delay in program.delays]
    renewed = {}
    for delay in turned:
        for old, new in zip(_trio(delay), delay_variables(program[delay.source], delay.step),
                            strict=True):
            renewed[old] = replace(program[old], glyph=new.glyph)
    return replace(program.replacing(renewed.values()), delays=tuple(turned))


def _trio(delay: Delay) -> tuple[str, str, str]:
    return delay.lhs, delay.initial, delay.final
