"""Names: any that the one rule allows works in every language; any other is one clear sentence."""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy

import symrnn
import symrnn.workflow
from symrnn import Cell, Program, ProgramError, activation, t
from symrnn.authoring import declarations
from symrnn.cellfile import CellFileError, parse, starter
from symrnn.cellfile.functions import FUNCTIONS
from symrnn.checking import check_kernel
from symrnn.interop import onnx
from symrnn.backends.latex_math import glyph_latex
from symrnn.pipeline import generate
from symrnn.program import (Equation, Glyph, Program as Form, Role, Size, SizeSymbol, Span,
                            UnknownName, Variable, glyph_text, is_name, misnamed, quoted, renamed,
                            verify)
from symrnn.runtime import ShapeError
from symrnn.transforms import masked

tanh = activation("tanh")
KERNELS = [("numpy", "simd"), ("c", "portable"), ("c", "simd"), ("c", "samples")]


def cell(state: str = "h", parameters: tuple[str, ...] = (), gates: tuple[str, ...] = (),
         axis: str = "m", function: str = "tanh", name: str = "q") -> Program:
    """Two equations as of an Elman network, with whatever names; none of them is idle."""
    with Cell(name, "Names") as made:
        x, h = made.input("x[n]", "input"), made.state(f"{state}[{axis}]", "state")
        a = made.symbol(f"{gates[0] if gates else 'a'}[{axis}]", "sum")
        others = [made.symbol(f"{one}[{axis}]", "gate") for one in gates[1:]]
        W, U = made.parameters(f"W[{axis},n] U[{axis},{axis}]", "of the cell")
        biases = [made.parameter(f"{one}[{axis}]", "bias") for one in parameters]
        a[t] = sum(biases, W @ x[t] + U @ h[t - 1])
        for one, before in zip(others, [a, *others], strict=False):
            one[t] = activation("sigmoid")(U @ before[t] + W @ x[t])
        h[t] = activation(function)((others[-1] if others else a)[t])
    return made.build(state)


def right(program: Program, kernels: list[tuple[str, str]] = KERNELS, dtype: str = "float64"
          ) -> None:
    for backend, profile in kernels:
        assert [str(one) for one in
                check_kernel(program, backend, dtype, profile=profile)] == [], (backend, profile)


@pytest.mark.parametrize("names", [
    {"parameters": ("factors_a", "tape_a", "a_here", "x_rows", "h_stride", "rows_of_x", "with_x")},
    {"parameters": ("tape_h", "tape_g", "work_a", "work_h", "row_m", "tile_a", "panels_x")},
    {"gates": ("a", "work_a", "tape_a", "tile_a_group", "tile_a_ahead", "kept_a")},
    {"axis": "for"}, {"axis": "size_for"}, {"axis": "row_m"},
    {"state": "mask", "parameters": ("step_mask",)}, {"parameters": ("mask", "h_fresh", "h_shown")},
    {"gates": ("a", "h_fresh", "h_shown", "h_held", "h_prev", "h_bar", "Delta_h", "h_next_bar")},
    {"parameters": ("Q_FIXED_m", "Q_SIMD_H", "q_tanh", "q_sigmoid", "vec_relu", "BARRIER", "WIDE")},
    {"parameters": ("j", "k", "l", "i", "o", "p", "r", "u", "v", "w", "s", "at", "chunk")},
    {"parameters": ("reversed", "range", "np", "contract", "place", "dtype", "time")},
], ids=lambda names: next(iter(names)))
def test_what_is_put_together_gives_way(names: dict[str, Any]) -> None:
    right(cell(**names))


@pytest.mark.parametrize("function", [sympy.tanh, sympy.log, sympy.exp, sympy.sin, sympy.cos,
                                      sympy.sqrt], ids=lambda one: one.__name__)
@pytest.mark.parametrize(("suffix", "dtype"), [("f", "float32"), ("", "float64")])
def test_a_state_may_be_called_like_the_function_that_makes_it(
        function: Callable[[Any], Any], suffix: str, dtype: str) -> None:
    """C's own ``expf`` is no reserved word; a program made by hand may have ``exp`` too."""
    called = f"{getattr(function, '__name__', 'sqrt')}{suffix}"
    with Cell("q", "Function") as made:
        x, h = made.input("x[n]", "input"), made.state("h[m]", "state")
        a = made.symbol("a[m]", "sum")
        W, U = made.parameters("W[m,n] U[m,m]", "of the cell")
        a[t] = W @ x[t] + U @ h[t - 1]
        h[t] = tanh(function(1 + a[t] ** 2))
    program = renamed(made.build("h"), {"h": called, "initial.h": f"initial.{called}",
                                        "final.h": f"final.{called}"}, {})
    right(program, [("c", "portable")], dtype)


