"""Products of Jacobians over many steps, as logarithms: no lag is too long for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from symrnn.runtime.shapes import Array

LOG2 = np.log10(2.0)


class Product:
    """Rows of a matrix, each times a power of two of its own.

    A row is a cotangent on its way back, so a small one keeps its digits beside a large one, and
    powers of two round nothing.
    """

    def __init__(self, rows: Array) -> None:
        self.rows, self.exponents = rows, np.zeros(len(rows))
        self._scale()

    def times(self, jacobian: Array) -> Product:
        """The product one step further back."""
        made = Product(self.rows @ jacobian)
        made.exponents = made.exponents + self.exponents
        return made

    def _scale(self) -> None:
        largest = np.max(np.abs(self.rows), axis=1, initial=0)
        exponents = np.frexp(np.where(largest > 0, largest, 1))[1]
        self.rows = np.ldexp(self.rows, -exponents[:, None])
        self.exponents = exponents.astype(float)

    def norm(self, rows: slice, columns: slice) -> float:
        """log10 of the root mean square of the lengths of some rows, by some columns."""
        squares = np.sum(self.rows[rows, columns] ** 2, axis=1)
        with np.errstate(divide="ignore"):
            logs = np.log10(squares) + 2 * LOG2 * self.exponents[rows]
        top = np.max(logs, initial=-np.inf)
        if top == -np.inf:
            return float(top)
        return float(top + np.log10(np.mean(10 ** (logs - top)))) / 2

    def spectrum(self) -> tuple[Array, Array]:
        """log10 of the singular values and of the moduli of the eigenvalues, largest first.

        What rounding has covered, beside the largest of them, is minus infinity.
        """
        top = np.max(self.exponents)
        whole = np.ldexp(self.rows, np.maximum(self.exponents - top, -4000).astype(int)[:, None])
        singular = np.linalg.svd(whole, compute_uv=False)
        moduli = np.sort(np.abs(np.linalg.eigvals(whole)))[::-1]
        floor = singular[0] * len(whole) * np.finfo(float).eps
        return _logs(singular, floor, top), _logs(moduli, floor, top)


def _logs(values: Array, floor: float, exponent: float) -> Array:
    with np.errstate(divide="ignore"):
        found: Array = np.log10(np.where(values > floor, values, 0)) + LOG2 * exponent
    return found


def products(first: Array, jacobians: Iterable[Array]) -> Iterator[Product]:
    """A matrix of cotangents, then that after each step back."""
    product = Product(first)
    yield product
    for jacobian in jacobians:
        product = product.times(jacobian)
        yield product
