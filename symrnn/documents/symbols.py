"""The table of symbols: meaning, shape and role of each, the sizes, and how many parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sympy import Expr, Integer

from symrnn.documents.formulas import Letter, Symbol, Value
from symrnn.documents.page import Edge, SizeRow, SymbolRow, SymbolTable
from symrnn.program import (FED, Delay, Program, Role, SizeSymbol, Variable, add, multiply)

BOUND = (Role.STATE, Role.INTERMEDIATE, Role.OUTPUT)


def symbol_anchor(name: str) -> str:
    """What a symbol is called by in its page."""
    return f"symbol-{name}"


def symbol_table(program: Program) -> SymbolTable:
    """Every symbol that an equation of a document shows, by what it is for."""
    given, parameters, bound = (_rows(program, program.with_role(*roles)) for roles in (
        FED, (Role.PARAMETER, Role.SELECTOR), BOUND))
    sizes = tuple(_size(program, name) for name in _used_sizes(program))
    return SymbolTable(given, parameters, bound, sizes, Value(program, parameter_count(program)))


def _rows(program: Program, variables: Iterable[Variable]) -> tuple[SymbolRow, ...]:
    return tuple(_row(program, one) for one in variables
                 if one.stands_for is None and program.delay_of(one.name) is None)


def _row(program: Program, one: Variable) -> SymbolRow:
    return SymbolRow(symbol_anchor(one.name), Symbol(program, one.name), one.name,
                     shape(program, one), _roles(program, one), one.meaning)


def shape(program: Program, variable: Variable) -> tuple[Letter, ...]:
    """The sizes of a symbol for one step of one sample."""
    return tuple(Letter(program.size(axis).glyph) for axis in variable.axes)


def _roles(program: Program, variable: Variable) -> tuple[str, ...]:
    """What a symbol is for: remembered or not, shown outside or not."""
    kinds = {Role.STATE: program.states, Role.OUTPUT: program.outputs}
    found = [role for role, names in kinds.items() if variable.name in names]
    inner = [Role.INTERMEDIATE] if variable.role is Role.STATE else [variable.role]
    return tuple(role.name.lower() for role in found or inner)


def _used_sizes(program: Program) -> tuple[str, ...]:
    """The sizes in the order in which the symbols need them."""
    used = [axis for one in program.with_role(*FED, *BOUND, Role.PARAMETER) for axis in one.axes]
    return tuple(dict.fromkeys([*used, *(one.name for one in program.sizes)]))


def _size(program: Program, name: str) -> SizeRow:
    size = program.size(name)
    value = () if size.value is None else (Value(program, size.value),)
    return SizeRow(Letter(size.glyph), size.meaning, value)


def parameter_count(program: Program) -> Expr:
    """How many numbers the parameters are, as a formula of sizes: ``4 m n + 4 m m + 4 m``.

    Products of most sizes stand first, equal ones are counted together.
    """
    place = {name: at for at, name in enumerate(_used_sizes(program))}
    counts = Counter(tuple(sorted(one.axes, key=place.__getitem__, reverse=True))
                     for one in program.with_role(Role.PARAMETER))
    ordered = sorted(counts.items(), key=lambda one: -len(one[0]))
    return add([multiply([Integer(count), *_powers(axes)]) for axes, count in ordered])


def _powers(axes: tuple[str, ...]) -> list[Expr]:
    return [SizeSymbol(name) ** count for name, count in Counter(axes).items()]


def edges(program: Program) -> tuple[Edge, ...]:
    """What every remembered symbol is at the edge of its scan, and what is left at the end."""
    return tuple(_edge(program, one) for one in program.delays)


def _edge(program: Program, delay: Delay) -> Edge:
    first = program[delay.lhs].glyph.at("1" if delay.step > 0 else "T")
    return Edge(Symbol(program, delay.lhs), Letter(first), Symbol(program, delay.initial),
                Value(program, delay.start), Symbol(program, delay.final))
