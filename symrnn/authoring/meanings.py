"""What a parameter is, told by what the equations do with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sympy import Expr, Mul, Symbol

from symrnn.program import Ein, Program, Variable, is_number
from symrnn.transforms import only_added


def told(program: Program, phrases: Mapping[str, str]) -> Program:
    """The program whose parameters of these names have a word before their phrase.

    ``bias`` is what is only ever added, as ``bias=False`` has it; ``weights`` is what only ever
    multiplies, ``coefficient`` the same as a single number. What is read in another way has no
    word: the phrase says all.
    """
    return program.replacing(
        _with_meaning(program, name, phrase) for name, phrase in phrases.items())


def _with_meaning(program: Program, name: str, phrase: str) -> Variable:
    words = dict.fromkeys(filter(None, (_word(program, name), phrase)))
    return replace(program[name], meaning=" ".join(words) or "parameter")


def _word(program: Program, name: str) -> str:
    if only_added(program, name):
        return "bias"
    symbol = program[name].symbol
    places = [place for one in program.equations for place in _places(one.rhs, symbol)]
    if places and all(_is_product(one) for one in places):
        return "weights" if program[name].axes else "coefficient"
    return ""


def _places(rhs: Expr, symbol: Symbol) -> Iterator[Expr]:
    """What a symbol stands in, directly, wherever it is read; itself where it stands alone."""
    if rhs == symbol:
        yield rhs
    for argument in rhs.args:
        if argument == symbol:
            yield rhs
        else:
            yield from _places(argument, symbol)


def _is_product(node: Expr) -> bool:
    """True for a product with more than a number."""
    return isinstance(node, Ein) or (
        isinstance(node, Mul) and sum(not is_number(one) for one in node.args) > 1)
