"""How a run is to go: what a caller of ``fit`` chose, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from symrnn.learner import THETA
from symrnn.losses import LOSSES, by_name
from symrnn.optimisers import OPTIMISERS, SETTINGS
from symrnn.program import Misused, Program, Role, quoted

Rate = float | Callable[[int], float]
READ = ("g", "rate")  # what every optimiser reads; clipped ones read a scale too


@dataclass(frozen=True)
class Course:
    """The choices of one run. ``limit`` is the largest norm of a gradient, None for any."""

    loss: Program
    optimiser: Program
    settings: Mapping[str, float]
    rate: Rate
    limit: float | None
    epochs: int
    batch: int
    window: int | None
    patience: int | None
    seed: int

    def rate_of(self, epoch: int) -> float:
        """The learning rate of an epoch, the first one being 0. Raises Misused."""
        rate = self.rate(epoch) if callable(self.rate) else self.rate
        return positive(rate, f"the rate of epoch {epoch + 1}" if callable(self.rate) else "rate")

    @property
    def told(self) -> dict[str, Any]:
        """What must be the same where a run goes on, as plain data; more epochs are no other run.

        A function that gives rates has no such form: it is the caller's to give the same again.
        """
        return {"loss": self.loss.name, "optimiser": self.optimiser.name,
                "settings": dict(self.settings), "clip": self.limit, "batch": self.batch,
                "window": self.window, "patience": self.patience, "seed": self.seed,
                "rate": "a function" if callable(self.rate) else self.rate}


def course(loss: str | Program, optimiser: str | Program, settings: Mapping[str, float] | None,
           rate: Rate, clip: float | None, epochs: int, batch: int, window: int | None,
           patience: int | None, seed: int) -> Course:
    """The checked choices. Raises Misused, and UnknownName for a loss or optimiser by name."""
    limit = None if clip is None else positive(clip, "clip")
    update = by_name(optimiser, OPTIMISERS, "optimiser", clipped=limit is not None)
    if not callable(rate):
        rate = positive(rate, "rate")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise Misused(f"seed is {quoted(seed)}; it is a whole number from 0 on")
    return Course(by_name(loss, LOSSES, "loss"), _readable(update, limit is not None),
                  _settings(update, settings), rate, limit, _count(epochs, "epochs"),
                  _count(batch, "batch"), None if window is None else _count(window, "window"),
                  None if patience is None else _count(patience, "patience"), seed)


def positive(value: Any, called: str) -> float:
    """A finite number above zero. Raises Misused for anything else."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = 0.0
    if not (isfinite(found) and found > 0):
        raise Misused(f"{called} is {quoted(value)}; it is a number above 0")
    return found


def _count(value: Any, called: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise Misused(f"{called} is {quoted(value)}; it is a whole number from 1 on")
    return value


def _readable(optimiser: Program, clipped: bool) -> Program:
    """The optimiser, if it reads and remembers what one must. Raises Misused."""
    read = sorted(one.name for one in optimiser.with_role(Role.INPUT))
    wanted = sorted((*READ, "scale") if clipped else READ)
    if read != wanted or THETA not in [one.state for one in optimiser.delays]:
        raise Misused(f"the optimiser {optimiser.name} reads {', '.join(read)}; "
                      f"{'with' if clipped else 'without'} clip= it must read "
                      f"{', '.join(wanted)} and have a state {THETA}, as symrnn.sgd has")
    return optimiser


def _settings(optimiser: Program, given: Mapping[str, float] | None) -> dict[str, float]:
    """The optimiser's parameters: given ones, else those of its paper. Raises Misused."""
    wanted = [one.name for one in optimiser.with_role(Role.PARAMETER)]
    found = {**SETTINGS.get(optimiser.name, {}), **(given or {})}
    for name in found:
        if name not in wanted:
            raise Misused(f"{optimiser.name} has no setting {quoted(name)}; there are "
                          f"{', '.join(wanted) or 'none'}")
    missing = [name for name in wanted if name not in found]
    if missing:
        raise Misused(f"the setting {missing[0]} of {optimiser.name} is missing; give "
                      f"settings={{{quoted(missing[0])}: ...}}")
    return {name: float(found[name]) for name in wanted}
