"""What a module is given, checked: sizes, tensors, counts of steps, initial states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from symrnn.program import Program, local, quoted
from symrnn.runtime.inputs import fitting
from symrnn.runtime.masking import must_fit, valid_lengths, valid_mask
from symrnn.runtime.shapes import ShapeError, Sizes
from symrnn.torch.operators import DTYPES

PLAIN = "take symrnn.torch.function(network) there"
States = Mapping[str, tuple[tuple[int, ...], float]]  # the axes after B, and where it starts


def all_sizes(network: Program, given: Mapping[str, Any], params: Any = None) -> dict[str, int]:
    """Free and derived sizes, those that are given and those of ``params``. Raises ShapeError."""
    free = [one.name for one in network.sizes if one.value is None]
    for name, size in given.items():
        if name in free and (isinstance(size, bool) or not hasattr(size, "__index__") or size < 1):
            raise ShapeError(f"{name} is {quoted(size)}; sizes are whole numbers from 1 on, as "
                             f"{name}=16")
    whole = {name: int(size) for name, size in given.items() if name in free}
    known = whole if params is None else fitting(network, params, whole)[1]
    if set(given) - set(free) or set(free) - set(known):
        raise ShapeError(f"{network.name} has the sizes {', '.join(free)}, not "
                         f"{', '.join(given) or 'none'}; give each, as n=16")
    sizes = Sizes(network, "float32")
    sizes.known = {name: known[name] for name in free}
    sizes.complete()
    return sizes.known


def must_compute(dtype: Any) -> None:
    """Raise TypeError for a type that the kernels do not compute in."""
    if dtype not in DTYPES:
        raise TypeError(f"dtype is {quoted(dtype)}; kernels compute in "
                        f"{' or '.join(map(str, DTYPES))}")


def must_be_tensors(named: Mapping[str, Any]) -> None:
    """Raise TypeError for what is no tensor whose numbers lie in rows."""
    for name, one in named.items():
        if not isinstance(one, Tensor):
            raise TypeError(f"'{name}' is of type {type(one).__name__}; give a tensor, as by "
                            f"torch.as_tensor({name})")
        if one.layout is not torch.strided:
            raise TypeError(f"'{name}' has the layout {one.layout}; give {name}.to_dense()")


def cast(named: Mapping[str, Tensor], parameters: Sequence[Tensor]) -> Mapping[str, Tensor]:
    """Under autocast, floats in the type of the module's parameters, which kernels compute in."""
    if not (parameters and torch.is_autocast_enabled("cpu")):
        return named
    return {name: one.to(parameters[0].dtype) if one.is_floating_point() else one
            for name, one in named.items()}


def must_agree(given: Sequence[Tensor]) -> None:
    """Raise TypeError for tensors of several types or devices, or on one without kernels."""
    dtype, device = given[0].dtype, given[0].device
    if all(one.dtype is dtype and one.is_cpu for one in given):
        return
    if device.type not in ("cpu", "meta"):
        raise TypeError(f"the kernels compute on the CPU, not on {device}; {PLAIN}")
    for one in given:
        if one.dtype != dtype:
            raise TypeError(f"tensors of {dtype} and of {one.dtype} came together; cast "
                            f"the module or the input, as by module.to(x.dtype)")
        if one.device != device:
            raise TypeError(f"tensors on {device} and on {one.device} came together; move the "
                            f"module and the input to the CPU, or {PLAIN}")


def must_count(lengths: Tensor | None, mask: Tensor | None, steps: int, samples: int) -> None:
    """Raise ShapeError for lengths and a mask that do not fit, by their values where known."""
    must_fit(lengths, mask, steps, samples)
    if torch.compiler.is_compiling():
        return
    for given, valid in ((lengths, valid_lengths), (mask, valid_mask)):
        try:
            values = None if given is None else given.tolist()
        except RuntimeError:  # under vmap a value is not known
            continue
        if values is not None:
            valid(values, steps, samples)


def named_states(initial: Any, states: States) -> Mapping[str, Tensor]:
    """Initial states by name; those of nn.LSTM, ``(h, c)``, and of nn.GRU, ``h``, too.

    Those are [copies, B, ...], layer by layer and direction by direction, or [B, ...] of one copy.
    Raises ShapeError.
    """
    if initial is None:
        return {}
    if isinstance(initial, Mapping):
        must_be_tensors(initial)
        return initial
    copies: dict[str, list[str]] = {}
    for name in states:
        copies.setdefault(local(name)[1], []).append(name)
    given = (initial,) if isinstance(initial, Tensor) else initial
    if not isinstance(given, tuple | list) or len(given) != len(copies):
        raise ShapeError(f"the initial states are {', '.join(states)}: give a dictionary by name, "
                         f"or one tensor for each of {', '.join(copies)}, as nn.LSTM takes them")
    must_be_tensors(dict(zip(copies, given, strict=True)))
    return {name: one for letter, tensor in zip(copies, given, strict=True)
            for name, one in zip(copies[letter], _rows(letter, tensor, copies[letter], states),
                                 strict=True)}


def _rows(letter: str, tensor: Tensor, names: Sequence[str], states: States) -> Sequence[Tensor]:
    """A stacked state, copy by copy. Raises ShapeError."""
    axes = len(states[names[0]][0])
    if tensor.dim() == axes + 1 and len(names) == 1:
        return [tensor]
    if tensor.dim() != axes + 2 or tensor.shape[0] != len(names):
        raise ShapeError(f"the initial state '{letter}' has shape {tuple(tensor.shape)}; it is "
                         f"[{len(names)}, B, ...], for {', '.join(names)}")
    rows: Sequence[Tensor] = tensor.unbind(0)
    return rows
