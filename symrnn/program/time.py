"""Memory and direction: the variables around a delay, and a program run backwards in time."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from sympy import Rational

from symrnn.program.expressions import ZERO
from symrnn.program.form import (Delay, Program, Role, Span, Variable, final_name,
                                 initial_name, local)
from symrnn.program.given import of_network
from symrnn.program.naming import free_name


# What a delay remembers, what it starts from, what it ends with.
FORWARD = ("of the step before", "before the first step", "after the last step")
REVERSE = ("of the step after", "after the last step", "at the first step")


def delay_variables(source: Variable, step: int, taken: Container[str] = (),
                    start: Rational = ZERO) -> tuple[Variable, Variable, Variable]:
    """The variables of ``Delay(source, step)``: the remembered value, its initial, its final.

    Names that are ``taken`` are avoided. ``start`` is what the initial value is where nobody
    gives it.
    """
    shift = source.glyph.shift  # of what was handed on before
    before, last = ((f"{shift}", f"T{shift:+d}" if shift else "T") if step > 0
                    else (f"T{shift + 1:+d}", f"{shift + 1}"))
    words = FORWARD if step > 0 else REVERSE
    own, source = local(source.name)[1], replace(source, stands_for=None)
    remembered = replace(
        source, name=free_name(taken, f"{source.name}_prev"), role=Role.INTERMEDIATE,
        glyph=source.glyph.delayed(step), meaning=f"{own} {words[0]}")
    edge = replace(source, span=Span.BATCH, name=initial_name(source.name), role=Role.INITIAL,
                   glyph=source.glyph.at(before),
                   meaning=f"{own} {words[1]}" + started(start))
    end = replace(edge, name=final_name(source.name), role=Role.FINAL,
                  glyph=source.glyph.at(last), meaning=f"{own} {words[2]}")
    return remembered, edge, end


def started(start: Rational) -> str:
    """What a sequence starts with, for whoever reads; nothing where that is zero."""
    if start == 0:
        return ""
    number = int(start) if start.q == 1 else float(start)
    short = f"{float(number):g}" if abs(number) >= 10**6 else str(number)
    return f"; {short} where none is given"


@of_network
def reverse(program: Program) -> Program:
    """The same equations scanned from the last step to the first.

    Raises ProgramError for what is no network.
    """
    turned = [replace(delay, step=-delay.step) for delay in program.delays]
    renewed = {}
    for delay in turned:
        source = program[delay.source]
        before, after = (delay_variables(source, step, start=delay.start)
                         for step in (-delay.step, delay.step))
        for name, old, new in zip(_trio(delay), before, after, strict=True):
            meaning = program[name].meaning.replace(old.meaning, new.meaning, 1)
            renewed[name] = replace(program[name], glyph=new.glyph, meaning=meaning)
    return replace(program.replacing(renewed.values()), delays=tuple(turned))


def _trio(delay: Delay) -> tuple[str, str, str]:
    return delay.lhs, delay.initial, delay.final
