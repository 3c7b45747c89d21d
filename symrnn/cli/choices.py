"""Options that take one of some names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import typer


def option(what: str, names: Sequence[str], *flags: str, help: str) -> Any:
    """An option for one of ``names``, or for several where its type is a list."""
    return typer.Option(*flags, help=help, metavar=f"[{'|'.join(names)}]",
                        callback=_known(what, names),
                        autocompletion=lambda incomplete: [
                            one for one in names if one.startswith(incomplete)])


def _known(what: str, names: Sequence[str]) -> Callable[[Any], Any]:
    """What refuses other names, and gives back what was given."""
    def checked(given: Any) -> Any:
        for name in [given] if isinstance(given, str) else given or ():
            if name not in names:
                raise typer.BadParameter(f"there is no {what} {name!r}; there are "
                                         f"{', '.join(names[:-1])} and {names[-1]}")
        return given
    return checked
