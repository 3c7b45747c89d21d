"""Pairs that are one function, pairs that are not, and what is said of each."""

import dataclasses
import random
from pathlib import Path

import numpy as np
import pytest
from sympy import Integer, Symbol

import symrnn
from symrnn import Cell, Program, activation, t
from symrnn.cells import architectures
from symrnn.comparison import Verdict, compare, decide, proof
from symrnn.comparison.proof import Attempt, Proof
from symrnn.program import Role, final_name, initial_name, multiply, renamed, terms
from symrnn.program.expressions import add

sigmoid, tanh = activation("sigmoid"), activation("tanh")


def shuffled(program: Program, seed: int = 1) -> Program:
    """The same equations under names that tell nothing, declared in another order."""
    order = random.Random(seed)
    numbers = list(range(len(program.variables)))
    order.shuffle(numbers)
    names = {one.name: f"s{number}" for one, number in
             zip(program.variables, numbers, strict=True)}
    for delay in program.delays:
        names[delay.initial] = initial_name(names[delay.source])
        names[delay.final] = final_name(names[delay.source])
    sizes = {one.name: f"k{place}" for place, one in enumerate(program.sizes)}
    turned = renamed(program, names, sizes)
    variables = list(turned.variables)
    order.shuffle(variables)
    return dataclasses.replace(turned, variables=tuple(variables))


@pytest.mark.parametrize("name", [one.name for one in architectures()])
def test_every_cell_is_itself_under_any_names(name: str) -> None:
    program = symrnn.cell(name)
    found = compare(program, shuffled(program))
    assert found.verdict is Verdict.SAME, str(found)
    assert {one for names in found.parameters.values() for one in names.lstrip("-").split()} \
        == {one.name for one in program.with_role(Role.PARAMETER)}


@pytest.mark.parametrize("name", ["lstm", "gru", "gru_reset_before", "janet", "lem", "rhn", "sru"])
def test_no_mutant_is_proved(name: str) -> None:
    """A term with another sign or factor: the proof must not pass what the numbers refute."""
    program = symrnn.cell(name)
    for place, equation in enumerate(program.equations):
        first, *rest = terms(equation.rhs)
        for changed in ([multiply([Integer(2), first]), *rest], rest,
                        [multiply([Integer(-1), first]), *rest]):
            if not changed:
                continue
            mutant = list(program.equations)
            mutant[place] = dataclasses.replace(equation, rhs=add(changed))
            try:
                other = dataclasses.replace(program, equations=tuple(mutant))
                symrnn.derive(other)
            except symrnn.ProgramError:
                continue  # something is computed for nothing now
            found = compare(program, other)
            # The guard would turn a wrong proof into an open verdict with a difference.
            assert not (found.steps and found.difference), (name, equation.lhs, str(found))
            if not found.same and found.verdict is Verdict.DIFFERENT:
                assert found.difference is not None and found.difference.largest > 0


def test_coupled_gates_are_one_function_up_to_the_sign_of_one_gate() -> None:
    found = compare("lstm_coupled", "lstm_coupled_input")
    assert found.verdict is Verdict.SAME
    assert found.parameters["W_f"] == "-W_i" and found.parameters["b_f"] == "-b_i"
    assert found.parameters["W_o"] == "W_o"
    assert any("1 - σ(u) = σ(-u)" in step.rules for step in found.steps)


@pytest.mark.parametrize(("a", "b", "words"), [
    ("lstm", "lstm_peephole", "With p_i, p_f, p_o zero they are proved to be one function."),
    ("gru", "gru_reset_before", "largest difference"),
    ("lstm", "lstm_coupled", "largest difference"),
    ("lstm", "gru", "largest difference"),
    ("lstm", "lstm_1997", "largest difference"),
    ("elman", "jordan", "largest difference"),
    ("mut1", "mut2", "largest difference"),
    ("brc", "nbrc", "largest difference"),
    ("qrnn", "sru", "largest difference"),
    ("lstm", "lstm_projection", "largest difference"),
    ("elman", "gru", "largest difference"),
])
def test_other_cells_are_told_apart(a: str, b: str, words: str) -> None:
    found = compare(a, b)
    assert found.verdict is Verdict.DIFFERENT and not found.same
    assert found.difference is not None and found.difference.largest > 1e-6
    assert words in str(found)


def test_another_activation_and_another_direction_are_told_apart() -> None:
    assert not compare(symrnn.elman(activation="tanh"), symrnn.elman(activation="relu")).same
    assert not compare(symrnn.gru(), symrnn.reverse(symrnn.gru())).same
    assert not compare(symrnn.gru(), symrnn.gru(clip=1.0)).same


