"""The kernels as operators of torch, one of each kind for all networks.

===========  ==========================  ======================================  ============
operator     takes a network's           gives                                   derivative
===========  ==========================  ======================================  ============
infer        given tensors               outputs, final states                   none
forward      given tensors               the same, and the tape                  ``backward``
backward     the same, results, bars     a gradient for each that has one        ``along``
push         given tensors, directions   how outputs and final states change     none
along        the same, bars, directions  how gradients and results change        none
===========  ==========================  ======================================  ============

A network is a handle, so that graphs of torch.compile and torch.export hold no Python object.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, library

from symrnn.handles import flat, order
from symrnn.program import ProgramError
from symrnn.runtime.flat import Flat
from symrnn.runtime.shapes import Array

DTYPES = {torch.float32: "float32", torch.float64: "float64"}
Tensors = Sequence[Tensor]


def _kernel(network: str, like: Tensor) -> Flat:
    if like.dtype not in DTYPES:
        raise TypeError(f"kernels compute in float32 or float64, not in {like.dtype}; cast the "
                        f"module by .float()")
    return flat(network, DTYPES[like.dtype], torch.get_num_threads())


def _arrays(tensors: Tensors) -> list[Array]:
    return [one.detach().resolve_neg().contiguous().numpy() for one in tensors]


def _tensors(arrays: Sequence[Array]) -> list[Tensor]:
    return [torch.from_numpy(one) for one in arrays]


def _operator(name: str, arguments: str) -> Any:
    return library.custom_op(f"symrnn::{name}", mutates_args=(), device_types="cpu",
                             schema=f"(str network, {arguments}) -> Tensor[]")


# Those that end with _directly are called past the operators where nobody traces.


def infer_directly(network: str, given: Tensors) -> list[Tensor]:
    """Outputs and final states."""
    return _tensors(_kernel(network, given[0]).infer(_arrays(given)))


def forward_directly(network: str, given: Tensors) -> list[Tensor]:
    """Outputs, final states and the tape."""
    return _tensors(_kernel(network, given[0]).forward(_arrays(given)))


def backward_directly(network: str, given: Tensors, results: Tensors, bars: Tensors
                      ) -> list[Tensor]:
    """Gradients; ``results`` are outputs and the tape, ``bars`` the results' cotangents."""
    *outputs, tape = _arrays(results)
    return _tensors(_kernel(network, given[0]).backward(_arrays(given), outputs, tape,
                                                        _arrays(bars)))


@_operator("push", "Tensor[] given, Tensor[] dots")
def push(network: str, given: Tensors, dots: Tensors) -> list[Tensor]:
    """How outputs and final states change along a direction of what has a gradient."""
    return _tensors(_kernel(network, given[0]).push(_arrays(given), _arrays(dots)))


@_operator("along", "Tensor[] given, Tensor[] bars, Tensor[] dots")
def along(network: str, given: Tensors, bars: Tensors, dots: Tensors) -> list[Tensor]:
    """How gradients, then outputs and final states, change along a direction."""
    return _tensors(_kernel(network, given[0]).along(_arrays(given), _arrays(bars),
                                                     _arrays(dots)))


infer = _operator("infer", "Tensor[] given")(infer_directly)
forward = _operator("forward", "Tensor[] given")(forward_directly)
backward = _operator("backward", "Tensor[] given, Tensor[] results, Tensor[] bars")(
    backward_directly)


# ---- shapes, told without computing ---------------------------------------------------------


@infer.register_fake
def _infer_shapes(network: str, given: Tensors) -> list[Tensor]:
    known = order(network)
    sizes = known.sizes([one.shape for one in given])
    return [given[0].new_empty([sizes[axis] for axis in one.shape]) for one in known.results]


@push.register_fake
def _push_shapes(network: str, given: Tensors, dots: Tensors) -> list[Tensor]:
    shapes: list[Tensor] = _infer_shapes(network, given)
    return shapes


@forward.register_fake
def _forward_shapes(network: str, given: Tensors) -> list[Tensor]:
    """Of symbolic steps and samples nobody knows the tape's length; of numbers the kernel does."""
    sizes = order(network).sizes([one.shape for one in given])
    if all(isinstance(one, int) for one in sizes.values()):
        entries: Any = _kernel(network, given[0]).tape_entries(sizes)
    else:
        entries = library.get_ctx().new_dynamic_size()
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

TOO_HIGH = ("kernels have first derivatives and the second one of a gradient, as in "
            "torch.func.hessian, jacfwd of jacrev; take symrnn.torch.function(network) for others")
Bars = Sequence[Tensor | None]  # cotangents; None where nobody sent one


def filled(bars: Bars, like: Tensors) -> list[Tensor]:
    """Zeros in the place of None."""
    return [torch.zeros_like(one) if bar is None else bar
            for bar, one in zip(bars, like, strict=True)]


def _of_all(known: Sequence[bool], gradients: Tensors) -> list[Tensor | None]:
    """Gradients, with None for what has none."""
    each = iter(gradients)
    return [next(each) if moves else None for moves in known]


@torch.compiler.assume_constant_result
def _extent(network: str) -> tuple[int, int, tuple[bool, ...]]:
    """How many outputs and results there are, and what has a gradient of what is given."""
    known = order(network)
    return len(known.outputs), len(known.results), known.moving


def after_forward(network: str, saved: Tensors, bars: Bars, run: Any) -> list[Tensor | None]:
    """The cotangents of what was given to ``forward``; ``saved`` is that and what it gave."""
    outputs, results, moving = _extent(network)
    given, made = saved[:len(moving)], saved[len(moving):]
    found = run(network, list(given), [*made[:outputs], made[-1]],
                filled(bars[:results], made[:results]))
    return _of_all(moving, found)


def after_backward(network: str, saved: Tensors, dots: Bars, run: Any
                   ) -> tuple[list[Tensor | None], list[Tensor]]:
    """The cotangents of what was given to ``backward``, and of the bars; ``saved`` is both.

    The cotangents of gradients are a direction: the Hessian is symmetric.
    """
    known = order(network)
    given, bars = list(saved[:len(known.given)]), list(saved[len(known.given):])
    like = [one for one, moves in zip(given, known.moving, strict=True) if moves]
    found = run(network, given, bars, filled(dots, like))
    return _of_all(known.moving, found[:len(like)]), found[len(like):]


def _keep_forward(ctx: Any, inputs: tuple[Any, ...], output: list[Tensor]) -> None:
    ctx.network, given = inputs
    ctx.set_materialize_grads(False)
    ctx.save_for_backward(*given, *output)


def _forward_back(ctx: Any, bars: Bars) -> tuple[Any, ...]:
    return None, after_forward(ctx.network, ctx.saved_tensors, bars, backward)


def _keep_backward(ctx: Any, inputs: tuple[Any, ...], output: list[Tensor]) -> None:
    ctx.network, given, results, bars = inputs
    ctx.results = len(results)
    ctx.set_materialize_grads(False)
    ctx.save_for_backward(*given, *bars)


def _backward_back(ctx: Any, dots: Bars) -> tuple[Any, ...]:
    of_given, of_bars = after_backward(ctx.network, ctx.saved_tensors, dots, along)
    return None, of_given, [None] * ctx.results, of_bars


def _refuse(ctx: Any, bars: Bars) -> tuple[Any, ...]:
    raise ProgramError(TOO_HIGH)


forward.register_autograd(_forward_back, setup_context=_keep_forward)
backward.register_autograd(_backward_back, setup_context=_keep_backward)
for _last in (push, along):
    _last.register_autograd(_refuse)
