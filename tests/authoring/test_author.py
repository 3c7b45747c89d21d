"""How a cell is written: mistakes are reported at their line, the author's order is kept."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest
import sympy
from sympy import Rational, tanh

import symrnn
from symrnn.authoring import concat, dot, outer, piece, total
from symrnn.authoring.author import Cell
from symrnn.authoring.symbols import t
from symrnn.checking import check_kernel
from symrnn.backends.latex_math import glyph_latex
from symrnn.program import (
    IndexSymbol,
    ACTIVATIONS,
    Ein,
    Maximum,
    Program,
    ProgramError,
    Role,
    factors,
    function,
    glyph_text,
    terms,
)

sigmoid = function("sigmoid")


class Desk:
    """A cell with everything declared and nothing defined."""

    def __init__(self) -> None:
        self.cell = cell = Cell("desk", "Desk")
        self.x, self.h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        self.a, self.s = cell.symbol("a[m]", "sum"), cell.symbol("s", "scalar")
        self.W, self.U, self.b = cell.parameters("W[m,n] U[m,m] b[m]", "of the cell")


def _h(desk: Desk, rhs: object) -> None:
    desk.h[t] = rhs


MISTAKES: dict[str, tuple[Callable[[Desk], object], str]] = {
    "matrix on the wrong vector": (
        lambda d: _h(d, d.W @ d.h[t - 1]),
        r"'W @ h\[t-1\]' wants h\[t-1\] with axis n, but h\[t-1\] has m",
    ),
    "transpose forgotten": (
        lambda d: _h(d, d.W @ d.W @ d.x[t]),
        "'W @ W' wants W with axis n, but W has m",
    ),
    "transposed by mistake": (
        lambda d: _h(d, d.W.T @ d.x[t]),
        r"'W.T @ x\[t\]' wants .* axis m, .* n",
    ),
    "result of other axes": (lambda d: _h(d, d.x[t] + d.b), r"'x' has axes \[n\].*to \[m\] of 'h'"),
    "product of other axes": (
        lambda d: _h(d, d.W.T @ d.h[t - 1]),
        r"expected \[m\], but .* has n for m",
    ),
    "vector on the left": (
        lambda d: d.b @ d.x[t],
        r"'b @ x\[t\]' wants a matrix and a vector, got \[m\] and \[n\]",
    ),
    "vector transposed": (lambda d: d.b.T @ d.h[t - 1], r"'b.T' wants a matrix, got \[m\]"),
    "scalar on the right": (
        lambda d: d.U @ d.s[t],
        r"wants a matrix and a vector, got \[m, m\] and \[\]",
    ),
    "number on the right": (lambda d: d.U @ 3, "'3' is no operand of a product"),
    "text on the right": (lambda d: d.U @ "h", "'h' is no formula"),
    "text as an equation": (lambda d: _h(d, "tanh(x)"), r"'tanh\(x\)' is no formula"),
    "nothing as an equation": (lambda d: _h(d, None), "None is no formula"),
    "time forgotten in a product": (lambda d: d.W @ d.x, r"'x' has no time; write 'x\[t\]'"),
    "time forgotten in an equation": (lambda d: _h(d, d.a), r"'a' has no time; write 'a\[t\]'"),
    "step that is a number": (lambda d: d.h[1], r"'h\[1\]' is no step"),
    "far back": (lambda d: d.h[t - 65], r"'h\[t-65\]' is more than 64 steps away"),
    "next step defined": (
        lambda d: d.h.__setitem__(t + 1, d.b),
        r"define 'h\[t\]', not 'h\[t\+1\]'",
    ),
    "both directions of one symbol": (
        lambda d: d.h[t - 1] + d.h[t + 1],
        "'h' is read one step before and",
    ),
    "declared twice": (
        lambda d: d.cell.parameter("W[m,n]", "again"),
        "'W' is declared already",
    ),
    "declaration that is none": (
        lambda d: d.cell.parameter("2W[m]", "bad"),
        r"'2W\[m\]' is no declaration like 'W\[m,n\]'; a name has at most 40",
    ),
    "letters that do not fit": (
        lambda d: d.cell.contract("ij,j->i", d.W, d.h[t - 1]),
        "'h_prev' has m where",
    ),
    "letter twice in an operand": (lambda d: d.cell.contract("ii->i", d.U), "each letter once"),
    "operands missing": (lambda d: d.cell.contract("ij,j->i", d.W), "wants 2 operands, got 1"),
    "sum of unlike products": (lambda d: d.U @ (d.W @ d.h[t - 1]), "with axis n, but"),
    "reduction of the wrong axes": (
        lambda d: _h(d, Ein("ij->i", d.b)),
        r"'b' has axes \[m\].*reads 'ij'",
    ),
    "function of sizes": (
        lambda d: _h(d, d.b * sigmoid(d.cell.length("m"))),
        "no variable in it",
    ),
    "index of no constant": (
        lambda d: _h(d, d.b * IndexSymbol.at(0)),
        "an index stands in a constant array alone",
    ),
    "constant of a parameter": (
        lambda d: d.cell.constant("C[m]", "constant", lambda i: d.b + i),
        "an index stands in a constant array alone",
    ),
    "size of nothing": (lambda d: d.cell.size("q", d.b), "'b' is no size"),
    "size that is half": (lambda d: d.cell.size("q", sympy.Rational(1, 2)), "'1/2' is no size"),
    "sum over another axis": (lambda d: total(d.W, "k"), r"no one axis 'k'.*W has \[m, n\]"),
    "sum over two axes of one name": (
        lambda d: total(d.U, "m"),
        "U has it twice; call one of them otherwise, 'size e = m'",
    ),
    "outer product of a number": (
        lambda d: outer(d.s[t], d.b),
        r"wants two vectors, got \[\] and \[m\]",
    ),
    "dot product of unlike vectors": (
        lambda d: dot(d.b, d.x[t]),
        r"the same axes twice, got \[m\] and \[n\]",
    ),
    "joined to another size": (
        lambda d: concat("m", d.b, d.x[t]),
        r"declare it: size m = m \+ n",
    ),
    "joined with other axes": (
        lambda d: concat("m", d.W, d.x[t]),
        r"what is joined has the same axes but for the last, got \[m, n\], \[n\]",
    ),
    "sum over a number": (
        lambda d: total(d.s[t]),
        "'s' is a number; there is no axis to sum over",
    ),
    "size of a name that is none": (
        lambda d: d.cell.size("2q", 2),
        "'2q' is no name of a size",
    ),
    "size that is called like the time": (
        lambda d: d.cell.size("T", 2),
        "'T' is the number of steps, which every input and state has unsaid",
    ),
    "parameter along the time": (
        lambda d: d.cell.parameter("W_t[T]", "bad"),
        r"'W_t\[T\]': 'T' is the number of steps",
    ),
    "parameter that is called like a function": (
        lambda d: d.cell.parameter("tanh[m]", "bad"),
        r"'tanh\[m\]': 'tanh' is a function; take another name",
    ),
    "start beyond all masks": (
        lambda d: d.cell.state("q[m]", "state", start=1e31),
        "'q' starts with '1(0+)', which is no number up to 1e30; masks multiply it",
    ),
    "piece of a number": (lambda d: piece(d.s[t], 0, "m"), "a number has no entries"),
    "piece from half an entry on": (lambda d: piece(d.x[t], 0.5, "m"), "whole number or made of"),
    "piece from a value on": (lambda d: piece(d.x[t], d.s[t], "m"), "whole number or made of"),
    "function that no kernel has": (lambda d: _h(d, sympy.sec(d.b)), "'sec' is no function"),
    "sign": (lambda d: _h(d, sympy.sign(d.b)), "'sign' is no function"),
    "symbol from elsewhere": (lambda d: _h(d, sympy.Symbol("q") * d.b), "'q' is no symbol of"),
    "symbol of another cell": (
        lambda d: _h(d, Cell("other", "o").parameter("k[m]", "k") * d.b),
        "'k' is a symbol of the cell 'other'",
    ),
    "no number": (lambda d: _h(d, float("nan") * d.b), "'nan' is no number"),
    "imaginary number": (lambda d: _h(d, sympy.I * d.b), "'I' is no number"),
    "enormous exponent": (lambda d: _h(d, d.b**100000), "larger than 64"),
    "division by zero": (lambda d: _h(d, d.b / 0), "divides by zero"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_an_error_at_its_line(mistake: str) -> None:
    act, message = MISTAKES[mistake]
    desk = Desk()
    with pytest.raises(ProgramError, match=message) as error, desk.cell:
        act(desk)
    assert str(error.value).startswith("desk: ")
    lines = [frame.lineno for frame in traceback.extract_tb(error.tb) if frame.filename == __file__]
    assert act.__code__.co_firstlineno in lines


@pytest.mark.parametrize(("formulas", "named"), [
    ((), "what is joined"), ((sympy.Integer(2), sympy.Integer(3)), "'2', '3'")])
def test_what_has_no_symbol_belongs_to_no_cell(formulas: tuple[sympy.Expr, ...],
                                               named: str) -> None:
    with pytest.raises(ProgramError, match=f"^{named} has no symbol of a cell in it$"):
        concat("m", *formulas)


def test_cells_that_are_not_there_and_options_that_are_none_are_told() -> None:
    with pytest.raises(ValueError, match="'fast'"):
        symrnn.cell_names("fast")
    with pytest.raises(ProgramError, match="lstm: coupled='f=i' with forget_gate=True; it wants"):
        symrnn.lstm(coupled="f=i")
    with pytest.raises(ValueError, match="forget_gate is 'tanh'; there are sigmoid and exp"):
        symrnn.cell("slstm", forget_gate="tanh")
    with pytest.raises(ValueError, match="there is no style 'html'; there are unicode"):
        symrnn.show(symrnn.elman(), "html")


def test_a_cell_without_inputs_is_told_how_to_declare_one() -> None:
    with Cell("alone", "Nothing comes in") as cell:
        h = cell.state("h[m]", "state")
        h[t] = h[t - 1] / 2
    with pytest.raises(ProgramError, match=r"alone: there is no input, .*cell.input\('x\[n\]'"):
        cell.build("h")


def test_decimals_are_exact() -> None:
    desk = Desk()
    with desk.cell:
        desk.h[t] = 0.1 * desk.b**0.5
    assert desk.cell.equations[0].rhs.atoms(sympy.Number) == {
        sympy.Rational(1, 10), sympy.Rational(1, 2)}


@pytest.mark.parametrize("name", ["", "../../evil", "2nd", "a b"])
def test_a_cell_has_a_name_that_files_can_bear(name: str) -> None:
    with pytest.raises(ProgramError, match="is no name that files and functions can bear"):
        Cell(name, "title")


def test_error_names_the_equation_and_its_number() -> None:
    desk = Desk()
    desk.a[t] = desk.W @ desk.x[t]
    with pytest.raises(ProgramError, match=r"desk: equation \(2\) for 'h': 'x' has axes \[n\]"):
        desk.h[t] = desk.a[t] + desk.x[t]


@pytest.mark.parametrize("late", [False, True])
def test_what_symrnn_adds_gives_way_to_the_names_of_the_author(late: bool) -> None:
    """Before and behind the line that needs them: ``h_prev``, a named operand, ``a_h``."""
    desk = Desk()
    names = ["h_prev[m]", "a_h_prev[m]", "a_h[m]"]
    own = [] if late else [desk.cell.symbol(one, "own name") for one in names]
    with desk.cell:
        desk.a[t] = desk.W @ desk.x[t]
        formula = tanh(desk.U @ (desk.a[t] * desk.h[t - 1]) + desk.b)
        own = own or [desk.cell.symbol(one, "own name") for one in names]
        for one in own:
            one[t] = desk.W @ desk.x[t]
        desk.s[t] = desk.cell.contract("i,i->", own[2][t], own[2][t])
        desk.h[t] = formula + own[0][t] * own[1][t] * desk.s[t]
    program = desk.cell.build("h")
    assert {"h_prev", "h_prev_2", "a_h_prev", "a_h_prev_2", "a_h", "a_h_2"} <= {
        one.name for one in program.variables}
    assert program.delays[0].lhs == "h_prev_2"
    assert glyph_latex(program["h_prev_2"].glyph, "t") == "h_{t-1}"
    assert not check_kernel(program, "numpy", "float64")


@pytest.mark.parametrize("late", ["undefined", "twice", "unused"])
def test_what_shows_at_the_end_is_refused_by_build(late: str) -> None:
    desk = Desk()
    with desk.cell:
        desk.h[t] = desk.W @ desk.x[t] + desk.U @ desk.h[t - 1] + desk.b
        if late == "twice":
            desk.h[t] = desk.b + desk.h[t - 1]
    message = {
        "undefined": "'a' .*bound by no equation",
        "twice": r"equation \(2\) .*'h' is already bound",
        "unused": "'a' .*bound by no equation",
    }[late]
    with pytest.raises(ProgramError, match=message):
        desk.cell.build("h")


def gated(inside: bool) -> Program:
    """A cell whose terms stand in an order that SymPy would change, built inside or outside."""
    with Cell("order", "Order of terms") as cell:
        x, z, h = (
            cell.input("x[m]", "input"),
            cell.symbol("z[m]", "sum"),
            cell.state("h[m]", "state"),
        )
        W, U, b, a = cell.parameters("W[m,m] U[m,m] b[m] a[m]", "of the cell")
        z[t] = W @ x[t] + b + U @ h[t - 1] + a * x[t] - h[t - 1]
        h[t] = (1 - z[t]) * tanh(z[t]) + z[t] * h[t - 1] * a
        if inside:
            return cell.build("h")
    return cell.build("h")


def test_terms_keep_the_order_in_which_they_were_written() -> None:
    first = gated(inside=False).definition("z")
    assert first is not None
    order = [sorted(symbol.name for symbol in term.free_symbols) for term in terms(first.rhs)]
    assert order == [["W", "x"], ["b"], ["U", "h_prev"], ["a", "x"], ["h_prev"]]


def test_factors_keep_the_order_in_which_they_were_written() -> None:
    last = gated(inside=False).definition("h")
    assert last is not None
    assert [str(one) for one in factors(terms(last.rhs)[1])] == ["z", "h_prev", "a"]


def test_build_gives_the_same_inside_and_outside_of_the_with_block() -> None:
    assert repr(gated(inside=True)) == repr(gated(inside=False))


def test_equal_operands_of_products_share_a_name_and_others_do_not() -> None:
    desk = Desk()
    with desk.cell:
        desk.a[t] = desk.U @ (desk.b * desk.h[t - 1]) + desk.U.T @ (desk.b * desk.h[t - 1])
        desk.s[t] = Ein("i->", desk.a[t])
        desk.h[t] = desk.U @ (desk.b + desk.h[t - 1]) + desk.s[t] * (desk.W @ desk.x[t])
    program = desk.cell.build("h")
    named = [one for one in program.variables
             if one.meaning.startswith(("product of", "operand of"))]
    assert len(named) == 2 and len({one.glyph for one in named}) == 2


def test_a_product_that_gets_a_name_is_what_varies_with_the_factor_below() -> None:
    """Letters side by side would read as a product once more."""
    with Cell("factors", "Products of symbols") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        r = cell.symbol("r[m]", "gate", latex=r"\tilde{r}")
        W, U, V = cell.parameters("W[m,n] U[m,m] V[m,m]")
        beta, dt = cell.parameter("beta", "share"), cell.parameter("dt", "step", r"\Delta t")
        r[t] = W @ x[t] + U @ (beta * h[t - 1])
        h[t] = U @ (r[t] * h[t - 1]) + V @ (dt * h[t - 1])
    named = [one.glyph for one in cell.build("h").variables
             if one.meaning.startswith("product of")]
    assert [glyph_latex(one) for one in named] == [r"h_{\beta}", r"h_{\tilde{r}}", r"h_{\Delta t}"]
    assert [glyph_text(one) for one in named] == ["h_β", "h_r̃", "h_Δt"]


def test_a_piece_may_start_at_a_number_also_where_symrnn_adds_names() -> None:
    with Cell("two", "Sizes of one length") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        cell.size("e", cell.length("m"))
        W, U = cell.parameters("W[m,n] U[m,e]")
        h[t] = W @ x[t] + U @ piece(h[t - 1], 0, "e")
    assert not check_kernel(cell.build("h"), "numpy", "float64")


def test_every_equation_that_readers_see_has_one_number() -> None:
    desk = Desk()
    with desk.cell:
        desk.a[t] = sigmoid(desk.W @ desk.x[t] + desk.U @ desk.h[t - 1] + desk.b)
        desk.h[t] = (
            desk.a[t] * tanh(desk.U @ (desk.a[t] * desk.h[t - 1])) + Ein("i->", desk.a[t]) / 2
        )
        desk.s[t] = Maximum("i->", desk.h[t])
    program = desk.cell.build("h", "s")
    seen = [one for one in program.equations if program[one.lhs].stands_for is None]
    assert [one.number for one in seen] == list(range(1, len(seen) + 1))
    assert {one.number for one in program.equations} == {one.number for one in seen}


def test_symbols_of_a_matrix_product_may_be_matrices() -> None:
    with Cell("two", "Products of matrices") as cell:
        x, C = cell.input("x[m]", "input"), cell.state("C[m,d]", "state")
        U, w = cell.parameters("U[m,m] w[d]", "of the cell")
        C[t] = U @ C[t - 1] + cell.contract("i,j->ij", x[t], w)
    assert cell.build("C")["C"].axes == ("m", "d")


def test_output_that_is_no_state_gets_the_role() -> None:
    desk = Desk()
    with desk.cell:
        desk.a[t] = desk.W @ desk.x[t]
        desk.s[t] = Ein("i->", desk.a[t])
        desk.h[t] = desk.a[t] + desk.b + desk.U @ desk.h[t - 1]
    program = desk.cell.build("h", "s")
    assert program["s"].role is Role.OUTPUT and program["h"].role is Role.STATE


def test_fractions_stay_exact() -> None:
    desk = Desk()
    with desk.cell:
        desk.h[t] = Rational(1, 3) * (desk.W @ desk.x[t]) + desk.U @ desk.h[t - 1] + desk.b
    equation = desk.cell.equations[0]
    assert Rational(1, 3) in equation.rhs.atoms(Rational)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_function_of_the_table_can_be_written(name: str) -> None:
    desk = Desk()
    defaults = [Rational(one) for one in ACTIVATIONS[name].defaults]
    with desk.cell:
        desk.h[t] = function(name)(desk.W @ desk.x[t] + desk.U @ desk.h[t - 1] + desk.b, *defaults)
    kept = {one: variable for one, variable in desk.cell.variables.items() if one not in ("a", "s")}
    desk.cell.variables = kept
    assert desk.cell.build("h").definition("h") is not None
