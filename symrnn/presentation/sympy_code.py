"""Equations of SymPy as code to be pasted: the symbols first, then a dictionary of equations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sympy import Eq, Expr, IndexedBase, Symbol
from sympy.printing.str import StrPrinter

from symrnn.backends.indexed import Indexer
from symrnn.program import Pointwise, Program, free_name

HEAD = "from sympy import *"
FUNCTIONS = "from symrnn.program import function"


def program_code(program: Program) -> str:
    """The equations of a program that readers see."""
    return sympy_code(Indexer(program).equations())


def sympy_code(equations: Sequence[Eq]) -> str:
    """Code that makes the equations again; ``equations`` is the list of them."""
    names = _names(equations)
    printer = _Printer(names)
    functions = sorted({type(one).__name__ for equation in equations
                        for one in equation.atoms(Pointwise)})
    head = [HEAD, *([FUNCTIONS] if functions else []), "",
            *_declared(equations, names),
            *(f'{one} = function("{one}")' for one in functions)]
    body = "".join(f"    Eq({printer.doprint(one.lhs)},\n       {printer.doprint(one.rhs)}),\n"
                   for one in equations)
    return "\n".join([*head, "", f"equations = [\n{body}]"])


def _names(equations: Iterable[Eq]) -> dict[str, str]:
    """What each symbol is called in code: a name of Python of its own."""
    bases, symbols = _used(equations)
    found: dict[str, str] = {}
    for one in (*symbols, *bases):
        if one.name not in found:
            wish = "".join(letter if letter.isidentifier() or letter.isdigit() else "_"
                           for letter in one.name)
            found[one.name] = free_name({*found.values(), *RESERVED}, wish, f"{wish}_")
    return found


# Names that SymPy's own functions, or Python, have in such code.
RESERVED = frozenset("E I N O Q S C Eq Sum Symbol IndexedBase lambda tanh exp sin cos beta gamma "
                     "zeta pi as in is if or".split())


def _used(equations: Iterable[Eq]) -> tuple[list[Expr], list[Expr]]:
    bases = {one for equation in equations for one in equation.atoms(IndexedBase)}
    labels = {one.label for one in bases}
    symbols = {one for equation in equations for one in equation.atoms(Symbol)} - labels
    return sorted(bases, key=str), sorted(symbols, key=str)


def _declared(equations: Sequence[Eq], names: dict[str, str]) -> Iterator[str]:
    bases, symbols = _used(equations)
    for one in symbols:
        known = [word for word in ("integer", "positive") if one.assumptions0.get(word)]
        told = "".join(f", {word}=True" for word in known)
        yield f'{names[one.name]} = Symbol("{one.name}"{told})'
    for one in bases:
        shape = ", ".join(_Printer(names).doprint(size) for size in one.shape)
        comma = "," if len(one.shape) == 1 else ""
        yield f'{names[one.name]} = IndexedBase("{one.name}", shape=({shape}{comma}))'


class _Printer(StrPrinter):  # type: ignore[misc]  # SymPy ships no types
    """SymPy's own text, under the names of the code."""

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__()
        self.names = names

    def _print_Symbol(self, expr: Symbol) -> str:  # SymPy's name
        return self.names[expr.name]  # of an IndexedBase this is the label

    def _print_Rational(self, expr: Expr) -> str:
        return f"Rational({expr.p}, {expr.q})"
