"""A network taken apart at its scans: what is there before them, their steps alone, what follows.

Where a part is affine, its steps over a piece of the sequence are together one such map again:
``h -> a h + b``. So pieces can run side by side, each from zero, which gives every b; the
derivative of the last state by the first gives every a; and then each runs from where it really
begins. Nothing is derived by hand: a comes from the tangent of the steps. A part that is not affine
is linearised.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from symrnn.adjoint import passed_on
from symrnn.adjoint.slices import leading_to
from symrnn.program import (FED, Program, ProgramError, Role, Span, Variable, of_network, verify)
from symrnn.program.expressions import sizes_in_order
from symrnn.recurrences.chunk_form import Chunkwise
from symrnn.recurrences.chunkwise import chunkwise
from symrnn.recurrences.kinds import Part, kind_of, parts
from symrnn.recurrences.newton import Linearised, linearised
from symrnn.transforms.rewiring import recurrence


@dataclass(frozen=True)
class Scan:
    """One part: the program that gives what its steps read, the steps, and how they pass states on.

    What the steps read of the step before, but for their own states, they are given as an input.
    ``before`` is None where the steps read nothing but what is given. ``factors`` are, by the name
    of a state, programs whose final states are those of the steps, and their derivatives by that
    state at the start. Steps that are not affine have none: they are ``linearised``. Where there
    is a ``chunkwise`` form, it takes the place of the steps.
    """

    part: Part
    before: Program | None
    steps: Program
    factors: Mapping[str, Program]
    linearised: Linearised | None = None
    chunkwise: Chunkwise | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """What has to be there at every step, or in every sample, before the scan."""
        if self.chunkwise is not None:
            return self.chunkwise.reads
        return tuple(one.name for one in self.steps.with_role(*FED))

    @property
    def gives(self) -> tuple[str, ...]:
        """What is there at every step after the scan."""
        if self.chunkwise is not None:
            return tuple(one.name for one in self.chunkwise.readings)
        return self.steps.outputs


@dataclass(frozen=True)
class Scans:
    """All parts in their order, and the program that gives the outputs; None without others.

    The ``program`` is the network, with names for what chunkwise forms take.
    """

    scans: tuple[Scan, ...]
    after: Program | None
    program: Program

    @property
    def known(self) -> frozenset[str]:
        """What has a value once all of them have run."""
        ends = () if self.after is None else self.after.outputs
        return frozenset(name for one in self.scans for name in _bound(one)).union(ends)


@of_network
def scans(program: Program, there: Collection[str] = (), newton: bool = False,
          in_chunks: bool = False) -> Scans:
    """A network that is affine in its states, taken apart; any other by Newton's method alone.

    What is ``there`` already, such as the states of a forward pass, is not computed again. Raises
    ProgramError for what remembers nothing, without ``newton`` for what is not affine, and for what
    has no chunkwise form where its affine parts are to run ``in_chunks``.
    """
    found = sorted((one for one in parts(program) if one.delays[0].source not in there),
                   key=lambda one: _place(program, one))
    _check(program, found, newton, in_chunks)
    program, forms = _forms(program, found if in_chunks else [])
    known, made = {*there}, list[Scan]()
    for part in found:
        made.append(_scan(program, part, known, forms.get(part)))
        known |= {*_bound(made[-1])}
    results = [name for name in program.outputs if name not in known]
    return Scans(tuple(made), _cut(program, known, results), program)


def _check(program: Program, found: Sequence[Part], newton: bool, in_chunks: bool) -> None:
    """Raise ProgramError for a network whose parts do not run so."""
    kind, affine = kind_of(found), [one.affine for one in found]
    if kind is None:
        raise ProgramError(f"{program.name} remembers nothing, so there is no scan over time")
    if not newton and not all(affine):
        raise ProgramError(f"{program.name} is {kind.value}, and without Newton's method only what "
                           f"is affine runs in parallel over time (symrnn.recurrence(net) prints "
                           f"why); parallel_scan(net, newton=True) iterates")
    if in_chunks and not any(affine):
        raise ProgramError(f"{program.name} has no chunkwise form: no part of it is affine")


def _forms(program: Program, some: Iterable[Part]) -> tuple[Program, dict[Part, Chunkwise]]:
    """The chunkwise forms of all affine parts, and the network with names for what they take."""
    forms = dict[Part, Chunkwise]()
    for part in some:
        if part.affine:
            program, forms[part] = chunkwise(program, part)
    return program, forms


def _place(program: Program, part: Part) -> int:
    """Parts run in the order of their equations: what one reads of another stands before it."""
    names = [one.lhs for one in program.equations]
    return max(names.index(one.source) for one in part.delays)


def _bound(scan: Scan) -> Iterator[str]:
    """What is known once a scan has run."""
    if scan.before is not None:
        yield from scan.before.outputs
    yield from scan.gives


def _scan(program: Program, part: Part, known: Collection[str], form: Chunkwise | None) -> Scan:
    names = recurrence(program, part.delays[0].source)
    read = {name for one in program.equations if one.lhs in names for name in one.reads} - names
    if form is not None:
        read = {*form.reads}
    there = [one.name for one in program.variables if one.name in read
             and one.span is not Span.CONSTANT and not one.role.given]
    made = [delay.source if (delay := program.delay_of(name)) else name for name in there]
    before = _cut(program, known, [name for name in dict.fromkeys(made)
                                   if name not in known and not program[name].role.given])
    steps = _cut(program, there, [one.source for one in part.delays])
    assert steps is not None
    if form is not None:
        return Scan(part, before, steps, {}, chunkwise=form)
    if not part.affine:
        step = linearised(steps)
        return Scan(part, before, steps, {},
                    replace(step, program=_with_used_sizes(step.program)))
    return Scan(part, before, steps,
                {one.state: _with_used_sizes(passed_on(steps, one.initial))
                 for one in part.delays})


def _cut(program: Program, given: Iterable[str], results: list[str]) -> Program | None:
    """What leads from given values to some results; None where there is nothing to compute."""
    if not results:
        return None
    names = frozenset(given)

    def changed(one: Variable) -> Variable:
        one = replace(one, drawn=None)  # nobody draws any, and it may read what is left out
        if one.name in names:
            return replace(one, role=Role.INPUT, stands_for=None)
        if one.role is Role.START:
            return replace(one, role=Role.INPUT)
        if one.name in results and one.role is not Role.STATE:
            return replace(one, role=Role.OUTPUT)
        return replace(one, role=Role.INTERMEDIATE) if one.role is Role.OUTPUT else one

    whole = replace(
        program, variables=tuple(map(changed, program.variables)), outputs=tuple(results),
        equations=tuple(one for one in program.equations if one.lhs not in names),
        delays=tuple(one for one in program.delays if one.lhs not in names))
    return verify(_with_used_sizes(leading_to(whole, *results)))


def _with_used_sizes(program: Program) -> Program:
    """The same without sizes that no array has any more: no caller could tell them.

    Raises ProgramError where an equation wants one that nobody can tell, such as that of a layer
    whose values come in beside another layer's, as one vector.
    """
    used = {axis for one in program.variables for axis in one.axes}
    used |= {name for one in program.equations for name in sizes_in_order(one.rhs)}
    for size in reversed(program.sizes):
        if size.name in used and size.value is not None:
            used |= set(sizes_in_order(size.value))
    told = {axis for one in program.with_role(Role.PARAMETER, *FED) for axis in one.axes}
    sizes = tuple(one for one in program.sizes if one.name in used)
    for one in sizes:
        if one.value is None and one.name not in told:
            raise ProgramError(f"{program.name}: beside its scans no array has the size "
                               f"'{one.name}' alone, so they do not run in pieces; use "
                               f"kernel.forward and kernel.backward")
    return replace(program, sizes=sizes)
