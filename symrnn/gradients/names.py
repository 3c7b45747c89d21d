"""Symbols as people type them: ``h``, ``h_t``, ``h[t-1]``, ``h_{t-1}``."""

from __future__ import annotations

import re

from symrnn.program import Program, UnknownName, quoted

LOSS = "L"
STEP = re.compile(r"(?P<name>.+?)(_t|_?\{t\}|\[t\])")
BEFORE = re.compile(r"(?P<name>.+?)(_?\{t *(?P<in>[-+] *\d+)\}|\[t *(?P<at>[-+] *\d+)\])")


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
    match, delays = BEFORE.fullmatch(typed), {one.source: one for one in program.delays}
    name = match["name"] if match else typed
    offset = int((match["in"] or match["at"]).replace(" ", "")) if match else None
    if name in delays and offset in (None, -delays[name].step):
        return delays[name].lhs
    now = STEP.fullmatch(typed)
    for known in (name, *([now["name"]] if now else [])):
        if not match and known in program and (program[known].role.given
                                               or program.delay_of(known)):
            return known
    remembered = ", ".join(f"{one.source}_{{t{-one.step:+d}}}" for one in program.delays)
    raise UnknownName(f"{quoted(typed)} is nothing that a step of {program.name} is given; it "
                      f"remembers {remembered or 'nothing'}, and reads inputs and parameters")
