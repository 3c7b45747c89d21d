"""The table of symbols: meaning, shape and role of each, the sizes, and how many parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sympy import Expr

from symrnn.backends.document import DocumentPrinter
from symrnn.backends.formula import Formula, Number, Row, Sign, Symbol
from symrnn.documents.page import Edge, SizeRow, SymbolRow, SymbolTable
from symrnn.presentation.costs import ordered
from symrnn.program import (FED, Delay, Glyph, Program, Role, SizeSymbol, Variable, add, multiply)

BOUND = (Role.STATE, Role.INTERMEDIATE, Role.OUTPUT)


def symbol_anchor(name: str) -> str:
    """What a symbol is called by in its page."""
    return f"symbol-{name}"


def symbol_table(program: Program, gradient: Program) -> SymbolTable:
    """Every symbol that an equation of a document shows, by what it is for."""
    names = _names(program, gradient)
    given, parameters, bound = (_rows(program, program.with_role(*roles), names) for roles in (
        FED, (Role.PARAMETER, Role.SELECTOR), BOUND))
    sizes = tuple(_size(program, name) for name in _used_sizes(program))
    return SymbolTable(given, parameters, bound, sizes,
                       DocumentPrinter(program)(parameter_count(program)))


def _names(program: Program, gradient: Program) -> Mapping[str, tuple[str, ...]]:
    """By the name of a symbol all names that lead to its row."""
    found = {one.name: [one.name] for one in program.variables}
    for delay in program.delays:
        found[delay.source] += [delay.lhs, delay.initial, delay.final]
    for bar in gradient.variables:
        for names in found.values():
            if bar.of in names:
                names.append(bar.name)
    return {name: tuple(dict.fromkeys(names)) for name, names in found.items()}


def _rows(program: Program, variables: Iterable[Variable],
          names: Mapping[str, tuple[str, ...]]) -> tuple[SymbolRow, ...]:
    return tuple(_row(program, one, names[one.name]) for one in variables
                 if one.stands_for is None and program.delay_of(one.name) is None)


def _row(program: Program, one: Variable, names: tuple[str, ...]) -> SymbolRow:
    symbol = DocumentPrinter(program).glyph(one.name)
    return SymbolRow(symbol_anchor(one.name), names, symbol, one.name, shape(program, one),
                     _roles(program, one), one.meaning)


def shape(program: Program, variable: Variable) -> tuple[Formula, ...]:
    """The sizes of a symbol for one step of one sample."""
    return tuple(map(DocumentPrinter(program).size, variable.axes))


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
    printer = DocumentPrinter(program)
    value = () if size.value is None else (printer(size.value),)
    return SizeRow(printer.size(name), size.meaning, value)


def parameter_count(program: Program) -> Expr:
    """How many numbers the parameters are, as a formula of sizes: ``4 m² + 4 m n + 4 m``."""
    return ordered(add([multiply([SizeSymbol(axis) for axis in one.axes])
                        for one in program.with_role(Role.PARAMETER)]))


def edges(program: Program) -> tuple[Edge, ...]:
    """What every remembered symbol is at the edge of its scan, and what is left at the end."""
    return tuple(_edge(program, one) for one in program.delays)


def _edge(program: Program, delay: Delay) -> Edge:
    printer = DocumentPrinter(program)
    edge = Number("1") if delay.step > 0 else Symbol(Glyph.named("T"))
    at = Row((Symbol(Glyph.named("t")), Sign("="), edge))
    return Edge(delay.lhs, printer.glyph(delay.lhs), at, printer.glyph(delay.initial),
                printer(delay.start), printer.glyph(delay.final))
