"""Cell files: the same programs as in Python, errors with a caret, limits, hostile text."""

from __future__ import annotations

import random
import string
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import symrnn
from symrnn import cli
from symrnn.cellfile import CellFileError, parse, starter
from symrnn.checking import check_kernel
from symrnn.pipeline import generate

LSTM = """
cell lstm
input x[n]
state c[m], h[m]
param W_*[m,n] U_*[m,m] b_*[m]
output h
z[t] = W_g @ x[t] + U_g @ h[t-1] + b_g
z_i[t] = W_i @ x[t] + U_i @ h[t-1] + b_i
z_f[t] = W_f @ x[t] + U_f @ h[t-1] + b_f
g[t] = tanh(z[t])
i[t] = sigmoid(z_i[t])
f[t] = sigmoid(z_f[t])
c[t] = g[t] * i[t] + c[t-1] * f[t]
z_o[t] = W_o @ x[t] + U_o @ h[t-1] + b_o
o[t] = sigmoid(z_o[t])
h[t] = tanh(c[t]) * o[t]
"""
GRU = """
cell gru
input x[n]
state h[m]
param W_*[m,n], U_*[m,m], b_*[m], c_n[m]
output h
a_z[t] = W_z @ x[t] + U_z @ h[t-1] + b_z
z[t] = sigmoid(a_z[t])
a_r[t] = W_r @ x[t] + U_r @ h[t-1] + b_r
r[t] = sigmoid(a_r[t])
q[t] = U_n @ h[t-1] + c_n
a_n[t] = W_n @ x[t] + r[t] * q[t] + b_n
n[t] = tanh(a_n[t])
h[t] = (1 - z[t]) * n[t] + z[t] * h[t-1]
"""
HEAD = "cell c\ninput x[n]\nstate h[m]\nparam W_*[m,n], U_*[m,m], b_*[m]\noutput h\n"
PLAIN = "h[t] = tanh(W_h @ x[t] + U_h @ h[t-1])"


@pytest.mark.parametrize(("text", "python"), [(LSTM, symrnn.lstm()), (GRU, symrnn.gru())],
                         ids=["lstm", "gru"])
def test_a_file_and_python_give_the_same_program(text: str, python: symrnn.Program) -> None:
    program = parse(text)
    assert program.equations == python.equations
    assert program.delays == python.delays and program.axes == python.axes
    kernels = [symrnn.compile(one, "numpy", "float64") for one in (program, python)]
    given = np.random.default_rng(0)
    sizes = {"n": 2, "m": 3}
    params = {name: given.normal(size=[sizes[axis] for axis in one.axes])
              for name, one in kernels[0].parameters.items()}
    x = given.normal(size=(4, 2, 2))
    gradients = [one.backward(run, np.ones_like(run.y)) for one in kernels
                 for run in [one.forward(params, x)]]
    assert gradients[0].keys() == gradients[1].keys()
    for name, gradient in gradients[0].items():
        assert np.array_equal(gradient, gradients[1][name]) and np.any(gradient), name


@pytest.mark.parametrize("equations", [
    "h[t] = W_h @ x[t] + h[t-1] * mean(h[t-1]) + max(h[t-1])",
    "h[t] = W_h @ (x[t] * x[t-1]) + tanh(U_a.T @ h[t-1])^3 / sqrt(1 + h[t-1]**2)",
    "h[t] = leaky_relu(W_h @ x[t], 1/10) + exp(-h[t-1]^2) + outer(b_a, h[t-1]) @ b_b",
    "q[t] = dot(b_a, h[t-1])\nh[t] = log(1 + q[t]^2) * b_c + max(W_h @ x[t], q[t-1])",
    "h[t] = (b_a*W_h) @ x[t] + U_a' @ U_b @ (2*h[t-1]) * (3 + sum(h[t-1]^2))^-2 * 1e-1",
    "h[t] = max(0, W_h @ x[t] + U_h @ h[t-1])",
    "h[t] = min(W_h @ x[t],\n  -sin(h[t-1])) * cos(h[t-1])  # over two lines",
    "h[t] = W_h @ x[t] + max(min(max(h[t-1], -1), 1)^3, b_a)  # SymPy rewrote it without end",
    "h[t] = W_h @ x[t] + h[t-1] * max(max(b_a, b_b), b_c)",
    "h[t] = (b_b * W_h) @ x[t] + (W_a * x[t]) @ x[t]  # a matrix may be scaled",
])
@pytest.mark.parametrize("backend", ["numpy", "c"])
def test_everything_that_can_be_written_is_right_in_every_kernel(
        equations: str, backend: str) -> None:
    assert not check_kernel(parse(HEAD + equations), backend, "float64")


