"""From statements to a Program, through the same Cell that Python authors use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TypeVar

from symrnn.authoring import Cell
from symrnn.cellfile.draws import drawn
from symrnn.cellfile.formula import Formulas
from symrnn.cellfile.nodes import (CellName, Constant, ConstantArray, Declarations, Outputs, Prose,
                                   SizeLine, Statement, Word)
from symrnn.cellfile.repeats import Line, called, numbered, written_out
from symrnn.cellfile.scope import Scope
from symrnn.cellfile.source import CellFileError, Source, load, source
from symrnn.cellfile.syntax import statements
from symrnn.authoring.arrays import shape
from symrnn.cellfile.values import fits
from symrnn.program import Program, misnamed, symbols_in_order

Kind = TypeVar("Kind", bound=Statement)
Made = TypeVar("Made")


def read(path: str | os.PathLike[str]) -> Program:
    """The program of a cell file. Raises OSError, or CellFileError with line and caret."""
    return _program(load(path))


def parse(text: str, name: str = "cell file") -> Program:
    """The program of a cell file's text; ``name`` is what errors call it."""
    return _program(source(text, name))


def _program(text: Source) -> Program:
    found = statements(text)
    cell = _empty(text, found)
    scope = Scope(text, cell)
    lines = written_out(text, found)
    for line in lines:
        scope.later.setdefault(_name(text, line).text, text.line(line.equation.name.at))
    with cell:
        for statement in found:
            _declare(scope, statement)
        _require(scope, lines)
        for line in lines:
            _define(scope, line)
        return _built(scope, lines, _of(Outputs, found))


def _name(text: Source, line: Line) -> Word:
    """What an equation binds: ``v_3`` for the third substep of v."""
    equation = line.equation
    if equation.substep is None:
        return equation.name
    number = numbered(text, equation.substep, line.numbers)
    return Word(called(equation.name.text, number), equation.name.at)


def _of(kind: type[Kind], found: Iterable[Statement]) -> list[Kind]:
    return [one for one in found if isinstance(one, kind)]


def _empty(text: Source, found: tuple[Statement, ...]) -> Cell:
    """The cell with its name, title, source and notes."""
    names = _of(CellName, found)
    if len(names) != 1:
        raise text.error("a cell file starts with 'cell NAME'" if not names else
                         "there is a second 'cell'; one file is one cell",
                         names[1].name.at if names else 0)
    prose: dict[str, list[str]] = {"title": [], "source": [], "note": []}
    for one in _of(Prose, found):
        if one.word.text != "note" and prose[one.word.text]:
            raise text.error(f"there is a second '{one.word.text}'", one.word.at)
        prose[one.word.text].append(one.text)
    name = names[0].name.text
    if (why := misnamed(name)) is not None:
        raise text.error(why, names[0].name.at)
    title, notes = " ".join(prose["title"]), [one for one in prose["note"] if one]
    return Cell(name, title, " ".join(prose["source"]), notes)


def _declare(scope: Scope, statement: Statement) -> None:
    if isinstance(statement, Declarations):
        for one in statement.members:
            scope.declare(statement.role, one, drawn(scope, statement.role, one))
    elif isinstance(statement, Constant):
        scope.claim(statement.name, "constant")
        scope.constants[statement.name.text] = statement.value
    elif isinstance(statement, SizeLine):
        _declare_size(scope, statement)
    elif isinstance(statement, ConstantArray):
        _declare_array(scope, statement)


def _declare_size(scope: Scope, line: SizeLine) -> None:
    scope.made_of.add(line.name.text)
    value = Formulas(scope).value(line.formula)
    with_caret(scope, line.name, lambda: scope.cell.size(
        line.name.text, value.expression, line.meaning or "entries"))


