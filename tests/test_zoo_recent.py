"""Parallel, oscillating and exponential cells: what their papers promise, computed otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn.authoring import bidirectional, deep
from symrnn.cells import cell
from symrnn.cells.elman import elman
from symrnn.checking.numeric import check_kernel
from symrnn.checking.reference import random_case
from symrnn.kernels import compile
from symrnn.pipeline import derive
from symrnn.program import Program, ProgramError
from symrnn.runtime import Kernel, Run

Values = dict[str, Any]


class Drawn:
    """A cell with random parameters, inputs and initial states, and its NumPy kernel."""

    def __init__(self, program: Program, seed: int = 3, steps: int = 6) -> None:
        case = random_case(derive(program), seed, steps)
        self.kernel: Kernel = compile(program, "numpy", "float64")
        self.parameters, self.initial = case.parameters, case.initial
        (self.x,) = case.inputs.values()

    def run(self, x: Any = None, initial: Values | None = None, **parameters: Any) -> Run:
        given = {name: np.broadcast_to(parameters.get(name, array), np.shape(array))
                 for name, array in self.parameters.items()}
        return self.kernel.forward(given, self.x if x is None else x,
                                   self.initial if initial is None else initial)

    def affine(self, suffix: str, weights: str = "W") -> Any:
        """``W x + b`` of one gate, for all steps."""
        b = self.parameters.get(f"b_{suffix}", 0)
        return self.x @ np.transpose(self.parameters[f"{weights}_{suffix}"]) + b


def sigmoid(a: Any) -> Any:
    return 1 / (1 + np.exp(-a))


def same(first: Any, second: Any) -> None:
    np.testing.assert_allclose(first, second, rtol=1e-12, atol=1e-14)


FORGET = {"sigmoid": sigmoid, "exp": np.exp}


@pytest.mark.parametrize("kind", FORGET)
def test_slstm_computes_what_its_gates_say_without_a_stabiliser(kind: str) -> None:
    drawn = Drawn(cell("slstm", forget_gate=kind))
    h = c = n = np.zeros((drawn.x.shape[1], len(drawn.parameters["b_i"])))
    for step, shown in enumerate(drawn.run(initial={}).y):
        z, i, f, o = (drawn.affine(one)[step] + h @ drawn.parameters[f"R_{one}"].T
                      for one in "zifo")
        c = FORGET[kind](f) * c + np.exp(i) * np.tanh(z)
        n = FORGET[kind](f) * n + np.exp(i)
        h = sigmoid(o) * c / n
        same(shown, h)


@pytest.mark.parametrize("name, scaled", [("slstm", "cn"), ("mlstm", "Cn")])
def test_the_stabiliser_is_a_gauge(name: str, scaled: str) -> None:
    drawn = Drawn(cell(name))
    drawn.initial["n"] = abs(drawn.initial["n"])
    shifted = {**drawn.initial, "m": drawn.initial["m"] + 2,
               **{one: drawn.initial[one] * np.exp(-2) for one in scaled}}
    same(drawn.run(initial=shifted).y, drawn.run().y)


@pytest.mark.parametrize("name", ["slstm", "mlstm"])
def test_exponential_gates_do_not_overflow(name: str) -> None:
    drawn = Drawn(cell(name, forget_gate="exp"))
    run = drawn.run(initial={}, b_i=1000, b_f=1000)
    gradients = drawn.kernel.backward(run, np.ones_like(run.y))
    assert all(np.isfinite(one).all() for one in (run.y, *gradients.values()))


@pytest.mark.parametrize("kind", FORGET)
def test_mlstm_is_attention_whose_weights_decay(kind: str) -> None:
    drawn = Drawn(cell("mlstm", forget_gate=kind))
    q, k, v, o = (drawn.affine(one) for one in "qkvo")
    b_k = drawn.parameters["b_k"]
    k = (k - b_k) / np.sqrt(len(b_k)) + b_k
    i, f = np.exp(drawn.affine("i", "w")), FORGET[kind](drawn.affine("f", "w"))
    for step, shown in enumerate(drawn.run(initial={}).y):
        kept = [np.prod(f[earlier + 1 : step + 1], axis=0) for earlier in range(step + 1)]
        weights = np.array(kept) * i[: step + 1] * np.sum(k[: step + 1] * q[step], axis=-1)
        found = np.einsum("sb,sbv->bv", weights, v[: step + 1])
        stored = np.maximum(abs(weights.sum(axis=0)), 1)
        same(shown, sigmoid(o[step]) * found / stored[:, None])


def test_lru_is_a_complex_recurrence() -> None:
    drawn = Drawn(cell("lru"))
    p, start = drawn.parameters, drawn.initial
    lam = np.exp(-np.exp(p["nu"]) + 1j * np.exp(p["theta"]))
    x = start["x_re"] + 1j * start["x_im"]
    for u, shown in zip(drawn.x, drawn.run().y, strict=True):
        x = lam * x + np.exp(p["gamma"]) * (u @ (p["B_re"] + 1j * p["B_im"]).T)
        same(shown, (x @ (p["C_re"] + 1j * p["C_im"]).T).real + p["D"] * u)


def scanned(keep: Any, write: Any, start: Any) -> Any:
    """``h = keep h + write`` for all steps at once."""
    kept = np.cumprod(keep, axis=0)
    return kept * (start + np.cumsum(write / kept, axis=0))


def test_mingru_and_minlstm_are_scans() -> None:
    drawn = Drawn(cell("mingru"))
    z = sigmoid(drawn.affine("z"))
    same(drawn.run().y, scanned(1 - z, z * drawn.affine("h"), drawn.initial["h"]))
    for shared in (True, False):
        drawn = Drawn(cell("minlstm", length_independent=shared))
        f, i = sigmoid(drawn.affine("f")), sigmoid(drawn.affine("i"))
        total = f + i if shared else 1
        same(drawn.run().y, scanned(f / total, i / total * drawn.affine("h"), drawn.initial["h"]))


def test_rhn_with_open_gates_is_an_elman_network_and_closed_layers_carry() -> None:
    drawn, plain = Drawn(cell("rhn", depth=3)), Drawn(elman(readout=False))
    of_elman = {"W_H": "W", "R_H_1": "U", "b_H_1": "b"}
    given = {name: plain.parameters[other] for name, other in of_elman.items()}
    closed = {f"{name}_{layer}": value for layer in (2, 3)
              for name, value in (("R_T", 0), ("b_T", -1000))}
    run = drawn.run(plain.x, {"y": plain.initial["h"]}, **given, W_T=0, R_T_1=0, b_T_1=1000,
                    **closed)
    same(run.y, plain.run().y)


@pytest.mark.parametrize("gamma, real", [(0, 0), (0.5, -0.5)])
def test_antisymmetric_rnn_turns_and_only_diffusion_damps(gamma: float, real: float) -> None:
    """At rest the step's Jacobian is I + epsilon (W - W^T - gamma I)."""
    drawn = Drawn(cell("antisymmetric_rnn"), steps=1)
    m, n = drawn.parameters["V_h"].shape
    run = drawn.run(np.zeros((1, m, n)), {"h": np.zeros((m, m))}, gamma=gamma, epsilon=1, b_h=0)
    jacobian = drawn.kernel.backward(run, np.eye(m)[None])["initial.h"]
    np.testing.assert_allclose(np.linalg.eigvals(jacobian - np.eye(m)).real, real, atol=1e-14)


