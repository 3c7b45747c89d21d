"""A program as plain data, which JSON can hold, and the same program from it again.

A file from elsewhere may hold anything. So every part is read by its type, functions go by the
names of tables, numbers and powers have bounds, letters are those that documents can print, and
the program is verified in the end. Nothing is evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from sympy import (Add, Basic, Eq, Ge, Gt, Le, Lt, Mod, Mul, Ne, Piecewise, Pow, Rational, Symbol,
                   erf, pi)
from sympy.core.symbol import Str
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import And, Not, Or

from symrnn.program.contraction import Ein, Maximum
from symrnn.program.elementary import ELEMENTARY
from symrnn.program.errors import ProgramError
from symrnn.program.expressions import DrawSymbol, IndexSymbol, SizeSymbol
from symrnn.program.form import Program
from symrnn.program.functions import ROWS
from symrnn.program.naming import is_name, quoted
from symrnn.program.notation import Letter
from symrnn.program.portable import Tree, formula, tree
from symrnn.program.prose import untold
from symrnn.program.verify import verify

MOST_NESTED = 200  # levels of a formula
LARGEST_NUMBER, LARGEST_POWER = 10**40, 64
NODES: dict[str, Any] = {
    "+": Add, "*": Mul, "^": Pow, "cases": Piecewise, "case": ExprCondPair, "einsum": Ein,
    "largest": Maximum, "letters": Str, "<": Lt, "<=": Le, ">": Gt, ">=": Ge, "==": Eq, "!=": Ne,
    "and": And, "or": Or, "not": Not, "erf": erf, "mod": Mod,
    **{name: row.function for name, row in ELEMENTARY.items()},
}
LEAVES: dict[str, Any] = {"size": SizeSymbol, "index": IndexSymbol, "drawn": DrawSymbol,
                          "letters": Str}
NAMES = {kind: name for name, kind in (*NODES.items(), *LEAVES.items())}
CONDITIONS = frozenset((bool, Lt, Le, Gt, Ge, Eq, Ne, And, Or, Not))
TAKE_CONDITIONS = frozenset((ExprCondPair, And, Or, Not))
CALL = "call"  # of a row of the table of activations
SIGNS = frozenset("()[]+-=,.:′∞")


def to_plain(program: Program) -> dict[str, Any]:
    """A program as dictionaries, lists, texts and whole numbers. Raises ProgramError."""
    found: dict[str, Any] = _plain(program)
    return found


def from_plain(data: Any) -> Program:
    """The program that :func:`to_plain` took apart: equal to it, symbols and notes included.

    Raises ProgramError, in one sentence, for data that is no program.
    """
    try:
        return verify(_read(Program, data, "program"))
    except ProgramError:
        raise
    except (ValueError, TypeError, RecursionError, AttributeError, KeyError) as error:
        raise ProgramError(f"this is no program of symrnn: {quoted(str(error))}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, Basic):
        return _branch(tree(value))
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value):
        parts = ((one.name, one.default, getattr(value, one.name)) for one in fields(value))
        return {name: _plain(part) for name, usual, part in parts
                if not (type(part) is type(usual) and part == usual)}
    return value


def _branch(node: Tree) -> Any:
    """``["+", "a", ["*", -1, "b"]]``: a symbol is a text, a whole number itself."""
    if node.kind is Symbol:
        return node.parts[0]
    if node.kind is Rational:
        above, below = node.parts
        return above if below == 1 else ["/", above, below]
    if node.kind is bool:
        return node.parts[0]
    if node.kind is type(pi):
        return ["pi"]
    parts = [_branch(one) if isinstance(one, Tree) else one for one in node.parts]
    if isinstance(node.kind, str):
        return [CALL, node.kind, *parts]
    if node.kind not in NAMES:
        raise ProgramError(f"{node.kind.__name__} is no function that a file can hold")
    return [NAMES[node.kind], *parts]


def _read(kind: Any, data: Any, place: str) -> Any:
    """A value of a type, from what stands at a place."""
    if get_origin(kind) is UnionType:
        inner = [one for one in get_args(kind) if one is not NoneType]
        return None if data is None else _read(inner[0], data, place)
    if get_origin(kind) is tuple:
        if not isinstance(data, list):
            raise _wrong(place, "a list")
        return tuple(_read(get_args(kind)[0], one, place) for one in data)
    if issubclass(kind, Basic):
        made = formula(_tree(data, place))
        if not isinstance(made, kind):
            raise _wrong(place, "a formula")
        return made
    if issubclass(kind, Enum):
        return _member(kind, data, place)
    if is_dataclass(kind):
        return _record(kind, data, place)
    if type(data) is not kind:
        raise _wrong(place, "a text" if kind is str else "a whole number")
    return data


def _member(kind: Any, data: Any, place: str) -> Any:
    if not isinstance(data, str) or data not in kind.__members__:
        raise ProgramError(f"{place} is {quoted(data)}; there are {', '.join(kind.__members__)}")
    return kind[data]


@cache
def _types(kind: Any) -> Mapping[str, Any]:
    """The types of a dataclass's fields."""
    known = get_type_hints(kind)
    return {one.name: known[one.name] for one in fields(kind)}