def _declare_array(scope: Scope, line: ConstantArray) -> None:
    """A constant array: its formula reads its indices, sizes and numbers."""
    scope.claim(line.name, "constant")
    scope.check_axes(line.name, tuple(axis for _, axis in line.indices))
    axes = ",".join(axis.text for _, axis in line.indices)
    formulas = Formulas(scope, indices={name.text: place for place, (name, _)
                                        in enumerate(line.indices)})
    value = formulas.value(line.formula)
    if symbols_in_order(value.expression):
        raise scope.error("a constant is made of its indices, sizes and numbers alone",
                          line.formula.at)
    with_caret(scope, line.name, lambda: scope.cell.constant(
        f"{line.name.text}[{axes}]", line.meaning or "constant", lambda *_: value.expression))
    scope.defined.add(line.name.text)


def _require(scope: Scope, lines: tuple[Line, ...]) -> None:
    if "input" not in scope.roles.values():
        raise scope.error("there is no input; write 'input x[n]'", 0)
    if not lines:
        raise scope.error("there is no equation; write 'h[t] = ...'", 0)
    for name, role in scope.roles.items():
        if role == "state" and name not in scope.later:
            raise scope.error(f"'{name}' has no equation; write '{name}[t] = ...'",
                              scope.places[name])


def _define(scope: Scope, line: Line) -> None:
    """Check one equation and hand it to the cell."""
    equation, name = line.equation, _name(scope.source, line)
    role = scope.roles.get(name.text)
    if name.text in scope.defined:
        raise scope.error(f"'{name.text}' has an equation already, in line "
                          f"{scope.later[name.text]}", name.at)
    if role not in (None, "state"):
        raise scope.error(f"'{name.text}' is declared in line "
                          f"{scope.source.line(scope.places[name.text])} as {role}, so it has no "
                          f"equation", name.at)
    formulas = Formulas(scope, line.numbers)
    value = formulas.value(equation.formula)
    if value.number is not None:
        raise scope.error(f"'{name.text}' does not change; write 'const' for a number", name.at)
    if role is None:
        scope.claim(name, "symbol")
        declaration = f"{equation.name.text}[{','.join(value.axes)}]"
        if equation.substep is None:
            scope.cell.symbol(declaration, "intermediate value")
        else:
            number = numbered(scope.source, equation.substep, line.numbers)
            scope.cell.substep(declaration, number, f"intermediate value, substep {number}")
    wanted = scope.cell.variables[name.text].axes
    if not fits(value.axes, wanted):
        raise formulas.mismatch(f"'{name.text}' is {shape(wanted)}, but its equation gives "
                                f"{shape(value.axes)}", name.at, value)
    scope.widened[name.text] = value.widened
    with_caret(scope, name, lambda: scope.cell.define(name.text, value.expression))
    scope.defined.add(name.text)


def with_caret(scope: Scope, name: Word, make: Callable[[], Made]) -> Made:
    """What the cell makes; what it refuses becomes an error that points into the file."""
    try:
        return make()
    except CellFileError:
        raise
    except (ValueError, TypeError) as error:
        own = str(error).replace(f"{scope.cell.name}: ", "").replace("\n", "; ")
        raise scope.error(own, name.at) from None


def _built(scope: Scope, lines: tuple[Line, ...], found: list[Outputs]) -> Program:
    outputs = [name for one in found for name in one.names]
    if not outputs:
        raise scope.error("there is no output; write 'output h'", lines[-1].equation.name.at)
    for place, name in enumerate(outputs):
        if name.text not in scope.defined:
            raise scope.error(f"'{name.text}' has no equation, so it is no output", name.at)
        if name.text in [one.text for one in outputs[:place]]:
            raise scope.error(f"'{name.text}' is an output already", name.at)
    used = scope.used | {name.text for name in outputs}
    for unused, at in scope.places.items():
        if unused not in used:
            raise scope.error(f"'{unused}' is never used; leave it out", at)
    return with_caret(scope, outputs[0],
                      lambda: scope.cell.build(*(name.text for name in outputs)))
