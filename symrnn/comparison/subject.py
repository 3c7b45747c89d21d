"""What is compared: a program, what its parameters are for, and how they are packed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations, product

from symrnn.comparison.correspondence import Correspondence, Names
from symrnn.comparison.merging import merged_groups
from symrnn.comparison.normal import Normal
from symrnn.comparison.polynomial import Poly
from symrnn.interop.conventions import Convention
from symrnn.program import INPUTS, Delay, Program, Role, Variable

MOST_INTERFACES = 24
MOST_MATCHED = 4


@dataclass(frozen=True)
class Subject:
    """One side. ``slots`` says what a parameter is for, by the name that the cell gives it."""

    name: str
    program: Program
    convention: Convention | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters, in order."""
        return tuple(one.name for one in self.program.with_role(Role.PARAMETER))

    @property
    def inputs(self) -> tuple[Variable, ...]:
        """What comes in at every step."""
        return self.program.with_role(*INPUTS)

    def slot(self, name: str) -> str:
        """What a parameter is for: ``W_z`` of ``weight_ih.z``."""
        return name if self.convention is None else self.convention.slots[name]

    def transposed(self, name: str) -> bool:
        """True for a parameter that is stored transposed."""
        return self.convention is not None and name in self.convention.transposed

    @cached_property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The parameters of which only the sum counts. Raises TooLarge."""
        normal = Normal(self.program, oriented=False)
        return merged_groups(targets(self.program, normal).values(), self.parameters)


def targets(program: Program, normal: Normal) -> dict[str, Poly]:
    """What two programs must have equal: every next state by its name, then every output."""
    found = {f"state {one.state}": normal.value(one.source) for one in program.delays}
    return found | {f"output {name}": normal.value(name) for name in program.outputs}


def target_names(program: Program) -> dict[str, str]:
    """The variable behind each target."""
    found = {f"state {one.state}": one.source for one in program.delays}
    return found | {f"output {name}": name for name in program.outputs}


def interfaces(left: Program, right: Program, with_states: bool = True) -> Iterator[Correspondence]:
    """Every way to set inputs, states and outputs side by side, equal names first.

    None where their numbers, their axes or their directions differ. Without ``with_states``
    the states of equal names go together, and the others may stand alone.
    """
    def states(one: Program) -> list[tuple[str, tuple[object, ...]]]:
        return [(delay.state, (len(one[delay.lhs].axes), delay.step)) for delay in one.delays]

    def outputs(one: Program) -> list[tuple[str, tuple[object, ...]]]:
        return [(name, (len(one[name].axes),)) for name in one.outputs]

    def inputs(one: Program) -> list[tuple[str, tuple[object, ...]]]:
        return [(each.name, (len(each.axes), each.role))
                for each in one.with_role(*INPUTS)]

    shared = tuple((name, name) for name, kind in states(left) if (name, kind) in states(right))
    count = 0
    for chosen in product(_matchings(inputs(left), inputs(right)),
                          _matchings(states(left), states(right)) if with_states
                          else [shared, ()][not shared:],
                          _matchings(outputs(left), outputs(right))):
        sizes = _sizes(left, right, *chosen)
        if sizes is not None:
            count += 1
            yield Correspondence(sizes, *chosen, ())
        if count == MOST_INTERFACES:
            return


def few_ends(left: Program, right: Program) -> bool:
    """True where all ways to set inputs and outputs side by side are tried."""
    return all(len(ends) <= MOST_MATCHED for one in (left, right)
               for ends in (one.outputs, one.with_role(*INPUTS)))


def _matchings(left: list[tuple[str, tuple[object, ...]]],
               right: list[tuple[str, tuple[object, ...]]]) -> list[Names]:
    """The ways to pair names of equal kinds, those with most equal names first."""
    if len(left) != len(right) or len(left) > MOST_MATCHED:
        same = [name for name, _ in left] == [name for name, _ in right]
        return [tuple((name, name) for name, _ in left)] if same else []
    found = [tuple((one[0], other[0]) for one, other in zip(left, order, strict=True))
             for order in permutations(right)
             if all(one[1] == other[1] for one, other in zip(left, order, strict=True))]
    return sorted(found, key=lambda names: -sum(one == other for one, other in names))


def _sizes(left: Program, right: Program, inputs: Names, states: Names,
           outputs: Names) -> Names | None:
    """The sizes that go together, None where they contradict."""
    first, second = _by_state(left), _by_state(right)
    pairs = [(left[one].axes, right[other].axes) for one, other in (*inputs, *outputs)]
    pairs += [(left[first[one].lhs].axes, right[second[other].lhs].axes) for one, other in states]
    return matched_sizes((), pairs)


def matched_sizes(known: Names,
                  pairs: list[tuple[tuple[str, ...], tuple[str, ...]]]) -> Names | None:
    """More sizes, one to one, None where they contradict."""
    sizes = dict(known)
    for own, other in pairs:
        if len(own) != len(other):
            return None
        for axis, counterpart in zip(own, other, strict=True):
            if sizes.setdefault(axis, counterpart) != counterpart:
                return None
    return tuple(sizes.items()) if len(set(sizes.values())) == len(sizes) else None


def _by_state(program: Program) -> Mapping[str, Delay]:
    return {one.state: one for one in program.delays}
