"""The readers themselves: what is wrong or unclear on paper does not pass."""

from __future__ import annotations

import numpy as np
import pytest

from symrnn.backends import mathml
from symrnn.backends.document import DocumentPrinter
from symrnn.backends.latex_math import LatexPrinter
from tests.formulas import latex_reader, mathml_reader
from tests.formulas.mathematics import Unclear, Value, matrix_product, together
from tests.formulas.test_read_back import check, of_cell, table

W, X = Value(np.ones((2, 3)), ("m", "n")), Value(np.ones(3), ("n",))


def read_latex(wrong: str, right: str) -> None:
    """Elman's network, read with a change to its text."""
    numbers = of_cell("elman")
    printer = LatexPrinter(numbers.plan.program)
    symbols = table(numbers.plan.program, printer.symbol)
    reader = latex_reader.Reader({latex_reader.tokens(one): one for one in symbols})
    check(numbers, numbers.plan.program, symbols, {}, lambda one: reader.equation(
        " ".join(printer.rows(one)).replace(right, wrong)))


def read_mathml(wrong: str, right: str) -> None:
    numbers = of_cell("elman")
    program = numbers.plan.program
    printer = DocumentPrinter(program)
    symbols = table(program, lambda one: mathml_reader.key(mathml.formula(printer.symbol(one))))
    reader = mathml_reader.Reader(frozenset(symbols))
    check(numbers, program, symbols, {}, lambda one: reader.equation(
        mathml.equation(program, one).replace(right, wrong)))


@pytest.mark.parametrize(("wrong", "right"), [("-", "+"), ("h_{t}", "h_{t-1}"), ("", r"\tanh")])
def test_another_formula_in_latex_has_another_value(wrong: str, right: str) -> None:
    read_latex(right, right)
    with pytest.raises(AssertionError):
        read_latex(wrong, right)


@pytest.mark.parametrize(("wrong", "right"), [
    ("<mo>−</mo>", "<mo>+</mo>"), ("<mi>exp</mi>", "<mi>tanh</mi>"), (">U</mi>", ">W</mi>")])
def test_another_formula_in_mathml_has_another_value(wrong: str, right: str) -> None:
    read_mathml(right, right)
    with pytest.raises(AssertionError):
        read_mathml(wrong, right)


def test_two_columns_side_by_side_are_no_product() -> None:
    with pytest.raises(Unclear, match="a product of"):
        matrix_product(X, X)
    with pytest.raises(Unclear, match="a product over n and m"):
        matrix_product(W, W)


def test_what_has_other_axes_is_not_added() -> None:
    with pytest.raises(Unclear, match="beside"):
        together(np.add, X, Value(np.ones(2), ("m",)))


@pytest.mark.parametrize("text", ["x = (", "x = 1)", r"x = \tanh 2", r"x = \frac{1}"])
def test_what_is_torn_is_not_read(text: str) -> None:
    with pytest.raises((Unclear, AssertionError, IndexError)):
        latex_reader.Reader({("x",): "x"}).equation(text)