def test_cornn_without_force_and_damping_keeps_its_energy() -> None:
    drawn, dt, gamma = Drawn(cell("cornn"), steps=500), 0.1, 1.5
    run = drawn.run(W=0, W_z=0, V=0, b=0, epsilon=0, dt=dt, gamma=gamma)

    def energy(state: Values) -> Any:
        y, z = state["y"], state["z"]
        return z**2 + gamma * y**2 - dt * gamma * y * z

    np.testing.assert_allclose(energy(run.final), energy(drawn.initial), rtol=1e-12)


def test_cfn_relaxes_to_zero_without_input() -> None:
    drawn = Drawn(cell("cfn"), steps=300)
    y = abs(drawn.run(0 * drawn.x).y)
    assert np.all(np.diff(y, axis=0) <= 0)
    assert np.max(y[-1]) < 1e-2


@pytest.mark.parametrize("name", ["brc", "nbrc"])
def test_a_bistable_cell_latches_while_its_feedback_is_above_one(name: str) -> None:
    drawn = Drawn(cell(name), steps=300)
    state = np.sign(drawn.initial["h"])
    ends = {a: drawn.run(np.ones_like(drawn.x), {"h": state}, U=0, U_a=a).y[-1]
            for a in (9.0, -9.0)}
    assert np.all(ends[9.0] * state > 0.9)
    assert np.max(abs(ends[-9.0])) < 1e-3


def test_sru_with_the_identity_on_its_highway_is_the_one_without_weights() -> None:
    plain = Drawn(cell("sru", projected=False))
    units = plain.x.shape[-1]
    projected = compile(cell("sru"), "numpy", "float64")
    run = projected.forward({**plain.parameters, "W_h": np.eye(units)}, plain.x, plain.initial)
    same(run.y, plain.run().y)


def test_lmu_holds_a_sliding_window() -> None:
    """A and B made as the cell's note says: the memory tells the newest and the oldest value."""
    order, theta, steps = 8, 40, 200
    A, B = window(order, theta)
    signal = np.sin(np.arange(steps) / 15)
    zeros = {name: np.zeros(shape) for name, shape in (
        ("e_h", 2), ("e_m", order), ("W_x", (2, 1)), ("W_h", (2, 2)), ("W_m", (2, order)))}
    kernel = compile(cell("lmu"), "numpy", "float64")
    run = kernel.forward({"A": A, "B": B, "e_x": np.ones(1), **zeros}, signal[:, None, None])
    newest, oldest = (run.final["m"][0] @ sign ** np.arange(order) for sign in (-1.0, 1.0))
    np.testing.assert_allclose([newest, oldest], [signal[-1], signal[-1 - theta]], atol=0.05)


def window(order: int, theta: float) -> tuple[Any, Any]:
    """The paper's matrices after zero-order hold, the exponential by its series."""
    i, j = np.mgrid[:order, :order]
    a = (2 * i + 1) * np.where(i < j, -1.0, (-1.0) ** (i - j + 1))
    b = (2 * i[:, 0] + 1) * (-1.0) ** i[:, 0]
    A = term = np.eye(order)
    for power in range(1, 60):
        term = term @ a / (theta * power)
        A = A + term
    return A, np.linalg.solve(a, (A - np.eye(order)) @ b)


@pytest.mark.parametrize("name", ["qrnn", "tgru", "tlstm"])
def test_a_remembered_input_is_each_layers_and_each_directions_own(name: str) -> None:
    for network in (deep(cell(name), 2), bidirectional(cell(name))):
        assert not check_kernel(network, "numpy", "float64")
    assert {"forward.x", "backward.x"} <= {one.state for one in bidirectional(cell(name)).delays}


def test_wrong_options_are_named() -> None:
    with pytest.raises(ProgramError, match="depth is 0"):
        cell("rhn", depth=0)
    with pytest.raises(ValueError, match="forget_gate is 'relu'"):
        cell("slstm", forget_gate="relu")
