"""Which names a cell file has declared, and what each stands for where it is read."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from fractions import Fraction

from sympy import Expr, Rational

from symrnn.authoring import Cell
from symrnn.authoring.declarations import reserved, reserved_axis
from symrnn.authoring.vetting import LARGEST_START
from symrnn.authoring.symbols import Term
from symrnn.cellfile.nodes import Declaration, NameNode, Word
from symrnn.cellfile.source import CellFileError, Source
from symrnn.cellfile.values import Widening

MAX_AXES = 6


@dataclass
class Scope:
    """The names of one file. ``later`` holds the line of the equation of each name."""

    source: Source
    cell: Cell
    later: dict[str, int] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    patterns: list[tuple[Declaration, Expr | None]] = field(default_factory=list)
    constants: dict[str, Fraction] = field(default_factory=dict)
    defined: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    widened: dict[str, Widening | None] = field(default_factory=dict)
    made_of: set[str] = field(default_factory=set)

    def error(self, message: str, at: int) -> CellFileError:
        """An error that points into the file."""
        return self.source.error(message, at)

    def claim(self, name: Word, role: str) -> None:
        """Take a new name. Raises where it is taken already."""
        if (why := reserved(name.text)) is not None:
            raise self.error(why, name.at)
        if name.text in self.places:
            line = self.source.line(self.places[name.text])
            raise self.error(f"'{name.text}' is there already, in line {line}", name.at)
        if name.text in self.cell.variables:
            raise self.error(f"'{name.text}' is the name that symrnn gives to a part of another "
                             f"equation; take another", name.at)
        self.roles[name.text], self.places[name.text] = role, name.at

    def declare(self, role: str, one: Declaration, drawn: Expr | None = None) -> None:
        """An input, a state, a parameter, or a pattern of parameters; ``drawn`` are its numbers."""
        self.check_axes(one.name, one.axes)
        if one.start is not None and role != "state":
            raise self.error(f"'{one.name.text}' is declared as {role}; only a state starts with "
                             f"a number", one.name.at)
        if one.name.text.endswith("*"):
            if role != "param":
                raise self.error("only parameters have patterns", one.name.at)
            self.patterns.append((one, drawn))
            return
        self.claim(one.name, role)
        declaration = f"{one.name.text}[{','.join(axis.text for axis in one.axes)}]"
        if role == "param":
            declare = self.cell.parameter if one.meaning else self.cell.parameters
            declare(declaration, one.meaning, drawn=drawn)
        elif role == "input":
            self.cell.input(declaration, one.meaning or "input", drawn)
        else:
            first = one.start or Fraction(0)
            if abs(first) > LARGEST_START:
                raise self.error(f"'{one.name.text}' starts beyond 1e30; masks multiply it, so it "
                                 f"is smaller", one.name.at)
            self.cell.state(declaration, one.meaning or "state",
                            start=Rational(first.numerator, first.denominator), drawn=drawn)

    def is_size(self, name: str) -> bool:
        """True for the axis of something declared so far, and for a size that is made of others."""
        return name not in self.roles and name not in self.constants and (
            name in self.made_of or any(name in one.axes for one in self.cell.variables.values()))

    def check_axes(self, name: Word, axes: tuple[Word, ...]) -> None:
        """Raise for too many axes, or for a name that none can have."""
        if len(axes) > MAX_AXES:
            raise self.error(f"'{name.text}' has more than {MAX_AXES} axes", name.at)
        for axis in axes:
            if (why := reserved_axis(axis.text)) is not None:
                raise self.error(why, axis.at)

    def term(self, node: NameNode) -> Term:
        """The symbol that a formula reads. Raises where it is not there yet, or has no time."""
        name = node.name
        if name not in self.roles and not self._of_a_pattern(node):
            raise self.error(self._unknown(name, node.step), node.at)
        self.used.add(name)
        if self.roles[name] in ("param", "constant"):
            if node.step is not None:
                what = "parameter" if self.roles[name] == "param" else "constant"
                raise self.error(f"'{name}' is a {what} and has no time; write '{name}'",
                                 node.at)
            return self.cell.term(name)
        if node.step is None:
            raise self.error(f"'{name}' changes in time; write '{name}[t]' or '{name}[t-1]'",
                             node.at)
        if node.step:
            return self.cell.remembered(name, -node.step)
        if name not in self.defined and self.roles[name] != "input":
            raise self.error(self._early(name), node.at)
        return self.cell.term(name)

    def _of_a_pattern(self, node: NameNode) -> bool:
        for one, drawn in self.patterns:
            stem = one.name.text[:-1]
            if node.step is None and node.name.startswith(stem) and len(node.name) > len(stem):
                self.declare("param", Declaration(Word(node.name, node.at), one.axes, one.meaning),
                             drawn)
                return True
        return False

    def _early(self, name: str) -> str:
        if name in self.later:
            return (f"'{name}[t]' is read before its equation in line {self.later[name]}; move "
                    f"that up, or read '{name}[t-1]'")
        return f"'{name}' has no equation"

    def _unknown(self, name: str, step: int | None) -> str:
        if name in self.later and step == 0:
            return self._early(name)
        if name in self.later:
            return (f"'{name}' is read before line {self.later[name]} says what it is; declare it: "
                    f"'state {name}[m]'")
        close = difflib.get_close_matches(name, [*self.roles, *self.constants], 1)
        hint = (f"did you mean '{close[0]}'?" if close else
                "declare it as an input, a state or a param, or write its equation above")
        return f"'{name}' is unknown; {hint}"
