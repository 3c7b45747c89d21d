"""What was read from another library's file: a network, its weights, and how they were checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from symrnn.comparison import Comparison, compare
from symrnn.exchange.export import difference_told
from symrnn.interop.packing import parameter_names
from symrnn.kernels import compile
from symrnn.program import Misused, Program, ProgramError, Role, counted
from symrnn.runtime.shapes import Array, Sizes

STEPS, SAMPLES = 6, 2  # of the run that is compared
LARGEST = 1e-3  # difference of float32 numbers that are the same function, generously
Weights = dict[str, Array]
Mapped = tuple[tuple[str, str], ...]


@dataclass(frozen=True, repr=False)
class Imported:
    """A network with its parameters by name.

    ``source`` is the format, ``found`` sentences about what was there, ``mapping`` each of our
    parameters with what it was made of. ``difference`` is the largest one between the outputs of
    a library, the ``runner``, and ours on random inputs: None where that is not installed, or
    for the reason that ``uncompared`` tells.
    """

    source: str
    runner: str
    network: Program
    parameters: Weights
    found: tuple[str, ...]
    mapping: Mapped
    difference: float | None
    uncompared: str = ""

    def __repr__(self) -> str:
        return (f"<Imported {self.network.name} of {self.source}: "
                f"{counted(len(self.parameters), 'parameter')}>")

    def __str__(self) -> str:
        width = max((len(ours) for ours, _ in self.mapping), default=0)
        return "\n".join([f"{self.source}: {self.network.title}",
                          *(f"  {one}" for one in self.found), "mapping",
                          *(f"  {ours.ljust(width)} = {theirs}" for ours, theirs in self.mapping),
                          difference_told(self.difference, self.runner, self.uncompared)])


def checked(found: Imported) -> Imported:
    """The same, unless weights are no numbers or the library computes others: ProgramError."""
    for name, one in found.parameters.items():
        if not np.isfinite(one).all():
            raise ProgramError(f"{found.source}: {dict(found.mapping).get(name, name)} has entries "
                               f"that are no finite numbers, so the file is no trained network; "
                               f"nothing is written")
    if found.difference is not None and not found.difference <= LARGEST:
        raise ProgramError(f"{found.runner} and symrnn differ by {found.difference:.2g} on the "
                           f"weights of {found.network.name}, so they were read wrongly: the "
                           f"layers are no chain, or a layout is another one; nothing is written")
    return found


@lru_cache(maxsize=64)
def proof(convention: str, cell: Program) -> Comparison:
    """The proof that a library's layout is that of a cell. Raises ProgramError without one.

    What it carries over holds for other activations too, as no sign is turned.
    """
    found = compare(convention, cell)
    if not found.same or found.mapping is None:
        raise ProgramError(f"the layout {convention} is not proved to be that of {cell.name}")
    if any(pair.sign != 1 for pair in found.mapping.parameters):
        raise ProgramError(f"the layout {convention} is that of {cell.name} with other signs, "
                           f"which holds for its own activations alone")
    return found


def carried(convention: str, cell: Program, arrays: Mapping[str, Any],
            called: str = "") -> tuple[Weights, Mapped]:
    """A library's arrays as the parameters of a cell, by the prover's mapping, and that mapping."""
    found = proof(convention, cell)
    kind = np.result_type(np.float32, *(np.asarray(one) for one in arrays.values()))
    weights = {name: one.astype(kind) for name, one in found.weights(arrays).items()}
    return weights, tuple((name, _under(called, formula))
                          for name, formula in found.parameters.items())


def _under(called: str, formula: str) -> str:
    return f"{formula}, of {called}" if called else formula


def under(prefix: str, weights: Weights, mapping: Mapped) -> tuple[Weights, Mapped]:
    """Parameters of a layer under its prefix, ``layer1.``."""
    return ({prefix + name: one for name, one in weights.items()},
            tuple((prefix + name, theirs) for name, theirs in mapping))


def with_readout(network: Program, made: Program, weights: Weights,
                 mapping: Mapped) -> tuple[Weights, Mapped]:
    """V and b_y of a dense layer under the names that the network with it has for them."""
    known = parameter_names(network)
    names = [one.name for one in made.with_role(Role.PARAMETER) if one.name not in known]
    other = dict(zip(("V", "b_y"), names, strict=True))
    return ({other[name]: one for name, one in weights.items()},
            tuple((other[name], theirs) for name, theirs in mapping))


def random_input(network: Program, parameters: Weights) -> Array:
    """[T, B, n] of random numbers for the network's one input."""
    (x,) = network.with_role(Role.INPUT)
    sizes = Sizes(network, np.float64)
    for one in network.with_role(Role.PARAMETER):
        sizes.take(one, parameters[one.name], one.name)
    width = sizes.known[x.axes[0]]
    drawn: Array = np.random.default_rng(3).normal(size=(STEPS, SAMPLES, width))
    return drawn.astype(np.float32)


def our_output(network: Program, parameters: Weights, x: Array) -> Array:
    """What symrnn computes, without a C compiler."""
    y: Array = compile(network, "numpy").forward(parameters, x).y
    return y


def difference(ours: Any, theirs: Any) -> float:
    """The largest difference of two arrays. Raises Misused where shapes differ."""
    one, other = np.asarray(ours), np.asarray(theirs)
    if one.shape != other.shape:
        raise Misused(f"the library's output has shape {other.shape}, symrnn's {one.shape}; "
                      f"such a model cannot be read")
    return float(np.max(np.abs(one - other), initial=0.0))
