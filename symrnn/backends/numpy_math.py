"""Expressions and equations as NumPy: one equation, one line, over batch and steps at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sympy import And, Expr, Rational, Symbol

from symrnn.loops.scope import Names
from symrnn.backends.printer import ATOM, PRODUCT, Printer, decimal
from symrnn.program import (ELEMENTARY, Ein, Equation, IndexSymbol, Maximum, Pointwise, Program,
                            Role, Span, Variable, contraction_term, terms)

UFUNCS = {"Abs": "abs", "copysign": "copysign",
          **{row.name: row.numpy for row in ELEMENTARY.values()}}


class NumpyPrinter(Printer):
    """Pointwise expressions; an operand that lacks an axis of the left side gets a new one."""

    times = " * "

    def __init__(self, program: Program, names: Names) -> None:
        self.program, self.names = program, names
        self.used_calls: dict[str, Expr] = {}
        self.lhs: Variable | None = None
        self.over_time = True
        self.values: dict[str, str] = {}

    def symbol(self, name: str) -> str:
        text = self.values.get(name) or self.names[name]
        if self.lhs is None or name not in self.program:
            return text
        return text + self._new_axes(self.program[name], self.lhs)

    def _new_axes(self, operand: Variable, lhs: Variable) -> str:
        """``[..., None]`` where broadcasting from the right would misplace the operand's axes."""
        if operand.axes == lhs.axes:
            return ""
        own = self.front(operand) + list(operand.axes)
        full = self.front(lhs) + list(lhs.axes)
        remaining = list(own)
        index = []
        for axis in full:
            here = bool(remaining) and remaining[0] == axis
            index.append(":" if here else "None")
            remaining = remaining[1:] if here else remaining
        while index and index[0] == "None":
            index.pop(0)
        return "" if "None" not in index else f"[{', '.join(index)}]"

    def front(self, variable: Variable) -> list[str]:
        """The axes before a variable's own, as its array has them in this stage."""
        return list(variable.shape[: len(variable.shape) - len(variable.axes)])[
            0 if self.over_time else max(0, int(variable.span) - 1):]

    def index(self, index: IndexSymbol) -> str:
        axes = self._lhs.axes
        behind = "[:, " + ", ".join(["None"] * (len(axes) - 1 - index.place)) + "]"
        along = f"np.arange({self.size(axes[index.place])}, dtype=dtype)"
        return along + behind if index.place < len(axes) - 1 else along

    def _irrational(self, node: Expr) -> tuple[int, str]:
        return ATOM, decimal(node)

    def _call(self, node: Expr) -> tuple[int, str]:
        return self._irrational(node) if node.is_number else super()._call(node)

    def size(self, name: str) -> str:
        return self.names.size(name)

    def number(self, value: Rational) -> tuple[int, str]:
        decimal = repr(float(value))
        if value.q == 1 or Rational(decimal) != value:
            return super().number(value)
        return ATOM, decimal

    def call(self, function: Expr, arguments: Sequence[str]) -> str:
        name = function.func.__name__
        self.used_calls.setdefault(name, function)
        if isinstance(function, Pointwise):
            return f"{name}({', '.join(arguments)})"
        return f"np.{UFUNCS[name]}({', '.join(arguments)})"

    def power(self, base: str, exponent: Expr) -> str:
        return f"{base} ** {self(exponent, ATOM)}"

    def root(self, inside: str) -> str:
        return f"np.sqrt({inside})"

    def cases(self, rows: Sequence[tuple[str, str]], otherwise: str) -> tuple[int, str]:
        text = otherwise
        for condition, value in reversed(rows):
            text = f"np.where({condition}, {value}, {text})"
        return ATOM, text

    def _cases(self, node: Expr) -> tuple[int, str]:
        level, text = super()._cases(node)
        numeric = not any(branch.has(Symbol) for branch, _ in node.args)
        return level, f"{text}.astype(dtype)" if numeric and self.lhs is not None else text

    def logic(self, node: Expr) -> str:
        return " & " if isinstance(node, And) else " | "

    def _logic(self, node: Expr) -> tuple[int, str]:
        parts = [f"({self(part)})" for part in sorted(node.args, key=str)]
        return ATOM, f"({self.logic(node).join(parts)})"

    def equation(self, equation: Equation, over_time: bool, values: dict[str, str]) -> str:
        """The right-hand side; ``values`` says how each sequence is read in this stage."""
        self.lhs, self.over_time, self.values = self.program[equation.lhs], over_time, values
        return " ".join(self.signed(terms(equation.rhs), self._term)) or "0"

    def _term(self, term: Expr) -> str:
        found = contraction_term(term)
        if found is None:
            return self(term, PRODUCT)
        factor, ein = found
        text = self.contraction(ein)
        return text if factor == 1 else f"{self(factor, PRODUCT)} * ({text})"

    def contraction(self, ein: Ein) -> str:
        """``x @ W.T`` where it is one, else einsum."""
        names = [self.values.get(one.name) or self.names[one.name] for one in ein.operands]
        if isinstance(ein, Maximum):
            part = ein.letters.operands[0]
            along = [str(place - len(part)) for place, one in enumerate(part)
                     if one in ein.letters.summed]
            axis = along[0] if len(along) == 1 else f"({', '.join(along)})"
            return f"np.max({names[0]}, axis={axis})"
        placed = self._selected(ein, names)
        return placed or self._matmul(ein, names) or self._einsum(ein, names)

    def _selected(self, ein: Ein, names: list[str]) -> str | None:
        """A selector places a vector into a longer one, or cuts it out again."""
        first = self.program[ein.operands[0].name]
        if first.role is not Role.SELECTOR or len(names) != 2:
            return None
        placed, part = ein.letters.operands
        row, column = placed[0], placed[1]
        start, output = self(first.offset), ein.letters.output
        if column in part and output == part.replace(column, row):
            return _on_last(names[1], part.index(column) - len(part), lambda array: (
                f"place({array}, {start}, {self.size(first.axes[0])})"))
        if row in part and output == part.replace(row, column):
            behind = ", :" * (len(part) - part.index(row) - 1)
            return f"{names[1]}[..., {start}:{start} + {self.size(first.axes[1])}{behind}]"
        return None

    def _matmul(self, ein: Ein, names: list[str]) -> str | None:
        spans = [self.program[one.name].span for one in ein.operands]
        if len(names) != 2 or spans[0] is not Span.CONSTANT or spans[1] is Span.CONSTANT \
                or spans[1] != self._lhs.span:
            return None
        order = {"ij,j->i": ".T", "ij,i->j": ""}.get(ein.letters.spec)
        return None if order is None else f"{names[1]} @ {names[0]}{order}"

    @property
    def _lhs(self) -> Variable:
        assert self.lhs is not None
        return self.lhs

    def _einsum(self, ein: Ein, names: list[str]) -> str:
        """Einsum, with letters for steps and samples; a letter that no operand has is broadcast."""
        fronts = ["".join(self.front(self.program[one.name])) for one in ein.operands]
        wanted = "".join(self.front(self._lhs))
        have = "".join(axis for axis in wanted if any(axis in front for front in fronts))
        parts = [front + part for front, part in zip(fronts, ein.letters.operands, strict=True)]
        output = ein.letters.output
        missing = [letter for letter in output if letter not in "".join(parts)]
        kept = "".join(letter for letter in output if letter not in missing)
        text = names[0] if parts == [have + kept] else \
            f'contract("{",".join(parts)}->{have}{kept}", {", ".join(names)})'
        if not missing:
            return text
        index = [":" for _ in have] + ["None" if one in missing else ":" for one in output]
        return f"{text}[{', '.join(index)}]"


def _on_last(array: str, axis: int, call: Callable[[str], str]) -> str:
    """What a helper makes of an axis, counted from behind, where it knows the last one alone."""
    if axis == -1:
        return call(array)
    return f"np.moveaxis({call(f'np.moveaxis({array}, {axis}, -1)')}, -1, {axis})"
