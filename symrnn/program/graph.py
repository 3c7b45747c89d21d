"""The graph of a program: who reads whom, within a step and across steps, and what that reaches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from symrnn.program.form import Program

Edges = Mapping[str, Collection[str]]


def reads(program: Program) -> dict[str, set[str]]:
    """What every bound name reads: of a delayed value its source and what it starts from."""
    found = {one.lhs: set(one.reads) for one in program.equations}
    for delay in program.delays:
        found |= {delay.lhs: {delay.source, delay.initial}, delay.final: {delay.lhs}}
    return found


def reversed_edges(edges: Edges) -> dict[str, set[str]]:
    """The same graph read the other way: by whom every name is read."""
    found: dict[str, set[str]] = {}
    for name, others in edges.items():
        for other in others:
            found.setdefault(other, set()).add(name)
    return found


def reached(starts: Iterable[str], edges: Edges) -> set[str]:
    """The names, and all that edges lead to from them."""
    found = set(starts)
    waiting = list(found)
    while waiting:
        new = set(edges.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found
