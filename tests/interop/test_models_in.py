"""PyTorch's modules and ONNX's nodes read, each held against its own library where it is."""

import importlib.util
import sys

import numpy as np
import pytest

import symrnn
from symrnn.exchange import from_onnx, from_state_dict, from_torch_module, from_torch_weights, read
from symrnn.exchange.imported import proof
from symrnn.interop import conventions
from symrnn.program import Misused, ProgramError, UnknownName

BOUND = 2e-6


def state(gates: int, n: int = 3, m: int = 4, prefix: str = "") -> dict[str, np.ndarray]:
    random = np.random.default_rng(4)
    shapes = {"weight_ih_l0": (gates * m, n), "weight_hh_l0": (gates * m, m),
              "bias_ih_l0": (gates * m,), "bias_hh_l0": (gates * m,)}
    return {prefix + name: (random.normal(size=shape) / 2).astype("f4")
            for name, shape in shapes.items()}


@pytest.mark.parametrize(("gates", "kind", "name"), [
    (4, "", "deep_lstm"), (3, "", "deep_gru"), (1, "RNN_TANH", "deep_elman"),
    (1, "RNN_RELU", "deep_elman")])
def test_a_state_dict_is_known_by_its_shapes(gates: int, kind: str, name: str) -> None:
    found = from_state_dict(state(gates), kind)
    assert found.network.name == name
    assert {ours for ours, _ in found.mapping} == set(found.parameters)
    assert found.difference is None or found.difference <= BOUND


def test_of_several_modules_one_is_told_and_an_rnn_tells_its_activation() -> None:
    both = state(4, prefix="enc.") | state(3, prefix="dec.")
    with pytest.raises(Misused, match="several modules; tell which by prefix, one of 'enc', 'dec'"):
        from_state_dict(both)
    assert from_state_dict(both, prefix="dec").network.name == "deep_gru"
    with pytest.raises(Misused, match="RNN_TANH or RNN_RELU, by --kind"):
        from_state_dict(state(1))
    with pytest.raises(Misused, match="PyTorch has no mode 'QRNN'"):
        from_state_dict(state(4), "QRNN")
    with pytest.raises(Misused, match="no weights of a recurrent module"):
        from_state_dict({"fc.weight": np.ones(3)})
    with pytest.raises(Misused, match="weight_ih and weight_hh of one module are wanted"):
        from_state_dict({name: one for name, one in state(4).items() if name != "weight_hh_l0"})
    with pytest.raises(Misused, match=r"weight_hh has shape \(20, 4\), which no module of PyTorch"):
        from_state_dict(state(5))
    with pytest.raises(Misused, match="no such weights: bias_hh_l0"):
        from_state_dict({name: one for name, one in state(4).items() if name != "bias_hh_l0"})


@pytest.mark.filterwarnings("ignore:LSTM with projections:UserWarning")
def test_a_projection_is_that_of_an_lstm() -> None:
    found = from_state_dict({**state(4), "weight_hh_l0": np.ones((16, 2), "f4"),
                             "weight_hr_l0": np.ones((2, 4), "f4")})
    assert "nn.LSTM: mode LSTM" in str(found) and found.network.title
    assert repr(found).startswith("<Imported deep_lstm") and "parameters>" in repr(found)


