"""Networks without biases, or with two of each, whatever their biases are called."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr

from symrnn.program import (Glyph, Program, Role, Variable, add, contractions, finished, free_name,
                            of_network, quoted, symbols_in_order, terms)
from symrnn.transforms.checks import is_flag, is_number
from symrnn.transforms.rewiring import recurrence


def biased(program: Program, bias: bool | int) -> Program:
    """The program with the biases of the cell (True), none (False) or two for each gate (2).

    Raises ValueError for another number.
    """
    if not is_flag(bias) and not (is_number(bias) and bias in (0, 1, 2)):
        raise ValueError(f"bias is {quoted(bias)}; it is True, False or 2")
    return with_two_biases(program) if bias == 2 else program if bias else without_bias(program)


@of_network
def with_two_biases(program: Program) -> Program:
    """The program with a second bias in every sum of an input and a recurrent product.

    ``W x + U h_prev + b`` becomes ``W x + U h_prev + b + b_recurrent``, as in PyTorch and
    ONNX. A sum that has one of the products alone, or no bias, stays as it is. Where a name is
    there already, the new one gets a number: ``b_recurrent_2``. Raises ProgramError for what is
    no network.
    """
    past = _of_the_past(program)
    for equation in program.equations:
        own_past = past & recurrence(program, equation.lhs)
        found = [bool(own_past & {one.name for one in ein.operands})
                 for _, ein in contractions(equation.rhs)]
        own = [one for one in program.with_role(Role.PARAMETER)
               if one.symbol in terms(equation.rhs) and only_added(program, one.name)]
        if own and any(found) and not all(found):
            program = _doubled(program, own[0])
    return finished(program)


def _of_the_past(program: Program) -> set[str]:
    """Remembered values, and what is made of them without being a new state."""
    past = {one.lhs for one in program.delays}
    for equation in program.equations:
        if past & set(symbols_in_order(equation.rhs)) and equation.lhs not in program.states:
            past.add(equation.lhs)
    return past


def _doubled(program: Program, bias: Variable) -> Program:
    """A second bias beside the first, wherever that one is added."""
    glyph = replace(bias.glyph, sub=(*bias.glyph.sub, Glyph.upright("recurrent")))
    second = replace(bias, name=free_name(program, f"{bias.name}_recurrent"), glyph=glyph,
                     meaning=f"{bias.meaning}, recurrent")

    def both(rhs: Expr) -> Expr:
        return add([part for term in terms(rhs) for part in
                    ((term, second.symbol) if term == bias.symbol else (term,))])

    equations = [replace(one, rhs=both(one.rhs)) for one in program.equations]
    return replace(program, variables=(*program.variables, second), equations=tuple(equations))


@of_network
def without_bias(program: Program) -> Program:
    """The program without the parameters that are only ever added: terms of sums, no factors.

    Raises ProgramError for what is no network.
    """
    gone = {one.symbol for one in program.with_role(Role.PARAMETER)
            if only_added(program, one.name)}
    equations = [replace(one, rhs=add([term for term in terms(one.rhs) if term not in gone]))
                 for one in program.equations]
    variables = [one for one in program.variables if one.symbol not in gone]
    return finished(replace(program, equations=tuple(equations), variables=tuple(variables)))


def only_added(program: Program, name: str) -> bool:
    """True where every appearance is a term beside others."""
    symbol = program[name].symbol
    readers = [one for one in program.equations if name in symbols_in_order(one.rhs)]
    return bool(readers) and all(
        symbol in terms(equation.rhs) and len(terms(equation.rhs)) > 1
        and not any(name in symbols_in_order(term) for term in terms(equation.rhs)
                    if term != symbol)
        for equation in readers)
