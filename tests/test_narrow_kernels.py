"""Kernels with narrow weights: they compute what float32 does with the same rounded weights."""

from __future__ import annotations

import pickle
import platform
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import Rational, tanh

import symrnn
from symrnn.cells import architectures
from symrnn.checking.numeric import relative_error
from symrnn.checking.reference import Case, random_case
from symrnn.pipeline import derive
from symrnn.program import Program
from symrnn.runtime.compiler import Toolchain, compiled_by
from symrnn.runtime.simd_engine import SimdEngine
from symrnn.targets import OF_KERNELS
from tests.test_simd import Crowded

BY_NAME = {one.name: one for one in architectures()}
X86 = platform.machine() in ("x86_64", "AMD64")
NARROW = {"float32": 4, "bfloat16": 2, "int8": 1}
ROUNDING = 2e-5  # of float32 in sums of different orders, over a few steps
kinds = pytest.mark.parametrize("kind", OF_KERNELS)


def case_of(network: Program, **chosen: int) -> Case:
    """Numbers for all that is given; positive ones where others leave the domain of a function."""
    plan = derive(network)
    for positive in (False, True):
        case = random_case(plan, 3, smallest=5, chosen=chosen, positive=positive)
        with np.errstate(all="ignore"):
            run = symrnn.compile(network, "numpy").forward(case.parameters, case.inputs,
                                                           case.initial)
        if all(np.isfinite(one).all() for one in run.outputs.values()):
            return case
    raise AssertionError(network.name)


def inferred(kernel: symrnn.Kernel, case: Case, params: Any = None) -> dict[str, Any]:
    """Outputs and final states."""
    with np.errstate(all="ignore"):  # some BLAS tells of what it computes beside an array
        y, final = kernel.infer(case.parameters if params is None else params, case.inputs,
                                case.initial)
    outputs = y if isinstance(y, dict) else {"y": y}
    return {**outputs, **{f"final {name}": one for name, one in final.items()}}


def far(found: dict[str, Any], wanted: dict[str, Any]) -> float:
    """The largest error of all, each by the largest entry of its array."""
    assert found.keys() == wanted.keys()
    return max(relative_error(found[key], one) for key, one in wanted.items())


def holds(network: Program, kind: str, threads: int = 1, **chosen: int) -> None:
    """The law: narrow weights are float32 with the same weights, rounded, and rounded they are.

    As far from float64 as NumPy's float32 is, or a few times, as some cells double every error.
    """
    case = case_of(network, **chosen)
    narrow = symrnn.compile(network, weights=kind, threads=threads)
    rounded = narrow.rounded(case.parameters)
    single, exact = (inferred(symrnn.compile(network, "numpy", dtype), case, rounded)
                     for dtype in ("float32", "float64"))
    assert far(inferred(narrow, case), exact) < 8 * far(single, exact) + 2e-6
    matrices = [name for name, one in rounded.items() if one.ndim > 1]
    assert not matrices or any(not np.array_equal(rounded[name], np.float32(case.parameters[name]))
                               for name in matrices)


@pytest.mark.sweep
@pytest.mark.parametrize("name", BY_NAME)
def test_every_cell_computes_what_float32_does_with_rounded_weights(name: str) -> None:
    for kind in OF_KERNELS:
        holds(BY_NAME[name].build(), kind)


