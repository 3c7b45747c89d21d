"""The kernel's interface: names, shapes, defaults, and errors that say what is wrong."""

import numpy as np
import pytest

import symrnn
from symrnn import Kernel, ProgramError, ShapeError


@pytest.fixture(params=["c", "numpy"])
def kernel(request: pytest.FixtureRequest) -> Kernel:
    return symrnn.compile(symrnn.lstm(), backend=request.param, dtype="float64")


def parameters(kernel: Kernel, n: int = 3, m: int = 4) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    sizes = {"n": n, "m": m}
    return {name: random.normal(size=[sizes[axis] for axis in one.axes])
            for name, one in kernel.parameters.items()}


def test_parameters_tell_axes_and_meaning(kernel: Kernel) -> None:
    assert list(kernel.parameters) == [f"{kind}_{gate}" for gate in "ifgo" for kind in "WUb"]
    assert kernel.parameters["W_f"].axes == ("m", "n")
    assert str(kernel.parameters["W_f"]) == "[m, n] weights of the forget gate"


def test_shapes_of_everything(kernel: Kernel) -> None:
    params = parameters(kernel)
    x = np.ones((5, 2, 3))
    run = kernel.forward(params, x)
    grads = kernel.backward(run, np.ones_like(run.y))
    y, state = kernel.step(params, x[0])
    assert run.y.shape == (5, 2, 4) and y.shape == (2, 4)
    assert {key: one.shape for key, one in run.final.items()} == {"h": (2, 4), "c": (2, 4)}
    assert {key: one.shape for key, one in state.items()} == {"h": (2, 4), "c": (2, 4)}
    assert grads["x"].shape == x.shape and grads["initial.c"].shape == (2, 4)
    assert all(grads[key].shape == one.shape for key, one in params.items())


def test_the_initial_state_is_zero_unless_given(kernel: Kernel) -> None:
    params, x, zero = parameters(kernel), np.ones((2, 1, 3)), np.zeros((1, 4))
    plain = kernel.forward(params, x).y
    assert np.array_equal(plain, kernel.forward(params, x, {"h": zero, "c": zero}).y)
    assert not np.array_equal(plain, kernel.forward(params, x, {"c": zero + 1}).y)


def test_what_is_given_is_not_changed_and_nothing_is_shared(kernel: Kernel) -> None:
    params, x = parameters(kernel), np.ones((3, 2, 3))
    before = {key: one.copy() for key, one in params.items()}
    run = kernel.forward(params, x)
    first = kernel.backward(run, np.ones_like(run.y))
    second = kernel.backward(run, np.ones_like(run.y))
    other = kernel.forward(params, 2 * x)
    assert all(np.array_equal(first[key], second[key]) for key in first)
    assert all(np.array_equal(before[key], params[key]) for key in params)
    assert not np.shares_memory(run.y, other.y)


def test_a_step_does_not_change_the_state_it_was_given(kernel: Kernel) -> None:
    params, state = parameters(kernel), {"h": np.ones((1, 4)), "c": np.ones((1, 4))}
    kernel.step(params, np.ones((1, 3)), state)
    assert np.array_equal(state["h"], np.ones((1, 4)))


@pytest.mark.parametrize(("name", "shape", "words"), [
    ("W_f", (4, 5), r"'W_f' has shape \(4, 5\), but its axes are \[m, n\] with n = 3"),
    ("b_o", (1, 4), r"'b_o' has shape \(1, 4\), but its axes are \[m\]"),
    ("U_g", (4, 3), r"'U_g' .* m = 4"),
])
def test_a_wrong_shape_names_the_parameter(
        kernel: Kernel, name: str, shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(ShapeError, match=words):
        kernel.forward({**parameters(kernel), name: np.ones(shape)}, np.ones((2, 1, 3)))


def test_wrong_names_are_told(kernel: Kernel) -> None:
    params, x = parameters(kernel), np.ones((2, 1, 3))
    with pytest.raises(ShapeError, match="parameter 'W_q'"):
        kernel.forward({**params, "W_q": np.ones(1)}, x)
    with pytest.raises(ShapeError, match="'W_i' is missing"):
        kernel.forward({key: one for key, one in params.items() if key != "W_i"}, x)
    with pytest.raises(ShapeError, match="no state 'k'; there are h, c"):
        kernel.forward(params, x, {"k": np.ones((1, 4))})
    with pytest.raises(ShapeError, match=r"'initial\.h'"):
        kernel.forward(params, x, {"h": np.ones((2, 4))})


def test_wrong_inputs_and_cotangents_are_told(kernel: Kernel) -> None:
    params = parameters(kernel)
    with pytest.raises(ShapeError, match="'x'"):
        kernel.forward(params, np.ones((2, 3)))
    with pytest.raises(ShapeError, match="must be at least 1"):
        kernel.forward({**params, "W_i": np.ones((4, 0))}, np.ones((2, 1, 0)))
    with pytest.raises(ShapeError, match="complex"):
        kernel.forward(params, np.ones((2, 1, 3), complex))
    run = kernel.forward(params, np.ones((2, 1, 3)))
    with pytest.raises(ShapeError, match="'y_bar'"):
        kernel.backward(run, np.ones((2, 1, 3)))
    with pytest.raises(ShapeError, match="final_bar"):
        kernel.backward(run, run.y, {"c": np.ones((1, 5))})


def test_a_reverse_direction_has_no_step() -> None:
    kernel = symrnn.compile(symrnn.bidirectional(symrnn.gru()), backend="numpy")
    with pytest.raises(ProgramError, match="in reverse"):
        kernel.step({}, np.ones((1, 3)))


def test_other_types_and_backends_are_refused() -> None:
    with pytest.raises(ValueError, match="float32 or float64"):
        symrnn.compile(symrnn.elman(), dtype="int32")
    with pytest.raises(ValueError, match="there are numpy and c"):
        symrnn.compile(symrnn.elman(), backend="fortran")


def test_float32_is_the_default_and_stays() -> None:
    for backend in ("c", "numpy"):
        kernel = symrnn.compile(symrnn.elman(activation="relu", output_activation="hard_sigmoid"),
                                backend=backend)
        params = {name: np.ones([2] * len(one.axes)) for name, one in kernel.parameters.items()}
        run = kernel.forward(params, np.ones((3, 2, 2)))
        grads = kernel.backward(run, np.ones_like(run.y))
        assert run.y.dtype == np.float32
        assert {one.dtype for one in grads.values()} == {np.dtype(np.float32)}
