"""Python read as text: where a public name is defined, what it takes, and its docstring.

Nothing is imported, so that pages have the same bytes whichever libraries are installed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from symrnn.transforms import OPTIONS

ROOT = Path(__file__).resolve().parents[3]  # what the package stands in
HOMES = {"symrnn": "symrnn.api"}  # a package whose names are loaded when they are asked for
FIELDS = {"dataclass", "NamedTuple"}  # what makes arguments of a class's annotations
VALUES = {"property", "cached_property"}
SELF = "self"


class Undocumented(ValueError):
    """A public name that the reference cannot tell; the message says which, and what it lacks."""


@dataclass(frozen=True)
class Definition:
    """A class or a function, and the module that defines it."""

    module: str
    node: ast.ClassDef | ast.FunctionDef

    @property
    def is_class(self) -> bool:
        """True for a class."""
        return isinstance(self.node, ast.ClassDef)

    @property
    def is_value(self) -> bool:
        """True for a method that is read like a value."""
        return not VALUES.isdisjoint(_decorators(self.node))

    @property
    def docstring(self) -> str:
        """What its author says, without indentation; empty where there is nothing."""
        return ast.get_docstring(self.node) or ""

    @property
    def bases(self) -> Iterator[Definition]:
        """The classes of this package that a class is made of."""
        for one in getattr(self.node, "bases", ()):
            found = _found(self.module, ast.unparse(one))
            if found is not None:
                yield found

    @property
    def fields(self) -> tuple[str, ...]:
        """The values that an instance is made of, each with its type: ``name: str``."""
        made_of = {*_decorators(self.node), *map(ast.unparse, getattr(self.node, "bases", ()))}
        return () if FIELDS.isdisjoint(made_of) else tuple(
            f"{one.target.id}: {ast.unparse(one.annotation)}" for one in self.node.body
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
            and not one.target.id.startswith("_"))

    @property
    def members(self) -> tuple[str, ...]:
        """The public methods and values of its own body."""
        return tuple(one.name for one in self.node.body
                     if isinstance(one, ast.FunctionDef) and not one.name.startswith("_"))

    def member(self, name: str) -> Definition | None:
        """A method by its name, of this class or of what it is made of."""
        for one in self.node.body:
            if isinstance(one, ast.FunctionDef) and one.name == name:
                return Definition(self.module, one)
        return next((found for base in self.bases if (found := base.member(name))), None)

    @property
    def arguments(self) -> tuple[str, ...]:
        """What a call takes, each as it is written; of a cell's builder every cell's options."""
        if not isinstance(self.node, ast.FunctionDef):
            return ()
        written = tuple(_arguments(self.module, self.node.args))
        if "register" in _decorators(self.node):
            written += ("*", *(f"{one.name}={one.default!r}" for one in OPTIONS))
        return written

    @property
    def returns(self) -> str:
        """The type of what comes back, as it is written."""
        found = getattr(self.node, "returns", None)
        return ast.unparse(found) if found else ""


def exported(module: str) -> tuple[str, ...]:
    """The names in the ``__all__`` of a module."""
    for one in _parsed(HOMES.get(module, module)).body:
        if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "__all__":
            names: list[str] = ast.literal_eval(one.value)
            return tuple(names)
    return ()


def definition(name: str) -> Definition:
    """The class or function of a dotted name; of a value, such as ``symrnn.t``, its class.

    Raises Undocumented where there is none.
    """
    module, _, own = name.rpartition(".")
    found = _found(HOMES.get(module, module), own)
    if found is None:
        raise Undocumented(f"{name} is no public class or function; correct its name in "
                           f"groups.toml")
    return found


def _found(module: str, name: str) -> Definition | None:
    """What a module means by a name, where it is defined in this package."""
    for one in _parsed(module).body:
        if isinstance(one, ast.ClassDef | ast.FunctionDef) and one.name == name:
            return Definition(module, one)
        if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == name \
                and isinstance(one.value, ast.Call):
            return _found(module, ast.unparse(one.value.func))
        if isinstance(one, ast.ImportFrom) and (one.module or "").partition(".")[0] == "symrnn":
            for alias in one.names:
                if (alias.asname or alias.name) == name:
                    return _found(str(one.module), alias.name)
    return None


@cache
def _parsed(module: str) -> ast.Module:
    path = ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(file.read_text(encoding="utf-8"))


def _decorators(node: ast.ClassDef | ast.FunctionDef) -> set[str]:
    """The names of what decorates it, without their arguments."""
    return {ast.unparse(one.func if isinstance(one, ast.Call) else one)
            for one in node.decorator_list}


def _arguments(module: str, taken: ast.arguments) -> Iterator[str]:
    """The arguments of a function, but for the instance."""
    plain = [*taken.posonlyargs, *taken.args]
    defaults = [None] * (len(plain) - len(taken.defaults)) + [*taken.defaults]
    for place, (one, default) in enumerate(zip(plain, defaults, strict=True), 1):
        if one.arg != SELF:
            yield _argument(one, default and _value(module, default))
        if place == len(taken.posonlyargs):
            yield "/"
    if taken.vararg:
        yield f"*{_argument(taken.vararg, None)}"
    elif taken.kwonlyargs:
        yield "*"
    for one, given in zip(taken.kwonlyargs, taken.kw_defaults, strict=True):
        yield _argument(one, given and _value(module, given))
    if taken.kwarg:
        yield f"**{_argument(taken.kwarg, None)}"


def _value(module: str, given: ast.expr) -> ast.expr:
    """What a constant stands for, an entry of one too; anything else as it is written."""
    if isinstance(given, ast.Subscript):
        row, place = _value(module, given.value), ast.literal_eval(given.slice)
        return row.elts[place] if isinstance(row, ast.Tuple) else given
    if not isinstance(given, ast.Name):
        return given
    for one in _parsed(module).body:
        if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == given.id:
            return one.value
        if isinstance(one, ast.ImportFrom) and given.id in [alias.name for alias in one.names]:
            return _value(str(one.module), given)
    return given


def _argument(one: ast.arg, default: ast.expr | None) -> str:
    told = f": {ast.unparse(one.annotation)}" if one.annotation else ""
    around = " = " if told else "="
    return one.arg + told + (f"{around}{ast.unparse(default)}" if default else "")
