"""What textbooks call the rule by which one term of a gradient was found."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Add, Expr, Mul, Piecewise, Pow, Symbol, exp

from symrnn.backends.document import DocumentPrinter
from symrnn.backends.products import matrix_product
from symrnn.backends.unicode import UNICODE
from symrnn.program import (Ein, Origin, Program, Rule, contraction_term, factors, is_call,
                            is_number, named_choice, terms)

WHOLE = (Rule.GIVEN, Rule.DELAY)  # rules that have one name, whatever the equation


def rule_name(program: Program, origin: Origin) -> str:
    """The rules that differentiate the equation of a term, such as ``derivative of tanh``."""
    if origin.rule in WHOLE:
        return str(origin.rule.value)
    equation = program.definition(origin.source)
    assert equation is not None
    symbol = Symbol(origin.target)
    found = dict.fromkeys(name for term in equation.terms if term.has(symbol)
                          for name in _of_term(program, term, symbol))
    own = [one for one in found if one]
    return " and ".join(own) or ("sum rule" if len(equation.terms) > 1 else "identity")


def _of_term(program: Program, term: Expr, symbol: Symbol) -> Iterator[str]:
    """The rules for one term; none where it is the symbol itself, but for a number."""
    contraction = contraction_term(term)
    if contraction is not None and symbol in contraction[1].operands:
        yield _of_contraction(contraction[1])
        return
    parts = [one for one in factors(term) if not is_number(one)]
    below = len(parts) > 1 and 1 / symbol in parts
    if len(parts) > 1:
        yield "quotient rule" if below else "product rule"
    for part in parts:
        if part.has(symbol) and part not in (symbol, *((1 / symbol,) if below else ())):
            yield from _of_factor(program, part, symbol)


def _of_contraction(ein: Ein) -> str:
    if len(ein.operands) == 1:
        return "sum rule"
    product = matrix_product(ein.letters) is not None
    return "derivative of a matrix product" if product else "product rule under a sum"


def _of_factor(program: Program, part: Expr, symbol: Symbol) -> Iterator[str]:
    """The rules for a factor that is more than the symbol."""
    if isinstance(part, Add | Mul):
        for term in terms(part):
            if term.has(symbol):
                yield from _of_term(program, term, symbol)
        return
    yield _of_function(program, part)
    inner = () if isinstance(part, Piecewise) else part.args
    if any(one.has(symbol) and one != symbol for one in inner):
        yield "chain rule"


def _of_function(program: Program, part: Expr) -> str:
    if isinstance(part, Piecewise):
        named = named_choice(part)
        return "derivative case by case" if named is None else f"derivative of {named[0]}"
    if isinstance(part, Pow) and not isinstance(part, exp):
        return "power rule"
    if is_call(part):
        return f"derivative of {UNICODE(DocumentPrinter(program).called(part))}"
    return f"derivative of {part.func.__name__.lower()}"
