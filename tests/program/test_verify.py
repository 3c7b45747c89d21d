"""Every message of the verifier: it names the program, the equation's number, the symbol."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from sympy import Add, Expr, Symbol, tanh

from symrnn.adjoint import adjoint, join, tangent
from symrnn.program import (
    IndexSymbol,
    Maximum,
    Delay,
    Ein,
    Equation,
    Glyph,
    Program,
    ProgramError,
    Role,
    Size,
    SizeSymbol,
    Span,
    Variable,
    verify,
)
from tests.cases import CASES, case

a, b, c, h, s, x, h_prev, W = map(Symbol, ("a", "b", "c", "h", "s", "x", "h_prev", "W"))


def variable(
    name: str, axes: str = "m", role: Role = Role.INTERMEDIATE, span: Span = Span.SEQUENCE
) -> Variable:
    return Variable(name, tuple(axes), role, Glyph.named(name), "", span)


def sound() -> Program:
    """``a = W x + b``, ``s = sum(a)``, ``h = tanh(a) + s h[t-1]``, well formed as it stands."""
    return Program(
        "net",
        "Net",
        tuple(Size(one, Glyph.named(one), "") for one in "nm"),
        (
            variable("x", "n", Role.INPUT),
            variable("W", "mn", Role.PARAMETER, Span.CONSTANT),
            variable("b", "m", Role.PARAMETER, Span.CONSTANT),
            variable("a"),
            variable("c"),
            variable("s", ""),
            variable("h", role=Role.STATE),
            variable("h_prev"),
            variable("initial.h", role=Role.INITIAL, span=Span.BATCH),
            variable("final.h", role=Role.FINAL, span=Span.BATCH),
        ),
        (
            Equation("a", Add(Ein("ij,j->i", W, x), b, evaluate=False), 1),
            Equation("c", tanh(a), 2),
            Equation("s", Ein("i->", a), 3),
            Equation("h", c + s * h_prev, 4),
        ),
        (Delay("h_prev", "h", 1, "initial.h", "final.h"),),
        ("h",),
    )


def rhs(number: int, formula: Expr) -> Callable[[Program], Program]:
    """Exchange the right-hand side of one equation."""
    return lambda program: replace(
        program,
        equations=tuple(
            replace(one, rhs=formula) if one.number == number else one for one in program.equations
        ),
    )


def declared(name: str, **changes: object) -> Callable[[Program], Program]:
    """Change the declaration of one variable."""
    return lambda program: program.replacing([replace(program[name], **changes)])


def delayed(**changes: object) -> Callable[[Program], Program]:
    """Change the one delay."""
    return lambda program: replace(program, delays=(replace(program.delays[0], **changes),))


def more(field: str, *items: object) -> Callable[[Program], Program]:
    """Append to a field of the program."""
    return lambda program: replace(program, **{field: (*getattr(program, field), *items)})


def without(name: str) -> Callable[[Program], Program]:
    """Take a declaration away."""
    return lambda program: replace(
        program, variables=tuple(one for one in program.variables if one.name != name)
    )


def unequal(program: Program) -> Program:
    return replace(
        program, equations=(program.equations[2], *program.equations[:2], program.equations[3])
    )


BROKEN: dict[str, tuple[Callable[[Program], Program], str]] = {
    "unbound name": (rhs(2, tanh(Symbol("ghost"))), "'ghost' is used but not declared"),
    "undeclared end of a delay": (without("final.h"), "'final.h' is used but not declared"),
    "undeclared output": (lambda one: replace(one, outputs=("h", "ghost")), "'ghost' is used but"),
    "use before binding": (unequal, r"equation \(3\) for 's' reads 'a' before"),
    "use of itself": (rhs(2, tanh(c) + a), r"equation \(2\) for 'c' reads 'c' before"),
    "bound twice": (
        more("equations", Equation("a", x * 0 + b, 5)),
        r"equation \(5\).*'a' is already",
    ),
    "given and bound": (more("equations", Equation("b", b, 5)), r"equation \(5\).*'b' is already"),
    "delayed and bound": (
        more("equations", Equation("h_prev", a, 5)),
        r"\(5\).*'h_prev' is already",
    ),
    "two delays into one": (
        more("delays", Delay("h_prev", "a", 1, "initial.h", "final.h")),
        "'h_prev' is bound by 2 delays",
    ),
    "never bound": (more("variables", variable("free")), "'free' .*is bound by no equation"),
    "declared twice": (more("variables", variable("a")), "'a' is declared 2 times"),
    "wrong axes, pointwise": (
        declared("b", axes=("n",)),
        r"\(1\).*'b' has axes \[n\].*\[m\] of 'a'",
    ),
    "wrong axes, contracted": (
        rhs(1, Ein("ji,j->i", W, b) + a * 0),
        r"\(1\).*expected \[m\], but 'ji,j->i' of W, b has n for m",
    ),
    "operands that disagree": (rhs(1, Ein("ij,j->i", W, b)), r"\(1\).*'b' has m where .*has n"),
    "too few letters": (rhs(1, Ein("i,i->i", W, b)), r"\(1\).*'W' has axes \[m, n\].*reads 'i'"),
    "too few axes of a result": (rhs(1, Ein("ij,j->", W, x)), r"\(1\).*gives 0 axes, 'a' has 1"),
    "unknown size of a variable": (
        declared("b", axes=("k",)),
        "'b' has an axis 'k', which is no size",
    ),
    "unknown size in a formula": (
        rhs(2, a / SizeSymbol("k")),
        r"\(2\) for 'c' reads 'k', which is no",
    ),
    "size that counts steps": (more("sizes", Size("T", Glyph.named("T"), "")), "called 'T'.*steps"),
    "span": (declared("c", span=Span.CONSTANT), r"\(2\).*'a' varies over sequence, 'c' does not"),
    "never used": (
        more("variables", variable("lost", role=Role.INPUT)),
        r"'lost' \(input\) is never used",
    ),
    "delay of two": (delayed(step=2), "the delay of 'h' is 2 steps"),
    "delay of none": (delayed(step=0), "the delay of 'h' is 0 steps"),
    "delay to other axes": (
        declared("h_prev", axes=("n",)),
        r"delay of 'h' joins .*'h_prev' \[n\]",
    ),
    "variable coefficient": (
        rhs(1, c * Ein("ij,j->i", W, x)),
        r"\(1\).*coefficient c of a contraction",
    ),
    "product of contractions": (
        rhs(3, Ein("i->", a) * Ein("i->", b)),
        r"\(3\) for 's': a product of",
    ),
    "contraction in a function": (
        rhs(3, tanh(Ein("i->", a))),
        r"\(3\) for 's': a contraction stands",
    ),
    "size that nothing tells": (
        lambda one: more("sizes", Size("k", Glyph.named("k"), ""))(
            declared("c", axes=("k",))(one)),
        "nothing tells how long the axis 'k' of 'c' is; give it to an input, a parameter or a st",
    ),
    "largest entry in a sum": (
        rhs(3, Ein("i->", a) + Maximum("i->", b)),
        r"\(3\) for 's': the largest entry stands alone; give it an equation of its own",
    ),
    "index of a lacking axis": (
        lambda one: rhs(3, IndexSymbol.at(1))(declared("s", span=Span.CONSTANT)(one)),
        r"\(3\) for 's': an index runs along an axis that 's' lacks",
    ),
    "parameter that is drawn by a product": (
        declared("b", drawn=Ein("ij->i", W)),
        "'b' is drawn by a formula that has a product of arrays; it is computed entry by entry",
    ),
    "call without a name": (rhs(4, b * tanh(a) + s * h_prev), r"\(4\) for 'h'.*lower the program"),
}


def test_sound_program_passes_unchanged() -> None:
    program = sound()
    assert verify(program) is program


@pytest.mark.parametrize("fault", BROKEN)
def test_fault_is_reported_with_program_equation_and_symbol(fault: str) -> None:
    change, message = BROKEN[fault]
    with pytest.raises(ProgramError) as error:
        verify(change(sound()))
    found = str(error.value).splitlines()
    assert all(line.startswith("net: ") for line in found)
    assert any(re.search(message, line) for line in found), found


def test_broadcast_along_axes_of_equal_names_is_refused_but_for_a_scalar() -> None:
    square = replace(
        sound(),
        variables=(*sound().variables, variable("C", "mm", Role.OUTPUT)),
        outputs=("h", "C"),
    )
    assert verify(replace(square, equations=(*square.equations, Equation("C", s * s, 5))))
    with pytest.raises(
        ProgramError, match=r"net: equation \(5\) for 'C': 'a' broadcasts to axes of equal"
    ):
        verify(replace(square, equations=(*square.equations, Equation("C", a * s, 5))))


def test_all_findings_of_one_kind_come_at_once() -> None:
    with pytest.raises(ProgramError) as error:
        verify(declared("b", axes=("k",))(declared("x", axes=("l",))(sound())))
    assert len(str(error.value).splitlines()) == 2


@pytest.mark.parametrize("name", CASES)
def test_every_case_and_its_derivatives_pass(name: str) -> None:
    for program in (
        case(name),
        adjoint(case(name)),
        tangent(case(name)),
        join(case(name), adjoint(case(name))),
    ):
        assert verify(program) is program
