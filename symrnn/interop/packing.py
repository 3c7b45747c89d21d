"""Arrays of other libraries, which hold the parameters of all gates one behind the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from symrnn.program import Program, Role
from symrnn.runtime.shapes import Array, ShapeError

Table = Mapping[str, tuple[str, ...]]  # a foreign array's name: ours, in the order of its blocks


def named(letter: str, gates: Iterable[str]) -> tuple[str, ...]:
    """``W_i``, ``W_f``, ...; ``W`` alone for a cell whose one gate has no name."""
    return tuple(f"{letter}_{gate}" if gate else letter for gate in gates)


def parameter_names(network: Program) -> set[str]:
    """The names of a network's parameters; what is computed may be called ``c_o`` too."""
    return {one.name for one in network.with_role(Role.PARAMETER)}


def inner_biases(network: Program, gates: Iterable[str]) -> tuple[str, ...]:
    """The biases on the memory's side: ``c_n`` where the network has one, else ``b_n`` again."""
    gates, known = tuple(gates), parameter_names(network)
    return tuple(inner if inner in known else outer
                 for inner, outer in zip(named("c", gates), named("b", gates), strict=True))


def unpacked(table: Table, arrays: Mapping[str, Any], network: Program) -> dict[str, Array]:
    """Parameters by name, cut from the arrays of a table; what has one name twice is summed.

    Names that the network lacks are left out. Raises ShapeError for an array that cannot
    be cut into blocks of one size.
    """
    known, params = parameter_names(network), dict[str, Array]()
    for key, names in table.items():
        array = np.asarray(arrays[key])
        if not array.ndim or array.shape[0] % len(names):
            raise ShapeError(f"'{key}' has shape {array.shape}, but its first axis holds "
                             f"{len(names)} blocks: {', '.join(names)}")
        for name, block in zip(names, np.split(array, len(names)), strict=True):
            if name in known:
                params[name] = params[name] + block if name in params else block
    return params


def packed(table: Table, values: Mapping[str, Array]) -> dict[str, Array]:
    """The transpose of :func:`unpacked`: gradients by our names as gradients of the arrays."""
    return {key: np.concatenate([values[name] for name in names]) for key, names in table.items()}


def laid_out(table: Table, params: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays of a table that hold these parameters: what :func:`unpacked` takes apart.

    A name that stands twice is written once; its second block is zero.
    """
    seen, made = set[str](), dict[str, Array]()
    for key, names in table.items():
        blocks = []
        for name in names:
            blocks.append(np.zeros_like(params[name]) if name in seen else params[name])
            seen.add(name)
        made[key] = np.concatenate(blocks)
    return made


def first_blocks(table: Table, arrays: Mapping[str, Any]) -> dict[str, Array]:
    """Gradients of a table's arrays by our names; of a name that stands twice, the first."""
    found = dict[str, Array]()
    for key, names in table.items():
        for name, block in zip(names, np.split(np.asarray(arrays[key]), len(names)), strict=True):
            found.setdefault(name, block)
    return found
