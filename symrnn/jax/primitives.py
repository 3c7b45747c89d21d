"""The kernels as primitives of JAX, one of each kind for all networks.

=========  =================================  =====================================  ===========
primitive  takes                              gives                                  linear in
=========  =================================  =====================================  ===========
infer      given arrays                       outputs, final states
forward    given arrays                       the same, and the tape
push       given, outputs, tape, directions   how outputs and final states change    directions
backward   given, outputs, tape, cotangents   a gradient for each that has one       cotangents
bend       given, cotangents, directions      how gradients change                   either
curve      given, directions, directions      how results change twice               either
=========  =================================  =====================================  ===========

``push`` and ``backward`` are each other's transpose, and so are ``bend``, the Hessian, by its
cotangents and ``curve``; by its directions it is its own. That is all that JAX needs for grad, jvp
and their compositions to second order. ``curve`` alone is computed by the plain equations: only a
tangent of a tangent asks for its value, and a gradient of a tangent for its transpose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import ShapedArray
from jax.extend.core import Primitive
from jax.interpreters import mlir

from symrnn.functional import Function
from symrnn.handles import flat, order
from symrnn.jax.arithmetic import library
from symrnn.jax.calls import TARGET, Calls
from symrnn.runtime.calls import Relation
from symrnn.runtime.flat import Flat

Arrays = Sequence[Any]
RELATED = {"push": Relation.JVP, "bend": Relation.SECOND_ORDER}


@cache
def calls(network: str, dtype: str, related: str = "") -> Calls:
    """The calls of a network's kernel, or of one that is derived from it."""
    own = flat(network, dtype, 1)
    chosen = Flat(own.kernel.related(RELATED[related])) if related else own
    return Calls(chosen, f"{network}:{dtype}:{related}")


def call(own: Calls, kind: str, arrays: Arrays, results: Sequence[Any]) -> list[Any]:
    """The kernel's function on arrays in its order."""
    sizes = own.order.sizes([one.shape for one in arrays[:len(own.order.given)]])
    run = jax.ffi.ffi_call(TARGET, results, vmap_method="sequential")
    return list(run(*arrays, words=own.words(kind, sizes)))


def shaped(own: Calls, like: Arrays, tape: bool = False) -> list[Any]:
    """Shapes of outputs and final states, and of the tape."""
    sizes, dtype = own.order.sizes([one.shape for one in like]), like[0].dtype
    shapes = [tuple(sizes[axis] for axis in one.shape) for one in own.order.results]
    if tape:
        shapes.append((own.flat.tape_entries(sizes),))
    return [jax.ShapeDtypeStruct(shape, dtype) for shape in shapes]


def apart(network: str, arrays: Arrays, *counts: str) -> list[list[Any]]:
    """The arrays in groups: given, outputs, tape, results, gradients."""
    known, rest, groups = order(network), list(arrays), []
    lengths = {"given": len(known.given), "outputs": len(known.outputs), "tape": 1,
               "results": len(known.results), "gradients": len(known.gradients)}
    for name in counts:
        groups.append(rest[:lengths[name]])
        rest = rest[lengths[name]:]
    return groups


# ---- what they compute -----------------------------------------------------------------------


def _infer(*given: Any, network: str) -> list[Any]:
    own = calls(network, given[0].dtype.name)
    return call(own, "infer", given, shaped(own, given))


def _forward(*given: Any, network: str) -> list[Any]:
    own = calls(network, given[0].dtype.name)
    return call(own, "forward", given, shaped(own, given, tape=True))


def _backward(*arrays: Any, network: str) -> list[Any]:
    own = calls(network, arrays[0].dtype.name)
    given = arrays[:len(own.order.given)]
    return call(own, "backward", arrays, [
        jax.ShapeDtypeStruct(one.shape, one.dtype)
        for one, moves in zip(given, own.order.moving, strict=True) if moves])


def _push(*arrays: Any, network: str) -> list[Any]:
    given, _, _, dots = apart(network, arrays, "given", "outputs", "tape", "gradients")
    known, marked = order(network), _marked(network, dots)
    found = _derived("push", network, given, marked)
    return [found[one.name] for one in known.results]


