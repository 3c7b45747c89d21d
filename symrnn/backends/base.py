"""What a backend is: a name and a function from a plan to files, by way of templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from symrnn.schedule import Plan

SHARED = "symrnn_simd.h"  # what all fast kernels share: one file


@dataclass(frozen=True)
class Artefact:
    """One file to render: its name, its template, and the ready strings that go into it."""

    filename: str
    template: str
    content: Any


class Backend(Protocol):
    """A language. To add one: a module with this function, a template folder, a row of targets."""

    def __call__(self, plan: Plan, name: str) -> tuple[Artefact, ...]:
        """The files of one network, called ``name``."""
        ...


@dataclass(frozen=True)
class Printed:
    """One function: what it is for, its prototype, signature and body, line by line."""

    comment: tuple[str, ...]
    prototype: tuple[str, ...]
    signature: tuple[str, ...]
    lines: tuple[str, ...]
