"""A program as JSON and back: equal, symbols and notes included; what is no program is told."""

import copy
import json

import pytest

import symrnn
from symrnn.cells import architectures
from symrnn.program import ProgramError
from symrnn.program.plain import from_plain, to_plain

NETS = {one.name: one for one in architectures()}


def through_json(program):
    return from_plain(json.loads(json.dumps(to_plain(program))))


@pytest.mark.parametrize("name", NETS)
def test_a_program_comes_back_equal(name: str) -> None:
    program = NETS[name].build()
    assert through_json(program) == program
    assert json.dumps(to_plain(through_json(program))) == json.dumps(to_plain(program))


@pytest.mark.parametrize("made", [
    lambda: symrnn.adjoint(symrnn.lstm()), lambda: symrnn.reverse(symrnn.gru()),
    lambda: symrnn.lstm(zoneout=True, dropout="recurrent", learned_initial=True, clip=3.0),
    lambda: symrnn.bidirectional(symrnn.lstm(peephole=True), merge="average"),
    lambda: symrnn.elman(activation="gelu_tanh")])
def test_transforms_and_derivatives_come_back_equal(made) -> None:
    assert through_json(made()) == made()


def test_a_program_that_was_read_gives_the_same_files() -> None:
    program = symrnn.lstm(peephole=True)
    assert symrnn.generate(through_json(program), "own") == symrnn.generate(program, "own")


def broken(change) -> dict:
    data = copy.deepcopy(to_plain(symrnn.elman()))
    change(data)
    return data


def formula(tree):
    return lambda data: data["equations"][0].update(rhs=tree)


def deep(levels: int):
    tree = "a"
    for _ in range(levels):
        tree = ["tanh", tree]
    return tree


@pytest.mark.parametrize(("change", "words"), [
    (lambda data: data.pop("name"), "program lacks some of name, title"),
    (lambda data: data.update(extra=1), "program has no field 'extra'"),
    (lambda data: data.update(title=7), "title is not a text"),
    (lambda data: data.update(outputs="y"), "outputs is not a list"),
    (lambda data: data["variables"][0].update(role="KING"), "role is 'KING'; there are INPUT"),
    (lambda data: data["variables"][0].update(name="x; int y"), "is no name"),
    (lambda data: data["variables"][0]["glyph"]["letters"][0].update(text="\\input"),
     r"'\\\\input' is no letter of a symbol"),
    (lambda data: data["variables"][0]["glyph"].update(accents=7), "accents is not a list"),
    (formula(["system", "a"]), "no function 'system'"),
    (formula(["call", "__import__", "a"]), "no function 'call'"),
    (formula(["call", "sigmoid", "x", "x"]), "'sigmoid' in rhs takes 1 arguments"),
    (formula(["^", 2, 10**9]), "an exponent in rhs is larger than 64"),
    (formula(10**50), "a number has too many digits"),
    (formula(["/", 1, 0]), "no function '/'"),
    (formula(deep(300)), "nested more than 200 deep"),
    (formula(["letters", ["x"]]), "rhs is not a formula"),
    (formula([]), "rhs is not a formula"),
    (formula(["einsum", ["letters", "i"], "x"]), "no program of symrnn: .* is not a contraction"),
    (formula("nobody"), "nobody"),
    (formula(["tanh", True]), "a formula of rhs computes with a condition"),
    (formula(["+", "a", ["<", "a", 1]]), "a formula of rhs computes with a condition"),
    (formula(True), "rhs is not a formula"),
])
def test_what_is_no_program_is_told(change, words: str) -> None:
    with pytest.raises(ProgramError, match=words):
        from_plain(broken(change))


@pytest.mark.parametrize("data", [None, [], 7, "lstm", {}])
def test_other_data_is_no_program(data: object) -> None:
    with pytest.raises(ProgramError):
        from_plain(data)