def simple(sign: int = 1, kept: int = 1, output: str = "h") -> Program:
    """A cell with a memory of its own, with signs to choose."""
    with Cell("simple", "A cell") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        g = cell.symbol("g[m]", "new content")
        W, U, b = cell.parameters("W[m,n] U[m,m] b[m]", "of the cell")
        g[t] = tanh(W @ x[t] + sign * (U @ h[t - 1]) + b)
        h[t] = g[t] + kept * h[t - 1]
    return cell.build(output)


def test_a_sign_that_a_parameter_takes_is_none_and_another_is_one() -> None:
    turned = compare(simple(), simple(sign=-1))
    assert turned.verdict is Verdict.SAME and turned.parameters["U"] == "-U"
    assert compare(simple(), simple(kept=-1)).verdict is Verdict.DIFFERENT


def test_another_output_of_the_same_equations_is_another_function() -> None:
    assert compare(simple(), simple(output="g")).verdict is Verdict.DIFFERENT


def written(name: str, *, transposed: bool = False, distributed: bool = False,
            logistic: bool = False) -> Program:
    """One gated cell in several ways of writing."""
    from sympy import exp
    with Cell(name, "A gated cell") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        z, a = cell.symbols("z[m] a[m]", "gate and its sum")
        W, U = (cell.parameter("W[n,m]" if transposed else "W[m,n]", "weights"),
                cell.parameter("U[m,m]", "weights"))
        product = (W.T if transposed else W) @ x[t]
        a[t] = product + U @ (h[t - 1] + h[t - 1] * h[t - 1]) if not distributed else (
            U @ h[t - 1] + product + U @ (h[t - 1] * h[t - 1]))
        z[t] = 1 / (1 + exp(-a[t])) if logistic else sigmoid(a[t])
        h[t] = h[t - 1] + z[t] * (tanh(a[t]) - h[t - 1]) if distributed else (
            (1 - z[t]) * h[t - 1] + z[t] * tanh(a[t]))
    return cell.build("h")


@pytest.mark.parametrize("way", ["transposed", "distributed", "logistic"])
def test_ways_of_writing_are_one_function(way: str) -> None:
    found = compare(written("plain"), written("other", **{way: True}))
    assert found.verdict is Verdict.SAME, str(found)
    assert ("ᵀ" in found.parameters["W"]) == (way == "transposed")


def test_what_is_equal_without_a_proof_stays_open() -> None:
    """tanh(u) = 2 sigmoid(2u) - 1 is none of the rules."""
    def own(written_by_sigmoid: bool) -> Program:
        with Cell("own", "A cell") as cell:
            x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
            a = cell.symbol("a[m]", "sum")
            W, U = cell.parameters("W[m,n] U[m,m]", "of the cell")
            a[t] = W @ x[t] + U @ h[t - 1]
            h[t] = 2 * sigmoid(2 * a[t]) - 1 if written_by_sigmoid else tanh(a[t])
        return cell.build("h")

    found = compare(own(True), own(False))
    assert found.verdict is Verdict.OPEN and found.difference is None and not found.same
    assert "No counter-example in 8 random cases" in str(found)


def test_other_inputs_do_not_go_together() -> None:
    with Cell("two", "Two inputs") as cell:
        x, y = cell.input("x[n]", "input"), cell.input("y[n]", "input")
        h = cell.state("h[n]", "state")
        h[t] = tanh(x[t] + y[t] * h[t - 1])
    found = compare(cell.build("h"), "elman")
    assert found.verdict is Verdict.DIFFERENT and found.difference is None


def test_the_counter_example_can_be_run_again() -> None:
    found = compare("gru", "gru_reset_before")
    shown = found.difference
    assert shown is not None and str(compare("gru", "gru_reset_before")) == str(found)
    for subject, given, wanted in ((found.left, shown.left_given, shown.left),
                                   (found.right, shown.right_given, shown.right)):
        kernel = symrnn.compile(subject.program, "numpy", "float64")
        run = kernel.forward(given.parameters, dict(given.inputs), given.initial)
        assert np.array_equal(run.outputs[shown.what][shown.step], wanted)
    assert shown.largest == np.abs(shown.left - shown.right).max()


