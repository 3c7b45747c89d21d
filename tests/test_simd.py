"""The fast C: every size of tile, any number of threads, narrower vectors, strict compilers."""

from __future__ import annotations

import ctypes
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import And, Piecewise, exp, tanh

import symrnn
from symrnn import Cell, t
from symrnn.backends import c_words
from symrnn.checking import check_kernel
from symrnn.checking.numeric import relative_error
from symrnn.kernels import compile
from symrnn.pipeline import derive, own_files
from symrnn.program import FED, Ein, Program, Role, SizeSymbol, function
from symrnn.rendering import shared
from symrnn.runtime import compiler
from symrnn.runtime.c_engine import CEngine
from symrnn.runtime.compiler import SIMD, CompilerFailed, shared_library
from symrnn.runtime.simd_engine import SimdEngine
from tests.networks_of_sides import SIDES, STACKED

nightly = pytest.mark.skipif(not os.environ.get("SYMRNN_EXHAUSTIVE"),
                             reason="runs nightly: SYMRNN_EXHAUSTIVE=1")
X86 = platform.machine() in ("x86_64", "AMD64")
NETS = {
    "lstm": symrnn.lstm(peephole=True), "gru": symrnn.gru(),
    "reset_before": symrnn.gru(reset_after=False),
    "layer_norm": symrnn.cell("lstm_layer_norm"), "projected": symrnn.lstm(projection=True),
    "both_ways": symrnn.bidirectional(symrnn.gru()), "elman": symrnn.elman(),
}
REST = {"n": 5, "p": 3, "r": 4}


def arrays(kernel: symrnn.Kernel, m: int, batch: int, steps: int) -> tuple[Any, Any]:
    """Random parameters and input; sizes other than m differ from it."""
    random = np.random.default_rng(m + 100 * batch)
    sizes = {axis: m if axis == "m" else REST.get(axis, m) for one in kernel.parameters.values()
             for axis in one.axes}
    params = {name: random.normal(size=[sizes[axis] for axis in one.axes]) / np.sqrt(m)
              for name, one in kernel.parameters.items()}
    return params, random.normal(size=(steps, batch, sizes["n"]))


