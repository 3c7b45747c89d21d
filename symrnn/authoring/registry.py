"""Cells by name. A cell file registers what it defines; nothing else needs to know of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from inspect import signature
from typing import Any, Protocol

from symrnn.program import Program
from symrnn.transforms import clipped, without_bias


class Builder(Protocol):
    """What builds a network: its own options, and those that every cell has."""

    __name__: str

    def __call__(self, *args: Any, **options: Any) -> Program:
        """The network."""
        ...


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


def register(name: str, **options: Any) -> Callable[[Callable[..., Program]], Builder]:
    """Register a builder under a name, with some of its options fixed.

    A builder may carry several names: ``@register("gru")`` above
    ``@register("gru_reset_before", reset_after=False)``. It gains the options of
    :func:`with_common_options`.
    """
    def decorate(builder: Callable[..., Program]) -> Builder:
        known = [getattr(one.builder, "func", None) for one in _REGISTERED.values()]
        built = builder if builder in known else with_common_options(builder)
        shown = "".join(f", {key}={value!r}" for key, value in options.items())
        python = f'symrnn.cell("{built.__name__}"{shown})'
        _REGISTERED[name] = Architecture(name, partial(built, **options), python)
        return built

    return decorate


def with_common_options(builder: Callable[..., Program]) -> Builder:
    """The builder with the options of every cell.

    ``clip=3.0`` holds what enters an activation in [-3, 3]; ``bias=False`` leaves out what is
    only ever added.
    """
    @wraps(builder)
    def build(*args: Any, clip: float | None = None, bias: bool = True, **options: Any) -> Program:
        program = builder(*args, **options)
        program = program if bias else without_bias(program)
        return program if clip is None else clipped(program, clip)

    own, common = signature(builder), signature(build, follow_wrapped=False)
    added = [common.parameters[name] for name in ("clip", "bias")]
    build.__dict__["__signature__"] = own.replace(
        parameters=[*own.parameters.values(), *added])  # what help() and editors show
    return build


def registered() -> tuple[Architecture, ...]:
    """Everything that has been registered so far, by name."""
    return tuple(_REGISTERED[name] for name in sorted(_REGISTERED))