def test_the_largest_entry_has_its_gradient() -> None:
    program = parse("cell c\ninput x[n]\noutput y\ny[t] = max(x[t])")
    kernel = symrnn.compile(program, "numpy", "float64")
    run = kernel.forward({}, np.array([[[1.0, 5.0, 2.0]], [[4.0, 0.0, 4.0]]]))
    assert run.y.ravel().tolist() == [5, 4]
    assert kernel.backward(run, np.ones_like(run.y))["x"].tolist() == [[[0, 1, 0]], [[.5, 0, .5]]]


ERRORS = [  # equations behind HEAD, whose last line is 5; what is said, the line, the column
    ("h[t] = W_h @ x[t] +\n", "unexpected the end of the line", 6, 20),
    ("h[t] = (x[t]\nf[t] = x[t]", "the '(' of line 6 is open", 7, 1),
    ("h[t] = x.__class__", "there are no attributes", 6, 9),
    ("h[t] = foo[t]", "'foo' is unknown", 6, 8),
    ("gate[t] = W_h @ x[t]\nh[t] = gat[t]", "did you mean 'gate'?", 7, 8),
    ("h[t] = x[t]", "'h' is [m], but its equation gives [n]", 6, 1),
    ("h[t] = W_h @ h[t-1]", "its right must be [n] or [n, ...], but it is [m]", 6, 12),
    ("h[t] = h[t-1] @ h[t-1]", "the left of '@' is a matrix, but here it is [m]", 6, 15),
    ("h[t] = h[t-1] + x[t]", "'+' joins [m] and [n]", 6, 15),
    *[(equations, "'*' joins [m, n] and [n] element by element, so in line", 6, column)
      for equations, column in [
          ("f[t] = sigmoid(W_f * x[t] + U_f @ h[t-1] + b_f)\nh[t] = f[t] * h[t-1]", 20),
          ("h[t] = tanh(U_h @ h[t-1] + W_h * x[t])", 32),
          ("f[t] = W_f * x[t]\ng[t] = 1 - f[t]\nh[t] = W_h @ g[t]", 12),
          ("f[t] = W_f * x[t]\nh[t] = U_h @ f[t]", 12),
          ("f[t] = W_f * x[t]\nh[t] = f[t-1] + b_f", 12),
          ("f[t] = W_f * x[t]\nh[t] = dot(f[t], x[t]) * h[t-1]", 12),
          ("h[t] = max(W_h * x[t], b_h)", 16)]],
    ("f[t] = W_f * x[t]\nh[t] = f[t] * h[t-1]", "; '@' is the product of a matrix", 6, 12),
    ("h[t] = W_h @ x[t] + W_a", "'+' joins [m] and [m, n] element by element", 6, 19),
    ("h[t] = h[t-1] * W_h", "'*' joins [m] and [m, n] element by element", 6, 15),
    ("h[t] = max(W_h, h[t-1])", "'max' joins [m, n] and [m] element by element", 6, 8),
    ("h[t] = W_h @ x[t] + U_h * h[t-1]", "'@' is the product of a matrix and a vector", 6, 25),
    ("h[t] = sigmiod(h[t-1])", "did you mean 'sigmoid'?", 6, 8),
    ("h[t] = h[t-1]\nh[t] = h[t-1]", "has an equation already, in line 6", 7, 1),
    ("h[t] = f[t]\nf[t] = h[t-1]", "'f[t]' is read before its equation in line 7", 6, 8),
    ("h[t] = h[t]", "read before its equation", 6, 8),
    ("h[t] = tanh(h)", "changes in time; write 'h[t]'", 6, 13),
    ("h[t] = b_a[t] * h[t-1]\nq[t] = b_b", "'b_a' is unknown", 6, 8),
    ("x[t] = h[t-1]", "'h' has no equation", 3, 7),
    ("h[t] = h[t-1]\nx[t] = h[t]", "is declared in line 2 as input", 7, 1),
    ("h[t] = h[t-1]\nq[t] = x[t]", "'q' is never used", 7, 1),
    ("h[t] = h[t-1]", "'x' is never used", 2, 7),
    ("h[t] = h[t-65]", "[t-65] is more than 64 steps away", 6, 12),
    ("h[k] = x[t]", "'k' is no step", 6, 3),
    ("h[t-1] = x[t]", "define 'h[t]'", 6, 1),
    ("h[t] = h[t-1]^9", "a number in an exponent lies between -8 and 8", 6, 15),
    ("h[t] = h[t-1]^99999999999999999999999", "at most 20 digits", 6, 15),
    ("h[t] = h[t-1] * 1e999999999", "an exponent of at most 30", 6, 17),
    ("h[t] = h[t-1] / (1 - 1)", "divides by zero", 6, 15),
    ("h[t] = W_h.T * h[t-1]", "'*' joins [n, m] and [m]", 6, 14),
    ("h[t] = h[t-1].T", "only a matrix has a transpose, but here it is [m]", 6, 14),
    ("h[t] = sum(W_h, k)", "'k' is unknown", 6, 17),
    ("h[t] = sum(U_h, m) * h[t-1]", "U_h has it twice", 6, 8),
    ("h[t] = sum(sum(h[t-1]))", "'sum' wants a vector, got []", 6, 8),
    ("h[t] = softmax(h[t-1], n)", "there is no one axis 'n'", 6, 8),
    ("h[t] = piece(x[t], 0)", "'piece' names the axis of what it takes", 6, 8),
    ("h[t] = piece(x[t], b_a, m)", "a piece starts at a number of entries", 6, 8),
    ("h[t] = concat(x[t], h[t-1])", "'concat' names its axis", 6, 8),
    ("h[t] = concat(x[t], h[t-1], m)", "declare it: size m = n + m", 6, 8),
    ("h[t] = where(h[t-1], 1, 0)", "'where' takes a comparison and two values", 6, 8),
    ("h[t] = tanh(h[t-1] <= 0)", "a comparison stands in 'where(a <= b, x, y)' alone", 6, 8),
    ("h[t] = where(1 < 2, x[t], h[t-1])", "this compares two numbers", 6, 16),
    ("h[t] = h[t-1] <= 0", "unexpected '<='", 6, 15),
    ("h[t] = 2^0.5 * h[t-1]", "this root of a number is a number", 6, 9),
    ("h[t] = h[t-1]^W_h", "'^' joins [m] and [m, n] element by element", 6, 14),
    ("const A[i:m, j:m] = h[t-1]", "a constant is made of its indices, sizes and numbers", 6, 21),
    ("const A[i:t] = i\nh[t] = A * h[t-1]", "'t' is the time", 6, 11),
    ("size q = n\nsize q = m\nh[t] = h[t-1]", "'q' is a size already", 7, 6),
    ("size q = x[t]\nh[t] = h[t-1]", "is no size; sizes are sums and products", 6, 6),
    ("size q = q + 1\nh[t] = h[t-1]", "'q' is made of itself", 6, 6),
    ("repeat k = 1 to 3\nv[t,k] = h[t-1]", "this 'repeat' has no 'end'", 6, 8),
    ("v[t,0] = h[t-1]\nend", "there is no 'repeat' to end", 7, 1),
    ("repeat k = 1 to 3\nrepeat l = 1 to 2\nend", "one 'repeat' stands in another", 7, 8),
    ("repeat k = 3 to 1\nv[t,k] = h[t-1]\nend", "the first substep is behind the last", 6, 8),
    ("repeat k = 1 to 101\nv[t,k] = h[t-1]\nend", "is no whole number up to 100", 6, 17),
    ("repeat k = 0 to 3\nv[t,k] = v[t,k-1]\nend\nh[t] = v[t,3]", "substeps count from 0", 7, 14),
    ("h[t] = v[t,k]", "'k' counts no substep here", 6, 12),
    ("v[t,0] = h[t-1]\nh[t] = v[t-1,0]", "a substep is read in its own step alone", 7, 8),
    ("h[t] = t[t] * h[t-1]", "'t' is unknown", 6, 8),
    ("h[t] = tanh(h[t-1], 2)", "takes one argument and at most 0 constants", 6, 8),
    ("h[t] = 2", "does not change", 6, 1),
    ("h[t] = exp(2) * h[t-1]", "write the number", 6, 8),
    ("state t[m]", "'t' is the time", 6, 7),
    ("state tanh[m]", "'tanh' is a function", 6, 7),
    ("state x[m]", "'x' is there already, in line 2", 6, 7),
    ("param K[T]", "'T' is the number of steps", 6, 9),
    ("cell d", "there is a second 'cell'", 6, 6),
    ("title \"a\"; title \"b\"", "there is a second 'title'", 6, 12),
    ("title \"a", "the text is not closed", 6, 7),
    (PLAIN + "\noutput q", "'q' has no equation, so it is no output", 7, 8),
    ("h[t] = \u0430", "U+0430 CYRILLIC SMALL LETTER A", 6, 8),
    ("import os", "unexpected 'os'", 6, 8),
    ("__class__[t] = x[t]", "a name starts with a letter", 6, 1),
    ("h[t] = `x[t]`", "unexpected '`'", 6, 8),
    ("h[t] = \x00", "unexpected (U+0000 NUL, as in a file that is no text)", 6, 8),
    ("h[t] = \x1b[31m", "unexpected (U+001B)", 6, 8),
    ("title \"\u202eabc\"", "U+202E is no character", 6, 8),
    ("title \"a\u0127\"", "U+0127 is no character", 6, 9),
    ("state " + "a" * 41, "a name has at most 40 characters", 6, 7),
    ("title \"" + "a" * 501 + "\"", "a text has at most 500 characters", 6, 7),
    ("const k = 2\nh[t] = k[t-1] * h[t-1]", "'k' is a constant and has no time; write 'k'", 7, 8),
    ("h[t] = 0 * h[t-1]", "this multiplies by zero; leave the term out", 6, 10),
    ("h[t] = 0^-1 * h[t-1]", "this divides by zero", 6, 9),
    ("h[t] = 1e10^5 * h[t-1]", "this number has too many digits", 6, 12),
    ("h[t] = exp(h[t-1], 2)", "'exp' takes 1 argument, not 2", 6, 8),
    ("h[t] = elu(h[t-1], b_a)", "the parameters of 'elu' are constants", 6, 8),
    ("param q[m] = 2", "'q' is declared as param; only a state starts with a number", 6, 7),
    ("input q[m] = 1", "'q' is declared as input; only a state starts with a number", 6, 7),
    ("state q*[m]", "only parameters have patterns", 6, 7),
    ("state q[m] = -12345e28", "'q' starts beyond 1e30; masks multiply it, so it is smaller", 6, 7),
    ("const A[i:m] = h[t]", "'h' has no equation", 6, 16),
    (PLAIN + "\noutput h", "'h' is an output already", 7, 8),
    ("h[t] = h[t", "the '[' of line 6 is open", 6, 11),
]


