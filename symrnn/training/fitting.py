"""``symrnn.fit``: minibatches, epochs, validation, early stop, checkpoints."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.kernels import Threads
from symrnn.learner import THETA, Learner
from symrnn.program import Misused, Program, of_network
from symrnn.runtime.shapes import Arrays
from symrnn.training import checkpoint as kept
from symrnn.training.checkpoint import Reached, best_of
from symrnn.training.course import Course, Rate, course
from symrnn.training.judge import Judge, Machine, judge
from symrnn.training.progress import shown
from symrnn.training.result import Fitted
from symrnn.training.sequences import Sequences, sequences


class Diverged(ArithmeticError):
    """A loss is no finite number any more."""


@of_network
def fit(network: Program, params: Mapping[str, Any], data: Any, *,
        loss: str | Program = "mean_squared_error", optimiser: str | Program = "adam",
        settings: Mapping[str, float] | None = None, rate: Rate = 0.001, clip: float | None = None,
        epochs: int = 10, batch: int = 32, window: int | None = None, validation: Any = None,
        patience: int | None = None, seed: int = 0,
        checkpoint: str | os.PathLike[str] | None = None, backend: str = "c",
        dtype: npt.DTypeLike = "float32", threads: Threads = 1,
        progress: bool | None = None) -> Fitted:
    """Train a network: the small real run, on the generated kernels of its loss and optimiser.

    Parameters
    ----------
    params: where it starts, all parameters by name; :func:`symrnn.random_parameters` draws some.
    data: ``(x, target)`` or ``(x, target, lengths)`` of N samples. x [T, N, n], by name in a
        dictionary where the network has several inputs. The target has one vector a step,
        [T, N, p], or one for the last step, [N, p]; classes are whole numbers, [T, N] or [N].
        Steps beyond ``lengths`` [N] do not count.
    loss: a name (``symrnn.losses.LOSSES``) or a program that reads the output and a target.
    optimiser: ``"sgd"``, ``"momentum"``, ``"adam"`` or a program such as ``symrnn.sgd()``;
        ``settings`` of it by name, those of its paper where not given.
    rate: the learning rate, or a function that gives it for an epoch, from 0 on.
    clip: the largest norm of a gradient; longer ones are shortened to it.
    batch: samples for one update; their order is drawn anew for every epoch, from ``seed``.
    window: truncated back-propagation: an update every so many steps, the state carried on.
    validation: held-out data as ``data``, judged after every epoch.
    patience: stop after so many epochs without a smaller validation loss; the parameters are then
        those of the best epoch.
    checkpoint: a file, .npz or .safetensors, written after every epoch; its folder is made. Where
        it exists, the run goes on from it and ends with the same numbers as without the break;
        other options than then are refused, but for ``epochs``.
    backend, dtype, threads: those of :func:`symrnn.compile`.
    progress: whether a bar is shown; on a terminal, where not given.

    The same arguments give the same numbers. Raises ValueError, ShapeError, ProgramError for what
    does not fit together, Diverged where a loss is not finite, OSError for the checkpoint.
    """
    plan = course(loss, optimiser, settings, rate, clip, epochs, batch, window, patience, seed)
    machine = Machine(backend, dtype, threads)
    task, first = _task(network, params, data, validation, plan, machine)
    told = {**plan.told, **machine.told, **task.told, **kept.digest(network, first)}
    learner = Learner(plan.optimiser, plan.settings, first, task.judge.kernel.dtype, plan.limit)
    path = None if checkpoint is None else Path(checkpoint)
    reached = _reached(path, learner, plan, told)
    with shown(progress, network.name, epochs) as say:
        while not task.over(reached):
            reached = task.epoch(learner, reached)
            if path is not None:
                kept.write(path, reached, told)
            say(reached.epochs, _losses(reached))
    return _fitted(network, task, learner, reached)


@dataclass(frozen=True, eq=False)
class Task:
    """A run's choices, its judge and its data; ``held`` is what it does not learn from."""

    course: Course
    judge: Judge
    data: Sequences
    held: Sequences | None

    @property
    def told(self) -> dict[str, str]:
        """By what a run that goes on knows its data again."""
        return {"data": self.data.digest,
                "validation": "none" if self.held is None else self.held.digest}

    def over(self, reached: Reached) -> bool:
        """True after the last epoch, and where patience is at its end."""
        return reached.epochs >= self.course.epochs or self.stopped(reached)

    def stopped(self, reached: Reached) -> bool:
        """True where the validation loss has not fallen for too long."""
        patience = self.course.patience
        return (patience is not None and reached.epochs > 0
                and reached.epochs - 1 - best_of(reached.held) >= patience)

    def epoch(self, learner: Learner, reached: Reached) -> Reached:
        """All samples once, in an order of this epoch's own. Raises Diverged."""
        number, batch = reached.epochs, self.course.batch
        rate, total, count = self.course.rate_of(number), 0.0, 0
        order = np.random.default_rng([self.course.seed, number]).permutation(len(self.data))
        for start in range(0, len(order), batch):
            for window in self.judge.windows(learner, self.data.part(order[start:start + batch])):
                self._check(window.total, number)
                total, count = total + window.total, count + window.count
                if window.count:
                    learner.update(window.gradients, rate)
        losses = (*reached.losses, total / count)
        if self.held is None:
            return Reached(learner.state, losses)
        held = (*reached.held, self.judge.loss(learner.params, self.held, batch))
        self._check(held[-1], number)
        best = learner.state[THETA] if best_of(held) == number else reached.best
        return Reached(learner.state, losses, held, best)

    def _check(self, loss: float, epoch: int) -> None:
        if not isfinite(loss):
            raise Diverged(f"the loss is {loss} in epoch {epoch + 1}: a smaller rate, or clip=1.0, "
                           f"may hold it")


