"""Options that take one of some names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import typer

WIDEST = 48  # columns of what an option takes

def option(what: str, names: Sequence[str], *flags: str, help: str) -> Any:
    """An option for one of ``names``, or for several where its type is a list.

    Names that do not stand in one line of a narrow terminal are told in the help, which wraps.
    """
    shown = f"[{'|'.join(names)}]"
    if len(shown) > WIDEST:
        shown, help = "NAME", f"{help} One of: {', '.join(names)}."
    return typer.Option(*flags, help=help, metavar=shown,
                        callback=_known(what, names),
                        autocompletion=lambda incomplete: [
                            one for one in names if one.startswith(incomplete)])


def listed(names: Sequence[str]) -> str:
    """``there are a, b and c``; ``there is a``."""
    *others, last = names
    return f"there are {', '.join(others)} and {last}" if others else f"there is {last}"


def _known(what: str, names: Sequence[str]) -> Callable[[Any], Any]:
    """What refuses other names, and gives back what was given."""
    def checked(given: Any) -> Any:
        for name in [given] if isinstance(given, str) else given or ():
            if name not in names:
                raise typer.BadParameter(f"there is no {what} {name!r}; {listed(names)}")
        return given
    return checked
