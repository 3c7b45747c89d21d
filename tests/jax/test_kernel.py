"""Kernels and plain functions of JAX: the same numbers, through every transform.

JAX is large, so these tests are skipped where it is missing: ``pip install ".[jax]"``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

jax = pytest.importorskip("jax")

import jax.numpy as jnp  # noqa: E402

import symrnn  # noqa: E402
from symrnn import Program  # noqa: E402
from symrnn.checking.reference import finite_case  # noqa: E402
from symrnn.cells import architectures  # noqa: E402
from symrnn.jax import function, kernel  # noqa: E402
from symrnn.pipeline import derive  # noqa: E402
from symrnn.program import Role  # noqa: E402
from tests.cases import BUILDERS  # noqa: E402

NETS: dict[str, Callable[[], Program]] = {
    "gru": symrnn.gru,
    "bidirectional": lambda: symrnn.bidirectional(symrnn.elman(readout=False)),
    "masks and learned states": lambda: symrnn.cell("mgu", dropout="recurrent",
                                                    learned_initial=True),
    **{name: BUILDERS[name] for name in ("two_outputs", "delayed_input")},
}
CELLS = {one.name: one for one in architectures()}
BOUND = 1e-11


@pytest.fixture(autouse=True)
def in_float64():
    with jax.enable_x64(True):
        yield


class Ready:
    """Both functions of a network, and the arrays that they are called with."""

    def __init__(self, network: Program) -> None:
        case = finite_case(derive(network))
        assert case is not None
        self.kernel, self.function = kernel(network), function(network)
        moving = {one.name for one in network.with_role(Role.INPUT)}
        inputs = {name: array for name, array in case.inputs.items()
                  if network[name].role is not Role.START}
        self.masks = {name: array for name, array in inputs.items() if name not in moving}
        self.given = (case.parameters, {name: inputs[name] for name in moving}, case.initial)

    def of(self, run: Any) -> Callable[..., Any]:
        """Everything that a call gives, by what is differentiated alone."""
        return lambda params, x, initial: run(params, {**self.masks, **x}, initial)

    def loss(self, run: Any) -> Callable[..., Any]:
        """One number for all results."""
        return lambda *given: sum((one ** 2).sum() for one in jax.tree.leaves(self.of(run)(*given)))

    def both(self, made: Callable[[Any], Any]) -> float:
        """The largest difference between the kernel and the function, of what is made of each."""
        return largest_error(made(self.kernel), made(self.function))


def largest_error(got: Any, wanted: Any) -> float:
    pairs = zip(jax.tree.leaves(got), jax.tree.leaves(wanted), strict=True)
    return max(float(jnp.max(jnp.abs(one - other)) / max(float(jnp.max(jnp.abs(other))), 1e-300))
               for one, other in pairs)


@cache
def ready(name: str) -> Ready:
    return Ready(NETS[name]())


def arrows(given: Any) -> Any:
    random = np.random.default_rng(3)
    return jax.tree.map(lambda one: random.normal(size=one.shape), given)


@pytest.mark.parametrize("name", NETS)
def test_values_gradients_and_tangents_are_those_of_the_equations(name: str) -> None:
    made = ready(name)
    assert made.both(lambda run: jax.jit(made.of(run))(*made.given)) < BOUND
    assert made.both(lambda run: jax.jit(jax.grad(made.loss(run), (0, 1, 2)))(*made.given)) < BOUND
    dots = arrows(made.given)
    assert made.both(lambda run: jax.jvp(made.of(run), made.given, dots)) < BOUND


def test_second_derivatives_by_every_way() -> None:
    made = ready("gru")
    params, x, initial = made.given

    def of_x(run):
        return lambda x: made.loss(run)(params, x, initial)

    wanted = jax.hessian(of_x(made.function))(x)
    for way in (jax.hessian, lambda f: jax.jacrev(jax.grad(f)),
                lambda f: jax.jit(jax.jacfwd(jax.grad(f)))):
        assert largest_error(way(of_x(made.kernel))(x), wanted) < BOUND
    for way in (lambda f: jax.jacfwd(jax.jacfwd(f)), lambda f: jax.jacrev(jax.jacfwd(f)),
                lambda f: lambda x: jax.jvp(lambda x: jax.jvp(f, (x,), (x,))[1], (x,), (x,))):
        with pytest.raises(symrnn.ProgramError, match=r"jacfwd of jacrev; take symrnn\.jax\.func"):
            way(of_x(made.kernel))(x)


def test_vmap_goes_over_what_varies() -> None:
    made = ready("gru")
    params, x, initial = made.given
    many = jax.tree.map(lambda one: jnp.stack([one, 2 * one, -one]), x)
    assert made.both(lambda run: jax.vmap(made.of(run), (None, 0, None))(
        params, many, initial)) < BOUND
    assert made.both(lambda run: jax.vmap(jax.grad(made.loss(run)), (None, 0, None))(
        params, many, initial)) < BOUND
    assert made.both(lambda run: jax.grad(lambda params: jax.vmap(
        made.loss(run), (None, 0, None))(params, many, initial).sum())(params)) < BOUND
    other = jax.tree.map(lambda one: jnp.stack([one, one / 2], -1), params)
    assert made.both(lambda run: jax.vmap(made.of(run), (-1, None, None))(
        other, x, initial)) < BOUND


def test_entries_that_share_parameters_are_one_call() -> None:
    made = ready("gru")
    params, x, initial = made.given
    many = jax.tree.map(lambda one: jnp.stack([one] * 3), x)
    text = str(jax.make_jaxpr(jax.vmap(made.of(made.kernel), (None, 0, None)))(
        params, many, initial))
    assert text.count("symrnn_infer") == 1 and "scan" not in text


def test_it_runs_inside_scan_with_gradients() -> None:
    made = ready("gru")
    params, x, initial = made.given
    windows = jnp.stack([x["x"], -x["x"]])

    def loss(run):
        def one(state, window):
            y, state = run(params, window, state)
            return state, y
        return lambda initial: jax.lax.scan(one, initial, windows)[1].sum()

    assert made.both(lambda run: jax.jit(jax.grad(loss(run)))(initial)) < BOUND


def test_lengths_are_a_mask_and_what_does_not_count_may_be_anything() -> None:
    made = ready("gru")
    params, x, _ = made.given
    x = np.array(x["x"])
    steps, samples = x.shape[:2]
    lengths = np.arange(samples) + 1
    x[lengths[0]:, 0] = np.nan
    mask = np.arange(steps)[:, None] < lengths
    y, final = made.kernel(params, x, lengths=lengths)
    again, _ = jax.jit(made.kernel)(params, x, mask=mask)
    assert jnp.array_equal(y, again) and not jnp.isnan(y).any()
    short, last = made.kernel(params, x[:lengths[0], :1])
    assert largest_error([y[:lengths[0], :1], final["h"][:1]], [short, last["h"]]) < BOUND


def test_single_precision_and_mistakes() -> None:
    made = ready("gru")
    params, x, _ = made.given
    single = jax.tree.map(lambda one: jnp.asarray(one, "float32"), (params, x["x"]))
    assert made.kernel(*single)[0].dtype == "float32"
    assert largest_error(made.kernel(*single)[0], made.function(params, x["x"])[0]) < 1e-5
    for call, error, words in (
            (lambda: made.kernel({}, x), symrnn.ShapeError, "'W_r'"),
            (lambda: made.kernel(params, x["x"][..., :1]), symrnn.ShapeError, "its axes are"),
            (lambda: made.kernel(params, jnp.ones((2, 1, 3), "bfloat16")), TypeError, "float32"),
            (lambda: made.kernel(params, None), symrnn.ShapeError, "'x' is no array of numbers"),
            (lambda: made.kernel(params, [[1], [1, 2]]), symrnn.ShapeError, "different lengths"),
            (lambda: made.kernel([*params.values()], x), symrnn.ShapeError, "not in 'list'"),
            (lambda: made.kernel(params, x, (1, 2)), symrnn.ShapeError, "state goes by its name"),
            (lambda: made.function(params, x["x"], np.ones((2, 3))), symrnn.ShapeError,
             r"state goes by its name in a dictionary \(h\), not in an array"),
            (lambda: kernel("gru"), symrnn.ProgramError, "no network")):
        with pytest.raises(error, match=words):
            call()


def test_trained_parameters_are_saved_loaded_and_compiled(tmp_path) -> None:
    made = ready("gru")
    params, x, _ = jax.tree.map(lambda one: jnp.asarray(one, "float32"), made.given)
    step = jax.jit(jax.grad(lambda params: (made.kernel(params, x)[0] ** 2).mean()))
    for _ in range(3):
        params = jax.tree.map(lambda one, slope: one - 0.1 * slope, params, step(params))
    symrnn.save(symrnn.gru(), params, tmp_path / "trained.npz")
    network, read = symrnn.load(tmp_path / "trained.npz")
    wanted = np.asarray(made.kernel(params, x)[0])
    assert np.array_equal(made.kernel(read, x)[0], wanted)
    lists = {name: one.tolist() for name, one in params.items()}
    assert largest_error(made.kernel(lists, x["x"].tolist())[0], wanted) < 1e-6
    assert np.array_equal(symrnn.compile(network).infer(read, x)[0], wanted)
    assert np.array_equal(symrnn.compile(network).infer(params, x)[0], wanted)


@pytest.mark.sweep
@pytest.mark.parametrize("name", CELLS)
def test_every_cell_has_its_numbers_in_jax(name: str) -> None:
    made = Ready(CELLS[name].build())
    assert made.both(lambda run: jax.jit(made.of(run))(*made.given)) < BOUND
    assert made.both(lambda run: jax.jit(jax.grad(made.loss(run), (0, 1, 2)))(*made.given)) < BOUND