def _task(network: Program, params: Mapping[str, Any], data: Any, validation: Any, plan: Course,
          machine: Machine) -> tuple[Task, Arrays]:
    """The task of a run and its first parameters, held against each other."""
    if plan.patience is not None and validation is None:
        raise Misused("patience waits for the validation loss; give validation=(x, target)")
    own = judge(network, plan.loss, params, plan.window, machine)
    judged, kind = own.kernel.program, own.kernel.dtype
    held = None if validation is None else sequences(validation, judged, own.classes, kind,
                                                     "validation")
    first = dict(own.kernel.pack(params))
    for name, one in first.items():
        if not np.isfinite(one).all():
            raise Misused(f"the parameter '{name}' has an entry that is infinite or no number, so "
                          f"nothing can be learned from there; begin with other ones")
    return Task(plan, own, sequences(data, judged, own.classes, kind), held), first


def _reached(path: Path | None, learner: Learner, plan: Course, told: Mapping[str, Any]) -> Reached:
    """Where the run begins: at its start, or where a file says that it was."""
    found = None if path is None else kept.read(path, learner.state, told)
    if found is None:
        if path is not None:  # a folder that cannot be made is told before the work
            path.parent.mkdir(parents=True, exist_ok=True)
        return Reached(learner.state)
    if found.epochs > plan.epochs:
        raise Misused(f"{path} has {found.epochs} epochs behind it, more than epochs = "
                      f"{plan.epochs}; ask for as many, or give another file as checkpoint")
    learner.state = dict(found.state)
    return found


def _losses(reached: Reached) -> str:
    held = f", validation {reached.held[-1]:.4f}" if reached.held else ""
    return f"loss {reached.losses[-1]:.4f}{held}"


def _fitted(network: Program, task: Task, learner: Learner, reached: Reached) -> Fitted:
    """The result: the best parameters where somebody was patient, else the last ones."""
    patient = task.course.patience is not None and reached.best is not None
    row: Any = reached.best if patient else learner.state[THETA]
    parameters: Arrays = {name: one.copy() for name, one in learner.of_row(row).items()}
    best = best_of(reached.held) + 1 if patient else reached.epochs
    return Fitted(network, parameters, reached.losses, reached.held, best, task.stopped(reached))
