"""How the primitives are differentiated and batched."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import Any

import jax
import jax.numpy as jnp
from jax.interpreters import ad, batching

from symrnn.handles import order
from symrnn.jax.primitives import (apart, backward_p, bend_p, curve_p, forward_p, infer_p,
                                   push_p)
from symrnn.program import ProgramError, Span

Arrays = Sequence[Any]
TOO_HIGH = ("kernels have first and second derivatives; take symrnn.jax.function(network) for "
            "the third one")


def _filled(tangents: Arrays, primals: Arrays) -> list[Any]:
    """Zeros in place of tangents that are none."""
    return [jnp.zeros_like(value) if type(dot) is ad.Zero else dot
            for dot, value in zip(tangents, primals, strict=True)]


def _all_zero(tangents: Arrays) -> bool:
    return all(type(one) is ad.Zero for one in tangents)


def _moving(network: str, given: Arrays) -> list[Any]:
    return [one for one, moves in zip(given, order(network).moving, strict=True) if moves]


# ---- tangents --------------------------------------------------------------------------------


def _run_jvp(with_tape: bool, given: Arrays, dots: Arrays, network: str) -> tuple[Any, Any]:
    """Values with a tape, so that the tangents can be transposed."""
    *results, tape = forward_p.bind(*given, network=network)
    outputs = results[:len(order(network).outputs)]
    moved = push_p.bind(*given, *outputs, tape, *_filled(
        _moving(network, dots), _moving(network, given)), network=network)
    if with_tape:
        return [*results, tape], [*moved, ad.Zero(jax.typeof(tape))]
    return results, moved


def _linear_behind_jvp(primitive: Any, second: Any, group: str, primals: Arrays, dots: Arrays, *,
                       network: str) -> tuple[Any, Any]:
    """Tangents, or gradients, move with what was given and, linearly, with the last ``group``.

    ``second`` is the primitive of the former, of second order: the curvature of tangents, the
    Hessian of gradients.
    """
    groups = "given", "outputs", "tape", group
    given, outputs, tape, last = apart(network, primals, *groups)
    given_dots, _, _, last_dots = apart(network, dots, *groups)
    results = primitive.bind(*primals, network=network)
    moved = [jnp.zeros_like(one) for one in results]
    if not _all_zero(last_dots):
        moved = primitive.bind(*given, *outputs, *tape, *_filled(last_dots, last),
                               network=network)
    arrows = _moving(network, given_dots)
    if not _all_zero(arrows):
        bent = second.bind(*given, *last, *_filled(arrows, _moving(network, given)),
                           network=network)
        moved = [one + other for one, other in zip(moved, bent, strict=True)]
    return results, moved


def _many_linear_jvp(primitive: Any, groups: Sequence[str], primals: Arrays, dots: Arrays, *,
                     network: str) -> tuple[Any, Any]:
    """What is linear in each of these groups behind what was given, which may not move."""
    given, *rest = apart(network, primals, "given", *groups)
    given_dots, *rest_dots = apart(network, dots, "given", *groups)
    if not _all_zero(given_dots):
        raise ProgramError(TOO_HIGH)
    results = primitive.bind(*primals, network=network)
    moved = [jnp.zeros_like(one) for one in results]
    for place, (one, one_dots) in enumerate(zip(rest, rest_dots, strict=True)):
        if not _all_zero(one_dots):
            changed = [*rest[:place], _filled(one_dots, one), *rest[place + 1:]]
            found = primitive.bind(*given, *chain.from_iterable(changed), network=network)
            moved = [each + other for each, other in zip(moved, found, strict=True)]
    return results, moved


# ---- transposes ------------------------------------------------------------------------------


def _sent(cotangents: Arrays, arguments: Arrays, last: Arrays) -> list[Any]:
    """The cotangents of the last arguments; of those that are known none is wanted."""
    fixed = len(arguments) - len(last)
    return [None] * fixed + [one if ad.is_undefined_primal(argument) else None
                             for one, argument in zip(last, arguments[fixed:], strict=True)]


def _given_zeros(cotangents: Arrays) -> list[Any]:
    return [jnp.zeros(one.aval.shape, one.aval.dtype) if type(one) is ad.Zero else one
            for one in cotangents]


def _push_transpose(cotangents: Arrays, *arguments: Any, network: str) -> list[Any]:
    fixed = arguments[:len(arguments) - len(order(network).gradients)]
    found = backward_p.bind(*fixed, *_given_zeros(cotangents), network=network)
    return _sent(cotangents, arguments, found)


def _backward_transpose(cotangents: Arrays, *arguments: Any, network: str) -> list[Any]:
    fixed = arguments[:len(arguments) - len(order(network).results)]
    found = push_p.bind(*fixed, *_given_zeros(cotangents), network=network)
    return _sent(cotangents, arguments, found)


def _bend_transpose(cotangents: Arrays, *arguments: Any, network: str) -> list[Any]:
    """Of the cotangents or of the directions, whichever are not known."""
    given, bars, arrows = apart(network, arguments, "given", "results", "gradients")
    sent = _given_zeros(cotangents)
    if any(map(ad.is_undefined_primal, bars)):
        found = curve_p.bind(*given, *sent, *arrows, network=network)
        return [*_sent(cotangents, (*given, *bars), found), *[None] * len(arrows)]
    found = bend_p.bind(*given, *bars, *sent, network=network)
    return _sent(cotangents, arguments, found)


def _curve_transpose(cotangents: Arrays, *arguments: Any, network: str) -> list[Any]:
    """Of the directions that are not known; the others are those of the Hessian."""
    given, first, second = apart(network, arguments, "given", "gradients", "gradients")
    unknown_first = any(map(ad.is_undefined_primal, first))
    found = bend_p.bind(*given, *_given_zeros(cotangents),
                        *(second if unknown_first else first), network=network)
    if unknown_first:
        return [*_sent(cotangents, (*given, *first), found), *[None] * len(second)]
    return _sent(cotangents, arguments, found)


# ---- batches ---------------------------------------------------------------------------------


def _one_by_one(primitive: Any, arrays: Arrays, dims: Sequence[Any], *, network: str
                ) -> tuple[Any, Any]:
    """Each entry has a tape and gradients of its own, so each is a call of its own."""
    batched = [jnp.moveaxis(one, dim, 0) for one, dim in zip(arrays, dims, strict=True)
               if dim is not None]

    def one_call(entries: Any) -> Any:
        each = iter(entries)
        return primitive.bind(*(one if dim is None else next(each)
                                for one, dim in zip(arrays, dims, strict=True)), network=network)

    made = jax.lax.map(one_call, batched)
    return made, [0] * len(made)


def _infer_as_one(arrays: Arrays, dims: Sequence[Any], *, network: str) -> tuple[Any, Any]:
    """Entries that share their parameters are samples of one call."""
    known = order(network)
    spans = [one.span for one in known.given]
    if any(dim is not None and span is Span.CONSTANT
           for dim, span in zip(dims, spans, strict=True)):
        return _one_by_one(infer_p, arrays, dims, network=network)
    count = next(one.shape[dim] for one, dim in zip(arrays, dims, strict=True)
                 if dim is not None)
    folded = [one if span is Span.CONSTANT else _folded(one, dim, count, span - 1)
              for one, dim, span in zip(arrays, dims, spans, strict=True)]
    places = [one.span - 1 for one in known.results]
    made = infer_p.bind(*folded, network=network)
    return [one.reshape(*one.shape[:place], count, one.shape[place] // count,
                        *one.shape[place + 1:])
            for one, place in zip(made, places, strict=True)], places


def _folded(array: Any, dim: Any, count: int, place: int) -> Any:
    """The entries beside the samples, whose axis stands at ``place``."""
    if dim is None:
        wide = jnp.broadcast_to(jnp.expand_dims(array, place), (
            *array.shape[:place], count, *array.shape[place:]))
    else:
        wide = jnp.moveaxis(array, dim, place)
    return wide.reshape(*wide.shape[:place], -1, *wide.shape[place + 2:])


def declare() -> None:
    """Tell JAX all rules."""
    ad.primitive_jvps |= {
        infer_p: partial(_run_jvp, False), forward_p: partial(_run_jvp, True),
        push_p: partial(_linear_behind_jvp, push_p, curve_p, "gradients"),
        backward_p: partial(_linear_behind_jvp, backward_p, bend_p, "results"),
        bend_p: partial(_many_linear_jvp, bend_p, ("results", "gradients")),
        curve_p: partial(_many_linear_jvp, curve_p, ("gradients", "gradients"))}
    ad.primitive_transposes |= {push_p: _push_transpose, backward_p: _backward_transpose,
                                bend_p: _bend_transpose, curve_p: _curve_transpose}
    batching.primitive_batchers[infer_p] = _infer_as_one
    for one in (forward_p, push_p, backward_p, bend_p, curve_p):
        batching.primitive_batchers[one] = partial(_one_by_one, one)
