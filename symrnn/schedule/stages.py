"""Stages: loops over time in one order, found from the dependency graph."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from symrnn.program import Delay, Equation, Program, Span
from symrnn.schedule.graph import Component, components, dependencies


class Order(Enum):
    """How a stage runs over time."""

    ONCE = "once"
    FORWARD = "scan forward"
    REVERSE = "scan in reverse"
    ALL = "all steps at once"


@dataclass(frozen=True)
class Stage:
    """Equations that share one loop over time, in the program's order, and their delays."""

    order: Order
    equations: tuple[Equation, ...]
    delays: tuple[Delay, ...]

    @property
    def names(self) -> frozenset[str]:
        """What the stage binds."""
        bound: tuple[Equation | Delay, ...] = (*self.equations, *self.delays)
        return frozenset(one.lhs for one in bound)


def reads_span(program: Program, equation: Equation) -> Span:
    """The widest span among what an equation reads."""
    spans = {program[name].span for name in equation.reads}
    return max(spans, default=Span.CONSTANT)


def is_reduction(program: Program, equation: Equation) -> bool:
    """True where the equation sums over steps (or samples) that its left-hand side lacks."""
    return program[equation.lhs].span < reads_span(program, equation)


def stages(program: Program, late: frozenset[str] = frozenset(),
           along: frozenset[str] = frozenset()) -> tuple[Stage, ...]:
    """The stages in the order in which they run. Raises ProgramError for an impossible order.

    Equations for ``late`` names, which nothing holds up, join the first stage that reads them;
    those for names that go ``along``, which hold nothing up, the last that binds what they read.
    What no step changes joins no scan.
    """
    found, needs = components(program), dependencies(program)
    done = _groups(program, [one for one in found if not one.names & (late | along)], needs)
    for component in [one for one in found if one.names & along]:
        read = set().union(*(needs[name] for name in component.names))
        binders = [group for group in done if any(one.names & read for one in group)]
        _join(program, component, binders[-1] if binders else done[0], done)
    for component in reversed([one for one in found if one.names & late]):
        readers = (group for group in done
                   if any(component.names & needs[name] for one in group for name in one.names))
        _join(program, component, next(readers), done)
    return tuple(_stage(program, group) for group in done)


def _join(program: Program, component: Component, group: list[Component],
          done: list[list[Component]]) -> None:
    """Add to a stage; a constant, which has no place for every step, goes before a scan."""
    if group[0].step and _order(program, component) is Order.ONCE:
        done.insert(done.index(group), [component])
    else:
        group.append(component)


def _groups(program: Program, found: list[Component], needs: dict[str, set[str]]
            ) -> list[list[Component]]:
    """Components that share a loop, in the order in which the loops run."""
    reductions = {one.lhs for one in program.equations if is_reduction(program, one)}
    home = {name: component for component in found for name in component.names}
    orders = {component.place: _order(program, component) for component in found}
    waiting = sorted(found, key=lambda component: component.place)
    blockers = {one.place: _blockers(one, needs, home) for one in waiting}
    done: list[list[Component]] = []
    while waiting:
        ready = [one for one in waiting if not blockers[one.place]]
        fitting = [one for one in ready
                   if done and _fits(program, one, done[-1], needs, reductions, orders)]
        chosen = (fitting or ready)[0]
        if fitting:
            done[-1].append(chosen)
        else:
            done.append([chosen])
        waiting.remove(chosen)
        for one in waiting:
            blockers[one.place].discard(chosen.place)
    return done


def _blockers(component: Component, needs: dict[str, set[str]],
              home: dict[str, Component]) -> set[int]:
    """The places of those that it waits for."""
    return {home[other].place for name in component.names for other in needs[name]
            if other in home} - {component.place}


def _order(program: Program, component: Component) -> Order:
    if component.step:
        return Order.FORWARD if component.step > 0 else Order.REVERSE
    equations = [one for one in program.equations if one.lhs in component.names]
    constant = equations and all(max(program[one.lhs].span, reads_span(program, one)) is
                                 Span.CONSTANT for one in equations)
    return Order.ONCE if constant else Order.ALL


def _fits(program: Program, component: Component, group: list[Component],
          needs: dict[str, set[str]], reductions: set[str], orders: dict[int, Order]) -> bool:
    """True where a component may share the loop of the open stage.

    Two scans never share one. A reduction is complete only after its loop, and a delay reads
    other steps than the one at hand, so neither may be read in the loop that binds it.
    """
    if component.step or orders[component.place] is not orders[group[0].place]:
        return False
    inside = frozenset().union(*(one.names for one in group))
    read = set().union(*(needs[name] for name in component.names)) & inside
    shifted = any(delay.lhs in component.names for delay in program.delays)
    return not read & reductions and not (shifted and read)


def _stage(program: Program, group: list[Component]) -> Stage:
    names = frozenset().union(*(component.names for component in group))
    return Stage(_order(program, group[0]),
                 tuple(one for one in program.equations if one.lhs in names),
                 tuple(one for one in program.delays if one.lhs in names))
