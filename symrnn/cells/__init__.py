"""The cells: one file each. A file that stands here is listed, generated and checked.

``symrnn.cells()`` gives the names of all, ``symrnn.cells("linear")`` of those with a tag.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from functools import cache
from types import ModuleType
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
    raise UnknownName(f"no cell is called {quoted(name)}; symrnn.cells() lists what there is")


class _Cells(ModuleType):
    """This package, which can also be called."""

    def __call__(self, *tags: str) -> tuple[str, ...]:
        """The names of all cells that have these tags. Raises UnknownName for another tag."""
        wrong = unknown(tags)
        if wrong:
            raise UnknownName(wrong)
        return tuple(one.name for one in architectures() if {*tags} <= {*one.tags})


sys.modules[__name__].__class__ = _Cells

__all__ = ["Architecture", "architectures", "cell"]
