"""The verifier between stages. Its messages name the program, the equation, the symbol.

It checks that names are bound once and before use, that axes and spans agree, that
right-hand sides are in normal form, that an array of the caller tells every size and nothing
is left unused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sympy import Expr, Mod

from symrnn.program.contraction import Ein, Maximum, contraction_axes
from symrnn.program.distinct import distinct
from symrnn.program.expressions import (STEP, DrawSymbol, contractions, indices_in_order,
                                        pointwise_part, sizes_in_order, symbols_in_order)
from symrnn.program.errors import ProgramError
from symrnn.program.form import Equation, Program, Role, Span, Variable
from symrnn.program.functions import is_call
from symrnn.program.given import of_network
from symrnn.program.naming import RULE, TAKEN, is_composed, quoted
from symrnn.program.prose import unquoted, untold

DRAWN = (Role.INPUT, Role.PARAMETER, Role.INITIAL)


@of_network
def verify(program: Program) -> Program:
    """Return the program unchanged, or raise :class:`ProgramError` with every finding."""
    findings = [*_names(program), *_texts(program), *_delays(program)]
    if not findings:
        findings = [*_sizes(program), *_bindings(program), *_equations(program), *_uses(program),
                    *_drawn(program)]
    if findings:
        name = program.name if is_composed(program.name) else quoted(program.name)
        raise ProgramError("\n".join(f"{name}: {finding}" for finding in findings))
    return program


def finished(program: Program) -> Program:
    """The program, verified, with symbols that print as what no other prints as."""
    return distinct(verify(program))


def _names(program: Program) -> Iterator[str]:
    yield from _words(program)
    counts = Counter(variable.name for variable in program.variables)
    yield from (f"{quoted(name)} is declared {count} times" for name, count in counts.items()
                if count > 1)
    sizes = {size.name for size in program.sizes}
    yield from (f"a size is called '{name}', which counts the {what}"
                for name, what in TAKEN.items() if name in sizes)
    for variable in program.variables:
        for axis in variable.axes:
            if axis not in sizes:
                yield (f"{quoted(variable.name)} has an axis {quoted(axis)}, which is no size of "
                       f"the program")
    names = [*(e.lhs for e in program.equations), *program.outputs,
             *(name for d in program.delays for name in (d.lhs, d.source, d.initial, d.final))]
    for equation in program.equations:
        names += symbols_in_order(equation.rhs)
        yield from (f"{_where(equation)} reads {quoted(size)}, which is no size of the program"
                    for size in sizes_in_order(equation.rhs) if size not in sizes)
    yield from (f"{quoted(name)} is used but not declared"
                for name in dict.fromkeys(names) if name not in program)


def _words(program: Program) -> Iterator[str]:
    """What no language can print, or what a file cannot be called."""
    words = [program.name, *(size.name for size in program.sizes)]
    yield from (f"{quoted(name)} is no name; {RULE}" for name in words
                if not is_composed(name) or "." in name)
    yield from (f"{quoted(one.name)} is no name; {RULE}, with dots between names"
                for one in program.variables if not is_composed(one.name))


def _texts(program: Program) -> Iterator[str]:
    """What a document cannot print."""
    meanings = [*((one.name, one.meaning) for one in program.sizes),
                *((one.name, one.meaning) for one in program.variables)]
    told = [untold("the title", program.title), untold("the source", program.source),
            *(untold("a note", one) for one in program.notes),
            *(untold(f"the meaning of {quoted(name)}", meaning) for name, meaning in meanings),
            unquoted("the BibTeX", program.bibtex)]
    yield from filter(None, told)


def _sizes(program: Program) -> Iterator[str]:
    """Lengths are read off what the caller gives; a derived program has those of its primal."""
    if program.with_role(Role.SAVED, Role.COTANGENT, Role.TANGENT):
        return
    told = {axis for one in program.variables if one.role.given and one.role is not Role.SELECTOR
            for axis in one.axes}
    for size in program.sizes:
        bearer = next((one for one in program.variables if size.name in one.axes), None)
        if bearer and size.value is None and size.name not in told:
            yield (f"nothing tells how long the axis '{size.name}' of '{bearer.name}' is; give it "
                   f"to an input, a parameter or a state")


def _delays(program: Program) -> Iterator[str]:
    ends = Counter(name for one in program.delays for name in (one.lhs, one.final))
    yield from (f"'{name}' is bound by {count} delays" for name, count in ends.items() if count > 1)
    for delay in program.delays:
        if abs(delay.step) != 1:
            yield f"the delay of '{delay.source}' is {delay.step} steps; chain delays of one"
        trio = [program[name] for name in (delay.lhs, delay.source, delay.initial, delay.final)
                if name in program]
        if len({variable.axes for variable in trio}) > 1:
            shapes = ", ".join(f"'{v.name}' [{', '.join(v.axes)}]" for v in trio)
            yield f"the delay of '{delay.source}' joins different axes: {shapes}"


def _bindings(program: Program) -> Iterator[str]:
    bound = {v.name for v in program.variables if v.role.given}
    bound |= {delay.lhs for delay in program.delays}
    for equation in program.equations:
        where = _where(equation)
        for name in symbols_in_order(equation.rhs):
            if name not in bound:
                yield f"{where} reads '{name}' before an equation binds it"
        if equation.lhs in bound:
            yield f"{where}: '{equation.lhs}' is already bound"
        bound.add(equation.lhs)
    finals = {delay.final for delay in program.delays}
    for variable in program.variables:
        if variable.name not in bound | finals:
            yield f"'{variable.name}' ({variable.role.value}) is bound by no equation"


def _where(equation: Equation) -> str:
    return f"equation ({equation.number}) for {quoted(equation.lhs)}"


def _drawn(program: Program) -> Iterator[str]:
    """Formulas that numbers are drawn by read indices, sizes, the step and what was drawn before.

    A derived program has values of its primal, which it does not draw.
    """
    if program.with_role(Role.SAVED, Role.COTANGENT, Role.TANGENT):
        return
    known, sizes = set[str](), {one.name for one in program.sizes}
    for one, formula in ((one, one.drawn) for one in program.with_role(*DRAWN)):
        if formula is not None:
            yield from (f"{quoted(one.name)} is drawn by a formula that {why}"
                        for why in _undrawable(one, formula, known, sizes))
            known.add(one.name)


def _undrawable(one: Variable, formula: Expr, known: set[str], sizes: set[str]) -> Iterator[str]:
    read = [*(name for name in symbols_in_order(formula) if name not in known),
            *(name for name in sizes_in_order(formula) if name not in sizes)]
    if read:
        yield f"reads {quoted(read[0])}, which is not drawn before it"
    if any(index.place >= len(one.axes) for index in indices_in_order(formula)):
        yield "has an index along an axis that it lacks"
    if STEP in formula.free_symbols and one.span is not Span.SEQUENCE:
        yield "reads the number of the step, though it is the same at all of them"
    if formula.has(Ein):
        yield "has a product of arrays; it is computed entry by entry"


def _equations(program: Program) -> Iterator[str]:
    for equation in program.equations:
        yield from check_equation(program, equation)


def check_equation(program: Program, equation: Equation) -> tuple[str, ...]:
    """What is wrong with the right-hand side of one equation: form, axes, spans."""
    try:
        return tuple(f"{_where(equation)}: {text}" for text in _equation(program, equation))
    except ValueError as error:
        return (f"{_where(equation)}: {error}",)


def _equation(program: Program, equation: Equation) -> Iterator[str]:
    lhs = program[equation.lhs]
    for coefficient, ein in contractions(equation.rhs):
        if symbols_in_order(coefficient):
            yield f"the coefficient {coefficient} of a contraction is not a number or a size"
        if isinstance(ein, Maximum) and ein != equation.rhs:
            yield "the largest entry stands alone; give it an equation of its own"
        yield from _contraction(program, lhs, ein)
    pointwise = pointwise_part(equation.rhs)
    if pointwise.has(DrawSymbol, Mod):
        yield "random numbers, the step and remainders stand in what is drawn alone"
    yield from _indices(lhs, pointwise)
    if not is_call(pointwise) and any(map(_wants_name, _inner_nodes(pointwise))):
        yield "a function call inside a formula has no name; lower the program first"
    for name in symbols_in_order(pointwise):
        yield from _operand(program[name], lhs)


def _indices(lhs: Variable, rhs: Expr) -> Iterator[str]:
    """Entries of constants are computed by their place; nothing else is."""
    found = indices_in_order(rhs)
    if found and (symbols_in_order(rhs) or lhs.span is not Span.CONSTANT):
        yield "an index stands in a constant array alone"
    elif any(one.place >= len(lhs.axes) for one in found):
        yield f"an index runs along an axis that '{lhs.name}' lacks"


def _wants_name(node: Expr) -> bool:
    """True for a call that depends on variables: the derivation needs its value by name."""
    return is_call(node) and bool(symbols_in_order(node))


def _inner_nodes(expression: Expr) -> Iterator[Expr]:
    for argument in expression.args:
        yield argument
        yield from _inner_nodes(argument)


def _contraction(program: Program, lhs: Variable, ein: Ein) -> Iterator[str]:
    letters = contraction_axes(ein, program.axes)
    output = ein.letters.output
    if len(output) != len(lhs.axes):
        yield f"'{ein.letters.spec}' gives {len(output)} axes, '{lhs.name}' has {len(lhs.axes)}"
        return
    for letter, axis in zip(output, lhs.axes, strict=True):
        if letters.get(letter, axis) != axis:
            yield (f"expected [{', '.join(lhs.axes)}], but '{ein.letters.spec}' of "
                   f"{', '.join(o.name for o in ein.operands)} has {letters[letter]} for {axis}")


def _operand(operand: Variable, lhs: Variable) -> Iterator[str]:
    if operand.span > lhs.span:
        yield f"'{operand.name}' varies over {operand.span.name.lower()}, '{lhs.name}' does not"
    if operand.axes == lhs.axes:
        return
    remaining = iter(lhs.axes)
    if not all(axis in remaining for axis in operand.axes):
        yield (f"'{operand.name}' has axes [{', '.join(operand.axes)}], which do not broadcast "
               f"to [{', '.join(lhs.axes)}] of '{lhs.name}'")
    elif operand.axes and len(set(lhs.axes)) < len(lhs.axes):
        yield f"'{operand.name}' broadcasts to axes of equal names; name them apart"


def _uses(program: Program) -> Iterator[str]:
    used = set(program.outputs)
    for equation in program.equations:
        used.update(symbols_in_order(equation.rhs))
    for delay in program.delays:
        used |= {delay.source, delay.initial}
    for variable in program.variables:
        if variable.stands_for is not None:
            used.update(symbols_in_order(variable.stands_for))
    sinks = (Role.GRADIENT, Role.OUTPUT, Role.FINAL)
    for variable in program.variables:
        if variable.name not in used and variable.role not in sinks:
            yield f"'{variable.name}' ({variable.role.value}) is never used"
