"""Masks: a step that does not count keeps every state; its output is zero or held.

Sequences of different lengths are a mask too. In the reverse direction the steps behind a
sequence's end keep the initial state, so that the scan starts at the last valid step.
Semantics as in ONNX's RNN, LSTM and GRU with ``sequence_lens`` (opset 22).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sympy import Expr, Integer, Piecewise, Symbol

from symrnn.program import (Delay, Equation, Glyph, Program, Role, Variable, delay_variables,
                            finished, free_name, quoted, rename, symbols_in_order)
from symrnn.transforms.rewiring import insert, recurrence, remembered, reread


def masked(program: Program, output: str = "zero") -> Program:
    """The program with an input ``mask`` [T, B]: 1 where a step counts, 0 where it does not.

    Where the network has a ``mask`` of its own, the new one is called ``step_mask``.

    ``output`` says what comes out of a step that does not count. ``"zero"`` is zero.
    ``"hold"`` is what came out of the last step that counted, and zero before the first one,
    whatever the initial state, as in Keras. Last and first are those of the scan: in a reverse
    direction a step repeats the one behind it in time. An output that joins two directions is
    made of what each of them holds. What is held is a state of its own, which ``final`` hands
    on to the next window. Raises ValueError for another word.
    """
    if output not in ("zero", "hold"):
        raise ValueError(f"masked_output is {quoted(output)}; it is 'zero' or 'hold'")
    name = free_name(program, "mask", "step_mask")
    mask = Variable(name, (), Role.STEP_MASK, Glyph.named("mu"), "1 where a step counts, else 0")
    program = replace(program, variables=(*program.variables, mask))
    for delay in program.delays:
        program = _keep(program, delay, mask.symbol)
    if output == "hold":
        return finished(_hold(program, mask.symbol))
    for name in program.outputs:
        program = _zero(program, name, mask.symbol)
    return finished(program)


def select(counted: Expr, otherwise: Expr, mask: Symbol) -> Expr:
    """One value where the mask says that the step counts, another where it does not."""
    return Piecewise((otherwise, mask <= 0), (counted, True))


def _keep(program: Program, delay: Delay, mask: Symbol) -> Program:
    """A remembered value changes only in steps that count."""
    source, before = program[delay.source], remembered(program, delay)
    if program.definition(delay.source) is None:
        held = _like(source, free_name(program, f"{source.name}_held"), "the last that counted")
        equation = Equation(held.name, select(source.symbol, before, mask), 1)
        kept = replace(delay, source=held.name)
        return replace(
            program, variables=(*program.variables, held),
            equations=(equation, *program.equations),
            delays=tuple(kept if one is delay else one for one in program.delays))
    return _redefine(program, source, lambda fresh: select(fresh, before, mask))


def _zero(program: Program, name: str, mask: Symbol) -> Program:
    """An output that is zero where the step does not count; what else reads it is as it was."""
    shown = _shown(program, name, "output, zero where not counted", Role.OUTPUT)
    equation = Equation(shown.name, select(Symbol(name), Integer(0), mask),
                        program.equations[-1].number)
    return replace(
        program, variables=(*program.variables, shown), equations=(*program.equations, equation),
        outputs=tuple(shown.name if one == name else one for one in program.outputs))


def _hold(program: Program, mask: Symbol) -> Program:
    """Outputs that are held; of one that joins two directions, what each of them brings."""
    scans = _scans(program)
    joined = {name for name in program.outputs if len(scans[name]) > 1}
    for equation in reversed(program.equations):
        if equation.lhs in joined:
            joined |= {name for name in symbols_in_order(equation.rhs)
                       if len(scans.get(name, ())) > 1}
    parts = {name for one in program.equations if one.lhs in joined
             for name in symbols_in_order(one.rhs) if len(scans.get(name, ())) == 1}
    names = {}
    for name in sorted(parts | {*program.outputs} - joined):
        program, names[name] = _held(program, name, next(iter(scans[name]), 1), mask)
    outputs = tuple(one if one in joined else names[one] for one in program.outputs)
    return replace(reread(program, names, joined), outputs=outputs)


def _scans(program: Program) -> dict[str, frozenset[int]]:
    """The directions of the recurrences that a value is made of, the last ones on its way."""
    found = {name: frozenset({delay.step}) for delay in program.delays
             for name in (delay.lhs, *recurrence(program, delay.source))}
    for equation in program.equations:
        found.setdefault(equation.lhs, frozenset().union(
            *(found.get(name, frozenset()) for name in symbols_in_order(equation.rhs))))
    return found


def _held(program: Program, name: str, step: int, mask: Symbol) -> tuple[Program, str]:
    """The program with a value that is repeated where the step does not count, and its name."""
    shown = _shown(program, name, "the last that counted", Role.STATE)
    past, initial, final = delay_variables(shown, step, program)
    delay = Delay(past.name, shown.name, step, initial.name, final.name)
    place = next((place for place, one in enumerate(program.equations, 1) if one.lhs == name), 0)
    program = replace(program, variables=(*program.variables, past, initial, final),
                      delays=(*program.delays, delay))
    rhs = select(Symbol(name), past.symbol, mask)
    return insert(program, place, [shown], shown.name, rhs), shown.name


def _shown(program: Program, name: str, meaning: str, role: Role) -> Variable:
    own = free_name(program, f"{name}_shown")
    return replace(_like(program[name], own, meaning), role=role)


def _redefine(program: Program, variable: Variable, rule: Callable[[Expr], Expr]) -> Program:
    """The old equation binds a fresh name, and a new one behind it the old name.

    What else reads the value in this step reads the fresh one: a kept value, such as the zero
    before a sequence begins, may be none that the cell's other equations can take.
    """
    own = free_name(program, f"{variable.name}_fresh")
    fresh = _like(variable, own, "as if the step counted")
    equations: list[Equation] = []
    for equation in program.equations:
        reads = rename(equation.rhs, {variable.name: fresh.name}, {})
        if equation.lhs == variable.name:
            equations.append(replace(equation, lhs=fresh.name))
            reads = rule(fresh.symbol)
        equations.append(replace(equation, rhs=reads))
    return replace(program, variables=(*program.variables, fresh), equations=tuple(equations))


def _like(variable: Variable, name: str, meaning: str) -> Variable:
    glyph = replace(variable.glyph, accents=(*variable.glyph.accents, "hat"))
    return replace(variable, name=name, role=Role.INTERMEDIATE, glyph=glyph,
                   meaning=f"{variable.name}, {meaning}", stands_for=None)