@pytest.mark.parametrize(("equations", "words", "line", "column"), ERRORS,
                         ids=[f"{one[1]} {one[3]}" for one in ERRORS])
def test_an_error_points_at_the_spot(equations: str, words: str, line: int, column: int) -> None:
    with pytest.raises(CellFileError) as caught:
        parse(HEAD + equations, "my.cell")
    message = str(caught.value)
    assert words in message
    assert (caught.value.line, caught.value.column) == (line, column), message
    first, shown, caret = message.split("\n")
    assert first.startswith(f"my.cell:{line}:{column}: ")
    assert caret.strip() == "^" and "\x1b" not in message and "\u202e" not in message
    if column < 60:
        written = (HEAD + equations).split("\n")[line - 1]
        assert shown[4:4 + column] == written[:column].translate({0: 0xFFFD, 0x1B: 0xFFFD})[
            :column].replace("\u202e", "\ufffd") and caret.index("^") == 3 + column


@pytest.mark.parametrize(("text", "words", "line", "column"), [
    ("", "a cell file starts with 'cell NAME'", 1, 1),
    ("cell con\ninput x[n]", "'con' is a device of Windows, which has no such files", 1, 6),
    ("cell symrnn", "the name of the header that all networks share; take another", 1, 6),
    ("cell c\nstate h[m]\noutput h\nh[t] = h[t-1]", "there is no input; write 'input x[n]'", 1, 1),
    ("cell c\ninput x[n]\ny[t] = 2 * x[t]", "there is no output; write 'output h'", 3, 1),
])
def test_a_file_that_lacks_a_part_is_told_which(text: str, words: str, line: int,
                                                column: int) -> None:
    with pytest.raises(CellFileError) as caught:
        parse(text, "my.cell")
    assert words in str(caught.value)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(("formula", "shown"), [
    ("2^3 * h[t-1] + W_h @ x[t]", "8 h[t-1] + W_h x[t]"),
    ("U_h @ -(h[t-1] + b_a) + W_h @ x[t]", "b_a_h[t] = -(h[t-1] + b_a)"),
])
def test_numbers_are_computed_and_a_negative_stands_behind_a_matrix(formula: str,
                                                                    shown: str) -> None:
    program = parse(HEAD + "h[t] = " + formula)
    assert shown in symrnn.show(program)
    assert not check_kernel(program, "numpy", "float64")


