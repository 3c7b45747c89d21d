"""Calls from Python into C: by the extension, and by ctypes where it cannot be compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.runtime import foreign
from symrnn.runtime.compiler import CompilerFailed
from symrnn.runtime.memory import ALIGNMENT, MOST_OF_ONE, MOST_SIZES, Pool
from symrnn.runtime.stepper import NamedStepper, Stepper

SIZES = {"n": 3, "m": 4}


@pytest.fixture(params=["extension", "ctypes"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "ctypes":
        for module in ("foreign", "stepper"):
            monkeypatch.setattr(f"symrnn.runtime.{module}.extension", lambda: None)
    elif foreign.extension() is None:
        pytest.skip("Python's headers are missing, so there is no extension")
    return str(request.param)


def setting(batch: int = 1, profile: str = "simd") -> tuple[symrnn.Kernel, Any, Any]:
    kernel = symrnn.compile(symrnn.lstm(), dtype="float32", profile=profile)
    random = np.random.default_rng(batch)
    params = {name: random.normal(size=[SIZES[axis] for axis in one.axes]).astype("f4")
              for name, one in kernel.parameters.items()}
    return kernel, params, random.normal(size=(6, batch, SIZES["n"])).astype("f4")


@pytest.mark.parametrize("profile", ["simd", "portable"])
def test_both_ways_compute_what_numpy_does(way: str, profile: str) -> None:
    kernel, params, x = setting(3, profile)
    run = kernel.forward(params, x)
    gradients = kernel.backward(run, np.cos(run.y))
    plain = symrnn.compile(symrnn.lstm(), "numpy")
    wanted = plain.forward(params, x)
    for name, array in plain.backward(wanted, np.cos(wanted.y)).items():
        assert np.allclose(gradients[name], array, rtol=1e-4, atol=1e-5), name
    following = kernel.step(params, x[0])[0]
    assert np.allclose(following, run.y[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("profile", ["simd", "portable"])
def test_a_stepper_takes_whatever_is_an_input(way: str, profile: str) -> None:
    kernel, params, x = setting(1, profile)
    whole = kernel.forward(params, x).y
    forms: list[Callable[[Any], Any]] = [
        lambda x_t: x_t, lambda x_t: x_t[0], lambda x_t: x_t.astype("f8"),
        lambda x_t: x_t.tolist(), lambda x_t: np.repeat(x_t, 2, axis=1)[:, ::2],
        lambda x_t: x_t.astype(">f4")[0]]
    stepper = kernel.stepper(params)
    found = [stepper(form(x_t)) for form, x_t in zip(forms, x, strict=True)]
    assert [one.shape for one in found] == [(1, 4), (4,), (1, 4), (1, 4), (1, 4), (4,)]
    for one, wanted in zip(found, whole, strict=True):
        assert np.allclose(one, wanted, rtol=1e-5, atol=1e-6)


def test_results_of_a_stepper_are_arrays_of_their_own(way: str) -> None:
    kernel, params, x = setting()
    stepper = kernel.stepper(params)
    first = stepper(x[0])
    kept = first.copy()
    second = stepper(x[1])
    assert np.array_equal(first, kept)
    assert not np.array_equal(first, second)


def test_a_state_that_is_set_counts(way: str) -> None:
    kernel, params, x = setting()
    stepper = kernel.stepper(params)
    first = [stepper(x_t) for x_t in x[:3]]
    state = {name: array.copy() for name, array in stepper.state.items()}
    fourth = stepper(x[3])
    stepper.reset()
    assert np.array_equal(stepper(x[0]), first[0])
    for name, array in state.items():
        stepper.state[name][...] = array
    assert np.array_equal(stepper(x[3]), fourth)


@pytest.mark.parametrize("given", [None, "text", np.zeros((1, 3), complex), np.zeros((0, 3)),
                                   np.zeros((1, 1, 3)), [[1, 2], [3]]])
def test_what_is_no_input_is_refused(way: str, given: Any) -> None:
    kernel, params, _ = setting()
    with pytest.raises(symrnn.ShapeError, match="x_t"):
        kernel.stepper(params)(given)


@pytest.mark.parametrize("given", [(), (1, 2)])
def test_a_stepper_takes_one_argument(way: str, given: tuple[int, ...]) -> None:
    kernel, params, _ = setting()
    with pytest.raises(TypeError, match="argument"):
        kernel.stepper(params)(*given)


def test_parameters_that_do_not_lie_ready_are_taken_too(way: str) -> None:
    kernel, params, x = setting(2)
    wanted = kernel.forward(params, x).y
    turned = {name: np.asfortranarray(array) for name, array in params.items()}
    wide = {name: array.astype("f8") for name, array in params.items()}
    fixed = dict(params)
    for array in fixed.values():
        array.flags.writeable = False
    for other in (turned, wide, fixed):
        assert np.array_equal(kernel.forward(other, x).y, wanted)
    with pytest.raises(symrnn.ShapeError, match="'b_f' is missing"):
        kernel.forward({name: array for name, array in params.items() if name != "b_f"}, x)
    with pytest.raises(symrnn.ShapeError, match="has shape"):
        kernel.forward(params | {"b_f": np.zeros(3, "f4")}, x)


@pytest.fixture
def afresh() -> Iterator[None]:
    foreign.extension.cache_clear()
    yield
    foreign.extension.cache_clear()


def test_without_headers_there_is_no_extension(
        afresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(*given: Any) -> None:
        raise CompilerFailed("Python.h: no such file")

    monkeypatch.setattr(foreign, "shared_library", refusing)
    assert foreign.extension() is None


def test_the_extension_refuses_what_it_cannot_call() -> None:
    quick = foreign.extension()
    assert quick is not None
    with pytest.raises(TypeError, match="takes no 5 arguments"):
        quick.call(0, 11, 1, 2, 3, 4, 5)
    with pytest.raises(TypeError):
        quick.call("function", 11, 1, 2, 3)
    with pytest.raises(TypeError):
        quick.shapes([], ())
    with pytest.raises(TypeError):
        quick.is_plain(np.zeros(3))
    with pytest.raises(TypeError):
        quick.Step(1, 2)
    with pytest.raises(TypeError, match="one argument"):
        quick.Step.__new__(quick.Step)(np.zeros(3))


def test_a_stepper_may_be_called_through_others() -> None:
    kernel, params, x = setting()
    stepper, wanted = kernel.stepper(params), kernel.forward(params, x).y[0]
    with ThreadPoolExecutor(1) as pool:
        assert np.allclose(pool.submit(stepper, x[0]).result(), wanted, rtol=1e-5)
    stepper.reset()
    assert np.allclose(stepper(*(x[0],)), wanted, rtol=1e-5)


def test_states_are_set_in_place_alone(way: str) -> None:
    kernel, params, x = setting()
    stepper: Any = kernel.stepper(params)
    with pytest.raises(TypeError, match="item assignment"):
        stepper.state["h"] = np.zeros((1, 4), "f4")
    with pytest.raises(AttributeError):
        stepper.state.update(kernel.forward(params, x).final)


def test_arrays_at_odd_addresses_are_taken_too(way: str) -> None:
    kernel, params, x = setting()
    odd = np.zeros(x[0].nbytes + 1, "u1")[1:].view("f4").reshape(x[0].shape)
    odd[...] = x[0]
    assert np.array_equal(kernel.stepper(params)(odd), kernel.stepper(params)(x[0]))


def test_backward_again_packs_no_more_weights() -> None:
    kernel, params, x = setting()
    run = kernel.forward(params, x)
    first = kernel.backward(run, np.ones_like(run.y))
    held = len(run.given.kept)
    again = kernel.backward(run, np.ones_like(run.y))
    assert len(run.given.kept) == held
    assert all(np.array_equal(array, again[name]) for name, array in first.items())


def test_other_parameters_in_the_dictionary_do_not_reach_a_run() -> None:
    kernel, params, x = setting()
    wanted = kernel.backward(kernel.forward(params, x), np.ones((6, 1, 4), "f4"))
    own = dict(params)
    run = kernel.forward(own, x)
    own.update({name: np.zeros(1, "f4") for name in own})
    found = kernel.backward(run, np.ones((6, 1, 4), "f4"))
    assert all(np.array_equal(array, wanted[name]) for name, array in found.items())


def test_parameters_packed_for_another_kernel_are_checked() -> None:
    kernel, params, x = setting()
    double = symrnn.compile(symrnn.lstm(), dtype="float64")
    wide = double.forward(params, x).y
    assert np.array_equal(double.forward(double.pack(params), x).y, wide)
    assert np.array_equal(double.forward(kernel.pack(params), x).y, wide)
    other = symrnn.compile(symrnn.gru(), dtype="float32")
    with pytest.raises(symrnn.ShapeError, match="parameter"):
        other.forward(kernel.pack(params), x)


def test_blocks_that_growing_sizes_leave_behind_are_forgotten() -> None:
    pool = Pool("f8")
    for size in range(10_000, 20_000, 100):
        pool.give_back(pool.lend(size))
    assert len(pool._free) == 1
    with pytest.raises(MemoryError):
        pool.lend(2**58)


def test_blocks_serve_sizes_that_are_not_much_smaller() -> None:
    pool = Pool("f4")
    block = pool.lend(100_000)
    pool.give_back(block)
    for size in range(100_000, 25_000, -1000):
        assert pool.lend(size) is block
        pool.give_back(block)
    assert pool.lend(10_000) is not block


def test_blocks_of_few_sizes_are_kept() -> None:
    pool = Pool("f4")
    for power in range(60, 20, -1):  # from large to small, so that none drives one out
        for _ in range(5):
            pool.give_back(np.broadcast_to(np.float32(0), 2**power))
    assert len(pool._free) == MOST_SIZES
    assert max(map(len, pool._free.values())) == MOST_OF_ONE


@pytest.mark.skipif(foreign.extension() is None, reason="Python's headers are missing")
def test_what_a_kernel_returns_may_be_kept_and_grown() -> None:
    kernel, params, x = setting(300)
    y, final = kernel.infer(params, x)
    assert y.nbytes > 4096 and y.ctypes.data % ALIGNMENT == 0
    copied = y.copy()
    y.resize((12, *y.shape[1:]), refcheck=False)
    assert np.array_equal(y[:6], copied) and not y[6:].any()
    del y, copied
    assert np.isfinite(final["h"]).all()


def test_new_arrays_go_by_name(way: str) -> None:
    kernel, _, x = setting()
    told = kernel.engine.function("tape_size")  # type: ignore[attr-defined]
    call = foreign.caller(told, np.dtype("f8"))
    words = np.array([2, 1, 3, 4], np.uintp)  # what the function reads; it ignores the rest
    found, none = call(words, [("a", (20, 30)), ("b", ())], [], *[x] * 4)
    assert {name: (one.shape, one.dtype) for name, one in found.items()} == {
        "a": ((20, 30), np.float64), "b": ((), np.float64)}
    assert none == {}
    assert found["a"].ctypes.data % ALIGNMENT == 0
    with pytest.raises((TypeError, ValueError)):
        call(words, [("a", 3), ("b", ("x",))], *[x] * 5)


def test_a_call_misses_an_array(way: str) -> None:
    kernel, _, x = setting()
    call = foreign.caller(kernel.engine.function("forward"), x.dtype)  # type: ignore[attr-defined]
    with pytest.raises(KeyError, match="W_f"):
        call(x, ({"W_i": x}, ("W_i", "W_f")), *[x] * 8, 1)


def test_a_network_without_states_or_parameters(way: str) -> None:
    with symrnn.Cell("fed", "No state") as fed:
        x, y = fed.input("x[n]", "input"), fed.symbol("y[n]", "output")
        y[symrnn.t] = symrnn.activation("tanh")(x[symrnn.t])
    with symrnn.Cell("kept", "No parameter") as kept:
        x, h = kept.input("x[n]", "input"), kept.state("h[n]", "state")
        h[symrnn.t] = symrnn.activation("tanh")(x[symrnn.t] + h[symrnn.t - 1])
    given = np.linspace(-1, 1, 6, dtype="f4").reshape(3, 1, 2)
    for net in (fed.build("y"), kept.build("h")):
        kernel, plain = symrnn.compile(net), symrnn.compile(net, "numpy")
        run = kernel.forward({}, given)
        assert np.allclose(run.y, plain.forward({}, given).y, rtol=1e-6)
        assert np.allclose(kernel.step({}, given[0])[0], run.y[0], rtol=1e-6)
        with pytest.raises(symrnn.ShapeError, match="tells n: use step"):
            kernel.stepper({})


def test_a_stepper_of_a_network_without_states(way: str) -> None:
    with symrnn.Cell("fed", "No state") as fed:
        x, y = fed.input("x[n]", "input"), fed.symbol("y[m]", "output")
        (W,) = fed.parameters("W[m,n]", "weights")
        y[symrnn.t] = symrnn.activation("tanh")(W @ x[symrnn.t])
    params = {"W": np.ones((5, 4), "f4")}
    stepper = symrnn.compile(fed.build("y")).stepper(params)
    assert np.allclose(stepper(np.full(4, 0.1, "f4")), np.tanh(0.4), rtol=1e-6)


def test_threads_that_pack_at_the_same_time_read_one_block() -> None:
    _, params, _ = setting()
    packed = symrnn.compile(symrnn.lstm(), dtype="float32").pack(params)
    barrier = Barrier(2)

    def make() -> object:
        barrier.wait()
        return object()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: packed.block("key", make), range(2))
    assert first is second


def test_a_small_block_serves_whatever_is_smaller() -> None:
    pool = Pool("f4")
    block = pool.lend(4000)
    pool.give_back(block)
    assert pool.lend(1) is block


@pytest.mark.parametrize("profile", ["simd", "portable"])
def test_one_parameter_too_many_is_refused_also_when_shapes_are_known(way: str,
                                                                      profile: str) -> None:
    kernel, params, x = setting(2, profile)
    kernel.forward(params, x)
    with pytest.raises(symrnn.ShapeError, match="'Q'"):
        kernel.forward({**params, "Q": params["W_i"]}, x)


def test_one_input_goes_straight_to_the_function_and_several_go_by_name(way: str) -> None:
    kernel, params, _ = setting()
    assert (type(kernel.stepper(params)) is Stepper) == (way == "ctypes")
    masked = symrnn.compile(symrnn.lstm(zoneout=True), dtype="float32")
    assert isinstance(masked.stepper(params), NamedStepper)