def _record(kind: Any, data: Any, place: str) -> Any:
    if not isinstance(data, dict):
        raise _wrong(place, "a dictionary")
    types = _types(kind)
    unknown = [name for name in data if name not in types]
    if unknown:
        raise ProgramError(f"{place} has no field {quoted(unknown[0])}")
    try:
        made = kind(**{name: _read(types[name], one, name) for name, one in data.items()})
    except TypeError:
        raise ProgramError(f"{place} lacks some of {', '.join(types)}") from None
    if isinstance(made, Letter):
        _must_print(made)
    return made


def _must_print(letter: Letter) -> None:
    """Raise ProgramError for a letter that is a command in some document."""
    text = letter.text
    known = is_name(text) or (len(text) == 1 and text.isalnum()) or text in SIGNS or (
        text.isalnum() and untold("a letter", text) is None)
    if not known or not all(map(is_name, letter.accents)):
        raise ProgramError(f"{quoted(text)} is no letter of a symbol")


def _tree(data: Any, place: str, depth: int = 0) -> Tree:
    if depth > MOST_NESTED:
        raise ProgramError(f"a formula of {place} is nested more than {MOST_NESTED} deep")
    if isinstance(data, bool):
        return Tree(bool, (data,))
    if isinstance(data, int):
        return _number(data, 1)
    if isinstance(data, str):
        return Tree(Symbol, (data,))
    if not isinstance(data, list) or not data or not isinstance(data[0], str):
        raise _wrong(place, "a formula")
    name, *parts = data
    if name == "/" and len(parts) == 2 and all(type(one) is int for one in parts) and parts[1]:
        return _number(*parts)
    if name == "pi" and not parts:
        return Tree(type(pi), ())
    if name in LEAVES:
        return _word(name, parts, place)
    return _call(name, parts, place, depth)


def _call(name: str, parts: list[Any], place: str, depth: int) -> Tree:
    """A function or an operator of its parts."""
    kind: Any = NODES.get(name)
    if name == CALL and parts and parts[0] in ROWS:
        kind, *parts = parts
        if len(parts) != len(ROWS[kind].arguments):
            raise ProgramError(f"'{kind}' in {place} takes {len(ROWS[kind].arguments)} arguments")
    if kind is None or not parts:
        raise ProgramError(f"there is no function {quoted(name)} in a formula of {place}")
    inside = tuple(_tree(one, place, depth + 1) for one in parts)
    if kind not in TAKE_CONDITIONS and any(one.kind in CONDITIONS for one in inside):
        raise ProgramError(f"a formula of {place} computes with a condition")
    if kind is Pow:
        _must_be_power(inside, place)
    return Tree(kind, inside)


def _number(above: int, below: int) -> Tree:
    if max(abs(above), abs(below)) > LARGEST_NUMBER:
        raise ProgramError("a number has too many digits")
    return Tree(Rational, (above, below))


def _word(name: str, parts: list[Any], place: str) -> Tree:
    if len(parts) != 1 or not isinstance(parts[0], str):
        raise _wrong(place, "a formula")
    return Tree(LEAVES[name], (parts[0],))


def _must_be_power(inside: tuple[Tree, ...], place: str) -> None:
    exponent = inside[-1]
    large = exponent.kind is Rational and abs(Rational(*exponent.parts)) > LARGEST_POWER
    if len(inside) != 2 or large:
        raise ProgramError(f"an exponent in {place} is larger than {LARGEST_POWER}")


def _wrong(place: str, wanted: str) -> ProgramError:
    return ProgramError(f"{place} is not {wanted}")