def test_without_torch_the_numbers_are_not_compared(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    found = from_state_dict(state(3))
    assert found.difference is None and "PyTorch" in str(found).splitlines()[-1]


@pytest.mark.parametrize("ending", [".npz", ".safetensors"])
def test_a_state_dict_in_a_file(ending: str, tmp_path) -> None:
    path, own = tmp_path / f"weights{ending}", state(4)
    if ending == ".npz":
        np.savez(path, **own)
    else:
        pytest.importorskip("safetensors.numpy").save_file(own, path)
    found, live = from_torch_weights(path), from_state_dict(own)
    assert all(np.array_equal(one, live.parameters[key]) for key, one in found.parameters.items())


MODULES = {
    "lstm": ("LSTM", (3, 4), {"num_layers": 2, "bidirectional": True}),
    "projection": ("LSTM", (3, 4), {"proj_size": 2}),
    "gru": ("GRU", (3, 4), {"batch_first": True}),
    "gru without bias": ("GRU", (3, 4), {"bias": False}),
    "rnn": ("RNN", (3, 4), {"nonlinearity": "relu"}),
    "cell": ("LSTMCell", (3, 4), {}), "rnn cell": ("RNNCell", (3, 4), {}),
}


class TestWithTorch:
    """What needs PyTorch itself."""

    @pytest.mark.filterwarnings("ignore::UserWarning")
    @pytest.mark.parametrize("name", MODULES)
    def test_a_live_module(self, name: str) -> None:
        torch = pytest.importorskip("torch")
        kind, sizes, options = MODULES[name]
        found = from_torch_module(getattr(torch.nn, kind)(*sizes, **options))
        assert found.difference <= BOUND

    def test_a_module_in_a_model_and_sixteen_bits(self, tmp_path) -> None:
        torch, save = pytest.importorskip("torch"), pytest.importorskip("safetensors.torch")
        pytest.importorskip("ml_dtypes")
        model = torch.nn.ModuleDict({"a": torch.nn.LSTM(3, 4), "b": torch.nn.GRU(3, 4)})
        with pytest.raises(Misused, match="tell which by prefix=, one of 'a', 'b'"):
            from_torch_module(model)
        assert from_torch_module(model, "b").network.name == "deep_gru"
        with pytest.raises(Misused, match="there is no recurrent module here"):
            from_torch_module(torch.nn.Linear(2, 2))
        save.save_file(model.bfloat16().state_dict(), tmp_path / "half.safetensors")
        found = from_torch_weights(tmp_path / "half.safetensors", prefix="a")
        assert found.difference <= BOUND

    @pytest.mark.parametrize("mode", ["LSTM", "GRU"])
    def test_a_wrong_table_is_caught(self, mode: str, monkeypatch) -> None:
        pytest.importorskip("torch")
        from symrnn.interop import torch_weights
        build, gates = torch_weights.MODES[mode]
        monkeypatch.setitem(torch_weights.MODES, mode, (build, gates[::-1]))
        with pytest.raises(ProgramError, match="so they were read wrongly"):
            from_state_dict(state(len(gates)))


def onnx_model(op_type: str, gates: int, directions: int = 1, peephole: bool = False,
               computed: bool = False, second: bool = False, **attributes):
    """A node in a larger graph: something before it, something behind."""
    onnx = pytest.importorskip("onnx")
    helper, random = onnx.helper, np.random.default_rng(6)
    shapes = {"W": (directions, gates * 4, 3), "R": (directions, gates * 4, 4),
              "B": (directions, 2 * gates * 4), **({"P": (directions, 12)} if peephole else {})}
    arrays = [onnx.numpy_helper.from_array((random.normal(size=shape) / 2).astype("f4"), key)
              for key, shape in shapes.items()]
    constant = arrays.pop(1)
    more = ["", "", "", "P"] if peephole else []
    nodes = [helper.make_node("Relu", ["x"], ["X"]),
             helper.make_node("Constant", [], ["R0" if computed else "R"], value=constant),
             *([helper.make_node("Neg", ["R0"], ["R"])] if computed else []),
             helper.make_node(op_type, ["X", "W", "R", "B", *more], ["Y", "Y_h"], name="encoder",
                              **{"hidden_size": 4, **attributes}),
             *([helper.make_node(op_type, ["X", "W", "R"], ["Z"], name="decoder",
                                 **{"hidden_size": 4, **attributes})] if second else []),
             helper.make_node("Tanh", ["Y"], ["out"])]
    info = helper.make_tensor_value_info
    graph = helper.make_graph(nodes, "whole", [info("x", 1, ["T", "B", 3])],
                              [info("out", 1, None)], arrays)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


NODES = {
    "lstm": ("LSTM", 4, {}), "lstm both": ("LSTM", 4, {"direction": "bidirectional"}),
    "peephole": ("LSTM", 4, {"peephole": True}), "coupled": ("LSTM", 4, {"input_forget": 1}),
    "gru": ("GRU", 3, {}), "gru after": ("GRU", 3, {"linear_before_reset": 1}),
    "gru reverse": ("GRU", 3, {"direction": "reverse"}),
    "rnn": ("RNN", 1, {"activations": ["Relu"]}), "layout": ("RNN", 1, {"layout": 1}),
    "activations": ("LSTM", 4, {"activations": ["HardSigmoid", "Softsign", "Tanh"],
                                "activation_alpha": [0.25], "activation_beta": [0.5]}),
}


@pytest.mark.parametrize("name", NODES)
def test_a_node_of_a_larger_graph(name: str) -> None:
    pytest.importorskip("onnxruntime")
    op_type, gates, options = NODES[name]
    both = 2 if options.get("direction") == "bidirectional" else 1
    found = from_onnx(onnx_model(op_type, gates, both, **options))
    assert found.difference <= BOUND
    assert {ours for ours, _ in found.mapping} == set(found.parameters)
    assert found.found[0].startswith(f"node encoder: {op_type}, ")


def test_clip_is_that_of_the_specification() -> None:
    pytest.importorskip("onnxruntime")
    found = from_onnx(onnx_model("LSTM", 4, clip=0.1))
    assert found.difference > 1e-4 and "clip is that of the specification" in str(found)


def test_of_several_nodes_one_is_named(tmp_path) -> None:
    model = onnx_model("GRU", 3, second=True)
    with pytest.raises(Misused, match="by --node, one of 'encoder', 'decoder'"):
        from_onnx(model)
    assert len(from_onnx(model, "decoder").parameters) == 6 and from_onnx(model, "Y_h")
    with pytest.raises(Misused, match="no recurrent node 'other'; there are 'encoder', 'decoder'"):
        from_onnx(model, "other")
    path = tmp_path / "model.onnx"
    path.write_bytes(model.SerializeToString())
    assert read(path, node="encoder").network == from_onnx(model, "encoder").network
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ProgramError, match=r"is no complete ONNX model|is no ONNX model"):
        from_onnx(path)


