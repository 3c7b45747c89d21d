"""From statements to a Program, through the same Cell that Python authors use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TypeVar

from symrnn.authoring import Cell
from symrnn.cellfile.formula import Formulas
from symrnn.cellfile.nodes import (CellName, Constant, Declarations, EquationLine, Outputs, Prose,
                                   Statement, Word)
from symrnn.cellfile.scope import Scope
from symrnn.cellfile.source import CellFileError, Source, load, source
from symrnn.cellfile.syntax import statements
from symrnn.cellfile.values import fits, shape
from symrnn.program import Program, misnamed

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
    equations = _of(EquationLine, found)
    for one in equations:
        scope.later.setdefault(one.name.text, text.line(one.name.at))
    with cell:
        for statement in found:
            _declare(scope, statement)
        _require(scope, equations)
        for equation in equations:
            _define(scope, equation)
        return _built(scope, equations, _of(Outputs, found))


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
            scope.declare(statement.role, one)
    elif isinstance(statement, Constant):
        scope.claim(statement.name, "constant")
        scope.constants[statement.name.text] = statement.value


def _require(scope: Scope, equations: list[EquationLine]) -> None:
    if "input" not in scope.roles.values():
        raise scope.error("there is no input; write 'input x[n]'", 0)
    if not equations:
        raise scope.error("there is no equation; write 'h[t] = ...'", 0)
    for name, role in scope.roles.items():
        if role == "state" and name not in scope.later:
            raise scope.error(f"'{name}' has no equation; write '{name}[t] = ...'",
                              scope.places[name])


def _define(scope: Scope, equation: EquationLine) -> None:
    """Check one equation and hand it to the cell."""
    name, role = equation.name, scope.roles.get(equation.name.text)
    if name.text in scope.defined:
        raise scope.error(f"'{name.text}' has an equation already, in line "
                          f"{scope.later[name.text]}", name.at)
    if role not in (None, "state"):
        raise scope.error(f"'{name.text}' is declared in line "
                          f"{scope.source.line(scope.places[name.text])} as {role}, so it has no "
                          f"equation", name.at)
    formulas = Formulas(scope)
    value = formulas.value(equation.formula)
    if value.number is not None:
        raise scope.error(f"'{name.text}' does not change; write 'const' for a number", name.at)
    if role is None:
        scope.claim(name, "symbol")
        scope.cell.symbol(f"{name.text}[{','.join(value.axes)}]", "intermediate value")
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


def _built(scope: Scope, equations: list[EquationLine], lines: list[Outputs]) -> Program:
    outputs = [name for line in lines for name in line.names]
    if not outputs:
        raise scope.error("there is no output; write 'output h'", equations[-1].name.at)
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