def test_a_substep_may_read_its_own_number() -> None:
    counted = parse(HEAD + "v[t,0] = W_h @ x[t]\nrepeat k = 1 to 2\n"
                    "v[t,k] = k * v[t,k-1] + h[t-1]\nend\nh[t] = v[t,2]")
    written = parse(HEAD + "v[t,0] = W_h @ x[t]\nv[t,1] = 1 * v[t,0] + h[t-1]\n"
                    "v[t,2] = 2 * v[t,1] + h[t-1]\nh[t] = v[t,2]")
    assert counted.equations == written.equations and "2 v⁽¹⁾[t]" in symrnn.show(counted)


@pytest.mark.parametrize("text", [
    HEAD + "h[t] = " + "(" * 20000 + "x[t]" + ")" * 20000,
    HEAD + "h[t] = " + "-" * 50000 + "h[t-1]",
    HEAD + "h[t] = " + "h[t-1] + " * 5000 + "h[t-1]",
    HEAD + "h[t] = " + "tanh(" * 99 + "h[t-1]" + ")" * 99,
    HEAD + "h[t] = " + "U_a @ " * 5000 + "h[t-1]",
    HEAD + "".join(f"q{one}[t] = x[t]\n" for one in range(101)),
    HEAD + "note \"a\"\n" * 401,
    HEAD + "const a = 1\n" * 2 + PLAIN,
    HEAD + "h[t] = " + "*".join(["1e-20"] * 30) + "* h[t-1]",
    "#" * 1_000_000, "x" * 1_000_000, "(" * 65_000, "[" * 65_000, "", "\n;\n", "\ud800",
])
def test_no_limit_is_passed_and_nothing_else_is_raised(text: str) -> None:
    with pytest.raises(CellFileError):
        parse(text)


