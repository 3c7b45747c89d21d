"""Any network as a function of JAX on the compiled kernels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

from symrnn.functional import Function
from symrnn.handles import MASKED, handle, network as network_of
from symrnn.jax.arithmetic import arrays, library
from symrnn.jax.primitives import infer_p
from symrnn.program import Program, ProgramError, Role, Span, of_network
from symrnn.runtime.inputs import named
from symrnn.runtime.shapes import check_names
from symrnn.runtime.masking import must_fit, valid_lengths, valid_mask

DTYPES = ("float32", "float64")


@of_network
def kernel(network: Program) -> Callable[..., tuple[Any, dict[str, Any]]]:
    """The kernels as ``f(params, x, initial=None, lengths=None, mask=None)``, on the CPU.

    It gives ``y`` and the final states; arguments and results are those of
    :meth:`symrnn.Kernel.forward`, in arrays of one type, float32 or float64. It goes through
    jit, scan, grad, jvp, vmap and their compositions to second order; under vmap, entries that
    share their parameters are one batch where nothing is differentiated, else one call each.
    Raises ProgramError for what is no network; the function raises ShapeError, and TypeError for
    other types.
    """
    known = handle(network)
    plain = Function(network)

    def run(params: Mapping[str, Any], x: Any, initial: Mapping[str, Any] | None = None,
            lengths: Any = None, mask: Any = None) -> tuple[Any, dict[str, Any]]:
        inputs = arrays(named(x, plain.inputs, "input"))
        check_names(params, plain.parameters, "parameter")
        check_names(initial, plain.states, "state", partly=True)
        params, initial = arrays(params), arrays(initial or {})
        if lengths is None and mask is None:
            return _called(known, plain, params, inputs, initial)
        if network.step_mask is not None:
            raise ProgramError(f"{network.name} takes its mask as an input already; leave out "
                               f"lengths= and mask=")
        form = network_of(known + MASKED)
        fed = _only_counted(form, inputs, lengths, mask)
        return _called(known + MASKED, Function(form), params, fed, initial, network.outputs)
    return run


def _called(known: str, plain: Function, params: Mapping[str, Any], inputs: Mapping[str, Any],
            initial: Mapping[str, Any] | None, called: tuple[str, ...] = ()
            ) -> tuple[Any, dict[str, Any]]:
    """The kernel's results by name; ``called`` are outputs as the network's author knows them."""
    first = next(iter(inputs.values()))
    if first.dtype.name not in DTYPES:
        raise TypeError(f"kernels compute in {' or '.join(DTYPES)}, not in {first.dtype}; cast "
                        f"the arrays by .astype")
    given, _ = plain.completed(library(first.dtype.name), params, dict(inputs), initial)
    for name, one in params.items():
        if one.dtype != first.dtype:
            raise TypeError(f"'{name}' is of {one.dtype} and the input of {first.dtype}; cast one "
                            f"of them by .astype")
    made = infer_p.bind(*[jnp.asarray(given[one.name], first.dtype) for one in plain.order.given],
                        network=known)
    names = called or plain.program.outputs
    outputs = dict(zip(names, made[:len(names)], strict=True))
    states = (one.state for one in plain.program.delays)
    return plain.alone(outputs), dict(zip(states, made[len(names):], strict=True))


def _only_counted(form: Program, inputs: Mapping[str, Any], lengths: Any, mask: Any
                  ) -> dict[str, Any]:
    """The inputs with a mask; zero where a step does not count, whatever stands there."""
    timed = [name for name in inputs if form[name].span is Span.SEQUENCE]
    first = inputs[timed[0]]
    lengths, mask = (None if one is None else jnp.asarray(one) for one in (lengths, mask))
    must_fit(lengths, mask, *first.shape[:2])
    for given, valid in ((lengths, valid_lengths), (mask, valid_mask)):
        if given is not None and not isinstance(given, jax.core.Tracer):
            valid(given, *first.shape[:2])
    counts = jnp.ones(first.shape[:2], bool)
    if lengths is not None:
        counts &= jnp.arange(first.shape[0])[:, None] < lengths[None, :]
    if mask is not None:
        counts &= mask > 0
    kept = {name: jnp.where(counts.reshape(*counts.shape, *[1] * (inputs[name].ndim - 2)),
                            inputs[name], 0) for name in timed}
    (own,) = form.with_role(Role.STEP_MASK)
    return {**inputs, **kept, own.name: counts.astype(first.dtype)}