def test_two_axes_may_ask_for_one_name() -> None:
    with Cell("q", "Axes") as made:
        x, h = made.input("x[size_for]", "input"), made.state("h[for]", "state")
        W, U = made.parameters("W[for,size_for] U[for,for]", "of the cell")
        h[t] = tanh(W @ x[t] + U @ h[t - 1])
    program = made.build("h")
    right(program)
    assert "size_t size_for_2;" in generate(program, "q")["q.h"]


@pytest.mark.parametrize("network", [
    symrnn.readout, lambda one: symrnn.deep(one, 2, readout=True), symrnn.bidirectional,
    lambda one: symrnn.bidirectional(one, readout=False),
    lambda one: symrnn.readout(symrnn.readout(one))])
@pytest.mark.parametrize("names", [
    {"parameters": ("V", "b_y", "a_y", "V_f", "in0")}, {"state": "y", "parameters": ("E_f", "h")},
    {"axis": "p"}, {"axis": "q"}])
def test_networks_take_names_that_are_free(network: Callable[[Program], Program],
                                           names: dict[str, Any]) -> None:
    right(network(cell(**names)), [("numpy", "simd")])


def test_a_layer_has_axes_of_its_own_beside_the_shared_one() -> None:
    """The input's axis is called like the first layer's own would be: they stay two sizes."""
    with Cell("q", "Axes") as made:
        x, h = made.input("x[m_1]", "input"), made.state("h[m]", "state")
        W, U = made.parameters("W[m,m_1] U[m,m]", "of the cell")
        h[t] = tanh(W @ x[t] + U @ h[t - 1])
    program = symrnn.deep(made.build("h"), 2)
    assert len(program.sizes) == 3
    right(program, [("numpy", "simd")])


def test_options_take_names_that_are_free() -> None:
    names = ("b", "b_recurrent", "zoneout_h", "dropout_h", "dropout_x", "start", "h_start",
             "h_new", "h_whole", "h_before", "h_dropped", "x_dropped")
    program = cell(parameters=names)
    program = symrnn.clipped_state(symrnn.with_two_biases(program), 0.9)
    program = symrnn.learned_initial(symrnn.zoneout(program))
    program = masked(symrnn.dropout(program, ("input", "recurrent")))
    assert {"zoneout_h_2", "dropout_h_2", "dropout_x_2", "start_2", "h_start_2",
            "b_recurrent_2"} <= set(program.axes)
    right(program, [("numpy", "simd"), ("c", "simd")])


@pytest.mark.parametrize("choice", [("value", 0.5), ("norm", 0.5)])
def test_clipped_gradients_take_names_that_are_free(choice: tuple[str, float]) -> None:
    names = ("h_prev_bar_clipped", "h_prev_bar_squared", "h_prev_bar_scale", "U_bar_total")
    first, second = (symrnn.compile(one, "numpy", "float64", clip_gradient=choice)
                     for one in (cell(parameters=names), cell(parameters=("A", "B", "C", "D"))))
    draw = np.random.default_rng(0).normal
    given = {name: draw(size=[{"n": 2, "m": 3}[axis] for axis in one.axes])
             for name, one in first.parameters.items()}
    other = dict(zip(second.parameters, given.values(), strict=True))
    x = draw(size=(5, 2, 2))
    runs = [one.forward(params, x) for one, params in ((first, given), (second, other))]
    found = [run.kernel.backward(run, np.ones_like(run.y)) for run in runs]
    for one, same in zip(found[0].values(), found[1].values(), strict=True):
        assert np.array_equal(one, same) and np.any(one)


