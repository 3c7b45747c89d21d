"""A layer of another library and its weights, as data."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.backends.formula import Formula


@dataclass(frozen=True)
class Packed:
    """An array: how its blocks stand, by keys of the catalogue, their names and what they hold."""

    name: str
    layout: tuple[str, ...]  # none where there is one block
    blocks: tuple[tuple[str, Formula], ...]


@dataclass(frozen=True)
class Layer:
    """A layer that is proved to be the cell; ``verdict`` and ``without`` are keys of texts.

    ``name`` is that of its convention, as ``symrnn compare`` takes it.
    """

    name: str
    title: str
    verdict: str
    without: tuple[str, ...]  # what of the network is no part of the layer
    arrays: tuple[Packed, ...]
