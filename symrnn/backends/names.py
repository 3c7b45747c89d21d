"""Names of a program as identifiers of a language: injective, and never a reserved word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain, count

from symrnn.program import Program


class Names:
    """Identifiers for the variables and sizes of a program, and fresh ones for loops.

    A size that shares its name with a variable is called ``size_n``.
    """

    def __init__(self, programs: Iterable[Program], reserved: Iterable[str]) -> None:
        self._reserved = frozenset(reserved)
        self._taken = set(self._reserved)
        self._variables: dict[str, str] = {}
        self._sizes: dict[str, str] = {}
        programs = tuple(programs)
        for program in programs:
            for variable in program.variables:
                if variable.name not in self._variables:
                    self._variables[variable.name] = self.fresh(variable.name)
        for program in programs:
            for size in program.sizes:
                if size.name not in self._sizes:
                    free = size.name not in self._taken
                    self._sizes[size.name] = self.fresh(size.name if free else f"size_{size.name}")

    def __getitem__(self, name: str) -> str:
        return self._variables[name]

    def size(self, name: str) -> str:
        """The identifier of a size; ``T`` and ``B`` are their own."""
        return self._sizes.get(name, name)

    def member(self, size: str) -> str:
        """A size as a member of a struct: it may share its name with a variable."""
        return self.size(size) if size in self._reserved else size

    def fresh(self, *wishes: str) -> str:
        """The first wish that is free, else the last one with a number; then it is taken."""
        cleaned = [re.sub(r"\W", "_", wish) for wish in wishes]
        numbered = (f"{cleaned[-1]}_{number}" for number in count(2))
        chosen = next(one for one in chain(cleaned, numbered) if one not in self._taken)
        self._taken.add(chosen)
        return chosen

    def is_free(self, name: str) -> bool:
        """True where no variable, size or reserved word has the name."""
        return name not in self._taken
