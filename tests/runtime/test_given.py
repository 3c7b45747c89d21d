"""What callers give: read as it is, or refused by name. Nothing given is changed or misread."""

from __future__ import annotations

import os
import pickle
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn import Kernel, ShapeError

T, B, N = 5, 3, 4
ENGINES = {"numpy": {"backend": "numpy"}, "C": {"profile": "portable"}, "fast C": {}}
Call = dict[str, Any]


@cache
def compiled(engine: str) -> Kernel:
    """As many inputs as units, so that any array fits anywhere."""
    return symrnn.compile(symrnn.gru(), dtype="float64", **ENGINES[engine])


@pytest.fixture(params=ENGINES)
def kernel(request: pytest.FixtureRequest) -> Kernel:
    return compiled(request.param)


def call() -> Call:
    """Every argument of a run and its backward pass, by the name that messages call it."""
    random, network = np.random.default_rng(0), compiled("numpy")
    params = {name: random.normal(size=[N for _ in one.axes])
              for name, one in network.parameters.items()}
    return {**params, "x": random.normal(size=(T, B, N)), "initial.h": random.normal(size=(B, N)),
            "y_bar": random.normal(size=(T, B, N)), "final_bar['h']": random.normal(size=(B, N))}


def run(kernel: Kernel, given: Call) -> dict[str, Any]:
    """All that comes out, by name."""
    params = {name: given[name] for name in kernel.parameters}
    initial = {"h": given["initial.h"]}
    made = kernel.forward(params, given["x"], initial)
    y, final = kernel.infer(params, given["x"], initial)
    step, following = kernel.step(params, given["x"][0], initial)
    gradients = kernel.backward(made, given["y_bar"], {"h": given["final_bar['h']"]})
    return {"y": made.y, "final": made.final["h"], "y of infer": y, "final of infer": final["h"],
            "y of step": step, "h of step": following["h"], **gradients}


def is_right(kernel: Kernel, given: Call, like: Call, size: float = 1e-13) -> None:
    """What comes out of these arrays is what comes out of their copies in NumPy's kernel."""
    wanted = run(compiled("numpy"), {name: np.array(one, np.float64) for name, one in like.items()})
    for name, found in run(kernel, given).items():
        assert np.allclose(found, wanted[name], size, size), name


def spread(array: np.ndarray) -> np.ndarray:
    wide = np.full([2 * one for one in array.shape], np.nan)
    wide[(slice(None, None, 2),) * array.ndim] = array
    return wide[(slice(None, None, 2),) * array.ndim]


def at_an_odd_address(array: np.ndarray) -> np.ndarray:
    found = np.frombuffer(bytearray(b"-" + array.tobytes()), np.uint8)[1:].view(array.dtype)
    return found.reshape(array.shape)


def locked(array: np.ndarray) -> np.ndarray:
    found = array.copy()
    found.flags.writeable = False
    return found


class Own(np.ndarray):
    """A subclass, as of a library with units."""


LAID: dict[str, Callable[[np.ndarray], Any]] = {
    "in the order of Fortran": np.asfortranarray, "spread out": spread,
    "backwards": lambda one: one[::-1].copy()[::-1], "read-only": locked,
    "at an odd address": at_an_odd_address,
    "with the other end first": lambda one: one.astype(one.dtype.newbyteorder()),
    "a subclass": lambda one: one.view(Own), "in long doubles": lambda one: one.astype("g"),
    "in a list": lambda one: one.tolist()}


@pytest.mark.parametrize("how", LAID)
def test_arrays_are_read_however_they_lie(kernel: Kernel, how: str) -> None:
    given = call()
    laid = {name: LAID[how](one) for name, one in given.items()}
    if how == "in a list":
        laid["x"] = given["x"]  # run takes the first step of it
    before = pickle.dumps(laid)
    is_right(kernel, laid, given)
    assert pickle.dumps(laid) == before


@pytest.mark.parametrize("kind", ["e", "f", "b", "u2", "i8", "?"])
def test_numbers_of_other_types_are_the_same_numbers(kernel: Kernel, kind: str) -> None:
    given = {name: np.abs(one * 3).astype(kind) for name, one in call().items()}
    is_right(kernel, given, given)


