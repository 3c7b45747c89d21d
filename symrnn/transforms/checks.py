"""What a caller gives for an option, held against what it may be."""

from __future__ import annotations

from numbers import Real
from typing import Any

from sympy import Rational

from symrnn.program import exact, quoted


def bound(threshold: Any, option: str) -> Rational:
    """A bound as an exact number. Raises ValueError naming the option where it is not positive."""
    if not is_number(threshold) or not 0 < threshold < float("inf"):
        raise ValueError(f"{option} is {quoted(threshold)}; it is a positive number")
    return exact(threshold)


def flag(value: Any, option: str) -> bool:
    """Raises ValueError naming the option for what is neither True nor False."""
    if not is_flag(value):
        raise ValueError(f"{option} is {quoted(value)}; it is True or False")
    return bool(value)


def is_flag(value: Any) -> bool:
    """True for both truths, NumPy's too."""
    kind = getattr(getattr(value, "dtype", None), "kind", "")  # without loading NumPy for it
    return isinstance(value, bool) or (kind == "b" and value.shape == ())


def is_number(value: Any) -> bool:
    """True for a real number, which a truth is not."""
    return isinstance(value, Real) and not isinstance(value, bool)


def names(value: Any) -> list[Any] | None:
    """One name, or several; None for what holds no names in an order."""
    if isinstance(value, str):
        return [value]
    return list(value) if isinstance(value, tuple | list | set | frozenset) else None
