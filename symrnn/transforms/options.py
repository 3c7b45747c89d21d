"""The options of every cell, one line each, in the order in which they are applied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from symrnn.program import Program
from symrnn.transforms.bias import biased
from symrnn.transforms.checks import flag
from symrnn.transforms.clip import clipped
from symrnn.transforms.dropping import dropout
from symrnn.transforms.initial import learned_initial
from symrnn.transforms.states import clipped_state, zoneout


@dataclass(frozen=True)
class Option:
    """A keyword, the value that leaves a program as it is, and the transform of any other."""

    name: str
    default: Any
    transform: Callable[[Program, Any], Program]


def _learned(program: Program, wanted: Any) -> Program:
    return learned_initial(program) if flag(wanted, "learned_initial") else program


OPTIONS = (
    Option("bias", True, biased),
    Option("clip", None, clipped),
    Option("clip_state", None, clipped_state),
    Option("dropout", (), dropout),
    Option("zoneout", False, zoneout),
    Option("learned_initial", False, _learned),
)


def with_options(program: Program, chosen: dict[str, Any]) -> Program:
    """The program with the options that are not at their defaults."""
    for option in OPTIONS:
        value = chosen.get(option.name, option.default)
        if not (type(value) is type(option.default) and value == option.default):
            program = option.transform(program, value)
    return program
