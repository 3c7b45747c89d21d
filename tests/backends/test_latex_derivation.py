"""The derivation on the page: a row for every term of every cotangent, and what it says."""

import pytest

import symrnn
from symrnn.backends.latex_derivation import derivation
from symrnn.cells import architectures
from symrnn.pipeline import derive
from symrnn.program import Program, Rule
from tests.cases import CASES, built, case

NETWORKS: dict[str, Program] = {one.name: built(one.name) for one in architectures()} | {
    "loss": symrnn.softmax_cross_entropy(), "reverse": symrnn.reverse(symrnn.gru()),
    **{f"case {name}": case(name) for name in CASES}}


def rows(program: Program) -> list[tuple[str, str, str, str]]:
    return [(one.number, one.local, one.target, one.contribution)
            for one in derivation(program, derive(program).gradient)]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_term_of_every_cotangent_has_a_row(name: str) -> None:
    gradient = derive(NETWORKS[name]).gradient
    origins = [origin for one in gradient.equations for origin in one.origins]
    assert len(derivation(NETWORKS[name], gradient)) == len(origins)


def test_an_elman_network_is_derived_row_by_row() -> None:
    assert rows(symrnn.elman(readout=False)) == [
        ("(1)", r"\mathrm{d}a_{t} = \mathrm{d}W \, x_{t}", r"\bar{W}",
         r"\sum_{t} \bar{a}_{t} \, x^{\top}_{t}"),
        ("(1)", r"\mathrm{d}a_{t} = W \, \mathrm{d}x_{t}", r"\bar{x}_{t}",
         r"W^{\top} \, \bar{a}_{t}"),
        ("(1)", r"\mathrm{d}a_{t} = \mathrm{d}U \, h_{t-1}", r"\bar{U}",
         r"\sum_{t} \bar{a}_{t} \, h^{\top}_{t-1}"),
        ("(1)", r"\mathrm{d}a_{t} = U \, \mathrm{d}h_{t-1}", r"\bar{h}^{-}_{t}",
         r"U^{\top} \, \bar{a}_{t}"),
        ("(1)", r"\mathrm{d}a_{t} = \mathrm{d}b", r"\bar{b}", r"\sum_{t} \bar{a}_{t}"),
        ("(2)", r"\mathrm{d}h_{t} = (1 - h_{t}^{2}) \odot \mathrm{d}a_{t}", r"\bar{a}_{t}",
         r"\bar{h}_{t} \odot (1 - h_{t}^{2})"),
        ("", r"\mathrm{d}h_{t-1} \text{ is } \mathrm{d}h_{t} \text{ shifted}", r"\bar{h}_{t}",
         r"\bar{h}^{-}_{t+1}"),
        ("", r"\text{from the loss itself}", r"\bar{h}_{t}", r"\Delta^{h}_{t}"),
    ]


def test_a_negative_contribution_has_its_sign_in_front() -> None:
    assert r"-\bar{a}_{i,t}" in [row[3] for row in rows(symrnn.cell("slstm"))]


def test_every_rule_has_its_name_in_the_table() -> None:
    program = symrnn.gru()
    found = {one.rule for one in derivation(program, derive(program).gradient)}
    assert found == {rule.name.lower() for rule in Rule}
