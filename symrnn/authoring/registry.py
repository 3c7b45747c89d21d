"""Cells by name. A cell file registers what it defines; nothing else needs to know of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from symrnn.program import Program

Builder = TypeVar("Builder", bound=Callable[..., Program])


@dataclass(frozen=True)
class Architecture:
    """A named network: how it is built, and the Python that builds it."""

    name: str
    builder: Callable[..., Program]
    python: str

    def build(self, **options: Any) -> Program:
        """The program; ``options`` are those of the builder."""
        return self.builder(**options)


    @property
    def summary(self) -> str:
        """What it is for: the first line of the builder's docstring."""
        text = getattr(self.builder, "func", self.builder).__doc__ or ""
        return text.strip().split("\n")[0]


_REGISTERED: dict[str, Architecture] = {}


def register(name: str, **options: Any) -> Callable[[Builder], Builder]:
    """Register a builder under a name, with some of its options fixed.

    A builder may carry several names: ``@register("gru")`` above
    ``@register("gru_reset_before", reset_after=False)``.
    """
    def decorate(builder: Builder) -> Builder:
        shown = "".join(f", {key}={value!r}" for key, value in options.items())
        python = f'symrnn.cell("{builder.__name__}"{shown})'
        _REGISTERED[name] = Architecture(name, partial(builder, **options), python)
        return builder

    return decorate


def registered() -> tuple[Architecture, ...]:
    """Everything that has been registered so far, by name."""
    return tuple(_REGISTERED[name] for name in sorted(_REGISTERED))
