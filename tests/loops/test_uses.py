"""What statements use, and that nothing is found, built or printed twice."""

from __future__ import annotations

from sympy import Symbol

import symrnn
from symrnn.backends.c import c_names, fixed_sizes
from symrnn.backends.text import text_of
from symrnn.loops import (REAL, Assign, Choose, Computed, Declare, Element, For, Formula, If, Name,
                          Over, Size, Statement, Whole)
from symrnn.loops.statements import uses, walk
from symrnn.lowering import Interface, Locals, portable
from symrnn.pipeline import derive
from symrnn.program import SizeSymbol

M, N = Size("m", "size_m"), Size("n", "n")
ENTRY = Element(Name("x"), (Name("j"), Name("k")), (M, N))


def test_a_loop_uses_what_stands_in_it() -> None:
    inner = Assign(Name("sum"), Formula(SizeSymbol("q") * Symbol("a"), (("a", ENTRY),)), "+=")
    loop = For("k", N, (If(Name("wanted"), (inner,)),), Over.ENTRIES)
    assert loop.own_uses.names == () and loop.own_uses.axes == ("n",)
    assert uses((loop,)).names == {"x", "j", "k", "sum", "wanted"}
    assert uses((loop,)).axes == {"n", "q"}  # the stride of the first index, not its own size


def test_an_element_tells_which_names_a_condition_holds() -> None:
    held = Choose(Name("k").compared("<", N), ENTRY, Whole(0))
    both = Declare("a", REAL, held + ENTRY)
    assert both.own_uses.elements == ((ENTRY, frozenset({"k"})), (ENTRY, frozenset()))


def test_what_a_statement_uses_is_found_once() -> None:
    statement = Assign(Name("a"), ENTRY)
    assert statement.own_uses is statement.own_uses


def computed(body: tuple[Statement, ...]) -> dict[str, Computed]:
    return {one.equations[0].lhs: one for one in walk(body) if isinstance(one, Computed)}


def test_functions_that_compute_the_same_share_its_loops() -> None:
    plan = derive(symrnn.lstm())
    names = c_names(plan, "lstm")
    interface = Interface("lstm", names, Locals.choose(names), fixed_sizes(plan, names, "lstm"))
    functions = {kind: computed(one.function.body)
                 for kind, one in portable(plan, interface).items()}
    for lhs, one in functions["infer"].items():
        assert functions["step"][lhs] is one
    kept = {lhs for lhs, one in functions["forward"].items() if one is functions["infer"].get(lhs)}
    assert "c" in kept


def test_a_comment_is_put_together_once_for_all_backends() -> None:
    program = symrnn.elman()
    text, equation = text_of(program), program.equations[0]
    assert text_of(program) is text
    assert text.comment(equation) is text.comment(equation)
