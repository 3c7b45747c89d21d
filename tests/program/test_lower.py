"""Normal form: what lowering changes, and what it must not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sympy import Add, Mul, Symbol, exp, tanh

from symrnn.backends.latex_math import glyph_latex
from symrnn.program import (
    Ein,
    Equation,
    Glyph,
    Maximum,
    Program,
    Role,
    Size,
    SizeSymbol,
    Span,
    Variable,
    lower,
    verify,
)
from tests.cases import CASES, case
from tests.oracle import drawn, interpret

a, b, h, x, W, u = map(Symbol, ("a", "b", "h", "x", "W", "u"))
m = SizeSymbol("m")


def program(*formulas: object, taken: str = "") -> Program:
    """One equation per formula, for ``y1``, ``y2``, ..., over x [m], W [m, m], u [m]."""
    given = (
        Variable("x", ("m",), Role.INPUT, Glyph.named("x"), ""),
        Variable("W", ("m", "m"), Role.PARAMETER, Glyph.named("W"), "",
                 Span.CONSTANT),
        Variable("u", ("m",), Role.PARAMETER, Glyph.named("u"), "", Span.CONSTANT),
    )
    outputs = tuple(
        Variable(f"y{k}", ("m",), Role.OUTPUT, Glyph.named("y"), "")
        for k, _ in enumerate(formulas, start=1)
    )
    equations = tuple(
        Equation(one.name, formula, number)
        for number, (one, formula) in enumerate(zip(outputs, formulas, strict=True), 1)
    )
    more = tuple(Variable(name, ("m",), Role.INPUT, Glyph.named(name), "")
                 for name in taken.split())
    return Program(
        "net",
        "Net",
        (Size("m", Glyph.named("m"), ""),),
        (*given, *more, *outputs),
        equations,
        (),
        tuple(one.name for one in outputs),
    )


PRODUCT = Ein("ij,j->i", W, x)
SHAPES = {
    "call in a product": (u * tanh(x),),
    "call in a call": (tanh(exp(x)),),
    "call deep inside a call": (exp(u * (1 - tanh(x))),),
    "one call twice": (u * tanh(x), x + tanh(x)),
    "call of a sum": (tanh(x + u),),
    "quotient of calls": (exp(x) / (1 + exp(-x)),),
}
CONTRACTED = {
    "contraction in a call": (tanh(Add(PRODUCT, u, evaluate=False)),),
    "variable times contraction": (u * PRODUCT,),
    "variable times contraction in a call": (tanh(x + u * PRODUCT),),
    "product of contractions": (PRODUCT * Ein("ij,i->j", W, x),),
    "total in a formula": (x / Ein("i->", x),),
    "mean in a call": (tanh(x - Ein("i->", x) / m),),
    "multiple of a contraction": (u - 2 * PRODUCT / m,),
}
every_shape = pytest.mark.parametrize("shape", {**SHAPES, **CONTRACTED})


def lowered(shape: str) -> Program:
    return lower(program(*{**SHAPES, **CONTRACTED}[shape]))


@every_shape
def test_result_is_in_normal_form(shape: str) -> None:
    used = {
        name
        for formula in {**SHAPES, **CONTRACTED}[shape]
        for name in map(str, formula.free_symbols)
    }
    found = lowered(shape)
    assert verify(
        replace(
            found,
            variables=tuple(
                one for one in found.variables if not one.role.given or one.name in used
            ),
        )
    )


@every_shape
def test_lowering_is_idempotent(shape: str) -> None:
    assert lower(lowered(shape)) == lowered(shape)


@pytest.mark.parametrize("name", CASES)
def test_lowering_a_case_again_changes_nothing(name: str) -> None:
    assert lower(case(name)) == case(name)


@pytest.mark.parametrize("shape", SHAPES)
def test_value_is_that_of_the_formula(shape: str) -> None:
    """The interpreter can follow nested calls, so it can tell."""
    before, after = program(*SHAPES[shape]), lowered(shape)
    values = drawn(before)
    for name in before.outputs:
        expected = interpret(before, values).whole(name)
        found = interpret(after, values).whole(name)
        assert np.abs(found - expected).max() <= 4 * np.spacing(np.abs(expected).max())


def test_value_of_nested_contractions_is_that_of_numpy() -> None:
    """Nested contractions the interpreter cannot follow; NumPy says what they mean."""
    for shape, plain in {
        "variable times contraction in a call": lambda x, W, u: np.tanh(x + u * (x @ W.T)),
        "product of contractions": lambda x, W, u: (x @ W.T) * (x @ W),
        "total in a formula": lambda x, W, u: x / x.sum(-1, keepdims=True),
        "mean in a call": lambda x, W, u: np.tanh(x - x.mean(-1, keepdims=True)),
        "multiple of a contraction": lambda x, W, u: u - 2 * (x @ W.T) / x.shape[-1],
    }.items():
        values = drawn(program(x))
        expected = plain(**{name: values[name] for name in ("x", "W", "u")})
        found = interpret(lowered(shape), values).whole("y1")
        assert np.abs(found - expected).max() <= 16 * np.spacing(np.abs(expected).max()), shape


@every_shape
def test_what_readers_see_has_a_number_of_its_own_and_what_they_do_not_that_of_its_reader(
        shape: str) -> None:
    """Of the first one that shows it, so that numbers never fall."""
    found = lowered(shape)
    seen = [one for one in found.equations if found[one.lhs].stands_for is None]
    assert [one.number for one in seen] == list(range(1, len(seen) + 1))
    assert [one.number for one in found.equations] == sorted(one.number for one in found.equations)
    for part in found.equations:
        if found[part.lhs].stands_for is not None:
            readers = [one.number for one in found.equations if part.lhs in one.reads]
            assert part.number == min(readers)


@every_shape
def test_names_are_bound_once_and_none_is_lost(shape: str) -> None:
    before, after = program(*{**SHAPES, **CONTRACTED}[shape]), lowered(shape)
    bound = [one.lhs for one in after.equations]
    assert len(set(bound)) == len(bound)
    assert {one.name for one in after.variables} == {one.name for one in before.variables} | set(
        bound
    )


@pytest.mark.parametrize("axes", [(), ("m",)])
def test_peak_stands_alone(axes: tuple[str, ...]) -> None:
    """Kernels find a largest entry by a loop of its own, whatever is done with it then."""
    before = program(2 - Maximum("i->", x))
    after = lower(before.replacing([replace(before["y1"], axes=axes)]))
    first, second = after.equations
    assert first.rhs == Maximum("i->", x) and not second.rhs.has(Maximum)
    assert after[first.lhs].axes == ()


def test_equal_calls_share_one_name() -> None:
    assert len(lowered("one call twice").equations) == 3


def test_slope_of_a_sum_in_a_call_is_written_once() -> None:
    """A call over several variables would repeat its slope in the cotangent of each."""
    first, second = lowered("call of a sum").equations
    assert second.rhs == tanh(Symbol(first.lhs))


def test_new_names_avoid_the_program_and_what_is_taken() -> None:
    own = program(u * tanh(x), taken="tanh_x")
    names = {one.name for one in lower(own, {"tanh_x_2"}).variables}
    assert len(names) == len(own.variables) + 1 and "tanh_x_2" not in names


def test_parts_of_one_equation_look_different() -> None:
    """Two names, two glyphs: a page must not show the same letter for both."""
    for name in CASES:
        parts = [
            one for one in case(name).variables if one.stands_for is None and not one.role.given
        ]
        seen = [glyph_latex(one.glyph, "t") for one in parts if one.span is Span.SEQUENCE]
        assert len(set(seen)) == len(seen), name


def test_term_that_is_zero_disappears() -> None:
    zero = Mul(0, Symbol("x"), evaluate=False)
    assert lower(program(Add(u, zero, evaluate=False))).equations[0].rhs == u


def test_call_without_a_variable_is_refused() -> None:
    with pytest.raises(ValueError, match="no variable"):
        lower(program(u * exp(SizeSymbol("m"), evaluate=False)))


def test_a_number_that_a_function_gives_needs_no_name() -> None:
    assert len(lower(program(u * exp(2, evaluate=False))).equations) == 1


def test_order_of_terms_is_kept() -> None:
    formula = Add(PRODUCT, u, x, Mul(u, x, evaluate=False), evaluate=False)
    assert lower(program(formula)).equations[0].rhs.args == formula.args
