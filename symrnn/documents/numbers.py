"""Numbers as pages print them."""

from __future__ import annotations

from math import floor, isfinite, log10

from symrnn.documents.worked import Matrix

PLACES, LARGE, SMALL = 4, 1e4, 1e-3
MINUS, RAISED = "\u2212", str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SHORTEST = "g"


def given(matrix: Matrix) -> tuple[str, ...]:
    """Rows of numbers as a reader types them."""
    return _aligned([[_signed(format(one, SHORTEST)) for one in row] for row in matrix])


def brief(matrix: Matrix) -> tuple[str, ...]:
    """Rows of numbers as a sentence has them."""
    return _aligned([list(map(short, row)) for row in matrix])


def computed(matrix: Matrix) -> tuple[str, ...]:
    """Rows of numbers to four places, or four digits where they are very large or small."""
    return _aligned([list(map(_computed, row)) for row in matrix])


def _aligned(rows: list[list[str]]) -> tuple[str, ...]:
    """Rows whose columns stand below one another; signs stand in front of them."""
    spaced = [[one if one.startswith(MINUS) else f" {one}" for one in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*spaced, strict=True)]
    return tuple(" ".join(one.rjust(width) for one, width in zip(row, widths, strict=True))
                 for row in spaced)


def _computed(value: float) -> str:
    if value == 0 or SMALL <= abs(value) < LARGE:
        return _signed(f"{value + 0.0:.{PLACES}f}")
    return power(value, PLACES) if isfinite(value) else _signed(str(value))


def short(value: float) -> str:
    """A number in a sentence: two places at most, and a power of ten where it is very small."""
    if value and not SMALL <= abs(value) < LARGE:
        return power(value)
    return _signed(f"{value + 0.0:.3g}")


def power(value: float, digits: int = 2) -> str:
    """``3.0 × 10⁻¹¹``."""
    if value == 0:
        return "0"
    exponent = floor(log10(abs(value)))
    mantissa = f"{value / 10.0**exponent:.{digits - 1}f}"
    if mantissa.startswith(("10", "-10")):
        exponent, mantissa = exponent + 1, f"{value / 10.0**(exponent + 1):.{digits - 1}f}"
    return f"{_signed(mantissa)}\u202f×\u202f10{str(exponent).translate(RAISED)}"


def of_power(exponent: float) -> str:
    """The same from a logarithm, which may be of no number of double precision."""
    if not isfinite(exponent):
        return "0" if exponent < 0 else str(exponent)
    whole = floor(exponent)
    if -3 <= whole < 3:
        return f"{10**exponent:.3g}"
    mantissa = f"{10 ** (exponent - whole):.1f}"
    if mantissa == "10.0":
        whole, mantissa = whole + 1, "1.0"
    return f"{mantissa}\u202f×\u202f10{str(whole).translate(RAISED)}"


def share(value: float) -> str:
    """A part of all: ``12.5%``."""
    return f"{value:.1%}"


def units(value: float) -> str:
    """A number of units in the last place."""
    return f"{value:.1f}"


def _signed(text: str) -> str:
    return text.replace("-", MINUS)
