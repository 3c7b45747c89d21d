"""Expressions in the author's order.

SymPy sorts sums and products whenever it builds them anew. Everything here builds without
evaluation, so that a formula keeps the order in which it was written or derived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from sympy import Add, Basic, Expr, Integer, Mul, Number, Piecewise, Pow, Symbol, preorder_traversal
from sympy.core.relational import Relational

from symrnn.program.contraction import Ein, contraction_axes


class SizeSymbol(Symbol):  # type: ignore[misc]  # SymPy ships no types
    """A size inside an expression; a variable of the same name is another symbol."""


class IndexSymbol(Symbol):  # type: ignore[misc]  # SymPy ships no types
    """Where an entry stands along one axis of the left-hand side, counted from 0.

    ``at(0)`` is the row of a matrix, ``at(1)`` its column. The name is none that a variable has.
    """

    @classmethod
    def at(cls, place: int) -> IndexSymbol:
        """The index along the axis at this place of the left-hand side."""
        made: IndexSymbol = cls(f"index {place}")
        return made

    @property
    def place(self) -> int:
        """The place of its axis among those of the left-hand side."""
        return int(self.name.removeprefix("index "))


class DrawSymbol(Symbol):  # type: ignore[misc]  # SymPy ships no types
    """What only a formula of ``Variable.drawn`` reads: a random number, the number of the step."""


UNIFORM = DrawSymbol("uniform")  # between 0 and 1, of every entry its own
STEP = DrawSymbol("step")  # of the sequence, 1 at the first one

ZERO = Integer(0)
ONE = Integer(1)


def terms(expression: Expr) -> tuple[Expr, ...]:
    """The terms of a sum in order, nested sums flattened, zeros dropped."""
    if isinstance(expression, Add):
        return tuple(part for argument in expression.args for part in terms(argument))
    return () if expression is ZERO else (expression,)


def factors(expression: Expr) -> tuple[Expr, ...]:
    """The factors of a product in order, nested products flattened, ones dropped."""
    if isinstance(expression, Mul):
        return tuple(part for argument in expression.args for part in factors(argument))
    return () if expression is ONE else (expression,)


def add(parts: Sequence[Expr]) -> Expr:
    """The sum of the parts, in their order."""
    flat = [term for part in parts for term in terms(part)]
    if not flat:
        return ZERO
    return flat[0] if len(flat) == 1 else Add(*flat, evaluate=False)


def multiply(parts: Sequence[Expr]) -> Expr:
    """The product of the parts in their order, numbers gathered in front."""
    flat = [factor for part in parts for factor in factors(part)]
    numbers = [factor for factor in flat if is_number(factor)]
    number = Mul(*numbers)
    rest = [factor for factor in flat if not is_number(factor)] if numbers else flat
    if number == 0:
        return ZERO
    front = [] if number == 1 and rest else [number]
    flat = front + rest
    return flat[0] if len(flat) == 1 else Mul(*flat, evaluate=False)


def is_number(expression: Expr) -> bool:
    """True for a numeral, also an unevaluated one such as ``2**-1``."""
    return bool(expression.is_number)


@lru_cache(maxsize=100_000)
def negated(term: Expr) -> Expr | None:
    """The term without its sign if it starts with a negative number, else None."""
    number, rest = leading_number(term)
    if not number.is_extended_negative:
        return None
    return multiply([-number, rest])


def leading_number(term: Expr) -> tuple[Expr, Expr]:
    """A term as its numeric factor and the rest."""
    parts = factors(term)
    numbers = [part for part in parts if is_number(part)]
    if not numbers:
        return ONE, term
    return Mul(*numbers), multiply([part for part in parts if not is_number(part)])


@lru_cache(maxsize=100_000)
def contraction_term(term: Expr) -> tuple[Expr, Ein] | None:
    """A term ``coefficient * Ein`` taken apart; None for a pointwise term.

    Raises ValueError for a product of contractions, which must be named one by one.
    """
    parts = factors(term)
    found = [part for part in parts if isinstance(part, Ein)]
    if not found:
        if term.has(Ein):
            raise ValueError("a contraction stands inside a function; name it first")
        return None
    if len(found) > 1:
        raise ValueError("a product of contractions; name each first")
    return multiply([part for part in parts if part is not found[0]]), found[0]


def contractions(rhs: Expr) -> tuple[tuple[Expr, Ein], ...]:
    """The contraction terms of a right-hand side, each with its coefficient."""
    return tuple(pair for term in terms(rhs) if (pair := contraction_term(term)))


def pointwise_part(rhs: Expr) -> Expr:
    """The sum of the terms that hold no contraction."""
    return add([term for term in terms(rhs) if not term.has(Ein)])


@lru_cache(maxsize=100_000)
def symbols_in_order(expression: Expr) -> tuple[str, ...]:
    """Names of the variables (not the sizes), in order of first appearance."""
    return tuple(dict.fromkeys(node.name for node in preorder_traversal(expression)
                               if is_variable(node)))


def is_variable(node: Basic) -> bool:
    """True for the symbol of a variable: one that is no size, no index and not drawn."""
    return isinstance(node, Symbol) and not isinstance(
        node, SizeSymbol | IndexSymbol | DrawSymbol)


def indices_in_order(expression: Expr) -> tuple[IndexSymbol, ...]:
    """The indices that an expression reads, in order of first appearance."""
    return tuple(dict.fromkeys(node for node in preorder_traversal(expression)
                               if isinstance(node, IndexSymbol)))


@lru_cache(maxsize=100_000)
def sizes_in_order(expression: Expr) -> tuple[str, ...]:
    """Names of the sizes, in order of first appearance."""
    return tuple(dict.fromkeys(node.name for node in preorder_traversal(expression)
                               if isinstance(node, SizeSymbol)))


def result_axes(expression: Expr, axes: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The axes that an expression varies over: those of its widest part.

    Raises ValueError for a contraction whose operands disagree or leave an axis open.
    """
    if isinstance(expression, Ein):
        sizes = contraction_axes(expression, axes)
        output = expression.letters.output
        if not set(output) <= set(sizes):
            raise ValueError(
                f"'{expression.letters.spec}' leaves the size of an axis open; name it first")
        return tuple(sizes[letter] for letter in output)
    if isinstance(expression, Symbol):
        return axes[expression.name] if is_variable(expression) else ()
    return max((result_axes(part, axes) for part in expression.args), key=len, default=())


