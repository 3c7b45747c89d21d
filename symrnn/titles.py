"""Titles and tags of cells, as the lines that register them tell: known before any is built.

``@register("gru", "Gated recurrent unit, reset after the product", tags="gated classic")`` is
where a title stands. A built program gets it from there, and ``symrnn list`` reads it there, so
that nobody waits for SymPy and for the equations of all cells in order to read their names.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CELLS = Path(__file__).with_name("cells")
SUFFIX = ".cell"  # of a file that holds one cell as text
SAVED = (".safetensors", ".npz")  # what symrnn.save writes
GOES_ON = "... "


@dataclass(frozen=True)
class Variant:
    """One of the names of a builder: the options that it fixes, and the title of what comes out.

    A title that begins with ``...`` goes on where that of the other options ends. In braces stands
    an option that counts something: ``{layers}`` is ``3 layers``. Tags are words, all of its own:
    ``"gated classic"``.
    """

    name: str
    title: str
    options: Mapping[str, Any]
    tags: str = ""


@dataclass(frozen=True)
class Listed:
    """An architecture as a list shows it."""

    name: str
    title: str
    tags: tuple[str, ...]


def title_of(variants: Sequence[Variant], arguments: Mapping[str, Any]) -> str:
    """The title of what a builder makes of its arguments, defaults among them.

    That of the last variant whose options they are, with what others add to it.
    """
    title, more = "", []
    for variant in variants:
        if all(arguments[name] == value for name, value in variant.options.items()):
            if variant.title.startswith(GOES_ON):
                more.append(variant.title.removeprefix(GOES_ON))
            else:
                title = variant.title
    return " ".join([title, ", ".join(more)]).strip().format_map(_Counts(arguments))


class _Counts(dict[str, Any]):
    """Options with what they count: ``3 layers``, ``1 layer``."""

    def __getitem__(self, things: str) -> str:
        number = super().__getitem__(things)
        return f"{number} {things.removesuffix('s') if number == 1 else things}"


def listed() -> tuple[Listed, ...]:
    """Every architecture by name, in order, as the files of the cells register it.

    Raises ValueError for a file that tells it in another way.
    """
    found = [one for path in sorted(CELLS.glob("*.py")) for one in _of_file(path)]
    return tuple(sorted(found, key=lambda one: one.name))


def _of_file(path: Path) -> Iterator[Listed]:
    for builder in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(builder, ast.FunctionDef):
            try:
                yield from _of_builder(builder)
            except ValueError:
                raise ValueError(f"{path}:{builder.lineno}: register takes names, titles, tags and "
                                 f"options as they are, so write no expressions there") from None


def _of_builder(builder: ast.FunctionDef) -> Iterator[Listed]:
    variants = [_variant(one) for one in builder.decorator_list
                if isinstance(one, ast.Call) and ast.unparse(one.func) == "register"]
    if variants:
        defaults = _defaults(builder.args)
        for one in variants:
            title = title_of(variants, {**defaults, **one.options})
            yield Listed(one.name, title, tuple(one.tags.split()))


def _variant(register: ast.Call) -> Variant:
    name, title = map(ast.literal_eval, register.args)
    options = {str(one.arg): ast.literal_eval(one.value) for one in register.keywords}
    tags = options.pop("tags", "")
    return Variant(name, title, options, tags)


def _defaults(arguments: ast.arguments) -> dict[str, Any]:
    """What a builder's own options are where nobody gives them."""
    return {one.arg: ast.literal_eval(value) for one, value in
            zip(arguments.args, arguments.defaults, strict=True)}
