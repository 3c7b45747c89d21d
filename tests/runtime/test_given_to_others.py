"""What the other calls are given: tangents, windows, online learning, another process.

They read arrays as ``forward`` does (``test_given.py``): however they lie, or not at all.
"""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symrnn import Kernel, ShapeError
from tests.runtime.test_given import ENGINES, LAID, WRONG, B, N, T, compiled, is_same, run
from tests.runtime.test_given import call as of_forward

Call = dict[str, Any]


def call() -> Call:
    """Every argument, by the name that messages call it; directions for a few names alone."""
    random = np.random.default_rng(1)
    return {**of_forward(), "x_dot": random.normal(size=(T, B, N)),
            "params_dot['U_n']": random.normal(size=(N, N)),
            "initial_dot['h']": random.normal(size=(B, N))}


def parameters(kernel: Kernel, given: Call) -> Call:
    return {name: given[name] for name in kernel.parameters}


def along(given: Call) -> dict[str, Any]:
    """The direction."""
    return {"params_dot": {"U_n": given["params_dot['U_n']"]}, "x_dot": given["x_dot"],
            "initial": {"h": given["initial.h"]}, "initial_dot": {"h": given["initial_dot['h']"]}}


def jvp(kernel: Kernel, given: Call) -> Call:
    y_dot, final = kernel.jvp(parameters(kernel, given), given["x"], **along(given))
    return {"y_dot": y_dot, **final}


def hvp(kernel: Kernel, given: Call) -> Call:
    return kernel.hvp(parameters(kernel, given), given["x"], given["y_bar"], **along(given),
                      final_bar={"h": given["final_bar['h']"]})


def truncated(kernel: Kernel, given: Call) -> Call:
    found = kernel.truncated(parameters(kernel, given), given["x"], given["y_bar"], 2,
                             {"h": given["initial.h"]})
    return {"y": found.y, **found.gradients}


def checkpointed(kernel: Kernel, given: Call) -> Call:
    found = kernel.checkpointed(parameters(kernel, given), given["x"], 2,
                                {"h": given["initial.h"]})
    return {"y": found.y, **found.backward(given["y_bar"], {"h": given["final_bar['h']"]})}


def online(kernel: Kernel, given: Call) -> Call:
    learner = kernel.rtrl(parameters(kernel, given), {"h": given["initial.h"]})
    for step in range(2):
        learner.step(given["x"][step], given["y_bar"][step])
    return learner.gradients({"h": given["final_bar['h']"]})


def streamed(kernel: Kernel, given: Call) -> Call:
    stepper = kernel.stepper(parameters(kernel, given), B, {"h": given["initial.h"]})
    return {f"y of step {step}": np.array(stepper(given["x"][step])) for step in range(2)}


def jacobian(kernel: Kernel, given: Call) -> Call:
    found = kernel.state_jacobian(parameters(kernel, given), given["x"][0],
                                  {"h": given["initial.h"]})
    return {"h by h": found["h", "h"]}


CALLS: dict[str, Callable[[Kernel, Call], Call]] = {
    one.__name__: one for one in (jvp, hvp, truncated, checkpointed, online, streamed, jacobian)}
READ = {"jvp": ("x", "x_dot", "params_dot['U_n']", "initial_dot['h']"),
        "hvp": ("y_bar", "x_dot", "params_dot['U_n']", "initial_dot['h']", "final_bar['h']"),
        "truncated": ("x", "y_bar", "initial.h"),
        "checkpointed": ("x", "y_bar", "initial.h", "final_bar['h']"),
        "online": ("final_bar['h']",), "streamed": ("initial.h",), "jacobian": ("initial.h",)}
TOLD = {"x_dot": "'tangent of x'", "params_dot['U_n']": "'tangent of U_n'",
        "initial_dot['h']": "'tangent of initial.h'"}
engines = pytest.mark.parametrize("engine", ENGINES)
calls = pytest.mark.parametrize("name", CALLS)


@engines
@calls
def test_arrays_are_read_however_they_lie(name: str, engine: str) -> None:
    if engine == "C" or (engine == "fast C" and name in ("jvp", "hvp", "online", "jacobian")):
        pytest.skip("the same lines of Python read them, and the C takes long to compile")
    wanted = CALLS[name](compiled(engine), call())
    for how, lay in LAID.items():
        given = {key: lay(one) for key, one in call().items()}
        if how == "in a list":
            given |= {key: call()[key] for key in ("x", "y_bar")}  # steps of them are taken
        before = pickle.dumps(given)
        found = CALLS[name](compiled(engine), given)
        assert all(np.allclose(one, wanted[key], 1e-13, 1e-13) for key, one in found.items()), how
        assert pickle.dumps(given) == before, how


@calls
def test_what_does_not_fit_is_refused_by_its_name(name: str) -> None:
    """Nothing is a value for what may be left out: a direction, a cotangent, a state."""
    for key in READ[name]:
        for how, wrong in WRONG.items():
            if how == "nothing" and key not in ("x", "y_bar"):
                continue
            with pytest.raises(ShapeError) as refused:
                CALLS[name](compiled("numpy"), {**call(), key: wrong(call()[key])})
            told = str(refused.value)
            assert TOLD.get(key, f"'{key}'") in told or how.startswith("an entry"), (key, how, told)
            assert "\n" not in told and len(told) < 250, told


@calls
def test_one_memory_in_several_places(name: str) -> None:
    given = call()
    shared = given["x"].copy()
    given |= {"x": shared, "x_dot": shared, "y_bar": shared, "initial.h": shared[0],
              "initial_dot['h']": shared[0], "final_bar['h']": shared[0]}
    apart = {key: one.copy() for key, one in given.items()}
    wanted, found = (CALLS[name](compiled("numpy"), one) for one in (apart, given))
    assert is_same(found, wanted) and np.array_equal(shared, call()["x"])


def test_a_nan_of_a_direction_stays_in_its_sample() -> None:
    given = call()
    given["x_dot"][2, 1, 0] = np.nan
    found, clean = (jvp(compiled("numpy"), one)["y_dot"] for one in (given, call()))
    assert np.array_equal(found[:, [0, 2]], clean[:, [0, 2]])
    assert np.array_equal(found[:2], clean[:2]) and np.isnan(found[2, 1]).any()


def test_results_belong_to_the_caller() -> None:
    for one in CALLS.values():
        first = one(compiled("numpy"), call())
        kept = {key: np.array(array) for key, array in first.items()}
        one(compiled("numpy"), {key: -array for key, array in call().items()})
        assert is_same(first, kept)


@engines
def test_a_process_that_begins_anew_computes_with_a_pickled_kernel(engine: str) -> None:
    """As pools do where nothing is forked: Windows, macOS, and whoever asks for it."""
    wanted = run(compiled(engine), of_forward())
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.apply_async(run, (compiled(engine), of_forward())).get(timeout=300)
    assert all(np.allclose(one, wanted[key], 1e-13, 1e-13) for key, one in found.items())
