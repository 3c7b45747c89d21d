"""Networks as ONNX models: checked by ONNX, run in ONNX Runtime, the same numbers."""

import numpy as np
import pytest

import symrnn
from symrnn.cellfile import parse
from symrnn.cells import architectures
from symrnn.exchange import to_onnx
from symrnn.exchange.operators import standard
from symrnn.program import FED, Misused, ProgramError, Role
from symrnn.program.interpret import Interpreter
from symrnn.runtime import ShapeError

onnx = pytest.importorskip("onnx")
ort = pytest.importorskip("onnxruntime")

NETS = {one.name: one for one in architectures()}
BOUNDS = {"float32": 1e-5, "float64": 1e-12}
STEPS, SAMPLES = 4, 3


def sizes_of(net) -> dict[str, int]:
    free = [one.name for one in net.sizes if one.value is None]
    return {name: 2 + place % 3 for place, name in enumerate(free)}


def draw(net, *roles: Role, steps: int = STEPS, samples: int = SAMPLES) -> dict[str, np.ndarray]:
    known = Interpreter(net, {}, {**sizes_of(net), "T": steps, "B": samples}).sizes
    random = np.random.default_rng(7)
    return {one.name: random.normal(size=[known[axis] for axis in one.shape]) / 2
            for one in net.with_role(*roles)}


def run(model, feed, dtype: str) -> dict[str, np.ndarray]:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(model.SerializeToString(), options,
                                   providers=["CPUExecutionProvider"])
    found = session.run(None, {name: one.astype(dtype) for name, one in feed.items()})
    return dict(zip((one.name for one in session.get_outputs()), found, strict=True))


def wanted(net, given, steps: int = STEPS, samples: int = SAMPLES) -> dict[str, np.ndarray]:
    """The interpreter's numbers, which know nothing of stages and graphs."""
    whole = Interpreter(net, given, {**sizes_of(net), "T": steps, "B": samples})
    starts = {one.initial: np.full([whole.sizes[axis] for axis in net[one.initial].axes],
                                   float(one.start))[None].repeat(samples, 0)
              for one in net.delays}
    whole = Interpreter(net, {**starts, **given}, {**sizes_of(net), "T": steps, "B": samples})
    return whole.run(*net.outputs, *(one.final for one in net.delays))


def must_agree(found, right, dtype: str) -> None:
    assert set(found) == set(right)
    for name, one in right.items():
        assert found[name].shape == one.shape and found[name].dtype == dtype
        error = np.max(np.abs(found[name] - one)) / max(1.0, np.max(np.abs(one)))
        assert error <= BOUNDS[dtype], (name, error)


@pytest.mark.sweep
@pytest.mark.parametrize("dtype", BOUNDS)
@pytest.mark.parametrize("name", NETS)
def test_every_cell_is_a_model_with_the_same_numbers(name: str, dtype: str) -> None:
    net = NETS[name].build()
    params, inputs = draw(net, Role.PARAMETER), draw(net, *FED)
    made = to_onnx(net, params, dtype=dtype, scan=True)
    onnx.checker.check_model(made.model, full_check=True)
    for initial in ({}, draw(net, Role.INITIAL)):
        must_agree(run(made.model, {**inputs, **initial}, dtype),
                   wanted(net, {**params, **inputs, **initial}), dtype)
    assert "slow there" in made.model.doc_string and "slow there" in str(made)