@pytest.mark.parametrize("backend", ["numpy", "c"])
def test_a_mask_of_steps_goes_beside_an_input_called_mask(backend: str) -> None:
    with Cell("q", "Own mask") as made:
        x, own, h = made.input("x[n]", "in"), made.input("mask[n]", "in"), made.state("h[m]", "s")
        W, U = made.parameters("W[m,n] U[m,m]", "of the cell")
        h[t] = tanh(W @ (own[t] * x[t]) + U @ h[t - 1])
    program = made.build("h")
    kernel = symrnn.compile(program, backend, "float64")
    draw = np.random.default_rng(1).normal
    params = {"W": draw(size=(3, 2)), "U": draw(size=(3, 3))}
    inputs = {"x": draw(size=(5, 2, 2)), "mask": draw(size=(5, 2, 2))}
    run = kernel.forward(params, inputs, lengths=[5, 3])
    alone = kernel.forward(params, {name: one[:3, 1:] for name, one in inputs.items()})
    assert np.allclose(run.y[:3, 1:], alone.y, rtol=0, atol=1e-14) and not np.any(run.y[3:, 1])
    gradients = kernel.backward(run, np.ones_like(run.y))
    assert gradients["mask"].shape == (5, 2, 2) and not np.any(gradients["mask"][3:, 1])
    assert masked(program).step_mask.name == "step_mask"  # type: ignore[union-attr]
    right(masked(program), [(backend, "simd")])


def test_a_state_called_mask_takes_lengths_and_clipped_gradients() -> None:
    program = cell("mask", ("h_fresh", "mask_fresh", "mask_shown"))
    plain = cell("k", ("A", "B", "C"))
    draw = np.random.default_rng(2).normal
    values = [draw(size=shape) for shape in ((3, 2), (3, 3), 3, 3, 3)]
    found = []
    for one in (program, plain):
        kernel = symrnn.compile(one, "numpy", "float64", clip_gradient=("value", 0.2))
        params = dict(zip(kernel.parameters, values, strict=True))
        run = kernel.forward(params, np.ones((4, 2, 2)), lengths=[4, 2])
        found.append((run.y, kernel.backward(run, np.ones_like(run.y))["U"]))
    assert all(np.array_equal(*pair) for pair in zip(*found, strict=True))


def test_distinct_names_print_distinctly() -> None:
    with Cell("q", "Symbols") as made:
        x, h = made.input("x[n]", "input"), made.state("h[m]", "state")
        one, two = made.state("x_1[m]", "state"), made.state("x__1[m]", "state")
        gate = made.symbol("mu[m]", "gate")
        W, U, h_t, h_0, m, T = made.parameters("W[m,n] U[m,m] h_t[m] h_0[m] m T", "of the cell")
        two[t] = W @ x[t] + two[t - 1] + h_t
        one[t] = W @ x[t] + one[t - 1] * two[t] + h_0
        gate[t] = tanh(one[t]) * m / SizeSymbol("m") + T * one[t]
        h[t] = tanh(U @ h[t - 1] + gate[t])
    program = made.build("h")
    assert glyph_latex(program["x_1"].glyph, "t") == "x_{1,t}"
    assert glyph_latex(program["x__1"].glyph, "t") == r"\mathrm{x\_\_1}_{t}"
    assert glyph_latex(program["x__1_prev"].glyph, "t") == r"\mathrm{x\_\_1}_{t-1}"
    assert glyph_latex(program["h"].glyph, "t") == "h_{t}"
    assert glyph_latex(program["h_t"].glyph) == r"\mathrm{h\_t}"
    assert glyph_latex(program["h_0"].glyph) == r"\mathrm{h\_0}"
    assert glyph_latex(program["T"].glyph) == r"\mathrm{T}"
    assert glyph_text(program.size("m").glyph) == "size_m"
    both = masked(symrnn.dropout(program, "recurrent"))
    for made_of in (program, both, symrnn.derive(both).gradient):
        for printed in (lambda one: glyph_latex(one.glyph, "t" * (one.span is Span.SEQUENCE)),
                        lambda one: (glyph_text(one.glyph), one.span is Span.SEQUENCE,
                                     one.glyph.shift, one.glyph.index)):
            found = [printed(one) for one in made_of.variables if one.stands_for is None]
            assert len(set(found)) == len(found)
    assert "/ size_m" in generate(program, "q")["q.c"] and "/ size_m" in symrnn.show(program)
    assert generate(program, "q")["q.tex"].count(r"\overline{\mathrm{x\_\_1}}_{t}")


BAD = {"empty": "", "digit first": "2nd", "underscore first": "_Complex", "blank": "a b",
       "path": "../../evil", "point": "a.b", "letter of Greek": "\u03bc", "micro": "\u00b5",
       "look-alike": "\u0430", "digit": "a\u0663", "line": "a\nb", "escape": "a\x1b[31m",
       "turned": "a\u202eb", "separator": "a\u2028b", "long": "a" * 41, "very long": "a" * 5000}


def refused(act: Callable[[], object], kind: type[Exception] = ProgramError) -> None:
    """One sentence, fit for a terminal."""
    with pytest.raises(kind) as caught:
        act()
    message = str(caught.value)
    assert message.isprintable() and len(message) < 400, message
    assert "a name has at most 40 characters" in message, message