WRONG: dict[str, Callable[[np.ndarray], Any]] = {
    "an axis more": lambda one: one[None], "an axis less": lambda one: one[0],
    "an entry more": lambda one: np.concatenate([one, one[..., :1]], -1),
    "an entry less": lambda one: one[..., 1:], "no entry": lambda one: one[..., :0],
    "a number": lambda one: 1.0, "nothing": lambda one: None, "text": lambda one: "text",
    "complex": lambda one: one + 1j, "objects": lambda one: one.astype(object),
    "texts": lambda one: one.astype(str), "days": lambda one: one.astype("M8[D]"),
    "records": lambda one: one.astype([("a", "f8"), ("b", "f8")]),
    "ragged rows": lambda one: [[1.0], [1.0, 2.0]], "a mask over them":
    lambda one: np.ma.masked_greater(one, 0.0)}


@pytest.mark.parametrize("how", WRONG)
def test_what_does_not_fit_is_refused_by_its_name(kernel: Kernel, how: str) -> None:
    for name, array in call().items():
        given = {**call(), name: WRONG[how](array)}
        with pytest.raises(ShapeError) as refused:
            run(kernel, given)
        told = str(refused.value)
        # The first two arrays that disagree are told; who is wrong of them, nobody knows.
        assert f"'{name}'" in told or how in ("an entry more", "an entry less"), (name, told)
        assert "\n" not in told and len(told) < 250, told


@pytest.mark.parametrize("what", ["x", "initial.h"])
def test_a_nan_stays_in_its_sample(kernel: Kernel, what: str) -> None:
    """It comes out where it went in, and nowhere else: no sample's number is changed by it."""
    given = call()
    given[what] = given[what].copy()
    given[what][..., 1, 2] = np.nan
    clean = run(kernel, call())
    for name, found in run(kernel, given).items():
        if name in ("x", "initial.h", "h of step") or "y" in name or "final" in name:
            samples = [one for one in range(B) if one != 1]
            assert np.array_equal(found[..., samples, :], clean[name][..., samples, :]), name
            assert np.isnan(found[..., 1, :]).any(), name


@pytest.mark.parametrize(("steps", "samples"), [(0, 3), (5, 0), (0, 0)])
def test_no_steps_and_no_samples(kernel: Kernel, steps: int, samples: int) -> None:
    given = call()
    for name, one in given.items():
        if name in ("x", "y_bar"):
            given[name] = one[:steps, :samples]
        elif name in ("initial.h", "final_bar['h']"):
            given[name] = one[:samples]
    params = {name: given[name] for name in kernel.parameters}
    made = kernel.forward(params, given["x"], {"h": given["initial.h"]})
    bars = kernel.backward(made, given["y_bar"], {"h": given["final_bar['h']"]})
    assert made.y.shape == (steps, samples, N)
    assert np.array_equal(made.final["h"], given["initial.h"])
    assert np.array_equal(bars["initial.h"], given["final_bar['h']"])
    assert bars["x"].shape == given["x"].shape
    assert not any(bars[name].any() for name in params)


@pytest.mark.parametrize("lengths", [[0, 0, 0], [0, 5, 1]])
def test_sequences_without_steps_keep_their_state(kernel: Kernel, lengths: list[int]) -> None:
    given = call()
    params, start = {name: given[name] for name in kernel.parameters}, given["initial.h"]
    given["x"][1:, 2] = np.nan  # behind the last step that counts
    made = kernel.forward(params, given["x"], {"h": start}, lengths=lengths)
    bars = kernel.backward(made, given["y_bar"], {"h": given["final_bar['h']"]})
    assert np.array_equal(made.final["h"][0], start[0]) and not made.y[:, 0].any()
    assert np.array_equal(bars["initial.h"][0], given["final_bar['h']"][0])
    assert not bars["x"][:, 0].any() and all(np.isfinite(one).all() for one in bars.values())


def test_one_memory_in_several_places(kernel: Kernel) -> None:
    """An input may be a view of a parameter, a cotangent the output, a state the last one."""
    given = call()
    shared = np.array(given["x"])
    given |= {"x": shared, "y_bar": shared, "initial.h": shared[0], "final_bar['h']": shared[0]}
    square = next(name for name in kernel.parameters if given[name].shape == (N, N))
    given[square] = shared.reshape(-1)[:N * N].reshape(N, N)
    is_right(kernel, given, given)
    params = {name: given[name] for name in kernel.parameters}
    made = kernel.forward(params, shared)
    once = kernel.backward(made, made.y, made.final)
    again = kernel.backward(made, made.y.copy(), {"h": made.final["h"].copy()})
    assert all(np.array_equal(one, again[name]) for name, one in once.items())


