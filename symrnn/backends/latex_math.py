"""Equations as LaTeX, with the author's order of terms and the paper's symbols."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from sympy import Abs, Expr, Mul, Pow, exp

from symrnn.backends.printer import LETTERS, ATOM, POWER, PRODUCT, Printer, power_of_ten
from symrnn.backends.products import matrix_product
from symrnn.program import (indices_in_order, is_variable, ACTIVATIONS, Ein, Equation, Maximum,
                            Pointwise, Program, Span, contraction_term, factors, is_call, multiply,
                            negated, symbols_in_order, terms)

COMPARISON = {"<=": r"\le", ">=": r"\ge", "<": "<", ">": ">", "==": "=", "!=": r"\ne"}
WIDE = {r"\bar": r"\overline", r"\tilde": r"\widetilde"}  # over a whole formula
COMMANDS = frozenset(("cos", "exp", "log", "sin", "tanh"))  # functions that TeX has names for
LINE = 66  # printed characters that fit on a line
INDEX = str.maketrans("ijklmnopqrsuvw", "jklmnopqrsuvwx")  # i is the input gate in most papers


class LatexPrinter(Printer):
    """Prints expressions of one program."""

    writes_powers = True

    def __init__(self, program: Program) -> None:
        self.program = program
        self._glyphs: dict[tuple[str, tuple[str, ...]], str] = {}

    def parenthesised(self, text: str) -> str:
        return rf"\left({text}\right)" if r"\frac" in text or r"\begin" in text else f"({text})"

    def symbol(self, name: str) -> str:
        shown = self._shown(name)
        return self.glyph(name) if shown is None else shown

    def glyph(self, name: str, *marks: str) -> str:
        """The letter of a variable with its indices, and ``marks`` in its superscript."""
        found = self._glyphs.get((name, marks))
        if found is None:
            variable = self.program[name]
            glyph = variable.glyph
            if marks:
                glyph = replace(glyph, sup=(*glyph.sup, *marks))
            found = glyph.latex("t" if variable.span is Span.SEQUENCE else "")
            self._glyphs[name, marks] = found
        return found

    def _shown(self, name: str) -> str | None:
        """The formula that stands in place of a name, or of the name that this one belongs to."""
        variable = self.program[name]
        if variable.stands_for is not None:
            return self(variable.stands_for, PRODUCT)
        mark = WIDE.get("".join(variable.glyph.accents[-1:]))
        inner = self._shown(variable.of) if mark and variable.of in self.program else None
        return None if inner is None else f"{mark}{{{inner}}}"

    def size(self, name: str) -> str:
        return self.program.size(name).glyph.latex()

    def number(self, value: Expr) -> tuple[int, str]:
        found = power_of_ten(value)
        if found is not None:
            digits, exponent = found
            power = rf"10^{{{exponent}}}"
            return (POWER, power) if digits == 1 else (PRODUCT, rf"{digits} \cdot {power}")
        if value.q == 1:
            return ATOM, str(value.p)
        return ATOM, rf"\tfrac{{{value.p}}}{{{value.q}}}"

    def call(self, function: Expr, arguments: Sequence[str]) -> str:
        if isinstance(function, Abs):
            return rf"\lvert {arguments[0]} \rvert"
        return self.called(function) + self.parenthesised(arguments[0])

    def called(self, function: Expr) -> str:
        """The name of a function, its constant parameters as indices."""
        name = function.func.__name__
        if not isinstance(function, Pointwise):
            own = rf"\{name}" if name in COMMANDS else rf"\operatorname{{{name}}}"
            return ACTIVATIONS[name].latex if name in ACTIVATIONS else own
        constants = [str(float(one)).removesuffix(".0") for one in function.args[1:]]
        return function.activation.latex + (f"_{{{', '.join(constants)}}}" if constants else "")

    def fraction(self, above: str, below: str) -> tuple[int, str]:
        return PRODUCT, rf"\frac{{{above}}}{{{below}}}"

    def _power(self, node: Pow) -> tuple[int, str]:
        call = self._call_behind(node.base)
        if call is not None and node.exp.is_Integer and node.exp > 0:
            argument = self.parenthesised(self(call.args[0]))
            return POWER, f"{self.called(call)}^{{{node.exp}}}{argument}"
        if _below(node):
            return self.fraction("1", self(_inverse(node)))
        return super()._power(node)

    def _call_behind(self, base: Expr) -> Expr | None:
        if is_variable(base):
            base = self.program[base.name].stands_for
        named = base is not None and is_call(base) and not isinstance(base, Abs | exp)
        return base if named else None

    def power(self, base: str, exponent: Expr) -> str:
        closed = self.parenthesised(base) if "^" in base else base
        return f"{closed}^{{{self(exponent)}}}"

    def root(self, inside: str) -> str:
        return rf"\sqrt{{{inside}}}"

    def _irrational(self, node: Expr) -> tuple[int, str]:
        return ATOM, rf"\{node}" if str(node) == "pi" else "e"

    def cases(self, rows: Sequence[tuple[str, str]], otherwise: str) -> tuple[int, str]:
        text = r" \\ ".join(rf"{value} & \text{{if }} {condition}" for condition, value in rows)
        return ATOM, rf"\begin{{cases}} {text} \\ {otherwise} & \text{{else}} \end{{cases}}"

    def comparison(self, operator: str) -> str:
        return COMPARISON[operator]

    def logic(self, node: Expr) -> str:
        return rf" \text{{{super().logic(node)}}} "

    def _product(self, node: Mul) -> tuple[int, str]:
        if negated(node) is not None:
            return super()._product(node)
        above = [part for part in factors(node) if not _below(part)]
        below = [_inverse(part) for part in factors(node) if _below(part)]
        if not below:
            return PRODUCT, self._joined(above)
        return self.fraction(self(multiply(above)), self(multiply(below)))

    def product(self, parts: Sequence[str]) -> str:
        return r" \, ".join(parts)

    def _joined(self, parts: Sequence[Expr]) -> str:
        """Factors side by side; vectors multiply element by element."""
        text, before = "", False
        for part in parts:
            vector = any(self.program[name].axes for name in symbols_in_order(part))
            sign = r" \odot " if vector and before else r" \, " if text else ""
            text += sign + self(part, PRODUCT)
            before = before or vector
        return text

    def term(self, term: Expr, lhs: str) -> str:
        """One term; its sign, if it has one, stands in front."""
        positive = negated(term)
        if positive is not None:
            return f"-{self.term(positive, lhs)}"
        found = contraction_term(term)
        if found is None:
            return self(term, PRODUCT)
        factor, ein = found
        text = self.sums(ein, lhs) + self.contraction(ein)
        return text if factor == 1 else rf"{self(factor, PRODUCT)} \, {text}"

    def sums(self, ein: Ein, lhs: str) -> str:
        """A sum over steps where the left-hand side does not vary over those of the operands."""
        widest = max(self.program[one.name].span for one in ein.operands)
        return r"\sum_{t} " if widest > self.program[lhs].span else ""

    def contraction(self, ein: Ein) -> str:
        """``W x``, ``W^T a``, ``a x^T``, else a sum over indices."""
        letters, names = ein.letters, [self.symbol(one.name) for one in ein.operands]
        product = matrix_product(letters)
        if isinstance(ein, Maximum):
            return (rf"\max_{{{_indices(letters.summed)}}} "
                    rf"({names[0]})_{{{_indices(letters.operands[0])}}}")
        if product is not None:
            return r" \, ".join(self.transposed(ein.operands[one.slot].name) if one.transposed
                                else names[one.slot] for one in product)
        if not letters.summed and all(part in (letters.output, "") for part in letters.operands):
            return self._joined(ein.operands)
        indexed = r" \, ".join(f"({name})_{{{_indices(part)}}}" if part else name
                               for name, part in zip(names, letters.operands, strict=True))
        sums = rf"\sum_{{{_indices(letters.summed)}}} " if letters.summed else ""
        return sums + indexed

    def transposed(self, name: str) -> str:
        """A transposed operand; the mark joins what its superscript holds already."""
        shown = self._shown(name)
        if shown is not None:
            return rf"{self.parenthesised(shown)}^{{\top}}"
        return self.glyph(name, r"\top")

    def left(self, equation: Equation) -> str:
        """The left-hand side; with indices where the right-hand side reads them."""
        symbol = self.symbol(equation.lhs)
        axes = self.program[equation.lhs].axes
        if not indices_in_order(equation.rhs):
            return symbol
        return f"({symbol})_{{{','.join(LETTERS[:len(axes)])}}}"

    def signed_terms(self, equation: Equation) -> list[str]:
        """The terms of a right-hand side, each with its sign."""
        return self.signed(terms(equation.rhs), lambda term: self.term(term, equation.lhs),
                           minus="-") or ["0"]

    def rows(self, equation: Equation) -> list[str]:
        """The equation as aligned rows, broken between terms where it is long."""
        left = self.left(equation)
        rows, width = [f"{left} &="], printed_width(left)
        for term in self.signed_terms(equation):
            if width + printed_width(term) > LINE and not rows[-1].endswith("&="):
                rows.append(r"&\quad")
                width = 2
            rows[-1] += f" {term}"
            width += printed_width(term) + 2
        return rows


def _below(part: Expr) -> bool:
    return isinstance(part, Pow) and not isinstance(part, exp) and bool(part.exp.is_negative)


def _inverse(part: Expr) -> Expr:
    """What stands below the line for a factor of negative power."""
    return part.base if part.exp == -1 else Pow(part.base, -part.exp, evaluate=False)


def _indices(part: str) -> str:
    """The letters of an operand as printed indices."""
    return ",".join(part.translate(INDEX))


@lru_cache(maxsize=10_000)
def printed_width(text: str) -> float:
    """About how many characters wide a formula is: commands are one, scripts two thirds."""
    text = re.sub(r"\\(?:bar|overline|widetilde|dot|tilde|check|hat|mathrm|left|right)\b", "", text)
    text = re.sub(r"\\[a-zA-Z]+", "x", text)
    text = re.sub(r"\^\{([^{}]*)\}_\{([^{}]*)\}",
                  lambda both: f"_{{{max(both[1], both[2], key=len)}}}", text)
    small = sum(len(part) / 3 for part in re.findall(r"[_^]\{([^{}]*)\}", text))
    return len(re.sub(r"[{}^_\s]", "", text)) - small
