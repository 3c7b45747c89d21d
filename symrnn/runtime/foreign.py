"""Calls of compiled functions with arrays: quickly by an extension, or else by ctypes.

An argument is an array (its address is passed), a tuple of arrays (a struct of addresses), a
dictionary of arrays with the tuple of their names (the same), a number, or a list of names and
shapes: new arrays, passed as a struct and returned by name. The extension
``calls.c`` is compiled like the kernels, once; where Python's headers are missing, ctypes does
the same in about a microsecond more.
"""

from __future__ import annotations

import ctypes
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_loader
from math import prod
from pathlib import Path
from typing import Any, cast

import numpy as np

from symrnn.runtime.compiler import CompilerFailed, CompilerMissing, shared_library
from symrnn.runtime.memory import aligned
from symrnn.runtime.shapes import Array, is_plain

SOURCE = Path(__file__).with_name("calls.c")
NAME = "symrnn_calls"
Shapes = list[tuple[str, tuple[int, ...]]]
FLAGS = ("-O2", "-fPIC", "-shared")


@cache
def extension() -> Any:
    """The module of ``calls.c``; None where it cannot be compiled or loaded."""
    try:
        return _loaded(compiled_extension())
    except (CompilerFailed, CompilerMissing, ImportError, OSError):
        return None


def compiled_extension() -> Path:
    """``calls.c``, compiled. Raises CompilerMissing, CompilerFailed."""
    folders = (sysconfig.get_paths()["include"], np.get_include())
    of_python = f"SYMRNN_FOR=\"{sysconfig.get_config_var('SOABI')} {np.__version__}\""
    return shared_library({SOURCE.name: SOURCE.read_text(encoding="utf-8")}, (of_python,),
                          (*FLAGS, *(f"-I{one}" for one in folders)))


def _loaded(library: Path) -> Any:
    loader = ExtensionFileLoader(NAME, str(library))
    spec = spec_from_loader(NAME, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def caller(function: Any, dtype: np.dtype[Any]) -> Callable[..., list[dict[str, Array]]]:
    """A function of a library, to be called with arguments as told above.

    Returns what was made: a dictionary of arrays of this type for each list.
    """
    quick = extension()
    if quick is None:
        return partial(_call, function, dtype)
    return partial(quick.call, _address_of(function), dtype.num)


def _call(function: Any, dtype: np.dtype[Any], *arguments: Any) -> list[dict[str, Array]]:
    made = [{name: aligned(prod(shape), dtype).reshape(shape) for name, shape in one}
            for one in arguments if isinstance(one, list)]
    new = iter(made)
    words = [Words(tuple(next(new).values()) if isinstance(one, list) else one)
             for one in arguments]
    function(*[ctypes.c_size_t(one.value) for one in words])
    return made


class Words:
    """One argument as the number that is passed, and what lies behind it."""

    def __init__(self, argument: Any) -> None:
        if isinstance(argument, tuple) and argument and isinstance(argument[0], dict):
            argument = tuple([argument[0][name] for name in argument[1]])
        if isinstance(argument, tuple):
            argument = np.array([address(one) for one in argument], np.uintp)
        self.kept = argument
        self.value = argument if isinstance(argument, int) else address(argument)


def address(array: Array) -> int:
    """Where an array's entries begin; the short way, where the array may be written."""
    try:
        return ctypes.addressof(ctypes.c_char.from_buffer(cast(Any, array)))
    except (TypeError, ValueError):
        return int(array.ctypes.data)


class BoundStep:
    """A function with all its arguments, which it keeps alive.

    ``x_field`` and ``y_field`` are the structs of addresses of its inputs and its outputs: what
    is written there holds from the next call on.
    """

    def __init__(self, function: Any, arguments: Sequence[Any], kept: Any, x: int, y: int) -> None:
        words = [Words(one) for one in arguments]
        self.address, self.kept = _address_of(function), (words, kept)
        self.values = np.array([one.value for one in words], np.uintp)
        self.x_field: Array = words[x].kept
        self.y_field: Array = words[y].kept
        self._pointers = [ctypes.c_void_p(one.value) for one in words]
        prototype = ctypes.CFUNCTYPE(None, *map(type, self._pointers))
        self.call: Callable[[], None] = partial(prototype(self.address), *self._pointers)

    def alone(self) -> None:
        """Call it by one thread from now on: the number of threads stands last."""
        self.values[-1] = self._pointers[-1].value = 1

    def __call__(self) -> None:
        self.call()


def _address_of(function: Any) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0


def shapes(arrays: Mapping[str, Any], names: tuple[str, ...], dtype: np.dtype[Any]) -> Any:
    """What tells the shapes of a dictionary's arrays; None unless all lie ready to be read.

    Equal for equal shapes, and hashable.
    """
    if type(arrays) is not dict or len(arrays) != len(names):
        return None
    quick = extension()
    if quick is not None:
        return quick.shapes(arrays, names, dtype.num)
    found = [arrays.get(name) for name in names]
    if not all(is_plain(one, dtype) for one in found):
        return None
    return tuple([arrays[name].shape for name in names])


def quickly_plain(array: Any, dtype: np.dtype[Any]) -> bool:
    """True for what a kernel reads as it lies there: told by the extension where there is one."""
    quick = extension()
    return is_plain(array, dtype) if quick is None else bool(quick.is_plain(array, dtype.num))