@pytest.mark.parametrize("bad", BAD.values(), ids=list(BAD))
def test_one_rule_at_every_door(bad: str) -> None:
    refused(lambda: Cell(bad, "title"))
    refused(lambda: generate(symrnn.elman(), bad))
    refused(lambda: starter(bad))
    with Cell("q", "title") as made:
        for declare in (made.input, made.state, made.symbol, made.parameter):
            refused(lambda declare=declare: declare(bad, "meaning"))
            refused(lambda declare=declare: declare(f"h[{bad}]", "meaning")
                    if bad else declare("", "meaning"))
    x = Variable("x", ("n",), Role.INPUT, Glyph.named("x"), "")
    y = Variable("y", ("n",), Role.OUTPUT, Glyph.named("y"), "")
    size = Size("n", Glyph.named("n"), "")
    plain = Form("q", "", (size,), (x, y), (Equation("y", 2 * x.symbol, 1),), (), ("y",))
    assert verify(plain) is plain
    if len(bad) != 41 and bad != "a.b":  # names that are put together may be longer, with dots
        moved = Variable(bad, ("n",), Role.INPUT, Glyph.named("x"), "")
        refused(lambda: verify(Form("q", "", (size,), (moved, y), (Equation(
            "y", 2 * moved.symbol, 1),), (), ("y",))))
        refused(lambda: verify(Form(bad, "", plain.sizes, plain.variables, plain.equations, (),
                                    ("y",))))


@pytest.mark.parametrize("name", [
    "symrnn", "SymRNN", "con", "NUL", "com1", "gru_simd", "numpy", "math", "types", "re", "Stddef",
    "string", "omp", "lambda", "None"])
def test_a_cell_takes_no_name_of_other_files(name: str) -> None:
    for act in (lambda: Cell(name, "title"), lambda: generate(symrnn.elman(), name),
                lambda: starter(name)):
        with pytest.raises(ProgramError, match="take another"):
            act()
    with pytest.raises(CellFileError, match="take another") as caught:
        parse(f"cell {name}\ninput x[n]\noutput y\ny[t] = 2 * x[t]")
    assert (caught.value.line, caught.value.column) == (1, 6)


def test_no_network_is_called_like_what_generated_files_load() -> None:
    """What NumPy loads is seen here; the list of the source holds for other versions too."""
    code = "import sys, numpy; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True)
    own = {one for one in loaded.split() if one in sys.stdlib_module_names}
    headers = {word.removesuffix(".h") for text in generate(symrnn.elman(), "q").values()
               for word in re.findall(r"#include <(\w+\.h)>", text)}
    assert {"math", "types"} <= own and {"math", "stddef"} <= headers
    words = {"numpy", *filter(is_name, own | headers | set(keyword.kwlist))}
    assert [one for one in words if misnamed(one) is None] == []
    assert [one for one in symrnn.cell_names() if misnamed(one) is not None] == []


HEAD = "cell q\ninput x[n]\n"


@pytest.mark.parametrize(("name", "words"), [
    ("h[T]", "'T' is the number of steps"), ("h[B]", "'B' is the number of samples"),
    ("h[t]", "'t' is the time, which"), ("t[m]", "'t' is the time; take another"),
    ("exp[m]", "'exp' is a function"), ("tanh[m]", "'tanh' is a function"),
    ("max", "'max' is a function"), ("hardsigmoid[m]", "'hardsigmoid' is a function")])
def test_python_and_files_refuse_the_same_names_at_their_line(name: str, words: str) -> None:
    with Cell("q", "title") as made:
        for declare in (made.input, made.state, made.symbol, made.parameter, made.parameters):
            with pytest.raises(ProgramError, match=words):
                declare(name, "meaning")
    for role in ("input", "state", "param"):
        with pytest.raises(CellFileError, match=words):
            parse(f"{HEAD}{role} {name}\n")


def test_every_function_of_a_file_is_reserved() -> None:
    assert set(FUNCTIONS) == declarations.FUNCTIONS


def test_words_of_cell_files_are_names_too() -> None:
    program = parse("""cell cell
input input[source], title[output]
state state[state], note [state]
param param[state,source], const[state,output] source_*[state,state]
const cell = 0.5
output state, note
output[t] = param @ input[t] + const @ title[t]
note [t] = tanh(output[t] + source_a @ state[t-1])
state[t] = note[t] * cell + note[t-1]
""")
    assert program.outputs == ("state", "note")
    right(program, [("numpy", "simd"), ("c", "portable")])