def _bend(*arrays: Any, network: str) -> list[Any]:
    given, bars, dots = apart(network, arrays, "given", "results", "gradients")
    known, marked = order(network), _marked(network, dots)
    marked |= {one.name: bar for one, bar in zip(known.results, bars, strict=True)}
    found = _derived("bend", network, given, marked)
    bar_of = {one.of: one.name for one in flat(network, given[0].dtype.name, 1)
              .kernel.plan.gradient.variables if one.role.value == "gradient"}
    return [found.get(bar_of[one.name], jnp.zeros_like(dot))
            for one, dot in zip(known.gradients, dots, strict=True)]


def _curve(*arrays: Any, network: str) -> list[Any]:
    given, first, second = apart(network, arrays, "given", "gradients", "gradients")
    known = order(network)
    sizes = known.sizes([one.shape for one in given])
    if sizes["T"] < 1:  # the final states are the initial ones
        return [jnp.zeros([sizes[axis] for axis in one.shape], given[0].dtype)
                for one in known.results]

    def run(*moving: Any) -> list[Any]:
        each = iter(moving)
        named = {variable.name: next(each) if moves else one for variable, one, moves
                 in zip(known.given, given, known.moving, strict=True)}
        plain = Function(known.program)
        outputs, final = plain.at(library(given[0].dtype.name), tuple(sizes.items())).run(named)
        return [*(outputs[one.name] for one in known.outputs),
                *(final[one.state] for one in known.program.delays)]

    moving = [one for one, moves in zip(given, known.moving, strict=True) if moves]
    found: list[Any] = jax.jvp(lambda *at: jax.jvp(run, at, tuple(first))[1],
                               tuple(moving), tuple(second))[1]
    return found


def _marked(network: str, dots: Arrays) -> dict[str, Any]:
    return {one.name: dot for one, dot in zip(order(network).gradients, dots, strict=True)}


def _derived(which: str, network: str, given: Arrays, marked: Mapping[str, Any]
             ) -> dict[str, Any]:
    """Run a derived kernel; what leaves it by the name of what it is the derivative of."""
    own, known = calls(network, given[0].dtype.name, which), order(network)
    sizes = known.sizes([one.shape for one in given])
    every = {one.name: array for one, array in zip(known.given, given, strict=True)}
    every |= {one.name: marked[one.of] for one in own.order.given if one.of in marked}
    arrays = [every[one.name] if one.name in every else  # the cotangents stay as they are
              jnp.zeros([sizes[axis] for axis in one.shape], given[0].dtype)
              for one in own.order.given]
    made = call(own, "infer", arrays, shaped(own, arrays))
    return {one.of: array for one, array in zip(own.order.results, made, strict=True) if one.of}


def _primitive(name: str, compute: Any) -> Any:
    made = Primitive(f"symrnn_{name}")
    made.multiple_results = True
    made.def_impl(jax.jit(compute, static_argnames=("network",)))
    mlir.register_lowering(made, mlir.lower_fun(compute, multiple_results=True), platform="cpu")
    return made


infer_p, forward_p = _primitive("infer", _infer), _primitive("forward", _forward)
push_p, backward_p = _primitive("push", _push), _primitive("backward", _backward)
bend_p, curve_p = _primitive("bend", _bend), _primitive("curve", _curve)


# ---- shapes ----------------------------------------------------------------------------------


def _abstract(shapes: Sequence[Any]) -> list[ShapedArray]:
    return [ShapedArray(one.shape, one.dtype) for one in shapes]


def _own(network: str, given: Arrays) -> Calls:
    return calls(network, np.dtype(given[0].dtype).name)


infer_p.def_abstract_eval(lambda *given, network: _abstract(shaped(_own(network, given), given)))
forward_p.def_abstract_eval(
    lambda *given, network: _abstract(shaped(_own(network, given), given, tape=True)))
for _one in (push_p, curve_p):
    _one.def_abstract_eval(lambda *arrays, network: _abstract(shaped(
        _own(network, arrays), arrays[:len(order(network).given)])))
backward_p.def_abstract_eval(lambda *arrays, network: _abstract(
    [one for one, moves in zip(arrays, order(network).moving, strict=False) if moves]))
bend_p.def_abstract_eval(lambda *arrays, network: _abstract(
    arrays[-len(order(network).gradients):]))
