"""Public names in groups: signature, docstring, fields and methods of each, as data."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from symrnn.documents.reference.source import Definition, Undocumented, definition, exported

GROUPS = Path(__file__).with_name("groups.toml")
MODULES = ("symrnn", "symrnn.torch", "symrnn.jax", "symrnn.exchange")  # whose names all stand here
WIDE = 76  # columns of a signature in one line


@dataclass(frozen=True)
class Named:
    """A public name: its signature as lines of Python, and what its author says of it.

    ``fields`` are values that an instance has, with their types; ``members`` its methods.
    """

    name: str
    signature: tuple[str, ...]
    docstring: str
    fields: tuple[str, ...] = ()
    members: tuple[Named, ...] = ()

    @property
    def short(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True)
class Group:
    """What serves one purpose."""

    key: str
    names: tuple[Named, ...]

    @property
    def title(self) -> str:
        """The key of the text that is its title."""
        return f"to_{self.key}"


@cache
def groups() -> tuple[Group, ...]:
    """All public names by purpose.

    Raises Undocumented for one that has no docstring, and for one that no group or several have.
    """
    data = tomllib.loads(GROUPS.read_text(encoding="utf-8"))
    found = tuple(Group(key, tuple(named(f"symrnn.{one}", data["members"].get(one, "").split())
                                   for one in names.split()))
                  for key, names in data["groups"].items())
    _held([one.name for group in found for one in group.names])
    return found


def named(name: str, told: Sequence[str] = ()) -> Named:
    """A public name with these fields and methods, or with all public ones. Raises Undocumented."""
    found = definition(name)
    fields = {one.partition(":")[0]: one for one in found.fields}
    methods = [one for one in told or found.members if one not in fields]
    return Named(name, tuple(_signature(name, found)), _docstring(name, found),
                 tuple(line for one, line in fields.items() if not told or one in told),
                 tuple(_member(name, found, one) for one in methods if found.is_class))


def _member(owner: str, found: Definition, name: str) -> Named:
    told, own = f"{owner}.{name}", found.member(name)
    if own is None:
        raise Undocumented(f"{told} is no method; correct its name in groups.toml")
    return Named(told, tuple(_signature(name, own)), _docstring(told, own, found))


def _docstring(name: str, own: Definition, owner: Definition | None = None) -> str:
    """What is said of a name; a method that fills in another class's is described there."""
    bases = owner.bases if owner else ()
    inherited = (one.docstring for base in bases if (one := base.member(name.rpartition(".")[2])))
    said = own.docstring or next((one for one in inherited if one), "")
    if not said:
        raise Undocumented(f"{name} has no docstring; say what it gives, its shapes and the errors "
                           f"that it raises")
    return said


def _signature(name: str, found: Definition) -> Iterator[str]:
    """A call as Python would have it, one argument a line where it is long."""
    taken, returns = found.arguments, f" -> {found.returns}" if found.returns else ""
    if found.is_class:
        made = found.member("__init__") if "__init__" in _bodies(found) else None
        taken = made.arguments if made else ()
        name = f"class {name}" if name.endswith(f".{found.node.name}") else name
    line = f"{name}({', '.join(taken)}){returns}"
    if found.is_value or (found.is_class and not taken):
        yield f"{name}: {found.returns}" if found.returns else name
    elif len(line) <= WIDE:
        yield line
    else:
        yield f"{name}("
        yield from (f"    {one}," for one in taken)
        yield f"){returns}"


def _bodies(found: Definition) -> set[str]:
    """The functions of a class's own body: what it inherits to be made by is not for callers."""
    return {getattr(one, "name", "") for one in found.node.body}


def _held(names: Sequence[str]) -> None:
    """Hold the groups against what modules export. Raises Undocumented."""
    told = list(map(definition, names))
    for one in (f"{module}.{own}" for module in MODULES for own in exported(module)):
        if definition(one) not in told:
            raise Undocumented(f"{one} stands in no group of groups.toml; add it to one")
    for one in names:
        if names.count(one) > 1:
            raise Undocumented(f"{one} stands in several groups of groups.toml; leave one")
