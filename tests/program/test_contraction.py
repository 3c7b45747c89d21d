"""Contractions: letters, operands, and SymPy kept out."""

from __future__ import annotations

import pytest
from sympy import Symbol, diff

from symrnn.program import Ein, Letters, Maximum, contraction_axes

W, x, v = map(Symbol, "Wxv")


@pytest.mark.parametrize("spec", ["ij,j->i", "i,j->ij", "i->", "->i", ",i->i", "ij,jk,k->i"])
def test_specification_is_read_and_written_back(spec: str) -> None:
    assert Letters.parse(spec).spec == spec


@pytest.mark.parametrize("spec", ["ij,j", "ii->i", "i->ii", ""])
def test_what_is_no_contraction_is_refused(spec: str) -> None:
    with pytest.raises(ValueError, match="is not a contraction"):
        Letters.parse(spec)


@pytest.mark.parametrize(
    ("spec", "summed"), [("ij,j->i", "j"), ("i,j->ij", ""), ("ij->", "ij"), ("->i", "")]
)
def test_letters_missing_from_the_output_are_summed(spec: str, summed: str) -> None:
    assert Letters.parse(spec).summed == summed


def test_operands_are_counted_and_are_symbols() -> None:
    with pytest.raises(ValueError, match="wants 2 operands, got 1"):
        Ein("ij,j->i", W)
    with pytest.raises(TypeError, match="name them first"):
        Ein("ij,j->i", W, x + v)


def test_order_of_operands_is_kept() -> None:
    assert Ein("j,ij->i", x, W).operands == (x, W) != Ein("ij,j->i", W, x).operands


def test_sympy_never_differentiates_a_contraction() -> None:
    with pytest.raises(TypeError, match="transposed by its letters"):
        diff(Ein("ij,j->i", W, x), x)


def test_peak_is_a_contraction_of_its_own() -> None:
    assert isinstance(Maximum("i->", x), Ein) and Maximum("i->", x) != Ein("i->", x)


def test_axes_follow_from_the_operands() -> None:
    axes = {"W": ("m", "n"), "x": ("n",), "v": ("m",)}
    assert contraction_axes(Ein("ij,j->i", W, x), axes) == {"i": "m", "j": "n"}
    with pytest.raises(ValueError, match="'v' has m where its neighbour has n"):
        contraction_axes(Ein("ij,j->i", W, v), axes)
    with pytest.raises(ValueError, match=r"'W' has axes \[m, n\], the contraction reads 'i'"):
        contraction_axes(Ein("i->", W), axes)
