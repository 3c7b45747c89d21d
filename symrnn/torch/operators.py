"""The kernels as operators of torch, one of each kind for all networks.

===========  ==========================  ======================================  ============
operator     takes a network's           gives                                   derivative
===========  ==========================  ======================================  ============
infer        given tensors               outputs, final states                   none
forward      given tensors               the same, and the tape                  ``backward``
backward     the same, results, bars     a gradient for each that has one        ``along``
along        the same, bars, directions  how gradients and results change        none
===========  ==========================  ======================================  ============

A network is a handle, so that graphs of torch.compile and torch.export hold no Python object.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from symrnn.runtime.flat import Flat
from symrnn.runtime.shapes import Array
from symrnn.torch.networks import flat, order

DTYPES = {torch.float32: "float32", torch.float64: "float64"}
Tensors = Sequence[Tensor]


def _kernel(network: str, like: Tensor) -> Flat:
    if like.dtype not in DTYPES:
        raise TypeError(f"kernels compute in float32 or float64, not in {like.dtype}; cast the "
                        f"module by .float()")
    return flat(network, DTYPES[like.dtype], torch.get_num_threads())


def _arrays(tensors: Tensors) -> list[Array]:
    return [one.detach().contiguous().numpy() for one in tensors]


def _tensors(arrays: Sequence[Array]) -> list[Tensor]:
    return [torch.from_numpy(one) for one in arrays]


def _operator(name: str, arguments: str) -> Callable[[Callable[..., list[Tensor]]], Any]:
    return torch.library.custom_op(f"symrnn::{name}", mutates_args=(), device_types="cpu",
                                   schema=f"(str network, {arguments}) -> Tensor[]")


@_operator("infer", "Tensor[] given")
def infer(network: str, given: Tensors) -> list[Tensor]:
    """Outputs and final states."""
    return _tensors(_kernel(network, given[0]).infer(_arrays(given)))


@_operator("forward", "Tensor[] given")
def forward(network: str, given: Tensors) -> list[Tensor]:
    """Outputs, final states and the tape."""
    return _tensors(_kernel(network, given[0]).forward(_arrays(given)))


@_operator("backward", "Tensor[] given, Tensor[] results, Tensor[] bars")
def backward(network: str, given: Tensors, results: Tensors, bars: Tensors) -> list[Tensor]:
    """Gradients; ``results`` are outputs and the tape, ``bars`` the results' cotangents."""
    *outputs, tape = _arrays(results)
    return _tensors(_kernel(network, given[0]).backward(_arrays(given), outputs, tape,
                                                        _arrays(bars)))


@_operator("along", "Tensor[] given, Tensor[] bars, Tensor[] dots")
def along(network: str, given: Tensors, bars: Tensors, dots: Tensors) -> list[Tensor]:
    """How gradients, then outputs and final states, change along a direction."""
    return _tensors(_kernel(network, given[0]).along(_arrays(given), _arrays(bars),
                                                     _arrays(dots)))


# ---- shapes, told without computing ---------------------------------------------------------


@infer.register_fake
def _infer_shapes(network: str, given: Tensors) -> list[Tensor]:
    known = order(network)
    sizes = known.sizes([one.shape for one in given])
    return [given[0].new_empty([sizes[axis] for axis in one.shape]) for one in known.results]


@forward.register_fake
def _forward_shapes(network: str, given: Tensors) -> list[Tensor]:
    """Of symbolic steps and samples nobody knows the tape's length; of numbers the kernel does."""
    sizes = order(network).sizes([one.shape for one in given])
    if all(isinstance(one, int) for one in sizes.values()):
        entries: Any = _kernel(network, given[0]).tape_entries(sizes)
    else:
        entries = torch.library.get_ctx().new_dynamic_size()
    return [*_infer_shapes(network, given), given[0].new_empty([entries])]


@backward.register_fake
def _backward_shapes(network: str, given: Tensors, results: Tensors, bars: Tensors
                     ) -> list[Tensor]:
    moving = order(network).moving
    return [one.new_empty(one.shape) for one, moves in zip(given, moving, strict=True) if moves]


@along.register_fake
def _along_shapes(network: str, given: Tensors, bars: Tensors, dots: Tensors) -> list[Tensor]:
    return [one.new_empty(one.shape) for one in (*dots, *bars)]


# ---- derivatives ----------------------------------------------------------------------------


def _keep_forward(ctx: Any, inputs: tuple[Any, ...], output: list[Tensor]) -> None:
    ctx.network, given = inputs
    ctx.given = len(given)
    ctx.set_materialize_grads(False)
    ctx.save_for_backward(*given, *output)


def _filled(bars: Sequence[Tensor | None], like: Tensors) -> list[Tensor]:
    """Zeros for cotangents that nobody sent."""
    return [torch.zeros_like(one) if bar is None else bar
            for bar, one in zip(bars, like, strict=True)]


def _of_all(known: Sequence[bool], gradients: Tensors) -> list[Tensor | None]:
    """Gradients, with None for what has none."""
    each = iter(gradients)
    return [next(each) if moves else None for moves in known]


def _forward_back(ctx: Any, bars: Sequence[Tensor | None]) -> tuple[Any, ...]:
    saved, known = ctx.saved_tensors, order(ctx.network)
    given, results = list(saved[:ctx.given]), list(saved[ctx.given:])
    *values, tape = results
    found = backward(ctx.network, given, [*values[:len(known.outputs)], tape],
                     _filled(bars[:-1], values))
    return None, _of_all(known.moving, found)


def _keep_backward(ctx: Any, inputs: tuple[Any, ...], output: list[Tensor]) -> None:
    ctx.network, given, results, bars = inputs
    ctx.given, ctx.results = len(given), len(results)
    ctx.set_materialize_grads(False)
    ctx.save_for_backward(*given, *bars)


def _backward_back(ctx: Any, dots: Sequence[Tensor | None]) -> tuple[Any, ...]:
    """What the gradients' cotangents mean is a direction: the Hessian is symmetric."""
    saved, known = ctx.saved_tensors, order(ctx.network)
    given, bars = list(saved[:ctx.given]), list(saved[ctx.given:])
    like = [one for one, moves in zip(given, known.moving, strict=True) if moves]
    found = along(ctx.network, given, bars, _filled(dots, like))
    return (None, _of_all(known.moving, found[:len(like)]), [None] * ctx.results,
            found[len(like):])


forward.register_autograd(_forward_back, setup_context=_keep_forward)
backward.register_autograd(_backward_back, setup_context=_keep_backward)
