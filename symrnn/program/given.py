"""What the public functions that take a network say to anything else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import ParamSpec, TypeVar

from symrnn.program.errors import ProgramError
from symrnn.program.form import Program
from symrnn.program.naming import quoted

P = ParamSpec("P")
R = TypeVar("R")


def of_network(function: Callable[P, R]) -> Callable[P, R]:
    """The function, which raises ProgramError where its first argument is no network."""
    first = next(iter(signature(function).parameters))

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        given = args[0] if args else kwargs.get(first)
        if (args or first in kwargs) and not isinstance(given, Program):
            raise ProgramError(f"{quoted(given)} is no network; build one first, such as "
                               f"symrnn.cell({quoted(given)}), and give that to "
                               f"{function.__name__}")
        return function(*args, **kwargs)
    return checked
