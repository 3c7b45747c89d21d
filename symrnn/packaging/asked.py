"""What a package was asked for: its name, its sizes, and what it is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symrnn.lowering import GIVEN
from symrnn.packaging.content import Model, entries, lengths
from symrnn.packaging.drawn import refuse_others, sizes_of
from symrnn.packaging.kinds import KINDS, Kind
from symrnn.program import Program, ProgramError, Role, misnamed, quoted

MOST = 1 << 26  # weights, which are 256 MiB, and three times as much as text in C


def unfit(name: str, kinds: Sequence[str]) -> str | None:
    """Why no package may bear a name, in one sentence; None where one may."""
    if (why := misnamed(name)) is not None:
        return why
    for one in KINDS:
        if name.lower() in one.taken and (one.name in kinds or not kinds):
            return (f"{quoted(name)} is the name of a target that comes with {one.title}; give the "
                    f"package another name, by --name")
    return None


def untrue(window: int, tolerance: float) -> str | None:
    """Why a window or a tolerance is none, in one sentence; None where both are."""
    if not isinstance(window, int | np.integer) or window < 1:
        return f"window is {quoted(window)}; it is a whole number of steps from 1 on"
    if not isinstance(tolerance, float | int) or not tolerance >= 0:
        return f"tolerance is {quoted(tolerance)}; it is a number from 0 on"
    return None


def sizes_asked(network: Program, fix: Mapping[str, int],
                params: Mapping[str, Any] | None) -> dict[str, int]:
    """The sizes that are given and those of the weights.

    Raises ProgramError where they differ, and for a size that a package does not fix.
    """
    _refuse_other(network, fix)
    if params is not None:
        refuse_others(network, params)
    own = {} if params is None else sizes_of(network, params)
    for size in fix:
        if own.get(size, fix[size]) != fix[size]:
            raise ProgramError(f"{network.name}: {size} is {fix[size]} by --fix and {own[size]} "
                               f"in the weights; leave out --fix {size}=")
    sizes = {**fix, **own}
    known = lengths(network, sizes)
    count = sum(entries(one, known) for one in network.with_role(Role.PARAMETER))
    if count > MOST:
        raise ProgramError(f"{network.name}: with these sizes it has {count} weights, and a "
                           f"package holds at most {MOST}; take smaller sizes")
    return sizes


def _refuse_other(network: Program, fix: Mapping[str, int]) -> None:
    """Raises ProgramError for what is no size of the network, and for what is no length."""
    free = [one.name for one in network.sizes if one.value is None]
    for size, length in fix.items():
        if size in GIVEN:
            raise ProgramError(f"{network.name}: a package fixes no {size}, since each call tells "
                               f"how many steps and sequences it has; leave it out, and take the "
                               f"header's INFER_WORK_SIZE(T, B) for static memory")
        if size not in free:
            raise ProgramError(f"{network.name} has no size {quoted(size)}; " + (
                f"there are {', '.join(free)}" if free else "all its sizes are numbers"))
        if not isinstance(length, int | np.integer) or length < 1:
            raise ProgramError(f"{network.name}: {size} is {quoted(length)}; a size is a whole "
                               f"number from 1 on")


def kinds_asked(kinds: Sequence[str], own: Model) -> tuple[Kind, ...]:
    """The kinds of these names that fit a network. Raises ProgramError for another name."""
    known = {one.name: one for one in KINDS}
    for name in kinds:
        if name not in known:
            raise ProgramError(f"there is no kind of package {quoted(name)}; there are "
                               f"{', '.join(known)}")
        if known[name].streams and not own.streams:
            raise ProgramError(f"{own.name} has a state that goes from the last step to the first, "
                               f"so there are no single steps, which a package for {name} needs")
    return tuple(one for one in KINDS if (one.name in kinds or not kinds)
                 and (own.streams or not one.streams))