def nodes(graph):
    """Those of a graph and of the bodies in it."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from nodes(attribute.g)


def test_what_a_sum_of_products_gives_has_its_shape_already() -> None:
    net = symrnn.cell("mlstm")
    made = [*nodes(to_onnx(net, draw(net, Role.PARAMETER), scan=True).model.graph)]
    sums = {one.output[0] for one in made if one.op_type == "Einsum"}
    assert sums and not [one for one in made if one.op_type == "Expand" and one.input[0] in sums]


OTHERS = {
    "two directions, two layers": lambda: symrnn.deep(
        symrnn.bidirectional(symrnn.gru(), readout=False), 2, readout=True),
    "reverse": lambda: symrnn.reverse(symrnn.cell("janet")),
    "masks and learned states": lambda: symrnn.lstm(zoneout=True, dropout="recurrent",
                                                    learned_initial=True),
    "clip": lambda: symrnn.lstm(clip=1.0),
    "erf": lambda: symrnn.elman(activation="gelu"),
    "softplus": lambda: symrnn.elman(activation="softplus"),
    "elu": lambda: symrnn.elman(activation="elu"),
    "clipped": lambda: symrnn.elman(activation="hardsigmoid"),
}


@pytest.mark.parametrize("dtype", BOUNDS)
@pytest.mark.parametrize("name", OTHERS)
def test_compositions_and_options_too(name: str, dtype: str) -> None:
    net = OTHERS[name]()
    params, inputs = draw(net, Role.PARAMETER), draw(net, *FED)
    made = to_onnx(net, params, dtype=dtype, scan=True)
    must_agree(run(made.model, inputs, dtype), wanted(net, {**params, **inputs}), dtype)


def delays_of_several_steps():
    from symrnn import Cell, t
    with Cell("delays", "Delays") as cell:
        x, u = cell.input("x[n]", "input"), cell.input("u[n]", "another input")
        h = cell.state("h[m]", "state", start=-0.5)
        W, U = cell.parameters("W[m,n] U[m,m]")
        g = cell.symbol("g[m]", "second output")
        g[t] = W @ x[t - 2] + W @ u[t]
        h[t] = symrnn.activation("tanh")(g[t] + U @ h[t - 3])
    return cell.build("h", "g")


@pytest.mark.parametrize("dtype", BOUNDS)
@pytest.mark.parametrize("turned", [False, True])
def test_delays_starts_and_several_inputs_and_outputs(turned: bool, dtype: str) -> None:
    net = symrnn.reverse(delays_of_several_steps()) if turned else delays_of_several_steps()
    params, inputs = draw(net, Role.PARAMETER), draw(net, *FED)
    made = to_onnx(net, params, dtype=dtype)
    assert made.operator == "" and made.difference <= BOUNDS[dtype]
    for initial in ({}, draw(net, Role.INITIAL)):
        must_agree(run(made.model, {**inputs, **initial}, dtype),
                   wanted(net, {**params, **inputs, **initial}), dtype)


@pytest.mark.parametrize("scan", [False, True])
def test_steps_and_samples_are_open(scan: bool) -> None:
    net = symrnn.gru()
    params = draw(net, Role.PARAMETER)
    model = to_onnx(net, params, scan=scan).model
    for steps, samples in ((1, 1), (9, 2)):
        inputs = draw(net, Role.INPUT, steps=steps, samples=samples)
        must_agree(run(model, inputs, "float32"),
                   wanted(net, {**params, **inputs}, steps, samples), "float32")


PROVED = {
    "RNN": lambda: symrnn.elman(readout=False),
    "RNN relu": lambda: symrnn.elman(activation="relu", readout=False),
    "RNN leaky": lambda: symrnn.elman(activation=("leaky_relu", 0.25), readout=False, bias=False),
    "GRU": symrnn.gru, "GRU before": lambda: symrnn.gru(reset_after=False),
    "LSTM": symrnn.lstm, "LSTM peephole": lambda: symrnn.lstm(peephole=True),
    "LSTM hard": lambda: symrnn.lstm(gate_activation="hard_sigmoid"),
    "LSTM reverse": lambda: symrnn.reverse(symrnn.lstm()),
    "LSTM one layer": lambda: symrnn.deep(symrnn.lstm(), 1),
}


@pytest.mark.parametrize("name", PROVED)
def test_an_operator_stands_where_it_is_proved(name: str) -> None:
    net = PROVED[name]()
    params, inputs = draw(net, Role.PARAMETER), draw(net, Role.INPUT)
    made = to_onnx(net, params)
    kinds = [node.op_type for node in made.model.graph.node]
    assert made.operator == name.split()[0] in kinds and "Scan" not in kinds
    initial = draw(net, Role.INITIAL)
    for given in (inputs, {**inputs, **initial}):
        must_agree(run(made.model, given, "float32"), wanted(net, {**params, **given}), "float32")


@pytest.mark.parametrize("name", ["janet", "ligru", "elman", "mgu"])
def test_no_operator_stands_where_none_is_proved(name: str) -> None:
    assert standard(symrnn.cell(name)) is None


def test_without_weights_they_are_inputs() -> None:
    net = symrnn.cell("janet")
    params, inputs = draw(net, Role.PARAMETER), draw(net, Role.INPUT)
    made = to_onnx(net, sizes=sizes_of(net))
    assert made.difference is None
    must_agree(run(made.model, {**inputs, **params}, "float32"),
               wanted(net, {**params, **inputs}), "float32")
    names = [one.name for one in to_onnx(symrnn.lstm(), sizes={"n": 3, "m": 4}).model.graph.input]
    assert names == ["x", "initial.h", "initial.c", "W", "R", "B"]


@pytest.mark.parametrize("equations", [
    "h[t] = (1 + x[t]^2)^k * 2^x[t] + 0.5 * h[t-1]",
    "const A[i:m] = i + 1\nh[t] = A * k * x[t] + 0.5 * h[t-1]",
    "h[t] = k * x[t] + 0.5 * h[t-1] * sum(outer(k, x[t]))"])
def test_powers_and_constant_arrays_are_exported(equations: str) -> None:
    net = parse(f"cell own\ninput x[m]; state h[m]; output h\nparam k[m]\n{equations}")
    params, inputs = draw(net, Role.PARAMETER), draw(net, Role.INPUT)
    made = to_onnx(net, params, dtype="float64")
    must_agree(run(made.model, inputs, "float64"), wanted(net, {**params, **inputs}), "float64")


def test_what_cannot_be_exported_is_told() -> None:
    net = symrnn.elman()
    with pytest.raises(Misused, match="3 sizes must be told for a model: n, m, p; write --fix n"):
        to_onnx(net)
    with pytest.raises(Misused, match="has no size 'q'; its sizes are"):
        to_onnx(net, sizes={"q": 3})
    with pytest.raises(Misused, match="dtype is 'float16'"):
        to_onnx(net, dtype="float16")
    with pytest.raises(ShapeError, match=r"'b' is missing|are missing"):
        to_onnx(net, {"W": np.ones((3, 2))})
    params = draw(net, Role.PARAMETER)
    with pytest.raises(ShapeError, match=r"elman: the parameters tell other sizes, \{"):
        to_onnx(net, params, sizes={"n": 77})
    gradient = symrnn.adjoint(net)
    with pytest.raises(ProgramError, match="which a model for ONNX does not take"):
        to_onnx(gradient, sizes=sizes_of(gradient), scan=True)


def test_onnx_that_is_missing_is_told(monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(Misused, match=r'pip install "symrnn\[onnx\]"'):
        to_onnx(symrnn.elman(), sizes={"n": 2, "m": 2, "p": 2})