@pytest.mark.parametrize("operator", [" + ", " - ", " * "])
def test_seventy_terms_in_a_row_are_not_nested(operator: str) -> None:
    row = operator.join(["tanh(W_h @ x[t] + U_h @ h[t-1])"] * 70)
    assert not check_kernel(parse(f"{HEAD}h[t] = {row}"), "numpy", "float64")
    with pytest.raises(CellFileError, match="more than 80 terms in a row"):
        parse(f"{HEAD}h[t] = {operator.join(['h[t-1]'] * 90)}")


def test_a_row_of_rows_is_refused_before_anything_recurses() -> None:
    formula = "h[t-1]"
    for _ in range(30):
        formula = f"({formula}) " + "+ h[t-1] " * 20
        formula = f"({formula}) " + "* h[t-1] " * 20
    with pytest.raises(CellFileError, match="terms in a row"):
        parse(f"{HEAD}h[t] = {formula}")


def test_the_deepest_formula_goes_through_every_stage() -> None:
    deep = "tanh(" * 37 + "W_h @ x[t] + U_h @ h[t-1]" + ")" * 37
    assert not check_kernel(parse(HEAD + "h[t] = " + deep), "numpy", "float64")
    wide = " + ".join(["h[t-1]^2"] * 30)
    assert generate(parse(HEAD + f"h[t] = tanh(W_h @ x[t] + {wide})"), "c")


def test_garbage_raises_nothing_but_cell_file_errors() -> None:
    generator = random.Random(3)
    words = ["h[t]", "h[t-1]", "x[t]", "W_a", "@", "*", "+", "(", ")", "=", "\n", "tanh", "U_b",
             "'", "^2", "1/", "sum", "max", ",", "param", "input", "state", "output", '"',
             ";", "q[t] ="]
    good = 0
    for count in range(600):
        if count % 3:
            text = HEAD + " ".join(generator.choices(words, k=generator.randrange(1, 12)))
        else:
            text = "".join(generator.choices(string.printable, k=generator.randrange(80)))
        if count % 3 == 1:
            text = HEAD + PLAIN + "\n" + text.removeprefix(HEAD)
        try:
            parse(text)
            good += 1
        except CellFileError:
            pass
    assert good < 600


