"""A network of layers goes to ONNX as a chain of its operators, each proved to be a layer."""

import numpy as np
import pytest

import symrnn
from symrnn.exchange import to_onnx
from symrnn.program import FED, Role
from tests.interop.test_onnx_out import draw, must_agree, run, wanted

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


def both(cell: symrnn.Program) -> symrnn.Program:
    return symrnn.bidirectional(cell, readout=False)


NETS = {
    "deep": (lambda: symrnn.deep(symrnn.lstm(), 2), ["LSTM", "LSTM"]),
    "two directions": (lambda: symrnn.deep(both(symrnn.gru()), 2, readout=True), ["GRU"] * 4),
    "a readout": (lambda: symrnn.elman(), ["RNN"]),
    "added directions": (lambda: symrnn.bidirectional(symrnn.gru(), readout=False, merge="sum"),
                         ["GRU", "GRU"]),
    "no operator": (lambda: symrnn.deep(symrnn.cell("janet"), 2), ["Scan", "Scan"]),
}


def recurrences(graph) -> list[str]:
    return [one.op_type for one in graph.node if one.op_type in ("RNN", "LSTM", "GRU", "Scan")]


def names_read(graph) -> set[str]:
    read = {name for one in graph.node for name in one.input}
    return read.union(*(names_read(part.g) for one in graph.node for part in one.attribute))


@pytest.mark.parametrize("name", NETS)
def test_each_recurrence_is_an_operator_where_it_is_one(name: str) -> None:
    build, kinds = NETS[name]
    net = build()
    params, inputs = draw(net, Role.PARAMETER), draw(net, *FED)
    made = to_onnx(net, params)
    assert recurrences(made.model.graph) == kinds
    must_agree(run(made.model, inputs, "float32"), wanted(net, {**params, **inputs}), "float32")
    assert ("slow" in made.model.doc_string) == ("Scan" in kinds)
    scans = kinds.count("Scan")
    assert made.scans == scans and made.operator == ", ".join(kinds) * (not scans)
    assert made.difference is not None and made.difference < 1e-5


def test_directions_are_those_of_the_layers() -> None:
    net = both(symrnn.lstm())
    made = to_onnx(net, draw(net, Role.PARAMETER)).model
    told = [[part.s for part in one.attribute if part.name == "direction"]
            for one in made.graph.node if one.op_type == "LSTM"]
    assert told == [[], [b"reverse"]]


def test_states_go_in_and_out_of_a_chain() -> None:
    net = symrnn.deep(symrnn.lstm(), 2)
    params, rest = draw(net, Role.PARAMETER), draw(net, *FED, Role.INITIAL)
    made = to_onnx(net, params)
    must_agree(run(made.model, rest, "float32"), wanted(net, {**params, **rest}), "float32")


@pytest.mark.parametrize("net", [symrnn.gru(), symrnn.deep(symrnn.gru(), 2),
                                 symrnn.deep(symrnn.cell("janet"), 2), symrnn.elman()], ids=repr)
def test_a_model_holds_no_array_that_nothing_reads(net: symrnn.Program) -> None:
    graph = to_onnx(net, draw(net, Role.PARAMETER)).model.graph
    assert {one.name for one in graph.initializer} <= names_read(graph)


def test_it_is_said_what_is_proved() -> None:
    def told(net: symrnn.Program) -> str:
        return str(to_onnx(net, draw(net, Role.PARAMETER))).splitlines()[0]

    assert told(symrnn.gru()) == "the operator GRU, proved to be this network"
    assert told(symrnn.deep(symrnn.gru(), 2)) == (
        "GRU, GRU, proved to be recurrences of this network")
    assert told(symrnn.cell("janet")) == "a Scan of primitive operators; it will be slow there"


def test_why_nothing_is_compared_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = to_onnx(symrnn.gru(), sizes={"n": 2, "m": 3})
    assert str(bare).endswith("not compared with ONNX Runtime: the model has no weights in it")
    params = draw(symrnn.gru(), Role.PARAMETER)

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("opset 99 is unknown\nand so on")

    monkeypatch.setattr("onnxruntime.InferenceSession", refuse)
    told = str(to_onnx(symrnn.gru(), params))
    assert told.endswith("not compared with ONNX Runtime: it does not take the model, opset 99 is "
                         "unknown")
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    assert str(to_onnx(symrnn.gru(), params)).endswith(
        "not compared with ONNX Runtime: it is not installed")


def test_weights_in_float64_stay_scans() -> None:
    """Runtimes have the operators in float32 alone."""
    net = symrnn.deep(symrnn.gru(), 2)
    made = to_onnx(net, draw(net, Role.PARAMETER), dtype="float64")
    assert recurrences(made.model.graph) == ["Scan", "Scan"]
    assert np.isfinite(made.difference or 0)
