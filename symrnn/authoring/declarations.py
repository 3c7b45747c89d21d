"""What a declaration says, ``"W[m,n]"``, and which names it can give."""

from __future__ import annotations

import re

from symrnn.program import RULE, TAKEN, ProgramError, is_name, quoted


def declared(cell: str, declaration: object) -> tuple[str, tuple[str, ...]]:
    """The name and the axes. Raises ProgramError for what is no declaration."""
    match = re.fullmatch(r"(\w+)(?:\[([\w, ]*)\])?", declaration) \
        if isinstance(declaration, str) else None
    name, inside = (match[1], match[2] or "") if match else ("", "")
    axes = tuple(part.strip() for part in inside.split(",") if part.strip())
    if not all(map(is_name, (name, *axes))):
        raise ProgramError(f"{cell}: {quoted(declaration)} is no declaration like 'W[m,n]'; {RULE}")
    taken = next((one for one in axes if one in TAKEN), None)
    if taken is not None:
        raise ProgramError(f"{cell}: an axis of '{name}' is called '{taken}', which counts the "
                           f"{TAKEN[taken]}; take another name")
    return name, axes
