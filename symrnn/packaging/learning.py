"""The training part of a package: a judged network, optimisers, and what the host learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symrnn.backends.c import c_names, interface
from symrnn.losses import LOSSES, with_loss
from symrnn.optimisers import OPTIMISERS, SETTINGS, gradient_norm_clip
from symrnn.packaging.content import BYTES, Model, literal, model
from symrnn.packaging.lesson import Lesson, lesson
from symrnn.pipeline import derive
from symrnn.program import Program, ProgramError, Role, quoted
from symrnn.schedule import Plan

BLOCK = 16  # so many weights are updated at once: little room, and loops that unroll
CARRIED = tuple(OPTIMISERS)  # the optimisers in a package


@dataclass(frozen=True)
class Clip:
    """The members of the structs of norm clipping."""

    name: str
    limit: str
    g: str
    squares: str
    scale: str


@dataclass(frozen=True)
class Optimiser:
    """One optimiser: the names of its parts in C, and what it remembers of each weight and once."""

    name: str
    prefix: str
    title: str
    source: str
    settings: tuple[tuple[str, str], ...]
    vectors: tuple[str, ...]
    numbers: tuple[tuple[str, str], ...]
    g: str
    rate: str
    scale: str
    theta: str
    bytes: int

    @property
    def without_settings(self) -> bool:
        """True where the struct of its parameters has none."""
        return not self.settings


@dataclass(frozen=True)
class Training:
    """Everything that the templates of training print beside the network's own model."""

    model: Model
    judged: Model
    window: int
    block: int
    padded: int
    work: int
    clip: Clip
    optimisers: tuple[Optimiser, ...]
    unwanted: tuple[str, ...]
    ends: tuple[str, ...]
    bar: str
    lesson: Lesson
    plans: Mapping[str, Plan]

    @property
    def equations(self) -> str:
        """The name of the equations that learn, those of the loss among them."""
        return self.judged.equations

    @property
    def stateless(self) -> bool:
        """True where nothing is remembered."""
        return not self.judged.states

    @property
    def trainer_bytes(self) -> int:
        """What a trainer takes: weights, gradients, states twice, losses, tape, workspace."""
        states = sum(one.entries for one in self.judged.states) or 1
        return BYTES * (2 * self.padded + 2 * states + 2 * self.window + self.judged.work["tape"]
                        + self.work + self.block + 1)


def training(network: Program, own: Model, sizes: Mapping[str, int],
             params: Mapping[str, object], loss: str, window: int) -> Training:
    """The training part of a package. Raises ProgramError for a loss that there is none of."""
    if loss not in LOSSES:
        raise ProgramError(f"there is no loss {quoted(loss)}; there are {', '.join(LOSSES)}")
    judging = with_loss(network, LOSSES[loss]())
    name = f"{own.name}_train"
    plan = derive(judging)
    judged = model(plan, name, sizes, window)
    clip, clip_plan = _clip(own.name)
    padded = -(-own.count // BLOCK) * BLOCK
    made = [_optimiser(one, own.name, padded) for one in CARRIED]
    blocks = [model(one, "work", {"k": BLOCK}, 1).work["step_work"]
              for one in (clip_plan, *(each for _, each in made))]
    structs = _structs(plan, name)
    learned = {one.gradient for one in judged.parameters}
    plans = {name: plan, clip.name: clip_plan, **{one.prefix: each for one, each in made}}
    return Training(
        own, judged, window, BLOCK, padded,
        max(judged.work["forward_work"], judged.work["backward_work"], *blocks), clip,
        tuple(one for one, _ in made),
        tuple(one for one in structs["gradients"].values() if one not in learned),
        tuple(one for key, one in structs["cotangents"].items() if key != judging.outputs[0]),
        structs["cotangents"][judging.outputs[0]],
        lesson(judging, judged, sizes, params, loss, window, CARRIED), plans)


def _structs(plan: Plan, name: str) -> dict[str, dict[str, str]]:
    """The members of every struct, by what the program calls them."""
    return {one.name.removeprefix(f"{name}_"): {each.key: each.name for each in one.fields
                                                if each.key}
            for one in interface(plan, c_names(plan, name), name)}


def _clip(own: str) -> tuple[Clip, Plan]:
    name, plan = f"{own}_clip", derive(gradient_norm_clip())
    members = _structs(plan, name)
    return Clip(name, members["parameters"]["limit"], members["inputs"]["g"],
                members["state"]["q"], members["outputs"]["scale"]), plan


def _optimiser(name: str, own: str, padded: int) -> tuple[Optimiser, Plan]:
    program = OPTIMISERS[name](clipped=True)
    plan, prefix = derive(program), f"{own}_{name}"
    members = _structs(plan, prefix)
    remembered = [one for one in program.delays if one.state != "theta"]
    vectors = tuple(members["state"][one.state] for one in remembered if program[one.source].axes)
    numbers = tuple((members["state"][one.state], literal(float(one.start)))
                    for one in remembered if not program[one.source].axes)
    settings = tuple((members["parameters"][one.name], literal(SETTINGS[name][one.name]))
                     for one in program.with_role(Role.PARAMETER))
    read = members["inputs"]
    return Optimiser(name, prefix, program.title, program.source, settings, vectors, numbers,
                     read["g"], read["rate"], read["scale"], members["state"]["theta"],
                     BYTES * (len(vectors) * padded + len(numbers) + 1)), plan
