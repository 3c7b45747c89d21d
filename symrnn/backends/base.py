"""What a backend is: a name and a function from a plan to files, by way of templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from symrnn.backends.lines import Row
from symrnn.schedule import Plan

SHARED = "symrnn_simd.h"  # what all fast kernels share: one file


@dataclass(frozen=True)
class Listing:
    """One function of a file as a reader wants it: its lines, and what each computes."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Artefact:
    """One file to render: its name, its template, and the ready strings that go into it.

    ``listings`` are its functions, for whoever wants to see equations and code side by side.
    """

    filename: str
    template: str
    content: Any
    listings: tuple[Listing, ...] = ()


class Backend(Protocol):
    """A language. To add one: a module with this function, a template folder, a row of targets."""

    def __call__(self, plan: Plan, name: str) -> tuple[Artefact, ...]:
        """The files of one network, called ``name``."""
        ...


@dataclass(frozen=True)
class Printed:
    """One function: what it is for, its prototype, signature and body, line by line.

    ``name`` tells it apart from the others of its file.
    """

    name: str
    comment: tuple[str, ...]
    prototype: tuple[str, ...]
    signature: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The text of the body."""
        return tuple(one.text for one in self.rows)

    @property
    def listing(self) -> Listing:
        """The whole function."""
        return Listing(self.name, (*map(Row, (*self.signature, "{")), *self.rows, Row("}")))
