"""The cells: one file each. A file that stands here is listed, generated and checked."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

from symrnn.authoring.registry import Architecture, registered
from symrnn.program import Program, UnknownName, quoted
from symrnn.tags import unknown


@cache
def architectures() -> tuple[Architecture, ...]:
    """Everything that the files of this folder register, by name."""
    for name in sorted(one.name for one in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{name}")
    return registered()


def cell(name: str, **options: Any) -> Program:
    """The cell of a name, with the options of its builder.

    Raises UnknownName for a name that is not there, TypeError for an option that it lacks.
    """
    for one in architectures():
        if one.name == name:
            return one.build(**options)
    raise UnknownName(f"no cell is called {quoted(name)}; symrnn.cell_names() lists what there is")


def cell_names(*tags: str) -> tuple[str, ...]:
    """The names of all cells, or of those with some tags. Raises ValueError for another tag."""
    wrong = unknown(tags)
    if wrong:
        raise UnknownName(wrong)
    return tuple(one.name for one in architectures() if {*tags} <= {*one.tags})


__all__ = ["Architecture", "architectures", "cell", "cell_names"]
