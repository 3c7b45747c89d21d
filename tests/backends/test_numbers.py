"""Numbers in C, where an integer may overflow or lose its quotient, and in documents."""

from __future__ import annotations

import pytest
from sympy import Add, Expr, Integer, Mul, Piecewise, Pow, Rational, Symbol

from symrnn.backends.c_math import CPrinter
from symrnn.backends.latex_math import LatexPrinter
from symrnn.loops.scope import Names
from symrnn.backends.text import TextPrinter
from symrnn.backends.unicode import UnicodePrinter
from symrnn.program import Program

x = Symbol("x")
step = Piecewise((Integer(1), x > 0), (Integer(2), True))
NOTHING = Program("", "", (), (), (), (), ())


def in_c(expression: Expr) -> str:
    printer = CPrinter(Names((), ()), "net")
    printer.elements = {"x": "x"}
    return printer(expression)


@pytest.mark.parametrize(("expression", "text"), [
    (Add(1, -x, evaluate=False), "1 - x"),
    (2 * x, "2 * x"),
    (Mul(100000, x), "REAL(100000) * x"),
    (Mul(10**20, x), "REAL(1e+20) * x"),
    (Mul(10**20 + 1, x), "REAL(100000000000000000001.0) * x"),
    (Rational(1, 3**30), "REAL(1) / REAL(205891132094649.0)"),
    (Mul(100000, 100000, x, evaluate=False), "REAL(100000) * REAL(100000) * x"),
    (Mul(7, Pow(2, -1, evaluate=False), evaluate=False), "REAL(7) / REAL(2)"),
    (Mul(step, Pow(3, -1, evaluate=False), evaluate=False),
     "(x > REAL(0) ? REAL(1) : REAL(2)) / REAL(3)"),
    (Pow(300, 5, evaluate=False), " * ".join(["REAL(300)"] * 5)),
])
def test_no_integer_of_c_overflows_or_divides(expression: Expr, text: str) -> None:
    assert in_c(expression) == text


@pytest.mark.parametrize(("value", "plain", "terminal", "latex"), [
    (Integer(10**20), "10^20", "10²⁰", "10^{20}"),
    (Integer(12 * 10**9), "12 * 10^9", "12 × 10⁹", r"12 \cdot 10^{9}"),
    (Rational(1, 10**11), "10^(-11)", "10⁻¹¹", "10^{-11}"),
    (Rational(1, 5 * 10**6), "2 * 10^(-7)", "2 × 10⁻⁷", r"2 \cdot 10^{-7}"),
    (Rational(1, 1000), "1/1000", "1/1000", r"\tfrac{1}{1000}"),
    (Rational(1, 3), "1/3", "1/3", r"\tfrac{1}{3}"),
    (Integer(0), "0", "0", "0"),
    (Integer(4096), "4096", "4096", "4096"),
])
def test_documents_write_powers_of_ten(value: Expr, plain: str, terminal: str, latex: str) -> None:
    assert TextPrinter(NOTHING)(value) == plain
    assert UnicodePrinter(NOTHING)(value) == terminal
    assert LatexPrinter(NOTHING)(value) == latex
