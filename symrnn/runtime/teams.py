"""Teams of threads where a process forks: a child has none of its parent's threads.

The OpenMP library does not know that, and would wait for them for ever. So in a child of a process
that has kernels with a team, one thread computes: the same numbers, in more time.
"""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Crewed(Protocol):
    """What calls functions by a team."""

    def alone(self) -> None:
        """Call them by one thread from now on."""
        ...


_CREWED = WeakSet[Crewed]()
_LEFT: list[Crewed] = []  # one entry in a child whose parent had teams


def crewed(one: Crewed) -> None:
    """Tell that this one calls functions by a team, unless its threads stayed in the parent."""
    if _LEFT:
        one.alone()
    else:
        _CREWED.add(one)


def _forked() -> None:
    for one in (left := list(_CREWED)):
        one.alone()
    _LEFT.extend(left[:1])


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
