"""What a declaration says, ``"W[m,n]"``, and which names it can give, in Python and in a file."""

from __future__ import annotations

import re

from symrnn.program import ACTIVATIONS, ALIASES, ELEMENTARY, RULE, ProgramError, is_name, quoted

FUNCTIONS = frozenset((*ACTIVATIONS, *ALIASES, *ELEMENTARY, "sqrt", "abs", "sum", "mean", "dot",
                       "outer", "max", "min", "softmax", "piece", "concat", "where"))
TIME = {"t": "the time", "T": "the number of steps", "B": "the number of samples"}


def reserved(name: str) -> str | None:
    """Why no symbol has this name, in one sentence; None where one can: ``exp = exp(a)``."""
    if name == "t":
        return "'t' is the time; take another name"
    return f"'{name}' is a function; take another name" if name in FUNCTIONS else None


def reserved_axis(axis: str) -> str | None:
    """Why no axis has this name, in one sentence; None where one can."""
    if axis not in TIME:
        return None
    return (f"'{axis}' is {TIME[axis]}, which every input and state has unsaid; an axis needs "
            f"another name")


def declared(cell: str, declaration: object) -> tuple[str, tuple[str, ...]]:
    """The name and the axes. Raises ProgramError for what is no declaration, and reserved names."""
    match = re.fullmatch(r"(\w+)(?:\[([\w, ]*)\])?", declaration) \
        if isinstance(declaration, str) else None
    name, inside = (match[1], match[2] or "") if match else ("", "")
    axes = tuple(part.strip() for part in inside.split(",") if part.strip())
    if not all(map(is_name, (name, *axes))):
        raise ProgramError(f"{cell}: {quoted(declaration)} is no declaration like 'W[m,n]'; {RULE}")
    for why in filter(None, (reserved(name), *map(reserved_axis, axes))):
        raise ProgramError(f"{cell}: {quoted(declaration)}: {why}")
    return name, axes