HOSTILE = "\x1b[31m\u202e\u2028" + "a" * 5000


@pytest.mark.parametrize("act", [
    lambda: symrnn.cell(HOSTILE), lambda: symrnn.cell(HOSTILE + ".cell"),
    lambda: symrnn.compile(symrnn.elman(), HOSTILE),
    lambda: symrnn.compile(symrnn.elman(), profile=HOSTILE), lambda: symrnn.compile(HOSTILE),
    lambda: symrnn.compile(symrnn.elman(), clip_gradient=(HOSTILE, 1)),
    lambda: symrnn.compile(symrnn.elman(), masked_output=HOSTILE),
    lambda: symrnn.show(symrnn.elman(), HOSTILE), lambda: activation(HOSTILE),
    lambda: symrnn.lstm(zoneout=HOSTILE), lambda: symrnn.lstm(dropout=HOSTILE),
    lambda: symrnn.lstm(bias=HOSTILE), lambda: symrnn.compare("lstm", HOSTILE),
    lambda: symrnn.compare("lstm", "onnx-gru:" + HOSTILE),
    lambda: onnx.run(HOSTILE, {}, []), lambda: onnx.run("GRU", {HOSTILE: 1}, [[1], [1], [1]]),
    lambda: symrnn.compile(symrnn.elman(), "numpy").forward({HOSTILE: 1}, np.ones((1, 1, 1))),
    lambda: parse(f"cell q\n{HOSTILE}"), lambda: parse(f"cell q q\n\"{HOSTILE}\""),
    lambda: parse("cell q\n" + "a" * 5000), lambda: parse("cell q\nq[t] = x[" + "a" * 5000 + "]"),
    lambda: verify(Form("q", "", (), (), (Equation(HOSTILE, SizeSymbol(HOSTILE), 1),), (), ())),
    lambda: Cell("q", "").contract(HOSTILE),
    lambda: Cell("q", "").state("h", "").__getitem__(HOSTILE),  # type: ignore[arg-type]
])
def test_messages_show_what_they_quote_escaped_and_cut(act: Callable[[], object]) -> None:
    with pytest.raises((ValueError, OSError, TypeError)) as caught:
        act()
    message = str(caught.value) if not isinstance(caught.value, OSError) else "the system's"
    assert message.replace("\n", "").isprintable() and len(message) < 900, message


def test_prose_that_no_door_has_seen_is_shown_escaped_and_written_nowhere() -> None:
    program = replace(symrnn.elman(), title=f"A {HOSTILE[:20]} title", notes=("N\u202e",))
    assert symrnn.show(program).replace("\n", "").isprintable()
    with pytest.raises(ProgramError, match=r"the title: U\+001B .*\n.*a note: U\+202E"):
        generate(program, "q")


def test_quoted_text_is_as_repr_has_it_and_short() -> None:
    assert quoted("a'b") == '"a\'b"' and quoted(3) == "3" and quoted("") == "''"
    assert quoted("a" * 61) == "'" + "a" * 58 + "…'" and len(quoted(HOSTILE)) <= 61


@pytest.mark.parametrize(("op_type", "inputs", "kind", "words"), [
    ("GRU", [0, 1, 2, None, None, None, 1, 1], UnknownName, "ONNX's GRU has 6 inputs, X, W, R, B"),
    ("LSTM", [0, 1, 2, *[None] * 5, 1], UnknownName, "LSTM has 8 inputs, .* but 9 are given"),
    ("RNN", [], UnknownName, "ONNX's RNN wants X, W, R, but X is missing"),
    ("RNN", [0, 1], UnknownName, "R is missing"),
    ("GRU", [0, None, 2], UnknownName, "W is missing"),
    ("LSTM", [0, 1, 2], ShapeError, "'W' has shape"),
])
def test_onnx_takes_the_inputs_that_an_operator_has(
        op_type: str, inputs: list[Any], kind: type[Exception], words: str) -> None:
    arrays = [np.ones((1, 4, 4)), np.ones((2, 16, 4)), np.ones((1, 16, 4))]
    given = [None if one is None else arrays[one] for one in inputs]
    with pytest.raises(kind, match=words):
        onnx.run(op_type, {}, given)


def test_two_cells_of_one_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "one.cell").write_text(starter("Lstm"))
    with pytest.raises(ProgramError, match="'Lstm' like another cell"):
        symrnn.workflow.chosen([str(tmp_path / "one.cell")])