def rebuild(expression: Expr, arguments: Iterable[Expr]) -> Expr:
    """The same node over other arguments, unevaluated."""
    new = tuple(arguments)
    if isinstance(expression, Add | Mul | Pow | Piecewise | Relational):
        return expression.func(*new, evaluate=False)
    return expression.func(*new)


def rewrite(expression: Expr, change: Callable[[Expr], Expr | None]) -> Expr:
    """Replace nodes from the top down: ``change`` returns a new node or None to descend."""
    replacement = change(expression)
    if replacement is not None:
        return replacement
    if not expression.args:
        return expression
    arguments = [rewrite(argument, change) for argument in expression.args]
    if all(new is old for new, old in zip(arguments, expression.args, strict=True)):
        return expression
    return rebuild(expression, arguments)


def substitute(expression: Expr, mapping: Mapping[Expr, Expr]) -> Expr:
    """Replace whole nodes, keeping the order of everything around them."""
    return rewrite(expression, mapping.get)


def rename(expression: Expr, names: Mapping[str, str], sizes: Mapping[str, str]) -> Expr:
    """Replace variables and sizes by those of other names."""
    def change(node: Expr) -> Expr | None:
        if isinstance(node, SizeSymbol):
            return SizeSymbol(sizes.get(node.name, node.name))
        return Symbol(names.get(node.name, node.name)) if is_variable(node) else None

    return rewrite(expression, change)


def arrange(expression: Expr, rank: Mapping[str, int]) -> Expr:
    """Put what SymPy derived into reading order: ``h_prev - n``, ``o (1 - s**2)``, ``1 - i``.

    ``rank`` gives the place of each symbol in the equation that was differentiated.
    """
    arguments = [arrange(argument, rank) for argument in expression.args]
    if isinstance(expression, Mul):
        return multiply(sorted(arguments, key=lambda part: _factor_key(part, rank)))
    if isinstance(expression, Add):
        return add(sorted(arguments, key=lambda part: _term_key(part, rank)))
    return rebuild(expression, arguments) if arguments else expression


def _first(expression: Expr, rank: Mapping[str, int]) -> int:
    names = symbols_in_order(expression)
    return min((rank.get(name, len(rank)) for name in names), default=-1)


def _factor_key(part: Expr, rank: Mapping[str, int]) -> tuple[bool, int, bool, str]:
    return (not isinstance(part, Number), _first(part, rank), not part.is_Symbol, str(part))


def _term_key(part: Expr, rank: Mapping[str, int]) -> tuple[bool, int, int, str]:
    return (negated(part) is not None, _first(part, rank), len(part.args), str(part))