@pytest.mark.parametrize("prose", [
    '*/ int evil(void); /*', "''' + evil() + '''", "\\end{document} $x$ _ & % #",
    "trailing backslash \\", "</pre><script>", "\\x41 \\N{BULLET} \\u12",
])
def test_prose_stays_prose(prose: str) -> None:
    head = HEAD.replace("x[n]", f'x[n] "{prose}"')
    program = parse(head + f'title "{prose}"\nsource "{prose}"\nnote "{prose}"\n' + PLAIN)
    plain = parse(HEAD + PLAIN)
    files, same = generate(program, "c"), generate(plain, "c")
    compile(files["c.py"], "c.py", "exec")
    for name in ("c.h", "c.c"):
        assert without_comments(files[name]) == without_comments(same[name])
    assert files["c.tex"].count("\\end{document}") == 1
    assert "<script>" not in program._repr_html_()
    assert not check_kernel(program, "numpy", "float64")


def test_prose_of_python_cells_cannot_end_a_docstring() -> None:
    with symrnn.Cell("c", 'T """ + 1/0 #', 'S """', ['N \\""" x']) as cell:
        x, h = cell.input("x[n]", 'a """ b'), cell.state("h[n]", "state")
        h[symrnn.t] = x[symrnn.t] + h[symrnn.t - 1]
    text = generate(cell.build("h"), "c")["c.py"]
    exec_free = compile(text, "c.py", "exec")
    assert 'T """ + 1/0' in str(exec_free.co_consts[0])


def without_comments(text: str) -> str:
    parts = text.split("/*")
    return parts[0] + "".join(part.partition("*/")[2] for part in parts[1:])


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_commands_take_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "my.cell is written" in run("new", "my")
    assert "f[t] = σ(" in run("show", "my.cell")
    last = run("grad", "./my.cell", "--wrt", "W_f").splitlines()[-1]
    assert last.strip().startswith("∂L/∂W_f = Σₜ")
    run("generate", "my.cell", "--output", "build")
    assert {one.name for one in (tmp_path / "build" / "my").iterdir()} == {
        "my.tex", "my.py", "my.h", "my.c", "my_simd.h", "my_simd.c"}
    (tmp_path / "build" / "another").mkdir()
    assert "kernels right" in run("check", "my.cell", "--output", "build")
    assert symrnn.cell("my.cell") == symrnn.cell(tmp_path / "my.cell") == parse(starter("my"))
    assert "b_f" not in symrnn.cell("my.cell", bias=False)


@pytest.mark.parametrize(("arguments", "words"), [
    (("new", "my"), "my.cell is there already"),
    (("new", "../my"), "is no name that files and functions can bear"),
    (("new", "a-b"), "is no name that files and functions can bear"),
    (("show", "none.cell"), "none.cell"),
    (("generate", "lstm.cell"), "is called 'lstm' like another cell"),
    (("generate", "my.cell", "twin.cell"), "is called 'my' like another cell"),
    (("show", "bad.cell"), "bad.cell:1:4: unexpected the end of the file"),
    (("show", "bytes.cell"), "bytes.cell:2:2: the file is not UTF-8 text"),
])
def test_mistakes_of_commands(arguments: tuple[str, ...], words: str, tmp_path: Path,
                              monkeypatch: pytest.MonkeyPatch,
                              capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.cell").write_text(starter("my"))
    (tmp_path / "twin.cell").write_text(starter("my"))
    (tmp_path / "lstm.cell").write_text(LSTM)
    (tmp_path / "bad.cell").write_text("bad")
    (tmp_path / "bytes.cell").write_bytes(b"#\na\xff")
    monkeypatch.setattr("sys.argv", ["symrnn", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    error = capsys.readouterr().err
    assert stopped.value.code == 2 and words in error and "Traceback" not in error
    assert (tmp_path / "my.cell").read_text() == starter("my")
    assert {one.name for one in tmp_path.iterdir()} == {
        "my.cell", "twin.cell", "lstm.cell", "bad.cell", "bytes.cell"}


def test_both_hard_sigmoids_are_functions_of_a_file() -> None:
    program = parse("cell own\ninput x[n]; state h[n]; output h\n"
                    "h[t] = hard_sigmoid(x[t], 1/6) * h[t-1] + hardsigmoid(x[t])\n")
    shown = symrnn.show(program)
    assert "hardσ[1/6, 0.5](x[t]) ⊙ h[t-1] + hardsigmoid(x[t])" in shown
