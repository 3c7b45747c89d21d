"""Equations as C: one equation, one loop nest."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr

from symrnn.backends.c_elements import ContractionLoops, Elements, PointwiseElements
from symrnn.backends.printer import PRODUCT
from symrnn.program import (Ein, Equation, Peak, Variable, contraction_term, contractions, negated,
                            terms)
from symrnn.schedule import is_total


def under(head: str, lines: Sequence[str]) -> tuple[str, ...]:
    """Lines of which a loop or a condition is the head, in braces where there are several."""
    inner = [f"    {line}" for line in lines]
    nest = lines[0].startswith("for ") and all(line.startswith(" ") for line in lines[1:])
    alone = nest or len(lines) == 1
    return (head, *inner) if alone else (f"{head} {{", *inner, "}")


class Loops(Elements):
    """Writes the loop nest of an equation for one step and one sample."""

    def write(self, equation: Equation) -> tuple[str, ...]:
        """``lhs[j] = ...`` inside loops over the axes of the left-hand side."""
        lhs = self.program[equation.lhs]
        index = dict(zip(range(len(lhs.axes)), self.indices, strict=False))
        rows = [index[place] for place in range(len(lhs.axes))]
        self.printer.elements = PointwiseElements(self, lhs, rows)
        return self._nest(list(zip(rows, lhs.axes, strict=True)), self._body(equation, lhs, rows))

    def _nest(self, loops: Sequence[tuple[str, str]], body: Sequence[str]) -> tuple[str, ...]:
        """Loops around a body; braces only where there is more than one line."""
        lines = tuple(body)
        for index, size in reversed(loops):
            lines = under(f"for (size_t {index} = 0; {index} < {self.printer.extent(size)}; "
                          f"++{index})", lines)
        return lines

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
        return found is not None and bool(ContractionLoops(self, found[1], []).summed)

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
        letters = ContractionLoops(self, found[1], rows)
        return self._nest(letters.loops_over, [f"{target} {sign} {self._product(found, rows)};"])

    def _product(self, found: tuple[Expr, Ein], rows: list[str]) -> str:
        factor, ein = found
        letters = ContractionLoops(self, ein, rows)
        elements = list(letters.elements())
        front = [] if factor == 1 else [self.printer(factor, PRODUCT)]
        return " * ".join([*front, *elements]) or "1"

    def _peak(self, ein: Ein, target: str) -> list[str]:
        letters = ContractionLoops(self, ein, [])
        element = next(letters.elements())
        first = self.element(ein.operands[0].name, ["0"])
        larger = f"{target} = {element} > {target} ? {element} : {target};"
        body = self._nest(letters.loops_over, [larger])
        return [f"{target} = {first};", *body]
