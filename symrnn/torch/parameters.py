"""The parameters of a module: their names, their first values, and the way to the network's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from symrnn.interop.torch_weights import torch_table
from symrnn.program import Program, Role, Variable, free_name, local

Piece = tuple[str, int, int]  # a module's parameter: which of how many blocks of its first axis


@dataclass(frozen=True)
class Parameters:
    """Shapes and bounds of a module's parameters by name; the pieces of each of the network's.

    A network's parameter that has several pieces is their sum, as of torch's two biases, which
    have the same place in each. ``whole`` are the network's names of those that are one of its
    parameters.
    """

    shapes: dict[str, tuple[int, ...]]
    bounds: dict[str, float]
    pieces: tuple[tuple[Piece, ...], ...]
    whole: dict[str, str]

    def of_network(self, own: Mapping[str, Tensor]) -> list[Tensor]:
        """The network's parameters in their order."""
        known: dict[tuple[tuple[str, ...], int], Sequence[Tensor]] = {}
        found = []
        for pieces in self.pieces:
            names, (_, number, count) = tuple([name for name, *_ in pieces]), pieces[0]
            if (names, count) not in known:  # wholes are added before they are cut
                first, *more = [own[name] for name in names]
                total = sum(more, first)
                known[names, count] = total.chunk(count) if count > 1 else (total,)
            found.append(known[names, count][number])
        return found

    def fill(self, own: Mapping[str, Tensor], values: Sequence[Tensor]) -> None:
        """Write the network's parameters into a module's; the first of several pieces gets all."""
        for pieces, value in zip(self.pieces, values, strict=True):
            for place, (name, number, count) in enumerate(pieces):
                block = own[name].chunk(count)[number] if count > 1 else own[name]
                block.copy_(torch.zeros_like(value) if place else value)


def parameters_of(network: Program, sizes: Mapping[str, int], taken: frozenset[str]
                  ) -> Parameters:
    """Torch's own names where a module of torch computes the same, else the network's.

    A dot or one of the ``taken`` names cannot be a parameter's: ``layer1.W`` is ``layer1_W``.
    """
    table = torch_table(network) or _own_table(network, taken)
    pieces: dict[str, list[Piece]] = {}
    for name, ours in table.items():
        for number, one in enumerate(ours):
            pieces.setdefault(one, []).append((name, number, len(ours)))
    first = {name: network[ours[0]] for name, ours in table.items()}
    return Parameters(
        {name: _shape(one, len(table[name]), sizes) for name, one in first.items()},
        {name: _memory(network, one, sizes) ** -0.5 for name, one in first.items()},
        tuple(tuple(pieces[one.name]) for one in network.with_role(Role.PARAMETER)),
        {ours[0]: name for name, ours in table.items() if len(ours) == 1})


def _shape(block: Variable, count: int, sizes: Mapping[str, int]) -> tuple[int, ...]:
    rows = tuple(sizes[axis] for axis in block.axes)
    return (count * rows[0], *rows[1:]) if count > 1 else rows


def _own_table(network: Program, taken: frozenset[str]) -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for one in network.with_role(Role.PARAMETER):
        table[free_name({*taken, *table}, one.name.replace(".", "_"))] = (one.name,)
    return table


def _memory(network: Program, parameter: Variable, sizes: Mapping[str, int]) -> int:
    """The width of the memory beside a parameter, which its first values are small against.

    That is torch's convention; of a readout, which has no memory, it is what it reads.
    """
    place, _ = local(parameter.name)
    widths = [sizes[one.axes[-1]] for delay in network.delays for one in [network[delay.initial]]
              if local(delay.state)[0] == place and one.axes]
    return max(widths) if widths else sizes[parameter.axes[-1]] if parameter.axes else 1
