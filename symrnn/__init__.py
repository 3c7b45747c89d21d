"""symrnn: write a recurrent cell's equations once; get its paper, its gradients, its kernels.

>>> import symrnn
>>> net = symrnn.elman(activation="tanh")
>>> kernel = symrnn.compile(net, backend="numpy")
>>> sorted(kernel.parameters)
['U', 'V', 'W', 'b', 'b_y']

The names of ``symrnn.api`` are loaded, SymPy with them, when the first one is asked for: a
command that needs none of them starts at once.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symrnn.api import *  # noqa: F403
    from symrnn.api import __all__ as __all__

__version__ = "0.2.0"

BOTH = ("adjoint",)  # a public function that is called like the package which holds it


class _Package(ModuleType):
    """This package, on which Python binds each part that it has loaded."""

    def __getattr__(self, name: str) -> Any:
        if name not in BOTH and not name.startswith("_") and find_spec(f"{__name__}.{name}"):
            return import_module(f"{__name__}.{name}")
        if name == "__all__" or not name.startswith("_"):
            api = import_module("symrnn.api")
            if name in ("__all__", *api.__all__):
                return getattr(api, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __setattr__(self, name: str, value: object) -> None:
        if name not in BOTH or not isinstance(value, ModuleType):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        own = [name for name in super().__dir__() if name.startswith("__")]
        return sorted({*own, *import_module("symrnn.api").__all__})


sys.modules[__name__].__class__ = _Package
