"""A measurement as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor, isfinite

from symrnn.jacobians.measure import lags_shown
from symrnn.jacobians.travel import Travel, Travels
from symrnn.runtime.shapes import Array

LARGE, SMALL = 5, -3  # powers of ten between which numbers are written out


@dataclass(frozen=True)
class Table:
    """A line that tells what it is about, a head, and rows."""

    about: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(travels: Travels) -> Iterator[Table]:
    """Norms of all networks side by side, then each one's spectrum and saturation."""
    sizes = "; ".join(f"{one.name} with {_sizes(one)}" for one in travels)
    yield _norms(travels, f"gradient of a state by itself, so many steps before; seed "
                       f"{travels[0].seed}, {sizes}",
                 [(f"{one.name} {state}", one.norms[state, state])
                  for one in travels for state in one.states])
    yield _norms(travels, "gradient of the last output by a state, so many steps before",
                 [(f"{one.name} {state}", powers)
                  for one in travels for state, powers in one.loss.items()])
    for one in travels:
        yield Table(f"{one.name}: the product of Jacobians over so many steps", (
            "lag", "largest singular value", "median", "smallest", "largest |eigenvalue|"),
            tuple(_spectra(one)))
    for one in travels:
        if one.saturation:
            yield Table(f"{one.name}: values within 0.05 of the ends of what bounds them",
                        ("value", "low end", "share", "high end", "share"),
                        tuple((each.name, f"{each.ends[0]:g}", f"{each.low:.1%}",
                               f"{each.ends[1]:g}", f"{each.high:.1%}")
                              for each in one.saturation))


def _norms(travels: Travels, about: str, columns: Sequence[tuple[str, Array]]) -> Table:
    """A column for each of some curves, a row for some lags."""
    body = tuple((str(lag), *(power(float(powers[lag])) for _, powers in columns))
                 for lag in lags_shown(travels[0].lags[-1]))
    return Table(about, ("lag", *(title for title, _ in columns)), body)


def _sizes(one: Travel) -> str:
    return ", ".join(f"{name} = {size}" for name, size in one.sizes.items()
                     if name not in ("T", "B"))


def _spectra(one: Travel) -> Iterator[tuple[str, ...]]:
    for each in one.spectra:
        middle = (len(each.singular) - 1) // 2
        values = (each.singular[0], each.singular[middle], each.singular[-1], each.eigenvalues[0])
        yield str(each.lag), *(power(float(value), "lost") for value in values)


def power(exponent: float, zero: str = "0") -> str:
    """``0.137``, ``1.2e-17``, ``3.0e+412``: a number from its logarithm."""
    if not isfinite(exponent):
        return zero if exponent < 0 else str(exponent)
    if SMALL <= exponent < LARGE:
        return f"{10**exponent:.3g}"
    whole = floor(exponent)
    digits = f"{10 ** (exponent - whole):.1f}"
    if digits == "10.0":
        whole, digits = whole + 1, "1.0"
    return f"{digits}e{whole:+03d}"
