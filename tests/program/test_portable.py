"""Programs through pickle and copy: equal, and the same bytes; what is shown is short."""

from __future__ import annotations

import copy
import multiprocessing
import pickle

import numpy as np
import pytest
from sympy import srepr

import symrnn
from symrnn import Program
from symrnn.cells import architectures
from symrnn.pipeline import derive, generate
from tests.transforms.test_options import EVERY

PROGRAMS = {
    "lstm": symrnn.lstm(**EVERY), "norm": symrnn.cell("lstm_layer_norm"),
    "adjoint": symrnn.adjoint(symrnn.gru()), "tangent": symrnn.tangent(symrnn.lstm(peephole=True)),
    "network": symrnn.deep(symrnn.bidirectional(symrnn.gru(), readout=False), 2, readout=True),
}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("name", PROGRAMS)
def test_every_protocol_gives_the_same_formulas(name: str, protocol: int) -> None:
    program = PROGRAMS[name]
    again = pickle.loads(pickle.dumps(program, protocol))
    assert again == program and hash(again) == hash(program) and again is not program
    for one, other in zip(program.equations, again.equations, strict=True):
        assert srepr(one.rhs) == srepr(other.rhs)
        assert [srepr(part.term) for part in one.origins] == [
            srepr(part.term) for part in other.origins]


@pytest.mark.sweep
@pytest.mark.parametrize("name", [one.name for one in architectures()])
def test_every_cell_travels(name: str) -> None:
    program = symrnn.cell(name)
    again = pickle.loads(pickle.dumps(program))
    assert again == program and generate(again, "a") == generate(program, "a")


def made_elsewhere(program: Program) -> dict[str, str]:
    return generate(program, "a")


def test_another_process_makes_the_same_files() -> None:
    program = PROGRAMS["lstm"]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(made_elsewhere, (program,)) == generate(program, "a")


def test_copies_are_equal() -> None:
    for program in PROGRAMS.values():
        for again in (copy.copy(program), copy.deepcopy(program)):
            assert again == program and hash(again) == hash(program)
    one = symrnn.lstm().equations[1]
    assert copy.deepcopy(one) == one
    called = symrnn.activation("sigmoid")(one.rhs.args[0])
    assert pickle.loads(pickle.dumps(called)) == copy.deepcopy(called) == called
    plan = derive(symrnn.gru())
    assert pickle.loads(pickle.dumps(plan)) == plan


@pytest.mark.parametrize(("backend", "profile"), [("numpy", "simd"), ("c", "simd"),
                                                  ("c", "portable")])
def test_a_kernel_travels_and_computes_the_same(backend: str, profile: str) -> None:
    kernel = symrnn.compile(symrnn.elman(), backend, "float64", "hold", ("norm", 1.0), profile)
    params = {name: np.full([3] * len(one.axes), 0.1) for name, one in kernel.parameters.items()}
    packed, x = kernel.pack(params), np.ones((4, 2, 3))
    again, repacked = pickle.loads(pickle.dumps((kernel, packed)))
    runs = kernel.forward(packed, x, lengths=[2, 4]), again.forward(repacked, x, lengths=[2, 4])
    assert np.array_equal(runs[0].y, runs[1].y)
    gradients = [one.backward(run, x) for one, run in zip((kernel, again), runs, strict=True)]
    assert all(np.array_equal(gradients[0][key], gradients[1][key]) for key in gradients[0])
    assert not repacked["W"].flags.writeable
    assert copy.deepcopy(kernel).program == kernel.program and copy.deepcopy(packed) is packed
    masked = pickle.loads(pickle.dumps(runs[0].kernel))
    assert masked.program == runs[0].kernel.program


def test_what_holds_memory_of_its_process_is_not_pickled() -> None:
    kernel = symrnn.compile(symrnn.gru())
    params = {name: np.ones([3] * len(one.axes)) for name, one in kernel.parameters.items()}
    for one, words in ((kernel.forward(params, np.ones((2, 1, 3))), "a run of gru .* run forward"),
                       (kernel.stepper(params), "a stepper of gru .* take stepper.state"),
                       (symrnn.Kernel(kernel.plan, kernel.engine, "float32", kernel.related),
                        "the kernel of gru was not made by symrnn.compile")):
        with pytest.raises(TypeError, match=words):
            pickle.dumps(one)


def test_what_is_shown_is_one_short_line() -> None:
    kernel = symrnn.compile(symrnn.lstm(), "numpy")
    params = {name: np.ones([3] * len(one.axes)) for name, one in kernel.parameters.items()}
    run = kernel.forward(params, np.ones((2, 1, 3)))
    shown = {
        repr(kernel.program): "<Program lstm: Long short-term memory; 12 parameters, 2 states, "
                              f"{len(kernel.program.equations)} equations>",
        repr(kernel): "<Kernel lstm: float32, NumPy; 12 parameters>",
        repr(run): "<Run of lstm: h [2, 1, 3]; final h [1, 3], c [1, 3]>",
        repr(kernel.pack(params)): "<Packed 12 parameters: float32; m = 3, n = 3>",
        repr(kernel.stepper(params)): "<Stepper of lstm: x [1, 3]; h [1, 3], c [1, 3]>",
        repr(architectures()[0]): '<Architecture antisymmetric_rnn: '
                                  'symrnn.cell("antisymmetric_rnn")>',
        repr(symrnn.compare("gru", "gru")): "<Comparison gru and gru: the same function>",
    }
    for found, wanted in shown.items():
        assert found == wanted
    assert repr(kernel.plan).startswith("<Plan of lstm: <Schedule ")
    for backend, words in (("simd", "fast C, 2 threads"), ("portable", "portable C")):
        made = symrnn.compile(symrnn.lstm(), profile=backend, threads=2)
        assert repr(made) == f"<Kernel lstm: float32, {words}; 12 parameters>"
    assert "Stepper of lstm" in repr(symrnn.compile(symrnn.lstm()).stepper(params))
