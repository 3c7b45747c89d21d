"""A loop tree as JavaScript: the rules of C, with arrays that begin where others go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from sympy import Expr, NumberSymbol, Rational

from symrnn.backends.c_helpers import Helpers
from symrnn.backends.c_tree import ATOM, CTree, TreeFormulas
from symrnn.backends.common_part import SHARED
from symrnn.backends.lines import BREAK, INNER, WIDTH, Computing, Line, Lines, together
from symrnn.backends.printer import PRODUCT, decimal
from symrnn.loops import (ONE, AddressOf, At, Cast, Computed, Declare, For, Function, Macro,
                          Member, Section, Unused)
from symrnn.program import ELEMENTARY
from symrnn.program.activations import Activation

BUILT_IN = {"Abs": "Math.abs", "sqrt": "Math.sqrt", "copysign": "copysign",
            **{name: f"Math.{name}" for name in ELEMENTARY}}
EXACT = {"==": "===", "!=": "!=="}


class Formulas(TreeFormulas):
    """Pointwise expressions: every number is a double, whole ones too."""

    def size(self, name: str) -> str:
        return self.extent(name)

    def _irrational(self, node: NumberSymbol) -> tuple[int, str]:
        return ATOM, decimal(node)

    def number(self, value: Rational) -> tuple[int, str]:
        short = repr(float(value))
        if value.q == 1:
            return ATOM, str(value.p)
        return (ATOM, short) if Rational(short) == value else (PRODUCT, f"{value.p} / {value.q}")

    def call(self, function: Expr, arguments: Sequence[str]) -> str:
        name = function.func.__name__
        self.used_calls.setdefault(name, function)
        return f"{BUILT_IN.get(name) or self.helper(name)}({', '.join(arguments)})"

    def helper(self, name: str) -> str:
        return self.names.derived((self.prefix, "function", name), name, f"{name}_of")

    def root(self, inside: str) -> str:
        return f"Math.sqrt({inside})"

    def comparison(self, operator: str) -> str:
        return EXACT.get(operator, operator)


class Functions(Helpers):
    """The functions of the table of activations."""

    @property
    def shared(self) -> str:
        return str(SHARED)

    def signature(self, row: Activation, name: str) -> str:
        return f"function {name}({', '.join(one.name for one in row.arguments)})"


class JavaScriptTree(CTree):
    """Prints functions of a kept tree: names have no types, addresses are parts of arrays."""

    def signature(self, function: Function, end: str = "", front: str = "") -> Lines:
        head, tail = f"function {function.name}(", ", ".join(
            one.name for one in function.arguments) + ")"
        if len(head) + len(tail) <= WIDTH:
            return (Line(head + tail),)
        return Line(head), Line(tail, depth=1, hang="")

    def _declare(self, one: Declare) -> Lines:
        word = "const" if one.constant else "let"
        value = "" if one.value is None else f" ={BREAK}{together(self(one.value))}"
        note = f" // {one.note}".replace(" ", INNER) if one.note else ""
        return (Line(f"{word} {one.name}{value};{note}"),)

    def _for(self, one: For) -> Lines:
        i, stop, start = one.index, self(one.stop), self(one.start)
        further = f"++{i}" if one.step == ONE else f"{i} += {self(one.step)}"
        head = f"for (let {i} = {stop}; {i}-- > {start};)" if one.reverse else \
            f"for (let {i} = {start}; {i} < {stop}; {further})"
        return self._nest(head, one.body)

    def _unused(self, one: Unused) -> Lines:
        return ()

    statements: ClassVar = {**CTree.statements, Declare: _declare, For: _for, Unused: _unused}

    def _macro(self, node: Macro) -> tuple[int, str]:
        return ATOM, node.text.lower()

    def _member(self, node: Member) -> tuple[int, str]:
        return ATOM, f"{self(node.of, ATOM)}.{node.field}"

    def _address_of(self, node: AddressOf) -> tuple[int, str]:
        """``x.subarray(at * n)``: the rest of an array, from an entry on."""
        if not isinstance(node.of, At):
            raise TypeError(f"JavaScript has no address of {node.of}")
        return ATOM, f"{self(node.of.array, ATOM)}.subarray({self(node.of.offset)})"

    def _cast(self, node: Cast) -> tuple[int, str]:
        return self.expression(node.value)

    expressions: ClassVar = {**CTree.expressions, Macro: _macro, Member: _member,
                             AddressOf: _address_of, Cast: _cast}


class SilentTree(JavaScriptTree):
    """The same without comments, for what no one reads."""

    def _declare(self, one: Declare) -> Lines:
        return super()._declare(replace(one, note=""))

    def _section(self, one: Section) -> Lines:
        return self.body(one.body)

    def _computed(self, one: Computed) -> Lines:
        return (Computing(one.equations, self.body(one.body)),)

    statements: ClassVar = {**JavaScriptTree.statements, Declare: _declare, Section: _section,
                            Computed: _computed}