def test_a_cell_file_with_all_names_changed_is_proved(tmp_path: Path) -> None:
    path = tmp_path / "mine.cell"
    path.write_text(
        "cell mine\n"
        "input u[k]; state s[d]; output s\n"
        "param A_*[d,k], B_*[d,d], e_*[d], e_inner[d]\n"
        "keep[t] = sigmoid(B_1 @ s[t-1] + e_1 + A_1 @ u[t])\n"
        "look[t] = sigmoid(A_2 @ u[t] + B_2 @ s[t-1] + e_2)\n"
        "new[t] = tanh(e_3 + (B_3 @ s[t-1] + e_inner) * look[t] + A_3 @ u[t])\n"
        "s[t] = new[t] + keep[t] * (s[t-1] - new[t])\n", encoding="utf-8")
    found = compare("gru", path)
    assert found.verdict is Verdict.SAME, str(found)
    assert found.parameters["A_1"] == "W_z" and found.parameters["e_inner"] == "c_n"
    assert dict(found.mapping.inputs) == {"x": "u"} and dict(found.mapping.states) == {"h": "s"}
    assert not compare("gru_reset_before", str(path)).same


def test_weights_of_a_renamed_cell_are_carried_over() -> None:
    program, random_ = symrnn.lstm(), np.random.default_rng(0)
    other = shuffled(program)
    sizes = {"m": 3, "n": 2}
    params = {one.name: random_.normal(size=[sizes[axis] for axis in one.axes])
              for one in program.with_role(Role.PARAMETER)}
    x = random_.normal(size=(4, 2, 2))
    carried = compare(program, other).weights(params)
    ours = symrnn.compile(program, "numpy", "float64").forward(params, x)
    theirs = symrnn.compile(other, "numpy", "float64").forward(carried, x)
    assert np.abs(ours.y - theirs.y).max() < 1e-15


def test_what_stands_in_every_sum_only_as_a_sum_is_merged() -> None:
    with Cell("two_biases", "Two biases") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        W, U, b, c, d = cell.parameters("W[m,n] U[m,m] b[m] c[m] d[m]", "of the cell")
        h[t] = tanh(W @ x[t] + U @ h[t - 1] + b + c) + d
    with Cell("one_bias", "One bias") as other:
        x, h = other.input("x[n]", "input"), other.state("h[m]", "state")
        W, U, b, d = other.parameters("W[m,n] U[m,m] b[m] d[m]", "of the cell")
        h[t] = tanh(W @ x[t] + U @ h[t - 1] + b) + d
    two, one = cell.build("h"), other.build("h")
    assert compare(two, one).verdict is Verdict.MERGED
    assert compare(two, one).parameters["b"] == "b + c"
    assert compare(one, two).parameters["c"] == "0"
    assert Symbol("d").name in compare(two, one).parameters["d"]


def test_what_has_no_normal_form_stays_open_and_is_told_why() -> None:
    """A sum over all steps, and more terms than a proof looks at."""
    def summed() -> Program:
        with Cell("over_time", "A sum of sums") as cell:
            x, h = cell.input("x[n]", "input"), cell.state("h[n]", "state")
            rows = [cell.parameter(f"p_{number}[n]", "weights") for number in range(12)]
            a = cell.symbol("a[n]", "sum")
            a[t] = add([one * x[t] for one in rows])
            h[t] = a[t]**8 * h[t - 1]
        return cell.build("h")

    found = compare(summed(), summed())
    assert found.verdict is Verdict.OPEN and not found
    assert "There is no normal form: a sum has more than" in str(found)


def test_final_states_are_compared_where_the_outputs_agree() -> None:
    """The memory that no output reads within the steps of a case."""
    def late(factor: int) -> Program:
        with Cell("late", "A memory beside") as cell:
            x, h, c = cell.input("x[n]", "input"), cell.state("h[n]", "s"), cell.state("c[n]", "s")
            h[t] = tanh(x[t] + h[t - 1])
            c[t] = factor * h[t] + c[t - 1]
        return cell.build("h")

    found = compare(late(1), late(2))
    assert found.verdict is Verdict.DIFFERENT and found.difference is not None
    assert found.difference.what == "final.c" and not bool(found)


def test_numbers_overrule_a_wrong_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the normal form at fault, the guard would say so."""
    gates, right = symrnn.gru(), symrnn.cell("gru_reset_before")
    fine = compare(gates, gates)
    assert fine.mapping is not None
    wrong = dataclasses.replace(fine.mapping, parameters=tuple(
        pair for pair in fine.mapping.parameters if pair.left != ("c_n",)))
    attempt = Attempt(Proof(wrong, fine.steps), True)
    monkeypatch.setattr(decide, "prove", lambda *_: attempt)
    found = compare(gates, right)
    assert found.verdict is Verdict.OPEN and not found.same and found.difference is not None
    assert "a fault of symrnn" in str(found)


def test_a_search_that_is_cut_short_proves_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "STEPS", 3)
    found = compare("lstm_coupled", "lstm_coupled_input")
    assert found.verdict is Verdict.OPEN and found.difference is not None
    assert "cut short" in str(found) and "No renaming" not in str(found)
