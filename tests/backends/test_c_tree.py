"""Loop trees as C: parentheses only where they are needed, braces only where one line won't do."""

from __future__ import annotations

import pytest
from sympy import And, Integral, Or, Rational, Symbol, exp

import symrnn
from symrnn.backends.c_math import CPrinter
from symrnn.backends.c_tree import CTree
from symrnn.backends.lines import flat, laid_out
from symrnn.backends.simd_parts import simd_parts
from symrnn.backends.text import TextPrinter
from symrnn.loops import (REAL, SIZE, Argument, Assign, Body, Choose, Declare, Element,
                          Expression, For, Formula, Function, If, Member, Name, Names, Over,
                          Pointer, Scalar, Section, Size, Struct, Whole, product, total)
from symrnn.pipeline import derive

a, b, t = Name("a"), Name("b"), Name("t")
T, m = Size("T", "T"), Size("m", "m")
TREE = CTree(CPrinter(Names((), ()), "cell"), TextPrinter(symrnn.elman()), "cell_real")

EXPRESSIONS = [
    (a + (t * m + b) * m, "a + (t * m + b) * m"),
    (a + (b - m), "a + (b - m)"),
    (a * 1 + 0, "a"),
    (product([T, m]) * product([m, m]), "T * m * m * m"),
    ((t + 1) & 1, "(t + 1) & 1"),
    (a + (Whole(0) & 1) * m, "a"),
    (total([m, T, m]), "2 * m + T"),
    (Choose(t.compared(">", 0), a - m, b), "t > 0 ? a - m : b"),
    (Member(a, "x").is_given, "a->x != NULL"),
    (Element(a, (t, b), (T, m)), "a[t * m + b]"),
    (Element(a, (t + 1, b, t), (T, m, m)), "a[((t + 1) * m + b) * m + t]"),
    (Formula(2 * exp(Symbol("x")), (("x", Element(a, (t,), (m,))),)), "2 * EXP(a[t])"),
    (Formula(1 + Symbol("x"), (("x", Formula(1 / Symbol("y"), (("y", b),))),)), "1 + (1 / b)"),
]


@pytest.mark.parametrize(("node", "text"), EXPRESSIONS, ids=[text for _, text in EXPRESSIONS])
def test_an_expression(node: Expression, text: str) -> None:
    assert flat(TREE(node)) == text


def lines(*body: object) -> list[str]:
    return list(laid_out(TREE.body(body)))  # type: ignore[arg-type]


CLEAR: Body = (Assign(Element(a, (t,), (m,)), Whole(0)),)


def test_one_line_needs_no_braces_and_two_do() -> None:
    assert lines(For("t", m, CLEAR, Over.UNITS)) == [
        "for (size_t t = 0; t < m; ++t)", "    a[t] = 0;"]
    assert lines(If(a.is_given, (For("t", m, CLEAR, Over.UNITS),))) == [
        "if (a != NULL)", "    for (size_t t = 0; t < m; ++t)", "        a[t] = 0;"]
    assert lines(For("t", m, (*CLEAR, *CLEAR), Over.STEPS, reverse=True)) == [
        "for (size_t t = m; t-- > 0;) {", "    a[t] = 0;", "    a[t] = 0;", "}"]


def test_nothing_stands_between_a_brace_and_the_first_comment_inside() -> None:
    two = Section("both are cleared", (*CLEAR, *CLEAR))
    assert lines(For("t", m, (two,), Over.UNITS)) == [
        "for (size_t t = 0; t < m; ++t) {", "    /* both are cleared */", "    a[t] = 0;",
        "    a[t] = 0;", "}"]
    assert lines(*CLEAR, two)[:2] == ["a[t] = 0;", ""]


def test_declarations_say_what_they_lead_to() -> None:
    assert lines(Declare("x", Pointer(REAL, const=True, fixed=True), a, (m,), "[m]")) == [
        "const cell_real *const x = a; /* [m] */"]
    assert lines(Declare("x", Pointer(REAL, restrict=True), a)) == [
        "cell_real *restrict x = a;"]
    assert lines(Declare("n", SIZE, m)) == ["const size_t n = m;"]
    assert lines(Declare("sum", REAL, Whole(0), constant=False)) == ["cell_real sum = 0;"]


def test_a_type_without_a_name_in_the_language_is_refused() -> None:
    with pytest.raises(TypeError, match="float8"):
        TREE.spelled(Pointer(Scalar("float8", stored=True)))


def test_a_node_that_no_rule_prints_is_refused_by_its_kind() -> None:
    with pytest.raises(TypeError, match="C has no Size"):
        TREE.statement(m)
    with pytest.raises(TypeError, match="C has no For"):
        TREE(For("t", m, CLEAR, Over.UNITS))
    with pytest.raises(TypeError, match="TextPrinter cannot print Integral"):
        TREE.text(Integral(x := Symbol("x"), x))
    with pytest.raises(TypeError, match="C without pow has no power 1/3"):
        CPrinter(Names((), ()), "cell").power("x", Rational(1, 3))


def test_a_signature_is_as_wide_as_a_page_at_most() -> None:
    arguments = tuple(Argument(f"argument_{one}", Pointer(Struct("cell_sizes"), const=True))
                      for one in range(5))
    signature = laid_out(TREE.signature(Function("cell_forward", arguments, ())))
    assert signature[0] == "void cell_forward("
    assert len(signature) == 3 and all(len(one) <= 100 for one in signature)
    assert signature[-1].endswith("const cell_sizes *argument_4)")


def test_only_the_backward_pass_is_linked_with_reductions() -> None:
    _, parts = simd_parts(derive(symrnn.elman()), "net")
    assert [name for name, one in parts.items() if one.has_reductions] == ["backward"]


def test_conditions_of_several_parts_are_words_in_a_comment() -> None:
    program = symrnn.elman()
    W, V = program["W"].symbol, program["V"].symbol
    printed = TextPrinter(program)
    assert printed(And(W > 0, V > 0)) == "V > 0 and W > 0"
    assert printed(Or(W > 0, V > 0)) == "V > 0 or W > 0"