def test_states_and_outputs_fed_back(kernel: Kernel) -> None:
    """A stepper reads its own state and its last output as inputs."""
    given = call()
    params, state = {name: given[name] for name in kernel.parameters}, {"h": given["initial.h"]}
    stepper, y, wanted = kernel.stepper(params, B, state), given["x"][0], given["x"][0]
    for turn in range(6):
        x, like = (stepper.state["h"], state["h"]) if turn % 2 else (y, wanted)
        wanted, state = kernel.step(params, like.copy(), {"h": state["h"].copy()})
        y = stepper(x)
        assert np.allclose(y, wanted, 1e-13, 1e-13)
        assert np.allclose(stepper.state["h"], state["h"], 1e-13, 1e-13)


def test_results_belong_to_the_caller(kernel: Kernel) -> None:
    """What came out stays what it was, whatever is computed afterwards; nothing shares memory."""
    first = run(kernel, call())
    kept = {name: np.array(one) for name, one in first.items()}
    for one in run(kernel, {name: -array for name, array in call().items()}).values():
        assert not any(np.shares_memory(one, other) for other in first.values())
    assert all(np.array_equal(first[name], one) for name, one in kept.items())


def test_a_pickled_kernel_and_a_pool_of_threads(kernel: Kernel) -> None:
    wanted = run(kernel, call())
    again = pickle.loads(pickle.dumps(kernel))
    run(again, call())  # all is compiled at one level, which threads do not hear of
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda turn: run((kernel, again)[turn % 2], call()), range(24)):
            assert all(np.array_equal(one, wanted[name]) for name, one in found.items())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_computes(kernel: Kernel) -> None:
    wanted = run(kernel, call())
    assert in_a_child(lambda: is_same(run(kernel, call()), wanted)) == 0
    assert is_same(run(kernel, call()), wanted)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_does_not_wait_for_its_parent_s_threads() -> None:
    """Where a team has been at work, and a stepper holds it: the child has one thread."""
    kernel, size = symrnn.compile(symrnn.gru(), dtype="float64", threads=2), 192
    random = np.random.default_rng(0)
    params = {name: random.normal(0, 0.1, [size for _ in one.axes])
              for name, one in kernel.parameters.items()}
    x = random.normal(size=(4, 32, size))
    stepper = kernel.stepper(params, 32)

    def computed() -> dict[str, Any]:
        made = kernel.forward(params, x)
        stepper.reset()
        return {**kernel.backward(made, made.y), "y": made.y, "y of step": stepper(x[0])}

    def again() -> bool:
        found, other = computed(), symrnn.compile(symrnn.gru(), dtype="float64", threads=2)
        return (all(np.allclose(one, wanted[name], 1e-12, 1e-12) for name, one in found.items())
                and np.allclose(other.infer(params, x)[0], wanted["y"], 1e-12, 1e-12))

    wanted = computed()
    assert in_a_child(again) == 0
    assert is_same(computed(), wanted)


def is_same(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return all(np.array_equal(one, wanted[name]) for name, one in found.items())


def in_a_child(right: Callable[[], bool]) -> int:
    """The exit code of a forked process: 0 where it finds things right."""
    child = os.fork()
    if not child:  # pragma: no cover
        try:
            os._exit(0 if right() else 3)
        finally:
            os._exit(4)
    return ended(child)


def ended(child: int) -> int:
    """How a child ends; one that hangs is ended, and that is a failure."""
    for _ in range(300):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


def interrupted(work: Callable[[], object], wait: float) -> bool:
    """True where Ctrl-C, after so many seconds, ended a loop of work."""
    until = time.monotonic() + 5
    try:
        signal.setitimer(signal.ITIMER_REAL, wait)
        while time.monotonic() < until:
            work()
    except KeyboardInterrupt:
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return False


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupted_run_leaves_nothing_behind(kernel: Kernel) -> None:
    """Ctrl-C ends a loop of long runs; the next run is right, in the memory that others left.

    Python drops an interrupt that falls into a destructor, here of a tape: so some are tried.
    """
    wanted, given = run(kernel, call()), call()
    params = {name: given[name] for name in kernel.parameters}
    x = np.random.default_rng(1).normal(size=(500, B, N))

    def work() -> None:
        kernel.backward(kernel.forward(params, x), np.ones((500, B, N)))

    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        for wait in (0.01, 0.02, 0.035):
            assert any(interrupted(work, wait) for _ in range(5))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert all(np.array_equal(one, wanted[name]) for name, one in run(kernel, call()).items())
