"""Expressions and equations as C: one equation, one loop nest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sympy import And, Expr, Rational

from symrnn.backends.names import Names
from symrnn.backends.printer import ATOM, PRODUCT, Printer
from symrnn.program import (Ein, Equation, Peak, Pointwise, Program, Role, Variable,
                            contraction_axes, contraction_term, contractions, negated, terms)
from symrnn.schedule import is_total

MATH = {"exp": "EXP", "tanh": "TANH", "log": "LOG", "sin": "SIN", "cos": "COS", "Abs": "FABS",
        "log1p": "LOG1P", "expm1": "EXPM1"}


class CPrinter(Printer):
    """Pointwise expressions in C; every element is addressed by the loop indices at hand."""

    times = " * "

    def __init__(self, names: Names, prefix: str) -> None:
        self.names, self.prefix = names, prefix
        self.used_sizes: set[str] = set()
        self.used_calls: dict[str, Expr] = {}
        self.elements: Mapping[str, str] = {}

    def symbol(self, name: str) -> str:
        return self.elements[name]

    def size(self, name: str) -> str:
        return f"({self.prefix}_real){self.extent(name)}"

    def extent(self, name: str) -> str:
        """A size as an integer."""
        self.used_sizes.add(name)
        return self.names.size(name)

    def number(self, value: Rational) -> tuple[int, str]:
        if value.q == 1:
            return ATOM, str(value.p)
        decimal = repr(float(value))
        exact = Rational(decimal) == value
        if exact:
            return ATOM, f"REAL({decimal})"
        return PRODUCT, f"REAL({value.p}) / REAL({value.q})"

    def call(self, function: Expr, arguments: Sequence[str]) -> str:
        name = function.func.__name__
        self.used_calls.setdefault(name, function)
        if isinstance(function, Pointwise):
            return f"{self.prefix}_{name}({', '.join(arguments)})"
        return f"{MATH[name]}({', '.join(arguments)})"

    def power(self, base: str, exponent: Expr) -> str:
        return self.times.join([base] * int(exponent))

    def _power(self, node: Expr) -> tuple[int, str]:
        level, text = super()._power(node)
        return (PRODUCT if self.times in text else level), text

    def root(self, inside: str) -> str:
        return f"SQRT({inside})"

    def cases(self, rows: Sequence[tuple[str, str]], otherwise: str) -> tuple[int, str]:
        text = otherwise
        for condition, value in reversed(rows):
            text = f"({condition} ? {value} : {text})"
        return ATOM, text

    def logic(self, node: Expr) -> str:
        return " && " if isinstance(node, And) else " || "


class Loops:
    """Writes the loop nest of an equation for one step and one sample."""

    def __init__(self, program: Program, printer: CPrinter, indices: Sequence[str]) -> None:
        self.program, self.printer, self.indices = program, printer, indices

    def write(self, equation: Equation) -> tuple[str, ...]:
        """``lhs[j] = ...`` inside loops over the axes of the left-hand side."""
        lhs = self.program[equation.lhs]
        index = dict(zip(range(len(lhs.axes)), self.indices, strict=False))
        rows = [index[place] for place in range(len(lhs.axes))]
        self.printer.elements = _Elements(self, lhs, rows)
        return self._nest(list(zip(rows, lhs.axes, strict=True)), self._body(equation, lhs, rows))

    def _nest(self, loops: Sequence[tuple[str, str]], body: Sequence[str]) -> tuple[str, ...]:
        """Loops around a body; braces only where there is more than one line."""
        lines = list(body)
        for index, size in reversed(loops):
            head = f"for (size_t {index} = 0; {index} < {self.printer.extent(size)}; ++{index})"
            inner = [f"    {line}" for line in lines]
            nest = lines[0].startswith("for ") and lines[-1].startswith(" ")
            alone = nest or len(lines) == 1
            lines = [head, *inner] if alone else [f"{head} {{", *inner, "}"]
        return tuple(lines)

    def _body(self, equation: Equation, lhs: Variable, rows: list[str]) -> list[str]:
        target = self.element(lhs.name, rows)
        if is_total(self.program, equation):
            return self._sums(terms(equation.rhs), rows, target)
        sums = [term for term in terms(equation.rhs) if self._is_sum(term)]
        if len(sums) == 1 and isinstance(contractions(sums[0])[0][1], Peak):
            return self._peak(contractions(sums[0])[0][1], target)
        rest = [term for term in terms(equation.rhs) if not self._is_sum(term)]
        start = self._signed(rest, rows)
        if not sums:
            return [f"{target} = {start};"]
        if not rows:
            return [f"{target} = {start};", *self._sums(sums, rows, target)]
        return [f"{self.printer.prefix}_real sum = {start};", *self._sums(sums, rows, "sum"),
                f"{target} = sum;"]

    def _sums(self, sums: Sequence[Expr], rows: list[str], target: str) -> list[str]:
        return [line for term in sums for line in self._sum(term, rows, target)]

    def _is_sum(self, term: Expr) -> bool:
        found = contraction_term(term)
        return found is not None and bool(_Letters(self, found[1], []).summed)

    def _signed(self, parts: Sequence[Expr], rows: list[str]) -> str:
        """Terms without a loop of their own, with their signs."""
        text = ""
        for part in parts:
            positive = negated(part)
            sign = "-" if positive is not None else "+" if text else ""
            text += f" {sign} " if text else sign
            text += self._term(part if positive is None else positive, rows)
        return text or "0"

    def _term(self, term: Expr, rows: list[str]) -> str:
        found = contraction_term(term)
        return self.printer(term, PRODUCT) if found is None else self._product(found, rows)

    def _sum(self, term: Expr, rows: list[str], target: str) -> tuple[str, ...]:
        """``target += a[j][k] * x[k];`` inside loops over the summed letters."""
        positive = negated(term)
        found = contraction_term(term if positive is None else positive)
        assert found is not None or not self._is_sum(term)
        sign = "+=" if positive is None else "-="
        if found is None:
            return (f"{target} {sign} {self.printer(term if positive is None else positive)};",)
        letters = _Letters(self, found[1], rows)
        return self._nest(letters.loops_over, [f"{target} {sign} {self._product(found, rows)};"])

    def _product(self, found: tuple[Expr, Ein], rows: list[str]) -> str:
        factor, ein = found
        letters = _Letters(self, ein, rows)
        elements = list(letters.elements())
        front = [] if factor == 1 else [self.printer(factor, PRODUCT)]
        return " * ".join([*front, *elements]) or "1"

    def _peak(self, ein: Ein, target: str) -> list[str]:
        letters = _Letters(self, ein, [])
        element = next(letters.elements())
        first = self.element(ein.operands[0].name, ["0"])
        larger = f"{target} = {element} > {target} ? {element} : {target};"
        body = self._nest(letters.loops_over, [larger])
        return [f"{target} = {first};", *body]

    def element(self, name: str, index: Sequence[str]) -> str:
        """``W[j * n + k]``."""
        axes = self.program[name].axes
        flat = index[0] if index else "0"
        for place in range(1, len(axes)):
            flat = f"{_factor(flat)} * {self.printer.extent(axes[place])} + {index[place]}"
        return f"{self.printer.names[name]}[{flat}]"


def _factor(text: str) -> str:
    return f"({text})" if " " in text else text


class _Elements(Mapping[str, str]):
    """Elements of pointwise operands, addressed by the axes that they share with the left side."""

    def __init__(self, loops: Loops, lhs: Variable, rows: list[str]) -> None:
        self.loops, self.lhs, self.rows = loops, lhs, rows

    def __getitem__(self, name: str) -> str:
        axes = self.loops.program[name].axes
        if axes == self.lhs.axes:
            return self.loops.element(name, self.rows)
        place = dict(zip(self.lhs.axes, self.rows, strict=True))
        return self.loops.element(name, [place[axis] for axis in axes])

    def __iter__(self) -> Iterator[str]:
        return (variable.name for variable in self.loops.program.variables)

    def __len__(self) -> int:
        return len(self.loops.program.variables)


class _Letters:
    """The letters of one contraction as loop indices; a selector turns one into another."""

    def __init__(self, loops: Loops, ein: Ein, rows: list[str]) -> None:
        self.loops, self.ein = loops, ein
        letters = ein.letters
        self.sizes = contraction_axes(ein, loops.program.axes)
        self.index = dict(zip(letters.output, rows, strict=False))
        self.guards: list[str] = []
        self.selected = {letter for slot in self._selectors() for letter in letters.operands[slot]}
        self.summed = [one for one in letters.summed if one not in self.selected]
        free = [one for one in loops.indices if one not in rows]
        self.index.update(zip(self.summed, free, strict=False))
        if rows:
            for slot in self._selectors():
                self._select(slot)

    @property
    def loops_over(self) -> list[tuple[str, str]]:
        return [(self.index[letter], self.sizes[letter]) for letter in self.summed]

    def _selectors(self) -> list[int]:
        return [slot for slot, one in enumerate(self.ein.operands)
                if self.loops.program[one.name].role is Role.SELECTOR]

    def _select(self, slot: int) -> None:
        """A selector has a one where row = offset + column: no loop, one index for the other."""
        row, column = tuple(self.ein.letters.operands[slot])
        selector = self.loops.program[self.ein.operands[slot].name]
        first = self._integer(selector.offset)
        width = self.loops.printer.extent(selector.axes[1])
        if column in self.index:
            here = self.index[column]
            self.index[row] = here if first == "0" else f"{first} + {here}"
            return
        here = self.index[row]
        self.index[column] = here if first == "0" else f"{here} - ({first})"
        if first == "0":
            self.guards.append(f"{here} < {width}")
        else:
            self.guards += [f"{here} >= {first}", f"{here} < {first} + {width}"]

    def _integer(self, offset: Expr) -> str:
        return " + ".join(self.loops.printer.extent(one.name) for one in terms(offset)) or "0"

    def elements(self) -> Iterator[str]:
        """The operands' elements; one that a selector may miss is guarded."""
        skip = set(self._selectors())
        for slot, operand in enumerate(self.ein.operands):
            if slot in skip:
                continue
            index = [self.index[letter] for letter in self.ein.letters.operands[slot]]
            element = self.loops.element(operand.name, index)
            yield f"({' && '.join(self.guards)} ? {element} : 0)" if self.guards else element