def test_what_a_node_has_that_is_not_read_is_refused_by_name() -> None:
    with pytest.raises(Misused, match="'R', which is R of the GRU, is computed by the graph"):
        from_onnx(onnx_model("GRU", 3, computed=True))
    with pytest.raises(Misused, match="have different activations"):
        from_onnx(onnx_model("RNN", 1, 2, direction="bidirectional", activations=["Tanh", "Relu"]))
    with pytest.raises(UnknownName, match="ONNX has no activation 'gelu'"):
        from_onnx(onnx_model("RNN", 1, activations=["Gelu"]))
    with pytest.raises(Misused, match="there is no RNN, LSTM or GRU node"):
        model = onnx_model("RNN", 1)
        del model.graph.node[-2]
        from_onnx(model)


def test_a_node_that_lies_is_one_sentence() -> None:
    pytest.importorskip("onnxruntime")
    bare = onnx_model("GRU", 3)
    bare.graph.node[2].input[2] = ""
    with pytest.raises(Misused, match="the GRU node has no W or no R"):
        from_onnx(bare)
    untold = onnx_model("GRU", 3)
    untold.graph.node[2].attribute[0].ref_attr_name = "elsewhere"
    with pytest.raises(ProgramError, match="the GRU node has an attribute that is none: "):
        from_onnx(untold)


def test_without_onnx_runtime_the_numbers_are_not_compared(monkeypatch) -> None:
    model = onnx_model("GRU", 3)
    found_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: (
        None if name == "onnxruntime" else found_spec(name, *more)))
    found = from_onnx(model)
    assert found.difference is None and "ONNX Runtime" in str(found).splitlines()[-1]


def test_a_wrong_table_of_onnx_is_caught(monkeypatch) -> None:
    pytest.importorskip("onnxruntime")
    from dataclasses import replace

    from symrnn.interop import onnx as operators
    right = operators.OPERATORS["LSTM"]
    monkeypatch.setitem(operators.OPERATORS, "LSTM", replace(right, gates=("i", "f", "g", "o")))
    with pytest.raises(ProgramError, match="so they were read wrongly"):
        from_onnx(onnx_model("LSTM", 4))


def test_every_layout_that_imports_use_is_proved() -> None:
    """The prover's word for each convention against the cell that an import builds."""
    for name, cell in (("pytorch-lstm", symrnn.lstm()), ("pytorch-gru", symrnn.gru()),
                       ("keras-lstm", symrnn.lstm()), ("onnx-lstm", symrnn.lstm()),
                       ("keras-gru:reset_after=False", symrnn.gru(reset_after=False)),
                       ("onnx-gru:linear_before_reset=1", symrnn.gru()),
                       *((name, symrnn.elman(readout=False)) for name in
                         ("pytorch-rnn", "keras-rnn", "onnx-rnn"))):
        assert name.partition(":")[0] in conventions.FRAMEWORKS and proof(name, cell).same


@pytest.mark.parametrize(("name", "options", "words"), [
    ("weights.pt", {}, "is a pickle, and reading one runs what is in it"),
    ("model.tflite", {}, "ends with none of .onnx, .weights.h5, .keras"),
    ("model.keras", {"node": "a"}, "--node names a node of an ONNX model"),
    ("model.nam", {"prefix": "a"}, "--kind and --prefix belong to a state_dict"),
])
def test_files_that_are_not_read(name: str, options: dict[str, str], words: str) -> None:
    with pytest.raises(Misused, match=words):
        read(name, **options)


def test_libraries_that_are_missing_are_told(monkeypatch, tmp_path) -> None:
    (tmp_path / "a.keras").touch()
    (tmp_path / "a.onnx").touch()
    for module, ending, extra in (("keras", "keras", "keras"), ("onnx", "onnx", "onnx")):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(Misused, match=rf'pip install "symrnn\[{extra}\]"'):
            read(tmp_path / f"a.{ending}")
