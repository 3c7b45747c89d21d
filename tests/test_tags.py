"""Tags: what equations can tell is read off them, and must be what the cells' tags say."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sympy import Piecewise

import symrnn
from symrnn.adjoint.rules import Linear, linearise
from symrnn.authoring.registry import register
from symrnn.cells import architectures, cell
from symrnn.program import (Ein, Equation, Program, ProgramError, Role, Span, UnknownName,
                            contractions)
from symrnn.program.form import local
from symrnn.program.graph import reached, reversed_edges
from symrnn.tags import TAGS, unknown

ALL = {one.name: one for one in architectures()}
GIVEN = (Role.INPUT, Role.MASK, Role.STEP_MASK, Role.START)


def memories(program: Program) -> dict[str, str]:
    """Every last state with the state that follows it; an input of before is none."""
    return {one.lhs: one.source for one in program.delays
            if not program[one.source].role.given}


def path(program: Program) -> set[str]:
    """All that leads from the last states to the next ones, both among it."""
    edges = {one.lhs: set(one.reads) for one in program.equations}
    last = memories(program)
    return reached(last, reversed_edges(edges)) & reached(last.values(), edges)


def slopes(program: Program) -> Iterator[tuple[Equation, Linear, set[str]]]:
    """How what lies on the path depends on what lies there, and by which values this is scaled."""
    way = path(program)
    for equation in program.equations:
        for term in linearise(equation) if equation.lhs in way else ():
            if term.source in way:
                yield equation, term, scales(term)


def scales(term: Linear) -> set[str]:
    """The values in the factor of a term, or beside it in the product."""
    beside = [one for slot, one in enumerate(term.ein.operands) if slot != term.slot] \
        if term.ein else []
    return {one.name for one in [*term.factor.free_symbols, *beside]}


def products(program: Program) -> Iterator[Ein]:
    for equation in program.equations:
        yield from (ein for _, ein in contractions(equation.rhs))


def linear(program: Program) -> bool:
    """No factor on the path depends on a state: the second derivative is zero."""
    way = path(program)
    return not any(by & way for _, _, by in slopes(program))


def elementwise(program: Program) -> bool:
    """No contraction on the path sums over an axis of what depends on a state."""
    return not any(set(term.ein.letters.operands[term.slot]) - set(term.ein.letters.output)
                   for _, term, _ in slopes(program) if term.ein)


def matrix(program: Program) -> bool:
    return any(len(program[one].axes) >= 2 for one in memories(program).values())


def heads(program: Program) -> bool:
    """A state is multiplied by another value, head by head: a letter that no operand lacks."""
    states = {*memories(program), *memories(program).values()}
    return any(set.intersection(*map(set, [*ein.letters.operands, ein.letters.output]))
               for ein in products(program) if len(ein.operands) > 1
               and states & {one.name for one in ein.operands})


def gated(program: Program) -> bool:
    """Two values that are computed at every step meet in a product, entry by entry."""
    given = {one.lhs for one in program.delays if program[one.source].role in GIVEN}
    computed = {one.name for one in program.variables if one.span is Span.SEQUENCE
                and not one.role.given and one.name not in given}
    return any((scales(term) & computed) - {term.source, equation.lhs}
               for equation in program.equations for term in linearise(equation)
               if not term.ein and term.source in computed)


def leaky(program: Program) -> bool:
    """A state is its own last value times what is the same at every step, and more."""
    constant = {one.name for one in program.variables if one.span is Span.CONSTANT}
    last = memories(program)
    return any(not term.ein and last.get(term.source) == equation.lhs
               and set() < by <= constant for equation, term, by in slopes(program))


def exponential(program: Program) -> bool:
    """A state is the larger of what it was, shifted, and something new."""
    return any(term.factor.has(Piecewise) and memories(program).get(term.source) == equation.lhs
               for equation, term, _ in slopes(program))


def normalised(program: Program) -> bool:
    """A sum of squares."""
    return any(len({*ein.operands}) < len(ein.operands) for ein in products(program))


def delayed(program: Program) -> bool:
    """An input of before is read, or a state that only hands on the last value of another."""
    copies = {one.lhs for one in program.equations if one.rhs.is_Symbol
              and program.delay_of(one.rhs.name)}
    return any(program[one.source].role in GIVEN or one.source in copies
               for one in program.delays)


def network(program: Program) -> bool:
    return any(local(one.state)[0] for one in program.delays)


PROVED: dict[str, Callable[[Program], bool]] = {
    one.__name__: one for one in (linear, elementwise, matrix, heads, gated, leaky, exponential,
                                  normalised, delayed, network)}


@pytest.mark.parametrize("name", ALL)
def test_tags_are_what_the_equations_say(name: str) -> None:
    program = ALL[name].build()
    assert {tag for tag, holds in PROVED.items() if holds(program)} == {
        tag for tag in ALL[name].tags if tag in PROVED}


@pytest.mark.parametrize("name, options, tags", [
    ("gru", {"clip_state": 1.0}, {"gated"}), ("sru", {}, {"gated", "elementwise"}),
    ("mingru", {"zoneout": True}, {"gated", "elementwise", "linear"}),
    ("mingru", {"clip_state": 1.0}, {"gated", "elementwise"}),
    ("elman", {"activation": "linear"}, {"linear"}), ("elman", {}, set()),
    ("indrnn", {"activation": "linear"}, {"linear", "elementwise", "leaky"}),
    ("taugru", {"delay": 2}, {"gated", "delayed"})])
def test_what_equations_say_follows_them(name: str, options: dict[str, object],
                                         tags: set[str]) -> None:
    program = cell(name, **options)
    assert {tag for tag, holds in PROVED.items() if holds(program)} == tags


def test_every_cell_has_a_tag_and_every_tag_several_cells() -> None:
    assert all(one.tags and len({*one.tags}) == len(one.tags) for one in ALL.values())
    assert not unknown(tag for one in ALL.values() for tag in one.tags)
    assert all(len(symrnn.cell_names(tag)) >= 2 for tag in TAGS)


def test_tags_that_exclude_each_other() -> None:
    assert not {*symrnn.cell_names("plain")} & {
        one for tag in ("gated", "leaky", "linear", "residual") for one in symrnn.cell_names(tag)}


def test_cells_by_their_tags() -> None:
    assert symrnn.cell_names("linear", "leaky") == ("lru", "retnet")
    assert len(symrnn.cell_names()) == len(ALL)
    with pytest.raises(UnknownName, match=r"no tag 'linaer' \(did you mean linear\?\); there are"):
        symrnn.cell_names("linaer")


def test_a_cell_is_registered_with_tags_that_are_there() -> None:
    with pytest.raises(ProgramError, match=r"^q: there is no tag 'Gated' \(did"):
        register("q", "Own", tags="linear Gated")
