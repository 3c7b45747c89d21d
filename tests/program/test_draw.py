"""What is given is drawn as the equations' source says, wherever numbers are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pytest
from sympy import Mod

import symrnn
from symrnn import Cell, Program, ProgramError, t
from symrnn.checking.reference import random_case
from symrnn.documents.example import small_case
from symrnn.documents.flow import page_start
from symrnn.packaging.drawn import drawn_parameters, vectors
from symrnn.pipeline import derive
from symrnn.program import STEP, UNIFORM, IndexSymbol, Role, SizeSymbol
from symrnn.program.plain import from_plain, to_plain
from symrnn.training.start import random_parameters

Arrays = Mapping[str, npt.NDArray[np.float64]]


def sizes_of(net: Program) -> dict[str, int]:
    return {one.name: 4 for one in net.sizes if one.value is None}


def packed(net: Program) -> Arrays:
    sizes = sizes_of(net)
    own = drawn_parameters(net, sizes)
    return {**own, **vectors(net, sizes, own, 6).inputs}


PLACES: Mapping[str, Callable[[Program], Arrays]] = {
    "checks": lambda net: random_case(derive(net)).values,
    "examples": lambda net: small_case(derive(net)).values,
    "curves": lambda net: {**page_start(net).parameters, **page_start(net).inputs},
    "training": lambda net: random_parameters(net, **sizes_of(net)),
    "packages": packed,
}
each_place = pytest.mark.parametrize("place", PLACES)


@each_place
def test_an_lru_starts_in_the_ring_of_the_paper(place: str) -> None:
    values = PLACES[place](symrnn.cell("lru"))
    modulus = np.exp(-np.exp(values["nu"]))
    assert ((modulus > 0.899) & (modulus < 0.9995)).all()
    assert (np.exp(values["theta"]) < 6.29).all()
    assert values["gamma"] == pytest.approx(np.log(1 - modulus**2) / 2, abs=0.05)


@each_place
def test_a_clockwork_network_ticks_and_its_mask_is_a_triangle(place: str) -> None:
    values = PLACES[place](symrnn.deep(symrnn.cell("clockwork"), 2))
    for name in ("layer1.M", "layer2.M"):
        assert np.array_equal(values[name], np.triu(np.ones_like(values[name])))
    if place != "training":
        ticks = values["k"]
        steps, units = np.arange(1, len(ticks) + 1)[:, None], np.arange(ticks.shape[-1])
        assert np.array_equal(ticks[:, 0], steps % 2**units == 0)


BETWEEN = {  # the least and the largest value, of what is no number of any size
    "antisymmetric_rnn": {"epsilon": (0.01, 1), "gamma": (0, 0.1)},
    "antisymmetric_rnn_gated": {"epsilon": (0.01, 1), "gamma": (0, 0.1)},
    "cornn": {"dt": (0.01, 0.2), "gamma": (0.1, 5), "epsilon": (0.1, 5)},
    "fastgrnn": {"zeta": (1, 1), "nu": (-4, -4)}, "fastrnn": {"alpha": (-3, -3), "beta": (3, 3)},
    "gated_deltanet": {"A_log": (0, np.log(16)), "b_alpha": (-7, -2)},
    "hgrn2": {"gamma": (0, 1)}, "indrnn": {"u": (0, 1)}, "irnn": {"U": (0, 1)},
    "lem": {"dt": (0.01, 1)}, "lmu": {"A": (-1, 1), "B": (-1, 1)},
    "mass_conserving_lstm": {"x": (0, 1), "initial.c": (0, 1)},
    "miru1": {"lam": (0, 1)}, "miru2": {"lam": (0, 1), "beta": (0, 1)},
    "rglru": {"Lambda": (4, 10)}, "rwkv4": {"mu_r": (0, 1), "mu_k": (0, 1), "initial.b": (0, 1)},
    "rwkv7": {"mu_a": (0, 1), "alpha": (0, 1)}, "s6": {"A_log": (0, 3), "b_Delta": (-7, -2)},
    "scrn": {"alpha": (0.95, 0.95)}, "slstm": {"initial.n": (0, 1)},
    "unicornn": {"dt": (0.01, 1), "alpha": (0.1, 50)},
}


@pytest.mark.parametrize("name", BETWEEN)
def test_shares_steps_and_rates_are_what_they_may_be(name: str) -> None:
    case = random_case(derive(symrnn.cell(name)), seed=5)
    example = small_case(derive(symrnn.cell(name)))
    for own, (least, largest) in BETWEEN[name].items():
        for values in (case.values[own], example.values[own]):
            assert values.min() >= least - 1e-3
            assert values.max() <= largest + 1e-3


def test_the_memory_of_an_lmu_holds_a_window() -> None:
    """Its polynomials show the input of the window: stable, and a constant is a constant."""
    values = random_parameters(symrnn.cell("lmu"), n=1, k=1, d=6)
    assert max(abs(np.linalg.eigvals(values["A"]))) < 1
    held = np.linalg.solve(np.eye(6) - values["A"], values["B"])
    assert held == pytest.approx(np.eye(6)[0], abs=1e-9)


def test_torch_modules_start_so_too() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(3)
    made = symrnn.torch.module(symrnn.cell("lru"), N=5, H=3)
    modulus = np.exp(-np.exp(made.nu.detach().numpy()))
    assert ((modulus > 0.899) & (modulus < 0.9995)).all()


def written(drawn: object) -> Program:
    with Cell("one", "One") as cell:
        x, h = cell.input("x[n]", "input"), cell.symbol("h[n]", "value")
        w = cell.parameter("w[n]", "weights", drawn=drawn)
        h[t] = w * x[t]
    return cell.build("h")


def test_what_is_drawn_is_kept_by_copies_and_files() -> None:
    net = written(UNIFORM + IndexSymbol.at(0) * Mod(SizeSymbol("n"), 3))
    for each in (net, symrnn.deep(net, 2)):
        assert from_plain(to_plain(each)) == each
        for name, array in random_parameters(each, n=5).items():
            assert np.array_equal(np.floor(array), 2.0 * np.arange(5)), name
    past = symrnn.cell("slstm")
    assert [one.name for one in past.variables if one.drawn is not None] == ["n", "initial.n"]
    assert past["initial.n"].role is Role.INITIAL


@pytest.mark.parametrize(("drawn", "words"), [
    (STEP, "the number of the step"), (IndexSymbol.at(1), "an axis that it lacks"),
    (SizeSymbol("q"), "reads 'q', which is not drawn before it"),
])
def test_a_formula_that_cannot_be_drawn_is_refused(drawn: object, words: str) -> None:
    with pytest.raises(ProgramError, match=words):
        written(drawn)


def test_equations_draw_nothing() -> None:
    with Cell("one", "One") as cell:
        x, h = cell.input("x[n]", "input"), cell.symbol("h[n]", "value")
        with pytest.raises(ProgramError, match="stand in what is drawn alone"):
            h[t] = UNIFORM * x[t]
