"""Dropout with masks that the caller gives, so that the same masks give the same numbers.

A mask holds 0 for what is dropped and 1/keep for the rest: the scaling is the caller's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from sympy import Expr, Integer, Mul, Symbol

from symrnn.program import (is_variable, Delay, Ein, Glyph, Program, ProgramError, Role, Span,
                            Variable, add, finished, multiply, of_network, quoted, rebuild, rename,
                            rewrite, symbols_in_order, terms)
from symrnn.transforms.checks import names
from symrnn.transforms.rewiring import (beside, insert, marked, recurrence, recurrent, remembered,
                                        reread, reread_everywhere)

KINDS = ("input", "recurrent")
DROPS = "0 drops a unit of {}, 1/keep keeps it"


@of_network
def dropout(program: Program, where: str | Iterable[str]) -> Program:
    """The program with dropout where it is wanted: ``"input"``, ``"recurrent"`` or both.

    The masks are inputs, ``dropout_x`` and ``dropout_h``; where the network has such a name
    already, the mask's gets a number: ``dropout_x_2``.

    Raises ValueError for another word, ProgramError as :func:`recurrent_dropout`.
    """
    wanted = names(where)
    if wanted is None or any(one not in KINDS for one in wanted):
        raise ValueError(f"dropout is {quoted(where)}; it is 'input', 'recurrent' or both as a "
                         f"tuple, and the rate is in the masks that you give beside the input, "
                         f"such as dropout_x = (random.random((T, B, n)) < keep) / keep")
    program = recurrent_dropout(program) if "recurrent" in wanted else program
    return input_dropout(program) if "input" in wanted else program


def input_dropout(program: Program) -> Program:
    """The program that reads ``dropout_x * x`` for every input x; the mask is [T, B, n]."""
    for x in program.with_role(Role.INPUT):
        mask = _mask(program, x, Span.SEQUENCE, f"0 drops an entry of {x.name}, 1/keep keeps it")
        seen = marked(x, beside(program, x.name, after="_dropped"), "after dropout", "drop")
        program = reread_everywhere(program, x.name, seen.name)
        program = replace(program, variables=(*program.variables, mask))
        program = insert(program, 0, [seen], seen.name, multiply([mask.symbol, x.symbol]))
    return finished(program)


def recurrent_dropout(program: Program) -> Program:
    """The program whose recurrent weights see ``dropout_h * h_prev``, the mask [B, m].

    The mask is the same at every step (Gal and Ghahramani 2016, arXiv 1512.05287). Where a
    state meets no weights, as the memory of an LSTM, it is not dropped; a scalar is no
    weight.

    A cell whose states meet no weights at all, such as one whose gates see the input alone,
    drops what it writes: ``h = f h_prev + dropout_h * u``, where u are the terms that no
    remembered value is in (Semeniuta et al. 2016, arXiv 1603.05118: dropout without memory
    loss). Raises ProgramError for a cell that has neither weights nor such a sum.
    """
    for change in (_dropped, _written):
        changed = program
        for delay in recurrent(program):
            changed = change(changed, delay)
        if changed is not program:
            return finished(changed)
    raise ProgramError(f"{program.name}: no remembered state meets weights or is a sum with what "
                       f"is new, so there is nothing for recurrent dropout; use zoneout or "
                       f"dropout='input'")


def _dropped(program: Program, delay: Delay) -> Program:
    state, before = program[delay.source], remembered(program, delay)
    seen = marked(state, beside(program, state.name, after="_dropped"), "after dropout", "drop")
    inner = recurrence(program, state.name)
    parts = {one for one in inner if _only_weighted(program, one)}
    equations = tuple(replace(one, rhs=_weighted(program, one.rhs, before, seen.symbol))
                      if one.lhs in inner else one for one in program.equations)
    changed = reread(replace(program, equations=equations), {before.name: seen.name}, parts)
    if changed.equations == program.equations:
        return program
    mask = _mask(program, state, Span.BATCH, DROPS.format(state.name))
    changed = replace(changed, variables=(*changed.variables, mask))
    place = next((place for place, one in enumerate(equations, 1) if one.lhs == before.name), 0)
    return insert(changed, place, [seen], seen.name, multiply([mask.symbol, before]))


def _written(program: Program, delay: Delay) -> Program:
    """The program that drops what one state's sum adds to what was remembered."""
    state, past = program[delay.source], recurrence(program, delay.source)
    place = _sum_of(program, state.name, past)
    if place is None:
        return program
    mask = _mask(program, state, Span.BATCH, DROPS.format(f"what is written to {state.name}"))
    update = marked(state, beside(program, state.name, after="_written"), "what is written",
                    "write")
    whole = terms(program.equations[place].rhs)
    new = [one for one in whole if _is_new(one, past)]
    dropped = {new[0]: multiply([mask.symbol, update.symbol]), **dict.fromkeys(new[1:], Integer(0))}
    rhs = add([dropped.get(one, one) for one in whole])
    equations = [replace(one, rhs=rhs) if number == place else one
                 for number, one in enumerate(program.equations)]
    program = replace(program, variables=(*program.variables, mask), equations=tuple(equations))
    return insert(program, place, [update], update.name, add(new))


def _sum_of(program: Program, name: str, past: Collection[str]) -> int | None:
    """The place of the sum in which a state meets what is new: its own equation or one before.

    A state that is clipped or zoned out is made of a value that is such a sum.
    """
    place = next((place for place, one in enumerate(program.equations) if one.lhs == name), None)
    if place is None:
        return None
    rhs = program.equations[place].rhs
    if len({_is_new(one, past) for one in terms(rhs)}) == 2:
        return place
    inside = [one for one in symbols_in_order(rhs) if one in past and one not in program.states]
    found = (_sum_of(program, one, past) for one in inside)
    return next((one for one in found if one is not None), None)


def _is_new(term: Expr, past: Collection[str]) -> bool:
    return not set(symbols_in_order(term)) & set(past)


def _mask(program: Program, variable: Variable, span: Span, meaning: str) -> Variable:
    glyph = replace(variable.glyph, letters=Glyph.named("delta").letters,
                    sub=(variable.glyph.bare, *variable.glyph.sub))
    return replace(variable, name=beside(program, variable.name, "dropout_"), role=Role.MASK,
                   span=span, glyph=glyph, meaning=meaning, stands_for=None, drawn=None)


def _weighted(program: Program, rhs: Expr, old: Symbol, new: Symbol) -> Expr:
    def change(node: Expr) -> Expr | None:
        if not (isinstance(node, Ein | Mul) and _has_weights(program, node)):
            return None
        if isinstance(node, Ein):
            return node.func(*(new if one == old else one for one in node.args))
        return rebuild(node, [rename(one, {old.name: new.name}, {}) for one in node.args])

    return rewrite(rhs, change)


def _has_weights(program: Program, node: Expr) -> bool:
    """True for a product with parameters, or with what is made of them alone."""
    known = [program[one.name] for one in node.args
             if is_variable(one) and one.name in program]
    return any(one.span is Span.CONSTANT and one.axes for one in known)


def _only_weighted(program: Program, name: str) -> bool:
    """True where every reader multiplies the value by weights, itself or one step further on.

    Such a value, ``r * h_prev`` of a GRU, is a part of the product.
    """
    if name in (*program.outputs, *program.states):
        return False
    hidden = Symbol(f"{name} times weights")
    readers = [one for one in program.equations if name in symbols_in_order(one.rhs)]
    return bool(readers) and all(
        name not in symbols_in_order(_weighted(program, equation.rhs, Symbol(name), hidden))
        or _only_weighted(program, equation.lhs) for equation in readers)
