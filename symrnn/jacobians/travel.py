"""What a measurement of one network found: logarithms, as no lag is too long for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symrnn.jacobians.saturation import Saturation
from symrnn.runtime.shapes import Array


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Singular values and moduli of eigenvalues of d state[t] / d state[t-lag], largest first.

    Both as log10, of the vector of all states. Minus infinity stands for what rounding covers.
    """

    lag: int
    singular: Array
    eigenvalues: Array


@dataclass(frozen=True, eq=False, repr=False)
class Travel:
    """How gradients travel through one network.

    ``norms["h", "c"]`` [steps + 1] is, for every lag k from 0 on, the log10 of the length of the
    gradient by ``c[t-k]`` of a random cotangent of length 1 of ``h[t]``: the root mean square over
    all its directions, at the last step t of the sequence. ``loss["h"]`` [steps + 1] is the same
    of the outputs at the last step by ``h[t-k]``; there is none at lag 0, where it is not a
    number.
    """

    name: str
    title: str
    sizes: Mapping[str, int]
    seed: int
    states: tuple[str, ...]
    lags: tuple[int, ...]
    norms: Mapping[tuple[str, str], Array]
    loss: Mapping[str, Array]
    spectra: tuple[Spectrum, ...]
    saturation: tuple[Saturation, ...]

    def __repr__(self) -> str:
        ends = ", ".join(f"{name} {self.norms[name, name][-1]:.1f}" for name in self.states)
        return f"<Travel through {self.name}: log10 of the norm at lag {self.lags[-1]}: {ends}>"


Travels = tuple[Travel, ...]