def of_sides(kernel: symrnn.Kernel, m: int, batch: int, steps: int) -> tuple[Any, Any]:
    """Random parameters and inputs, masks among them, of one of the networks of sides."""
    random = np.random.default_rng(m)
    sizes = {one.name: REST.get(one.name, m) for one in kernel.program.sizes if one.value is None}
    sizes |= {"T": steps, "B": batch, "k": m // 2 + 1}
    for one in kernel.program.sizes:
        if one.value is not None:
            sizes[one.name] = int(one.value.subs(
                {SizeSymbol(axis): size for axis, size in sizes.items()}))
    params, given = ({one.name: random.normal(size=[sizes[axis] for axis in one.shape])
                      for one in kernel.program.with_role(*roles)}
                     for roles in ((Role.PARAMETER,), FED))
    return {name: one / np.sqrt(m) for name, one in params.items()}, given


def everything(kernel: symrnn.Kernel, params: Any, x: Any, start: Any = None) -> dict[str, Any]:
    run = kernel.forward(params, x, start)
    return {"y": run.y, **run.final, **kernel.backward(run, np.cos(run.y))}


@pytest.mark.parametrize("batch", [1, 3, 9, 100])
@pytest.mark.parametrize("m", [1, 7, 33, 70])
@pytest.mark.parametrize("name", NETS)
def test_every_edge_of_a_tile(name: str, m: int, batch: int) -> None:
    fast, plain = (compile(NETS[name], backend, "float64") for backend in ("c", "numpy"))
    given = arrays(fast, m, batch, 3)
    found, wanted = (everything(kernel, *given) for kernel in (fast, plain))
    assert found.keys() == wanted.keys()
    for key, array in wanted.items():
        close = np.allclose(found[key], array, rtol=1e-12, atol=1e-13)  # sums that cancel
        assert close or relative_error(found[key], array) < 1e-12, key


def test_a_quotient_by_what_is_nearly_nothing() -> None:
    """A softmax without its shift: one over the sum of tiny numbers, squared, is infinite."""
    with symrnn.Cell("softmax", "Softmax") as cell:
        x, h = cell.input("x[m]", "input"), cell.state("h[m]", "state")
        e, s = cell.symbol("e[m]", "powers"), cell.symbol("s", "their sum")
        e[symrnn.t] = exp(x[symrnn.t] + h[symrnn.t - 1])
        s[symrnn.t] = Ein("i->", e[symrnn.t])
        h[symrnn.t] = e[symrnn.t] / s[symrnn.t]
    net, x = cell.build("h"), np.array([[[-46, -47, -45.5]]], "f4")
    found = []
    for profile in ("simd", "portable"):
        kernel = symrnn.compile(net, "c", "float32", profile=profile)
        run = kernel.forward({}, x)
        found.append(kernel.backward(run, np.eye(1, 3, dtype="f4")[None])["x"])
    assert np.allclose(*found, rtol=1e-5)


def test_second_arguments_are_numbers() -> None:
    with symrnn.Cell("leaky", "A slope made of a size") as cell:
        x, h, m = cell.input("x[m]", "input"), cell.state("h[m]", "state"), SizeSymbol("m")
        h[symrnn.t] = function("leaky_relu")(x[symrnn.t] - h[symrnn.t - 1], 1 / m)
    assert check_kernel(cell.build("h"), "c", "float64") == []


def test_a_condition_of_three_parts() -> None:
    with symrnn.Cell("parts", "Between two numbers, where a third is small") as cell:
        x, h, tau = cell.input("x[m]", "input"), cell.state("h[m]", "state"), cell.parameter(
            "tau", "slope")
        a = cell.symbol("a[m]", "sum")
        a[symrnn.t] = x[symrnn.t] + h[symrnn.t - 1]
        inside = And(a[symrnn.t] > -1, a[symrnn.t] < 1, tau < 9)
        h[symrnn.t] = Piecewise((tau * a[symrnn.t], inside), (1, True))
    for backend in ("c", "numpy"):
        assert check_kernel(cell.build("h"), backend, "float64") == []


def test_names_of_pointers() -> None:
    with symrnn.Cell("named", "Called like pointers of the fast C") as cell:
        x, h = cell.input("x[m]", "input"), cell.state("h[m]", "state")
        rows, (row_m, kept) = cell.symbol("h_rows[m]", "rows"), cell.parameters(
            "row_m kept_o", "numbers")
        rows[symrnn.t] = row_m * h[symrnn.t - 1] + kept
        h[symrnn.t] = tanh(rows[symrnn.t] + x[symrnn.t])
    assert check_kernel(cell.build("h"), "c", "float64") == []


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_many_columns_of_a_reduction(dtype: str) -> None:
    """So many that left factors are packed, more units than at one time, edges at both ends."""
    fast, plain = (compile(NETS["elman"], backend, dtype) for backend in ("c", "numpy"))
    for m in (255, 301):
        params, x = arrays(fast, m, 3, 90)
        found, wanted = (everything(kernel, params, x) for kernel in (fast, plain))
        for key, array in wanted.items():
            assert relative_error(found[key], array) < (1e-4 if dtype == "float32" else 1e-11), key


def test_a_reduction_of_whole_tiles_keeps_its_scale() -> None:
    """A third of a product: its weights' gradient is a sum of which each term is a third."""
    with Cell("thirds", "A product with a factor") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        W, U = cell.parameter("W[m,n]", "weights"), cell.parameter("U[m,m]", "weights")
        h[t] = tanh(W @ x[t] / 3 + U @ h[t - 1] / 5)
    net = cell.build("h")
    fast, plain = compile(net, dtype="float64"), compile(net, "numpy", "float64")
    random = np.random.default_rng(0)
    params = {"W": random.normal(size=(64, 96)) / 8, "U": random.normal(size=(64, 64)) / 8}
    x = random.normal(size=(5, 9, 96))
    found, wanted = (everything(kernel, params, x) for kernel in (fast, plain))
    assert all(np.allclose(found[key], one, 1e-12, 1e-12) for key, one in wanted.items())


@pytest.mark.parametrize(("m", "batch", "steps"), [(33, 5, 400), (150, 25, 9)])
@pytest.mark.parametrize("name", NETS)
def test_many_chunks_of_steps(name: str, m: int, batch: int, steps: int) -> None:
    """So many rows that reductions are gathered chunk by chunk; weights that are far away."""
    fast, plain = (compile(NETS[name], backend, "float64") for backend in ("c", "numpy"))
    params, x = arrays(fast, m, batch, steps)
    found, wanted = (everything(kernel, params, x) for kernel in (fast, plain))
    for key, array in wanted.items():
        assert relative_error(found[key], array) < 1e-11, key
    assert np.array_equal(found["y"], fast.forward(params, x).y)
    y, final = fast.infer(params, x)
    assert relative_error(y, wanted["y"]) < 1e-12
    assert all(relative_error(array, wanted[key]) < 1e-12 for key, array in final.items())


def test_a_gradient_of_two_products_is_gathered_chunk_by_chunk() -> None:
    """The later product is added to the first one, whether earlier chunks were or not."""
    network = symrnn.cell("antisymmetric_rnn")
    fast, plain = (compile(network, backend, "float64") for backend in ("c", "numpy"))
    params, x = arrays(fast, 33, 5, 400)
    found, wanted = (everything(kernel, params, x) for kernel in (fast, plain))
    for key, array in wanted.items():
        assert relative_error(found[key], array) < 1e-11, key


class Crowded(SimdEngine):
    """As many threads as asked for, however little there is to do."""

    @property
    def defines(self) -> tuple[str, ...]:
        return (*super().defines, "SHARE_OF_LOOP=1", "SHARE_OF_STEP=1")


class Parting(Crowded):
    """The same, and a team parts wherever there are sides, as if nothing cost more than to meet."""

    @property
    def defines(self) -> tuple[str, ...]:
        return (*super().defines, "SHARE_OF_MEETING=((size_t)1<<40)")


class Together(Crowded):
    """The same, and a team parts only where sides are equal, as if to meet cost nothing."""

    @property
    def defines(self) -> tuple[str, ...]:
        return (*super().defines, "SHARE_OF_MEETING=0")


def flags_for(target: list[str]) -> tuple[str, ...]:
    """The flags of the fast C for another machine than this one."""
    return tuple(flag for flag in SIMD if not flag.startswith("-march")) + tuple(target)


def the_same_bits(name: str) -> None:
    """Sizes at which threads have blocks enough, share rows, or have nothing to do."""
    kernels = [compile(NETS[name], threads=count) for count in (1, 2, 3, 4, 7)]
    for m, batch, steps in ((40, 13, 5), (24, 30, 3), (7, 2, 900), (1030, 1, 2), (72, 32, 9),
                            (17, 61, 4), (280, 100, 2)):
        params, x = arrays(kernels[0], m, batch, steps)
        one, *others = (everything(kernel, params, x) | {"inferred": kernel.infer(params, x)[0]}
                        for kernel in kernels)
        for other in others:
            assert all(np.array_equal(array, other[key]) for key, array in one.items())


@pytest.mark.parametrize("name", NETS)
def test_the_same_bits_for_any_number_of_threads(
        name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.runtime.simd_engine.SimdEngine", Crowded)
    the_same_bits(name)


@pytest.mark.parametrize("engine", [Parting, Together])
@pytest.mark.parametrize("name", SIDES)
def test_sides_give_the_same_bits(
        name: str, engine: type[SimdEngine], monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other by all threads, or each by a part of them, of one thread or several."""
    monkeypatch.setattr("symrnn.runtime.simd_engine.SimdEngine", engine)
    alone, *teams = (compile(SIDES[name], threads=count) for count in (1, 2, 3, 4, 7))
    for m, batch, steps in ((40, 13, 5), (7, 2, 90), (130, 1, 7), (72, 32, 9), (17, 61, 4)):
        params, given = of_sides(alone, m, batch, steps)
        one, *others = (
            everything(kernel, params, given) | {"inferred": kernel.infer(params, given)[0]}
            for kernel in (alone, *teams))
        for other in others:
            assert all(np.array_equal(array, other[key]) for key, array in one.items())


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("name", SIDES)
def test_sides_compute_what_the_equations_say(
        name: str, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.runtime.simd_engine.SimdEngine", Parting)
    fast = compile(SIDES[name], dtype="float64", threads=threads)
    plain = compile(SIDES[name], "numpy", "float64")
    found, wanted = (everything(kernel, *of_sides(fast, 33, 3, 9)) for kernel in (fast, plain))
    assert found.keys() == wanted.keys()
    for key, array in wanted.items():
        assert np.allclose(found[key], array, rtol=1e-12, atol=1e-13), key


STACKED_BY_DAY = ("two", "behind", "back_in_time", "unit_by_unit", "different")
stacked = pytest.mark.parametrize("name", [
    pytest.param(one, marks=() if one in STACKED_BY_DAY else nightly) for one in STACKED])


@pytest.mark.parametrize("engine", [Parting, pytest.param(Together, marks=nightly)])
@stacked
def test_stacked_layers_give_the_same_bits(
        name: str, engine: type[SimdEngine], monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer threads than layers, as many, more, and more than cores; few steps and many spans."""
    monkeypatch.setattr("symrnn.runtime.simd_engine.SimdEngine", engine)
    alone, *teams = (compile(STACKED[name], threads=count) for count in (1, 2, 3, 4, 8))
    for m, batch, steps in ((40, 13, 5), (7, 2, 90), (130, 1, 7), (33, 1, 301), (24, 30, 3),
                            (8, 3, 1), (8, 3, 0), (5, 0, 4), (1, 1, 130), (33, 5, 400)):
        params, given = of_sides(alone, m, batch, steps)
        one, *others = (
            everything(kernel, params, given) | {"inferred": kernel.infer(params, given)[0]}
            for kernel in (alone, *teams))
        for other in others:
            assert all(np.array_equal(array, other[key]) for key, array in one.items())


@pytest.mark.parametrize("threads", [1, 2, 4])
@stacked
def test_stacked_layers_compute_what_the_equations_say(
        name: str, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From given states, in fewer steps than a chunk has, in several chunks and spans."""
    monkeypatch.setattr("symrnn.runtime.simd_engine.SimdEngine", Parting)
    fast = compile(STACKED[name], dtype="float64", threads=threads)
    plain = compile(STACKED[name], "numpy", "float64")
    for m, batch, steps in ((33, 3, 9), (5, 1, 101), (6, 2, 1), (4, 2, 0), (3, 0, 2), (1, 1, 50),
                            (33, 5, 300)):
        params, given = of_sides(fast, m, batch, steps)
        start = {name: np.full([batch, *(m // 2 + 1 if axis == "k" else m
                                         for axis in fast.program[name].axes)], 0.3)
                 for name in fast.program.states}
        found, wanted = (everything(kernel, params, given, start) for kernel in (fast, plain))
        assert found.keys() == wanted.keys()
        for key, array in wanted.items():
            assert np.allclose(found[key], array, rtol=1e-11, atol=1e-12), (key, m, batch, steps)


@pytest.mark.parametrize("name", ["another_size_back", "masks", "two", "different", "four"])
def test_sides_take_sequences_of_different_lengths(
        name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.runtime.simd_engine.SimdEngine", Parting)
    network = (SIDES | STACKED)[name]
    kernels = [compile(network, dtype="float64", threads=count) for count in (1, 2, 4)]
    params, given = of_sides(kernels[0], 20, 3, 9)
    one, *others = ({"y": run.y, **run.final, **kernel.backward(run, np.cos(run.y))}
                    for kernel in kernels
                    for run in [kernel.forward(params, given, lengths=[9, 0, 4])])
    assert all(np.array_equal(array, other[key]) for other in others for key, array in one.items())
    assert not one["y"][4:, 2].any()


@pytest.mark.parametrize("name", ["miru1", "scrn"])
def test_a_gradient_of_one_number_is_summed_by_one_thread(
        name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that lead to one number for all units are added in their order."""
    monkeypatch.setattr("symrnn.runtime.simd_engine.SimdEngine", Crowded)
    alone, *teams = (compile(symrnn.cell(name), threads=count) for count in (1, 2, 3))
    for m, batch, steps in ((24, 30, 3), (7, 2, 300)):
        params, x = arrays(alone, m, batch, steps)
        one, *others = (everything(kernel, params, x) for kernel in (alone, *teams))
        for other in others:
            assert all(np.array_equal(array, other[key]) for key, array in one.items())


APART = {"mingru": symrnn.cell("mingru"), "indrnn": symrnn.cell("indrnn"),
         "lru": symrnn.cell("lru"), "gla": symrnn.cell("gla")}  # by units, but GLA by samples


@pytest.mark.parametrize("name", APART)
@pytest.mark.parametrize("size, batch, steps", [
    (35, 1, 301), (35, 5, 64), (35, 3, 1), (35, 2, 0), (3, 1, 1000), (9, 2, 97)])
def test_threads_that_go_apart_give_the_same_bits(
        name: str, size: int, batch: int, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.runtime.simd_engine.SimdEngine", Crowded)
    kernels = [compile(APART[name], threads=count) for count in (1, 2, 5)]
    sizes = {one.name: 5 for one in APART[name].sizes} | {"m": size, "N": size, "n": 3, "T": steps,
                                                          "B": batch}
    draw = np.random.default_rng(1)
    params, given = ({one.name: draw.random([sizes[axis] for axis in one.shape])
                      for one in APART[name].with_role(role)}
                     for role in (Role.PARAMETER, Role.INPUT))
    one, *others = (everything(kernel, params, given) | {"inferred": kernel.infer(params, given)[0]}
                    for kernel in kernels)
    for other in others:
        assert all(np.array_equal(array, other[key]) for key, array in one.items())


NARROW = [["-march=x86-64"], ["-march=x86-64", "-mavx2", "-mfma"],
          ["-march=x86-64", "-mavx2", "-mfma", "-mtune=znver3"]]  # which chains no FMA of its own


@pytest.mark.skipif(not X86, reason="flags of x86")
@pytest.mark.parametrize("target", NARROW)
def test_the_same_bits_with_narrower_vectors(
        target: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.runtime.team_engine.SIMD", flags_for(target))
    monkeypatch.setattr("symrnn.runtime.simd_engine.SimdEngine", Crowded)
    the_same_bits("elman")


@pytest.mark.parametrize("threads", [2, 3])
def test_a_stepper_of_a_team_streams_the_same_bits(
        threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.runtime.simd_engine.SimdEngine", Crowded)
    alone, team = (compile(symrnn.gru(), threads=count) for count in (1, threads))
    params, x = arrays(alone, 70, 2, 9)
    first, second = (kernel.stepper(params, 2) for kernel in (alone, team))
    assert all(np.array_equal(first(x_t), second(x_t)) for x_t in x)


@pytest.mark.skipif(not X86, reason="flags of x86")
@pytest.mark.parametrize("target", NARROW[:2])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["lstm", "layer_norm"])
def test_narrower_vectors(name: str, dtype: str, target: list[str],
                          monkeypatch: pytest.MonkeyPatch) -> None:
    flags = flags_for(target)
    monkeypatch.setattr("symrnn.runtime.team_engine.SIMD", flags)
    monkeypatch.setattr(SimdEngine, "flags", flags)
    assert [str(one) for one in check_kernel(NETS[name], "c", dtype)] == []


def test_a_compiler_without_openmp_gives_one_thread(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refusing(files: Any, defines: Any, flags: Any, objects: Any = ()) -> Path:
        if "-fopenmp" in flags:
            raise CompilerFailed("omp.h: no such file")
        return shared_library(files, defines, flags, objects)

    monkeypatch.setattr("symrnn.runtime.simd_engine.shared_library", refusing)
    kernel = compile(symrnn.gru(), dtype="float64", threads=2)
    assert "no OpenMP" in capsys.readouterr().err
    found, wanted = (everything(one, *arrays(kernel, 5, 2, 3))
                     for one in (kernel, compile(symrnn.gru(), dtype="float64")))
    assert all(np.array_equal(found[key], wanted[key]) for key in wanted)


def test_packed_parameters_serve_every_call_and_stay_as_they_were() -> None:
    kernel = compile(symrnn.gru(), dtype="float64")
    params, x = arrays(kernel, 6, 2, 4)
    packed = kernel.pack(params)
    lengths = [4, 2]
    before = everything(kernel, packed, x), kernel.forward(packed, x, lengths=lengths).y
    params["U_r"][...] = 0
    after = everything(kernel, packed, x), kernel.forward(packed, x, lengths=lengths).y
    assert all(np.array_equal(before[0][key], after[0][key]) for key in before[0])
    assert np.array_equal(before[1], after[1])
    assert not np.array_equal(kernel.forward(params, x).y, before[0]["y"])
    with pytest.raises(ValueError, match="read-only"):
        packed["U_r"][...] = 1


@pytest.mark.parametrize("backend", ["c", "numpy"])
def test_a_stepper_streams_what_forward_computes(backend: str) -> None:
    kernel = compile(symrnn.lstm(), backend, "float64")
    params, x = arrays(kernel, 6, 2, 5)
    stepper = kernel.stepper(params, batch=2)
    whole = kernel.forward(params, x)
    first = np.stack([stepper(one) for one in x])
    assert np.allclose(first, whole.y, rtol=1e-13, atol=1e-15)
    assert np.allclose(stepper.state["c"], whole.final["c"], rtol=1e-13, atol=1e-15)
    stepper.reset()
    assert np.array_equal(stepper(x[0]), first[0])
    alone = kernel.stepper(params)
    assert alone(x[0, 0]).shape == (6,)
    with pytest.raises(symrnn.ShapeError, match=r"\(7,\), but this stepper takes \(1, 5\), or"):
        alone(np.zeros(7))
    with pytest.raises(symrnn.ShapeError, match=r"\(5,\), but this stepper takes \(2, 5\)$"):
        stepper(np.zeros(5))


def test_a_stepper_needs_a_direction_of_time() -> None:
    kernel = compile(symrnn.reverse(symrnn.gru()))
    with pytest.raises(symrnn.ProgramError, match="reads its input in reverse"):
        kernel.stepper({})


ACCURACY = """
#ifdef SYMRNN_DOUBLE
typedef double real;
#else
typedef float real;
#endif
#include "symrnn_simd.h"
#define EACH(name)                                                            \\
    void each_##name(const real *from, real *to, size_t count)                \\
    {                                                                         \\
        for (size_t k = 0; k < count; k += LANES)                             \\
            store_part(to + k, vec_##name(load_part(from + k, count - k)), count - k); \\
    }
EACH(exp) EACH(tanh) EACH(sigmoid)
"""


def activations(dtype: Any) -> Any:
    defines = ("SYMRNN_DOUBLE",) if dtype == np.float64 else ()
    files = {"accuracy.c": ACCURACY, **shared()}
    return ctypes.CDLL(str(shared_library(files, defines, SIMD)))


def applied(library: Any, name: str, x: Any) -> Any:
    y = np.empty_like(x)
    getattr(library, f"each_{name}")(ctypes.c_void_p(x.ctypes.data), ctypes.c_void_p(y.ctypes.data),
                                     ctypes.c_size_t(x.size))
    return y


def exact(name: str, x: Any) -> Any:
    wide = np.longdouble(x)
    with np.errstate(over="ignore", under="ignore"):
        if name == "sigmoid":
            small = np.exp(-np.abs(wide))
            return np.where(wide <= 0, small, 1) / (1 + small)
        return getattr(np, name)(wide)


def units_off(got: Any, wanted: Any) -> float:
    """The largest error in units in the last place; beyond the range both are infinite."""
    with np.errstate(over="ignore"):
        rounded = wanted.astype(got.dtype)
    same = (got == rounded) | (np.isnan(got) & np.isnan(rounded))
    got, wanted, rounded = got[~same], wanted[~same], rounded[~same]
    if not got.size:
        return 0.0
    unit = np.spacing(np.abs(np.where(np.isinf(rounded), np.finfo(got.dtype).max, rounded)))
    return float(np.max(np.abs((got - wanted) / unit)))


@pytest.mark.parametrize("name", ["exp", "tanh", "sigmoid"])
def test_float64_activations(name: str) -> None:
    random = np.random.default_rng(1)
    x = np.concatenate([random.uniform(-760, 760, 200_000), random.normal(size=200_000),
                        random.normal(size=100_000) * 10.0 ** random.uniform(-300, 0, 100_000)])
    assert units_off(applied(activations(np.float64), name, x), exact(name, x)) <= 4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_activations_at_the_ends(dtype: Any) -> None:
    library = activations(dtype)
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan], dtype)
    assert np.array_equal(applied(library, "exp", x), np.array([1, 1, np.inf, 0, np.nan], dtype),
                          equal_nan=True)
    tanh = applied(library, "tanh", x)
    assert np.array_equal(tanh, np.array([0, 0, 1, -1, np.nan], dtype), equal_nan=True)
    assert np.signbit(tanh[1])
    assert np.array_equal(applied(library, "sigmoid", x),
                          np.array([0.5, 0.5, 1, 0, np.nan], dtype), equal_nan=True)


STRICT = ("-std=c99 -pedantic -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Werror "
          "-O1").split()


@pytest.mark.sweep
@pytest.mark.parametrize("command", ["gcc", "clang"])
@pytest.mark.parametrize("name", sorted(symrnn.cell_names()))
def test_no_compiler_has_anything_to_say(name: str, command: str, tmp_path: Path) -> None:
    if shutil.which(command) is None:
        pytest.skip(f"{command} is not installed")
    write(tmp_path, name, symrnn.cell(name))
    result = subprocess.run([command, *STRICT, "-c", f"{name}_simd.c", "-o", "code.o"],
                            cwd=tmp_path / name, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def write(folder: Path, name: str, program: Program) -> None:
    (folder / name).mkdir()
    for filename, text in own_files(program, name).items():
        (folder / name / filename).write_text(text, encoding="utf-8")
    for filename, text in shared().items():
        (folder / filename).write_text(text, encoding="utf-8")


def test_the_shared_header_knows_no_network() -> None:
    (text,) = shared().values()
    for name in (*symrnn.cell_names(), "hidden", "forget"):
        assert name not in text.split()


def test_a_library_for_this_machine_is_kept_apart_from_those_for_others(
        monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"accuracy.c": ACCURACY, **shared()}
    here = shared_library(files, (), SIMD)
    monkeypatch.setattr(compiler, "target", lambda flags: "another machine")
    assert shared_library(files, (), SIMD) != here


class FixedSimd(SimdEngine):
    """The fast profile with sizes that the compiler knows."""

    @property
    def defines(self) -> tuple[str, ...]:
        return (*super().defines, "KERNEL_FIXED_n=5", "KERNEL_FIXED_m=20")


class FixedPortable(CEngine):
    """The portable profile with sizes that the compiler knows."""

    @property
    def defines(self) -> tuple[str, ...]:
        return (*super().defines, "KERNEL_FIXED_n=5", "KERNEL_FIXED_m=20")


@pytest.mark.parametrize("engine", [FixedSimd, FixedPortable])
def test_sizes_may_be_fixed_when_compiling(engine: type[CEngine]) -> None:
    plan = derive(symrnn.lstm())
    plain = compile(symrnn.lstm(), dtype="float64", profile="portable")
    fixed = symrnn.Kernel(plan, engine(plan, "float64"), np.dtype("float64"), plain.related)
    given = arrays(plain, 20, 3, 4)
    wanted = everything(plain, *given)
    for key, array in everything(fixed, *given).items():
        assert np.allclose(array, wanted[key], rtol=1e-12, atol=1e-13), key


def test_no_network_takes_a_name_of_the_shared_header() -> None:
    text = re.sub(r"/\*.*?\*/", "", shared()["symrnn_simd.h"], flags=re.DOTALL)
    found = {*re.findall(r"^\s*#define (\w+)", text, re.MULTILINE),
             *re.findall(r"^(?:ALWAYS|MAYBE)\b[^(;{]*?(\w+)\(", text, re.MULTILINE),
             *re.findall(r"^\} (\w+);", text, re.MULTILINE)}
    for body in re.findall(r"\benum \{([^}]*)\}", text):
        found |= set(re.findall(r"([A-Z]\w*)(?: =|,|\s*$)", body))
    assert len(found) > 90
    known = {*c_words.SIMD, *c_words.RESERVED}
    assert found <= known, sorted(found - known)
