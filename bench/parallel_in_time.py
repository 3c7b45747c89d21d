"""How fast a recurrence that is affine in its state runs over long sequences, beside JAX's scans.

One process, rounds interleaved, medians, best times, and medians of the rounds' ratios; float32,
one sample: ``python bench/parallel_in_time.py`` (minGRU, 65,536 steps of 256 units on two threads).
JAX and NumPy's products take the threads that the machine has; ``taskset -c 0,1`` in front gives
all of them the same. With ``--numpy`` NumPy races too, step by step and by
``symrnn.parallel_scan``; with ``--in-c`` the same scan in C, over pieces as samples, which is for
few units: ``python bench/parallel_in_time.py --in-c --m 8``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import symrnn

Arrays = dict[str, Any]


def affine(one: Any, other: Any) -> Any:
    """``h -> a h + b``, then another such map."""
    return one[0] * other[0], one[1] * other[0] + other[1]


def gates(params: Arrays, x: Any) -> tuple[Any, Any]:
    """What minGRU computes of its input at all steps: the factor of the state, what is added."""
    z = jax.nn.sigmoid(x @ params["W_z"].T + params["b_z"])
    return 1 - z, z * (x @ params["W_h"].T + params["b_h"])


@jax.jit
def at_once(params: Arrays, x: Any) -> Any:
    """JAX's parallel scan."""
    return jax.lax.associative_scan(affine, gates(params, x))[1]


@jax.jit
def one_by_one(params: Arrays, x: Any) -> Any:
    """JAX's loop over steps."""
    def step(h: Any, both: Any) -> tuple[Any, Any]:
        h = both[0] * h + both[1]
        return h, h
    return jax.lax.scan(step, jnp.zeros(x.shape[1:]), gates(params, x))[1]


def seconds(call: Callable[[], object]) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def contenders(m: int, steps: int, threads: int, in_numpy: bool, in_c: bool
               ) -> tuple[dict[str, Callable[[], Any]], Any]:
    """All that race, by their names, and the outputs in float64."""
    net, draw = symrnn.cell("mingru"), np.random.default_rng(1)
    exact = symrnn.compile(net, dtype="float64")
    sizes = {"n": m, "m": m}
    params = {name: draw.normal(size=[sizes[axis] for axis in one.axes]) / np.sqrt(m)
              for name, one in exact.parameters.items()}
    x = draw.normal(size=(steps, 1, m))
    single = {name: one.astype("float32") for name, one in params.items()}
    x32, found = x.astype("float32"), dict[str, Callable[[], Any]]()
    for count in dict.fromkeys((1, threads)):
        kernel = symrnn.compile(net, dtype="float32", threads=count)
        packed = kernel.pack(single)
        found[f"symrnn, threads={count}"] = (
            lambda kernel=kernel, packed=packed: kernel.infer(packed, x32)[0])
        if in_c:
            pieces = symrnn.parallel_scan(net, "c", threads=count)
            found[f"symrnn, C, parallel_scan, threads={count}"] = (
                lambda pieces=pieces: pieces.infer(single, x32)[0])
    if in_numpy:
        scan = symrnn.parallel_scan(net)
        found["symrnn, NumPy, parallel_scan"] = lambda: scan.infer(single, x32)[0]
        found["symrnn, NumPy, step by step"] = lambda: scan.kernel.infer(single, x32)[0]
    on_device, x_jax = jax.tree.map(jnp.asarray, single), jnp.asarray(x32)
    found["jax lax.scan"] = lambda: one_by_one(on_device, x_jax).block_until_ready()
    found["jax associative_scan"] = lambda: at_once(on_device, x_jax).block_until_ready()
    return found, exact.infer(params, x)[0]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--m", type=int, default=256)
    parser.add_argument("--steps", type=int, default=65536)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--numpy", action="store_true")
    parser.add_argument("--in-c", action="store_true")
    chosen = parser.parse_args()
    racing, wanted = contenders(chosen.m, chosen.steps, chosen.threads, chosen.numpy,
                                 chosen.in_c)
    apart = {name: np.abs(np.asarray(call()) - wanted).max() / np.abs(wanted).max()
             for name, call in racing.items()}
    times = [{name: seconds(call) for name, call in racing.items()} for _ in range(chosen.rounds)]
    ours = f"symrnn, threads={chosen.threads}"
    print(f"minGRU, B=1, n=m={chosen.m}, T={chosen.steps}, float32")
    for name in racing:
        ratio = median(one[name] / one[ours] for one in times)
        best = min(one[name] for one in times)
        middle = median(one[name] for one in times)
        print(f"{name:36} {1e3 * middle:9.1f} ms, best {1e3 * best:9.1f}"
              f", {ratio:6.2f} times ours, error {apart[name]:.1e} of the largest output")
