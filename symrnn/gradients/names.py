"""Symbols as people type them: ``h``, ``h_t``, ``h[t-1]``, ``h_{t-1}``."""

from __future__ import annotations

import re

from symrnn.program import Program, UnknownName, quoted

LOSS = "L"
STEP = re.compile(r"(?P<name>.+?)(_t|_?\{t\}|\[t\])")
BEFORE = re.compile(r"(?P<name>.+?)(_?\{t *[-+] *\d+\}|\[t *[-+] *\d+\])")


def at_step(program: Program, typed: str) -> str:
    """The variable that a name means at any step. Raises UnknownName where there is none."""
    match = STEP.fullmatch(typed)
    for name in (typed, match["name"] if match else typed):
        if name in program:
            return name
    known = ", ".join(program.states) or "none"
    raise UnknownName(f"there is no {quoted(typed)} in {program.name}; its states are {known}")


def before_step(program: Program, typed: str) -> str:
    """The remembered value that is meant, or a parameter or an input. Raises UnknownName."""
    match = BEFORE.fullmatch(typed)
    sources = {one.source: one.lhs for one in program.delays}
    name = match["name"] if match else typed
    if name in sources:
        return sources[name]
    if not match and name in program and (program[name].role.given or program.delay_of(name)):
        return name
    known = ", ".join(f"{one.source}_{{t{-one.step:+d}}}" for one in program.delays)
    raise UnknownName(f"{quoted(typed)} is nothing that a step of {program.name} is given; its "
                      f"remembered states are {known or 'none'}")
