"""ONNX's recurrent operators: its own node tests, and what these leave out."""

import warnings
from functools import cache

import numpy as np
import pytest

from symrnn.interop.onnx import run
from symrnn.program import UnknownName
from symrnn.runtime import ShapeError

backends = pytest.mark.parametrize("backend", ["c", "numpy"])
NODE_TESTS = [
    "gru_batchwise", "gru_bidirectional", "gru_defaults", "gru_reverse", "gru_seq_length",
    "gru_with_initial_bias", "lstm_batchwise", "lstm_bidirectional", "lstm_defaults",
    "lstm_reverse", "lstm_with_initial_bias", "lstm_with_peepholes", "rnn_seq_length",
    "simple_rnn_batchwise", "simple_rnn_bidirectional", "simple_rnn_defaults",
    "simple_rnn_reverse", "simple_rnn_with_initial_bias",
]
OPERATORS = {"RNN", "GRU", "LSTM"}


@cache
def node_tests():
    """The package's tests of one recurrent node, by name."""
    pytest.importorskip("onnx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from onnx.backend.test.loader import load_model_tests
        loaded = load_model_tests(kind="node")
    return {one.name.removeprefix("test_"): one for one in loaded
            if one.model is not None
            and {node.op_type for node in one.model.graph.node} & OPERATORS}


def test_the_package_ships_these_eighteen() -> None:
    assert len(NODE_TESTS) == 18
    assert sorted(node_tests()) == NODE_TESTS


@backends
@pytest.mark.parametrize("name", NODE_TESTS)
def test_onnx_node(name: str, backend: str) -> None:
    case = node_tests()[name]
    from onnx.helper import get_attribute_value
    (node,) = case.model.graph.node
    attributes = {one.name: get_attribute_value(one) for one in node.attribute}
    for inputs, outputs in case.data_sets:
        arrays = iter(inputs)
        found = run(node.op_type, attributes,
                    [next(arrays) if key else None for key in node.input], backend)
        by_name = dict(zip(node.output, found, strict=False))
        wanted = dict(zip([one.name for one in case.model.graph.output], outputs, strict=True))
        assert wanted
        for key, array in wanted.items():
            assert by_name[key].shape == array.shape and by_name[key].dtype == np.float32
            # a few units of float32, where ONNX itself allows 1e-3
            assert np.allclose(by_name[key], array, rtol=2e-6, atol=1e-7), key


# What follows is typed from the operators' equations in ONNX's documentation.

FUNCTIONS = {
    "Sigmoid": lambda v, a, b: 1 / (1 + np.exp(-v)), "Tanh": lambda v, a, b: np.tanh(v),
    "HardSigmoid": lambda v, a, b: np.clip(a * v + b, 0, 1),
    "Affine": lambda v, a, b: a * v + b, "LeakyRelu": lambda v, a, b: np.where(v < 0, a * v, v),
    "Softsign": lambda v, a, b: v / (1 + abs(v)), "Relu": lambda v, a, b: np.maximum(v, 0),
    "ScaledTanh": lambda v, a, b: a * np.tanh(b * v),
    "Elu": lambda v, a, b: np.where(v < 0, a * (np.exp(v) - 1), v),
    "ThresholdedRelu": lambda v, a, b: np.where(v >= a, v, 0),
    "Softplus": lambda v, a, b: np.log(1 + np.exp(v)),
}


def reference(op, x, W, R, B, P, h, c, activations, clip, input_forget=0, linear_before_reset=0):
    """One sample in one direction: Y [T, m], Y_h, Y_c."""
    def act(number, v):
        name, a, b = activations[number]
        return FUNCTIONS[name](np.clip(v, -clip, clip), a, b)

    count, ys = {"RNN": 1, "GRU": 3, "LSTM": 4}[op], []
    w, r = np.split(W, count), np.split(R, count)
    wb, rb = np.split(B, 2 * count)[:count], np.split(B, 2 * count)[count:]
    for x_t in x:
        s = [x_t @ w[k].T + h @ r[k].T + wb[k] + rb[k] for k in range(count)]
        if op == "RNN":
            h = act(0, s[0])
        elif op == "GRU":
            z, reset = act(0, s[0]), act(0, s[1])
            inside = (reset * (h @ r[2].T + rb[2]) if linear_before_reset
                      else (reset * h) @ r[2].T + rb[2])
            h = (1 - z) * act(1, x_t @ w[2].T + inside + wb[2]) + z * h
        else:
            p_i, p_o, p_f = np.split(P, 3)
            i = act(0, s[0] + p_i * c)
            f = 1 - i if input_forget else act(0, s[2] + p_f * c)
            c = f * c + i * act(1, s[3])
            h = act(0, s[1] + p_o * c) * act(2, c)
        ys.append(h)
    return np.array(ys), h, c


SEQUENCES, WIDTH, LENGTHS, DIRECTIONS = (5, 3, 2), 4, (5, 2, 4), 2
CHOSEN = {
    "RNN": ["Affine", "ScaledTanh"],
    "GRU": ["HardSigmoid", "LeakyRelu", "Sigmoid", "Softsign"],
    "LSTM": ["HardSigmoid", "Elu", "ThresholdedRelu", "Sigmoid", "Softplus", "ScaledTanh"],
}
ALPHAS = {"RNN": [0.5, 1.5], "GRU": [0.25, 0.125], "LSTM": [0.25, 0.75, 0.0625, 1.25]}
BETAS = {"RNN": [0.25, 0.75], "GRU": [0.375], "LSTM": [0.375, 0.625]}


def with_parameters(op: str) -> list[tuple[str, float, float]]:
    """Each activation with its alpha and beta, the lists read in order."""
    alphas, betas = iter(ALPHAS[op]), iter(BETAS[op])
    two = {"HardSigmoid", "Affine", "ScaledTanh"}
    one = two | {"LeakyRelu", "Elu", "ThresholdedRelu"}
    return [(name, next(alphas) if name in one else 0, next(betas) if name in two else 0)
            for name in CHOSEN[op]]


def drawn(op: str) -> dict[str, np.ndarray]:
    random, count = np.random.default_rng(8), {"RNN": 1, "GRU": 3, "LSTM": 4}[op]
    steps, samples, width = SEQUENCES
    shapes = {"X": (steps, samples, width), "W": (2, count * WIDTH, width),
              "R": (2, count * WIDTH, WIDTH), "B": (2, 2 * count * WIDTH),
              "initial_h": (2, samples, WIDTH), "initial_c": (2, samples, WIDTH),
              "P": (2, 3 * WIDTH)}
    return {name: random.normal(size=shape) for name, shape in shapes.items()}


def expected(op: str, given: dict[str, np.ndarray], **options: int):
    """Y, Y_h, Y_c, sample by sample and direction by direction."""
    steps, samples, _ = SEQUENCES
    y = np.zeros((steps, DIRECTIONS, samples, WIDTH))
    y_h, y_c = np.zeros(y.shape[1:]), np.zeros(y.shape[1:])
    chosen = with_parameters(op)
    for d in range(DIRECTIONS):
        own = chosen[d * len(chosen) // 2:]
        for b, length in enumerate(LENGTHS):
            x = given["X"][:length, b][::-1 if d else 1]
            seen, y_h[d, b], y_c[d, b] = reference(
                op, x, *(given[key][d] for key in "WRBP"), given["initial_h"][d, b],
                given["initial_c"][d, b], own, 0.75, **options)
            y[:length, d, b] = seen[::-1 if d else 1]
    return (y, y_h, y_c) if op == "LSTM" else (y, y_h)


@backends
@pytest.mark.parametrize("layout", [0, 1])
@pytest.mark.parametrize(("op", "option", "on"), [
    ("RNN", None, 0), ("GRU", "linear_before_reset", 0), ("GRU", "linear_before_reset", 1),
    ("LSTM", "input_forget", 0), ("LSTM", "input_forget", 1)])
def test_all_attributes_at_once(op: str, option: str, on: int, layout: int, backend: str) -> None:
    given, options = drawn(op), {option: on} if option else {}
    wanted = expected(op, given, **options)
    inputs = {**given, "lengths": np.array(LENGTHS, np.int32)}
    if layout:
        inputs |= {key: inputs[key].swapaxes(0, 1) for key in ("X", "initial_h", "initial_c")}
        wanted = (wanted[0].transpose(2, 0, 1, 3), *(one.swapaxes(0, 1) for one in wanted[1:]))
    names = ["X", "W", "R", "B", "lengths", "initial_h", *["initial_c", "P"] * (op == "LSTM")]
    attributes = {"direction": "bidirectional", "activations": CHOSEN[op], "layout": layout,
                  "activation_alpha": ALPHAS[op], "activation_beta": BETAS[op], "clip": 0.75,
                  "hidden_size": WIDTH, **options}
    found = run(op, attributes, [inputs[name] for name in names], backend, "float64")
    assert len(found) == len(wanted)
    for got, array in zip(found, wanted, strict=True):
        assert got.shape == array.shape
        assert np.allclose(got, array, rtol=0, atol=1e-14)


@pytest.mark.parametrize(("attributes", "message"), [
    ({"direction": "sideways"}, "ONNX has no direction 'sideways'"),
    ({"activations": ["Gelu"]}, "ONNX has no activation 'gelu'"),
    ({"activations": ["Tanh", "Tanh"]}, "there are 2 activations, but 1 are wanted"),
    ({"input_forget": 1}, "ONNX has no attribute of RNN 'input_forget'"),
    ({"hidden_size": 7}, "hidden_size is 7, but 'R' has shape"),
    ({"direction": "bidirectional"}, "its first axis is the number of directions, 2"),
])
def test_what_does_not_fit_is_told(attributes, message: str) -> None:
    inputs = [np.ones((2, 1, 3)), np.ones((1, 4, 3)), np.ones((1, 4, 4))]
    with pytest.raises((UnknownName, ShapeError), match=message):
        run("RNN", attributes, inputs, "numpy")


def test_inputs_that_are_missing_or_over_are_told() -> None:
    x, w = np.ones((2, 1, 3)), np.ones((1, 4, 3))
    with pytest.raises(UnknownName, match="ONNX's RNN wants X, W, R, but R is missing; give"):
        run("RNN", {}, [x, w])
    with pytest.raises(UnknownName, match=r"ONNX's RNN has 6 inputs, X, W, R, B, .*but 7 are"):
        run("RNN", {}, [x, w, np.ones((1, 4, 4)), None, None, None, x])


@pytest.mark.parametrize(("op", "name"), [("RNN", "layout"), ("GRU", "layout"), ("LSTM", "layout"),
                                          ("GRU", "linear_before_reset"), ("LSTM", "input_forget")])
@pytest.mark.parametrize("value", [7, -1, 0.5, "1", None, [1]])
def test_a_switch_is_0_or_1(op: str, name: str, value: object) -> None:
    with pytest.raises(UnknownName, match=f"{name} is .*; ONNX has 0 and 1 for it"):
        run(op, {name: value}, [np.ones((2, 1, 3)), np.ones((1, 12, 3)), np.ones((1, 12, 4))])


@pytest.mark.parametrize("inputs", [{"X": np.ones((2, 1, 3))}, np.ones((3, 1, 4, 4)), None, {1}])
def test_inputs_stand_in_a_list(inputs: object) -> None:
    with pytest.raises(ShapeError, match="stand in a list, in the order X, W, R, B"):
        run("GRU", {}, inputs)


def test_an_array_that_has_no_four_gates_is_told() -> None:
    with pytest.raises(ShapeError, match=r"'W' has shape \(7, 3\), but its first axis holds 4"):
        run("LSTM", {}, [np.ones((2, 1, 3)), np.ones((1, 7, 3)), np.ones((1, 8, 2))], "numpy")
    with pytest.raises(UnknownName, match="ONNX has no operator 'Gemm'"):
        run("Gemm", {}, [])
