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
    """The function, which raises ProgramError where it wants a network and is given none."""
    asked = signature(function)
    networks = [name for name, one in asked.parameters.items() if one.annotation == "Program"]

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        given = {**dict(zip(asked.parameters, args, strict=False)), **kwargs}
        for one in (given[name] for name in networks if name in given):
            if not isinstance(one, Program):
                raise ProgramError(f"{quoted(one)} is no network; build one first, such as "
                                   f"symrnn.cell({quoted(one)}), and give that to "
                                   f"{function.__name__}")
        return function(*args, **kwargs)
    return checked