@pytest.mark.sweep
@pytest.mark.parametrize("name", BY_NAME)
def test_two_threads_compute_the_same_bits(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.runtime.simd_engine.SimdEngine", Crowded)
    network = BY_NAME[name].build()
    case = case_of(network)
    kind = OF_KERNELS[len(name) % len(OF_KERNELS)]
    one, two = (inferred(symrnn.compile(network, weights=kind, threads=threads), case)
                for threads in (1, 2))
    assert all(np.array_equal(array, two[key]) for key, array in one.items())


@kinds
@pytest.mark.parametrize("name", ["lstm", "antisymmetric_rnn", "gla"])
def test_steps_compute_what_sequences_do(name: str, kind: str) -> None:
    network = BY_NAME[name].build()
    case, kernel = case_of(network), symrnn.compile(network, weights=kind)
    (key,), state = case.inputs, case.initial
    step = kernel.stepper(case.parameters, case.sizes["B"], state)
    wanted, _ = kernel.infer(case.parameters, case.inputs[key], state)
    run = kernel.forward(case.parameters, case.inputs[key], state)
    assert relative_error(run.y, wanted) < ROUNDING
    for t, x_t in enumerate(case.inputs[key]):
        y_t, state = kernel.step(case.parameters, x_t, state)
        assert relative_error(y_t, wanted[t]) < ROUNDING
        assert relative_error(step(x_t), wanted[t]) < ROUNDING


@kinds
@pytest.mark.parametrize("batch", [1, 3, 9, 100])
@pytest.mark.parametrize("m", [1, 7, 33, 70])
@pytest.mark.parametrize("name", ["lstm", "gru", "elman", "nas"])
def test_every_edge_of_a_tile(name: str, m: int, batch: int, kind: str) -> None:
    holds(BY_NAME[name].build(), kind, m=m, B=batch)


@kinds
@pytest.mark.parametrize("machine", [
    "-march=x86-64", "-march=haswell", "-march=skylake-avx512", "-march=native",
    "-march=native -DVECTOR_BYTES=32"])
def test_every_width_of_vectors(kind: str, machine: str) -> None:
    if not X86 or not _runs(machine):
        pytest.skip("this machine lacks the instructions")
    with compiled_by(Toolchain(machine=tuple(machine.split()))):
        for sizes in ({"m": 37, "B": 1}, {"m": 70, "B": 5}):
            holds(symrnn.lstm(), kind, **sizes)


def _runs(machine: str) -> bool:
    needed = {"-march=haswell": "avx2", "-march=skylake-avx512": "avx512bw"}.get(machine, "sse2")
    told = Path("/proc/cpuinfo")
    return told.is_file() and needed in told.read_text(encoding="ascii").split()


@kinds
def test_more_entries_than_sums_of_whole_numbers_hold(kind: str) -> None:
    for n in (4095, 4096, 4099, 9001):
        holds(symrnn.elman(), kind, n=n, m=3, B=1, T=1)


def products(*, both: bool = False) -> Program:
    """A network whose weights are scaled, read as rows and as columns, and entry by entry."""
    with symrnn.Cell("products", "Weights read in several ways") as cell:
        x, h = cell.input("x[m]", "input"), cell.state("h[m]", "state")
        W, U = cell.parameter("W[m, m]", "matrix"), cell.parameter("U[m, m]", "matrix")
        a = cell.symbol("a[m]", "sum")
        t = symrnn.t
        read = U @ x[t] if both else x[t]
        a[t] = Rational(3, 10) * (W @ x[t]) - Rational(7, 9) * (U.T @ h[t - 1]) + read
        h[t] = tanh(a[t])
    return cell.build("h")


@kinds
@pytest.mark.parametrize("both", [False, True])
def test_weights_with_a_factor_and_as_columns(both: bool, kind: str) -> None:
    holds(products(both=both), kind, m=19)


def test_the_nearest_bfloat16_and_the_even_one_of_two() -> None:
    kernel = symrnn.compile(symrnn.elman(), weights="bfloat16")
    low, step = 1.0, 2.0 ** -7
    given = np.array([[low, low + step / 2, low + 1.5 * step, low + 0.51 * step, -low - step / 4]])
    params = {"W": given, "U": np.zeros((1, 1)), "b": np.array([0.1]), "V": np.ones((1, 1)),
              "b_y": np.zeros(1)}
    found = kernel.rounded({name: params[name] for name in kernel.parameters})
    assert found["W"].tolist() == [[low, low, low + 2 * step, low + step, -low]]
    assert found["b"] == np.float32(0.1)


def test_whole_multiples_of_a_127th_row_by_row() -> None:
    kernel = symrnn.compile(symrnn.elman(), weights="int8")
    params = {"W": np.array([[127.0, 3.4, -3.6], [0, 0, 0]]),
              "U": np.array([[1.0, 0.3], [-2, 1.1]]), "b": np.array([0.1, 0.2]),
              "V": np.ones((1, 2)), "b_y": np.zeros(1)}
    found = kernel.rounded({name: params[name] for name in kernel.parameters})
    assert found["W"].tolist() == [[127, 3, -4], [0, 0, 0]]
    assert np.allclose(found["U"], [[1, 38 / 127], [-2, 140 / 127]], rtol=1e-6)
    assert found["b"].tolist() == np.float32([0.1, 0.2]).tolist()


def test_all_rows_have_one_step_where_columns_are_read_too() -> None:
    network = BY_NAME["antisymmetric_rnn"].build()
    case, kernel = case_of(network, m=9), symrnn.compile(network, weights="int8")
    given, found = case.parameters["W_h"], kernel.rounded(case.parameters)["W_h"]
    step = np.abs(given).max() / 127
    assert np.allclose(found / step, np.rint(given / step), atol=1e-4)


@kinds
def test_what_rounding_changes_is_as_little_as_its_bits_say(kind: str) -> None:
    """Half a unit of 8 bits of fraction, or half of a 127th of the largest one of a row."""
    case, kernel = case_of(symrnn.lstm(), m=33), symrnn.compile(symrnn.lstm(), weights=kind)
    for name, one in kernel.rounded(case.parameters).items():
        given = case.parameters[name]
        unit = (np.abs(given) * 2.0 ** -8 if kind == "bfloat16" else
                np.abs(given).max(-1, keepdims=True) / 254)
        assert (np.abs(one - given) <= unit * 1.0001).all()


def test_panels_take_as_many_bytes_as_their_type() -> None:
    found = {}
    for kind, size in NARROW.items():
        kernel = symrnn.compile(symrnn.lstm(), weights=kind)
        case = case_of(symrnn.lstm(), m=128, n=128)
        engine = kernel.engine
        assert isinstance(engine, SimdEngine)
        ready = engine.ready(kernel.given(case.parameters, case.inputs, case.initial).sizes)
        found[kind] = engine.entries(ready, "forward_packed") / size
    assert found["float32"] < found["bfloat16"] < 1.04 * found["float32"]
    assert found["float32"] < found["int8"] < 1.08 * found["float32"]


def test_a_kernel_of_narrow_weights_says_so() -> None:
    assert repr(symrnn.compile(symrnn.elman(), weights="int8")).endswith(", weights int8>")


@kinds
@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_a_sample_that_is_no_number_stays_so(number: float, kind: str) -> None:
    kernel = symrnn.compile(symrnn.elman(), weights=kind)
    case = case_of(symrnn.elman(), m=20, n=20, B=3)
    x = np.float32(case.inputs["x"])
    wanted, _ = kernel.infer(case.parameters, x)
    x[1, 1, 7] = number
    found, _ = kernel.infer(case.parameters, x)
    assert np.array_equal(found[:, [0, 2]], wanted[:, [0, 2]])
    assert np.array_equal(found[0], wanted[0])
    if np.isnan(number):
        assert np.isnan(found[1:, 1]).all()


@kinds
def test_small_and_large_samples_keep_their_digits(kind: str) -> None:
    """A row of nothing, and rows far from one: their scale is their own."""
    network = symrnn.elman(readout=False)
    case, kernel = case_of(network, m=20, n=20, B=4), symrnn.compile(network, weights=kind)
    plain = symrnn.compile(network, "numpy")
    params = {**case.parameters, "b": np.zeros(20)}
    rounded = kernel.rounded(params)
    x = np.float32(case.inputs["x"]) * np.float32([0, 1e-30, 1e-4, 1e4])[:, None]
    found, wanted = kernel.infer(params, x)[0], plain.infer(rounded, x)[0]
    assert not found[:, 0].any()
    for sample in (1, 2, 3):
        assert relative_error(found[0, sample], wanted[0, sample]) < ROUNDING


@kinds
def test_packed_parameters_of_others_are_rounded_too(kind: str) -> None:
    network = symrnn.lstm()
    case = case_of(network)
    narrow, wide = symrnn.compile(network, weights=kind), symrnn.compile(network)
    other = symrnn.compile(network, weights=next(one for one in OF_KERNELS if one != kind))
    wanted = inferred(narrow, case)
    for packed in (narrow.pack(case.parameters), wide.pack(case.parameters),
                   pickle.loads(pickle.dumps(narrow.pack(case.parameters)))):
        assert far(inferred(narrow, case, packed), wanted) < 1e-6
    packed = narrow.pack(case.parameters)
    assert narrow.pack(packed) is packed
    assert far(inferred(wide, case, packed), wanted) < ROUNDING  # what is rounded stays so
    assert far(inferred(other, case, packed), wanted) > 1e-4


@kinds
def test_a_kernel_is_pickled_with_its_weights(kind: str) -> None:
    kernel = symrnn.compile(symrnn.lstm(), weights=kind)
    again = pickle.loads(pickle.dumps(kernel))
    assert f"weights {kind}" in repr(kernel) == repr(again)


@kinds
def test_masked_steps_are_of_narrow_weights_too(kind: str) -> None:
    case, kernel = case_of(symrnn.lstm(), m=9), symrnn.compile(symrnn.lstm(), weights=kind)
    x = np.float32(case.inputs["x"])
    found, _ = kernel.infer(case.parameters, x, lengths=[4, 2])
    rounded = kernel.rounded(case.parameters)
    wanted, _ = symrnn.compile(symrnn.lstm()).infer(rounded, x, lengths=[4, 2])
    assert relative_error(found, wanted) < ROUNDING
    assert not found[2:, 1].any()


@kinds
@pytest.mark.parametrize("options", [{"backend": "numpy"}, {"profile": "portable"}])
def test_other_backends_round_the_same_weights(options: dict[str, str], kind: str) -> None:
    case = case_of(symrnn.lstm(), m=9)
    fast = symrnn.compile(symrnn.lstm(), weights=kind)
    other = symrnn.compile(symrnn.lstm(), weights=kind, **options)
    for name, one in fast.rounded(case.parameters).items():
        assert np.array_equal(one, other.rounded(case.parameters)[name])
    assert far(inferred(fast, case), inferred(other, case)) < ROUNDING


@kinds
def test_nothing_is_derived_from_narrow_weights(kind: str) -> None:
    case, kernel = case_of(symrnn.lstm()), symrnn.compile(symrnn.lstm(), weights=kind)
    run = kernel.forward(case.parameters, case.inputs, case.initial)
    calls = {
        "backward": lambda: kernel.backward(run, run.y),
        "jvp": lambda: kernel.jvp(case.parameters, case.inputs),
        "hvp": lambda: kernel.hvp(case.parameters, case.inputs, run.y),
        "truncated": lambda: kernel.truncated(case.parameters, case.inputs, run.y, 2),
        "checkpointed": lambda: kernel.checkpointed(case.parameters, case.inputs, 2),
        "rtrl": lambda: kernel.rtrl(case.parameters),
        "state_jacobian": lambda: kernel.state_jacobian(case.parameters, case.inputs["x"][0]),
    }
    for name, call in calls.items():
        with pytest.raises(symrnn.ProgramError, match=f"{kind} weights.*no {name}; train a kernel"):
            call()


@pytest.mark.parametrize(("options", "sentence"), [
    ({"weights": "float16"}, "weights is 'float16'; kernels hold them as bfloat16 or int8"),
    ({"weights": 8}, "weights is 8; kernels hold them as"),
    ({"weights": "int8", "dtype": "float64"}, "weights is 'int8', which goes with float32; dtype "
                                              "is float64")])
def test_other_types_are_refused_by_name(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        symrnn.compile(symrnn.elman(), **options)


def test_the_type_of_all_else_may_be_named() -> None:
    for dtype in ("float32", "float64"):
        kernel = symrnn.compile(symrnn.elman(), dtype=dtype, weights=dtype)
        assert "weights" not in repr(kernel)
        case = case_of(symrnn.elman())
        assert np.array_equal(kernel.rounded(case.parameters)["W"],
                              case.parameters["W"].astype(dtype))


@kinds
@pytest.mark.parametrize("number", [np.nan, np.inf, 3.4e38])
def test_weights_that_a_type_does_not_reach_are_refused(number: float, kind: str) -> None:
    kernel = symrnn.compile(symrnn.elman(), weights=kind)
    params = dict(case_of(symrnn.elman()).parameters)
    params["W"] = np.array(params["W"])
    params["W"][1, 2] = number
    if np.isfinite(number) and kind == "int8":
        assert np.isclose(kernel.rounded(params)["W"][1, 2], number, rtol=1e-6)
        return
    with pytest.raises(symrnn.ProgramError, match="'W' has weights that are not finite as"):
        kernel.pack(params)
