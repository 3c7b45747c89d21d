"""Names of a program as identifiers of a language: injective, and never a reserved word.

Every identifier that a backend writes comes from one :class:`Names`, or is one of its reserved
words: what is put together, such as ``tape_c``, gives way to what an author has chosen.
"""

from __future__ import annotations

import re
from collections.abc import Container, Hashable, Iterable
from functools import lru_cache

from symrnn.program import Program, free_name


class Names:
    """Identifiers for the variables and sizes of a program, and for what is derived of them.

    A size that shares its name with a variable is called ``size_n``.
    """

    def __init__(self, programs: Iterable[Program], reserved: Iterable[str]) -> None:
        programs = tuple(programs)
        self._taken, self._reserved = set(reserved), frozenset(reserved)
        self._derived: dict[Hashable, str] = {}
        variables = dict.fromkeys(one.name for each in programs for one in each.variables)
        sizes = dict.fromkeys(one.name for each in programs for one in each.sizes)
        self._variables = self._own(variables, "")
        self._sizes = self._own(sizes, "size_")
        self._members = _in_order(sizes, self._reserved, "size_", set(self._reserved))

    def _own(self, names: Iterable[str], front: str) -> dict[str, str]:
        return _in_order(names, frozenset(self._taken), front, self._taken)

    def __getitem__(self, name: str) -> str:
        return self._variables[name]

    @property
    def taken(self) -> frozenset[str]:
        """Every identifier that was handed out, and the reserved words."""
        return frozenset(self._taken)

    def size(self, name: str) -> str:
        """The identifier of a size; ``T`` and ``B`` are their own."""
        return self._sizes.get(name, name)

    def member(self, size: str) -> str:
        """A size as a member of a struct: it may share its name with a variable."""
        return self._members.get(size, size)

    def beside(self, variable: str, before: str = "", after: str = "") -> str:
        """A name that is made of a variable's: ``tape_c``, ``h_rows``. The same every time."""
        return self.derived((variable, before, after), f"{before}{self[variable]}{after}")

    def derived(self, key: Hashable, *wishes: str) -> str:
        """The name of what a key tells apart: the first wish that is free. The same every time."""
        if key not in self._derived:
            self._derived[key] = self.fresh(*wishes)
        return self._derived[key]

    def fresh(self, *wishes: str) -> str:
        """The first wish that is free, else the last one with a number; then it is taken."""
        chosen = free_name(self._taken, *map(_identifier, wishes))
        self._taken.add(chosen)
        return chosen

    def is_free(self, name: str) -> bool:
        """True where no variable, size or reserved word has the name."""
        return name not in self._taken


def _in_order(names: Iterable[str], avoided: Container[str], front: str, taken: set[str]
              ) -> dict[str, str]:
    """Names by what they are names of: those that may stay as they are come first."""
    found: dict[str, str] = {}
    plain = [one for one in names if _identifier(one) == one and one not in avoided]
    for one in (*plain, *(other for other in names if other not in plain)):
        clashes = _identifier(one) in taken
        found[one] = free_name(taken, _identifier(f"{front}{one}" if clashes else one))
        taken.add(found[one])
    return found


@lru_cache(maxsize=10_000)
def _identifier(wish: str) -> str:
    return re.sub(r"\W", "_", wish)
