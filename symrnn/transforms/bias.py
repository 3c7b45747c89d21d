"""Networks without biases, whatever their biases are called."""

from __future__ import annotations

from dataclasses import replace

from symrnn.program import Program, Role, add, symbols_in_order, terms, verify


def without_bias(program: Program) -> Program:
    """The program without the parameters that are only ever added: terms of sums, no factors."""
    gone = {one.symbol for one in program.with_role(Role.PARAMETER)
            if _only_added(program, one.name)}
    equations = [replace(one, rhs=add([term for term in terms(one.rhs) if term not in gone]))
                 for one in program.equations]
    variables = [one for one in program.variables if one.symbol not in gone]
    return verify(replace(program, equations=tuple(equations), variables=tuple(variables)))


def _only_added(program: Program, name: str) -> bool:
    """True where every appearance is a term beside others."""
    symbol = program[name].symbol
    readers = [one for one in program.equations if name in symbols_in_order(one.rhs)]
    return bool(readers) and all(
        symbol in terms(one.rhs) and len(terms(one.rhs)) > 1
        and not any(name in symbols_in_order(term) for term in terms(one.rhs) if term != symbol)
        for one in readers)
