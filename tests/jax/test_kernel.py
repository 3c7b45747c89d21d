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
from jax.test_util import check_grads  # noqa: E402

import symrnn  # noqa: E402
from symrnn import Program  # noqa: E402
from symrnn.checking.reference import finite_case  # noqa: E402
from symrnn.cells import architectures  # noqa: E402
from symrnn.jax import function, kernel  # noqa: E402
from symrnn.pipeline import derive  # noqa: E402
from symrnn.program import Role  # noqa: E402
from symrnn.transforms import masked  # noqa: E402
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
                lambda f: jax.jit(jax.jacfwd(jax.grad(f))), lambda f: jax.jacfwd(jax.jacfwd(f)),
                lambda f: jax.jit(jax.jacrev(jax.jacfwd(f)))):
        assert largest_error(way(of_x(made.kernel))(x), wanted) < BOUND


@pytest.mark.parametrize("name", NETS)
def test_tangents_have_tangents_and_gradients(name: str) -> None:
    made, dots = ready(name), arrows(ready(name).given)

    def moved(run):
        return lambda *given: jax.jvp(made.of(run), given, dots)[1]

    def loss(run):
        return lambda *given: sum((one ** 2).sum() for one in jax.tree.leaves(
            moved(run)(*given)))

    assert made.both(lambda run: jax.jvp(moved(run), made.given, dots)) < BOUND
    assert made.both(lambda run: jax.jit(jax.grad(loss(run), (0, 1, 2)))(*made.given)) < BOUND


def test_a_loss_may_move_with_what_it_is_weighted_by() -> None:
    """Second derivatives of the network, third ones of the whole: both ways of the Hessian."""
    made = ready("gru")
    params, x, initial = made.given

    def curved(run):
        def loss(x, weight):
            return (jnp.sin(weight) * made.of(run)(params, x, initial)[0]).sum()
        return lambda weight: jax.jvp(lambda x: jax.grad(loss)(x, weight), (x,), (x,))[1]["x"]

    weight = arrows({"y": made.of(made.kernel)(*made.given)[0]})["y"]
    assert made.both(lambda run: jax.jvp(curved(run), (weight,), (weight,))) < BOUND
    assert made.both(lambda run: jax.grad(lambda one: (curved(run)(one) ** 2).sum())(
        weight)) < BOUND


def test_what_is_checked_by_jax_itself() -> None:
    """In both modes and their compositions, against differences."""
    made = ready("gru")
    check_grads(lambda x: made.kernel(made.given[0], x, made.given[2])[0], made.given[1:2], order=2)


def test_a_third_derivative_is_refused_in_one_sentence() -> None:
    made = ready("gru")
    params, x, initial = made.given
    twice = jax.grad(lambda x: jax.jvp(lambda x: made.loss(made.kernel)(params, x, initial),
                                       (x,), (x,))[1])
    for way in (lambda: jax.jvp(twice, (x,), (x,)),
                lambda: jax.jacfwd(jax.hessian(lambda x: made.loss(made.kernel)(
                    params, x, initial)))(x)):
        with pytest.raises(symrnn.ProgramError, match=r"take symrnn\.jax\.function"):
            way()


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
            (lambda: made.kernel({**params, "W_r": single[0]["W_r"]}, x), TypeError,
             "'W_r' is of float32 and the input of float64; cast one of them by .astype"),
            (lambda: kernel(masked(symrnn.gru()))(params, {"x": x["x"], "mask": np.ones((5, 2))},
                                                  lengths=np.ones(2)), symrnn.ProgramError,
             "takes its mask as an input already; leave out lengths= and mask="),
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
