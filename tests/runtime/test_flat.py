"""Calls of a kernel with lists of arrays, as libraries of tensors make them."""

from __future__ import annotations

import numpy as np

import symrnn
from symrnn.checking.reference import random_case
from symrnn.runtime.flat import Flat


def test_lists_of_arrays_give_what_dictionaries_do() -> None:
    program = symrnn.lstm()
    kernel = symrnn.compile(program, dtype="float64")
    flat, case = Flat(kernel), random_case(symrnn.derive(program), seed=3)
    run = kernel.forward(case.parameters, case.inputs, case.initial)
    gradients = kernel.backward(run, case.y_bar, case.final_bar)
    names = [one.name for one in flat.order.given]
    assert names[:3] == [one.name for one in flat.order.parameters][:3]
    assert names[-3:] == ["x", "initial.h", "initial.c"]

    given = [case.values[name] for name in names]
    results = [*run.outputs.values(), *(run.final[one.state] for one in program.delays)]
    *found, tape = flat.forward(given)
    for each in (flat.infer(given), found):
        assert all(np.allclose(*pair, rtol=1e-13, atol=0)
                   for pair in zip(each, results, strict=True))
    bars = [*case.y_bar.values()]
    bars += [case.final_bar[one.state] for one in program.delays]
    back = flat.backward(given, found[:len(program.outputs)], tape, bars)
    for one, array in zip(flat.order.gradients, back, strict=True):
        assert np.allclose(array, gradients[one.name], rtol=1e-13, atol=1e-15), one.name
