"""What of one program is what of another: sizes, inputs, states, outputs and parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sympy import Integer

from symrnn.comparison.polynomial import PARAMETER, ZERO, Leaf, Poly, plus, single

Names = tuple[tuple[str, str], ...]
Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Share:
    """One summand of a parameter: a sign, the name of another, and an order of its axes.

    Axis ``order[j]`` of the parameter is axis j of the other.
    """

    sign: int
    name: str
    order: tuple[int, ...]

    def poly(self, axes: tuple[str, ...]) -> Poly:
        """The summand in normal form, over the parameter's axes."""
        own = tuple(axes[place] for place in self.order)
        return single(Leaf(self.name, PARAMETER, own), self.order, Integer(self.sign))

    def array(self, values: Mapping[str, Any]) -> Array:
        """The summand as an array."""
        moved: Array = np.transpose(np.asarray(values[self.name]), np.argsort(self.order))
        return self.sign * moved

    def __str__(self) -> str:
        return self.name + ("ᵀ" if self.order == (1, 0) else "")


Shares = tuple[Share, ...]


@dataclass(frozen=True)
class Pair:
    """Parameters of one program that together do what those of the other do.

    Where a side has several, only their sum counts, such as two biases of one gate. ``sign``
    and ``order`` are those of a share of the left in the right.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    sign: int
    order: tuple[int, ...]

    @property
    def merges(self) -> bool:
        """True where one side has more parameters than the other."""
        return len(self.left) != len(self.right)

    def shares(self) -> tuple[dict[str, Shares], dict[str, Shares]]:
        """Left's and right's parameters, by those of the side that has more of them."""
        straight = tuple(range(len(self.order)))
        if len(self.left) >= len(self.right):
            own: dict[str, Shares] = {name: (Share(1, name, straight),) for name in self.left}
            return own, dict(_spread(self.right, self.left, self.sign, self.order))
        back = tuple(int(place) for place in np.argsort(self.order))
        common = tuple(f"right {name}" for name in self.right)  # no name of the left's
        own = {name: (Share(1, one, straight),)
               for name, one in zip(self.right, common, strict=True)}
        return dict(_spread(self.left, common, self.sign, back)), own

    def carried(self) -> dict[str, Shares]:
        """Right's parameters by left's; where right has more, those that are over are zero."""
        known = min(len(self.left), len(self.right))
        found = dict(_spread(self.right[:known], self.left, self.sign, self.order))
        return found | dict.fromkeys(self.right[known:], ())


def _spread(names: tuple[str, ...], others: tuple[str, ...], sign: int,
            order: tuple[int, ...]) -> Iterator[tuple[str, Shares]]:
    """Each name by one of the others; the last by all that are left."""
    for place, name in enumerate(names):
        end = place + 1 if place + 1 < len(names) else len(others)
        yield name, tuple(Share(sign, one, order) for one in others[place:end])


@dataclass(frozen=True)
class Correspondence:
    """A candidate: pairs of names, left's first. Parameters may be summed and signed."""

    sizes: Names
    inputs: Names
    states: Names
    outputs: Names
    parameters: tuple[Pair, ...]
    alone_left: tuple[str, ...] = ()
    alone_right: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """True where every parameter has its counterpart."""
        return not self.alone_left and not self.alone_right

    def shares(self) -> tuple[dict[str, Shares], dict[str, Shares]]:
        """Left's and right's parameters over common ones; what stands alone is left out."""
        left: dict[str, Shares] = {}
        right: dict[str, Shares] = {}
        for pair in self.parameters:
            own, other = pair.shares()
            left, right = left | own, right | other
        return left, right

    def carried(self) -> dict[str, Shares]:
        """Right's parameters by left's."""
        found = {name: shares for pair in self.parameters
                 for name, shares in pair.carried().items()}
        return found | dict.fromkeys(self.alone_right, ())


def shares_text(shares: Shares) -> str:
    """``bias_ih.r + bias_hh.r``, ``-W_i``, ``0``."""
    first = [f"-{one}" if one.sign < 0 else f"{one}" for one in shares[:1]]
    others = [f"- {one}" if one.sign < 0 else f"+ {one}" for one in shares[1:]]
    return " ".join(first + others) or "0"


def shares_poly(shares: Shares, axes: tuple[str, ...]) -> Poly:
    """A parameter with these axes as a sum of others."""
    return plus(share.poly(axes) for share in shares) if shares else ZERO


def shares_array(shares: Shares, values: Mapping[str, Any], shape: tuple[int, ...]) -> Array:
    """A parameter as an array."""
    result: Array = np.zeros(shape)
    for share in shares:
        result = result + share.array(values)
    return result
