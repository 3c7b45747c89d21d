"""Equal layers and directions: parts of a network that documents write once.

They are found in the equations: blocks that are equal up to names, each with a memory and
parameters of its own. Two gates of a cell are alike too, but remember nothing by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sympy import Basic

from symrnn.program import Equation, Program, Role, is_variable
from symrnn.program.renaming import Renaming, renaming

Pair = tuple[str, str]


@dataclass(frozen=True)
class Copy:
    """A part of a network that is another one under other names.

    ``forward`` and ``backward`` pair what equations of the first part bind with what those of the
    copy do, in the order of the first.
    """

    names: Mapping[str, str]
    sizes: Mapping[str, str]
    forward: tuple[Pair, ...]
    backward: tuple[Pair, ...] = ()


def copies(program: Program, gradient: Program) -> tuple[Copy, ...]:
    """The copies in a network, those of whole layers first, and what its gradient has of them."""
    return tuple(_with_gradient(one, program, gradient)
                 for one in _found(program, program.equations))


def told_once(program: Program, copied: Iterable[str]) -> frozenset[str]:
    """The names that equations have which are no copies: what a document must tell."""
    left_out = frozenset(copied)
    kept = [one for one in program.equations if one.lhs not in left_out]
    names = {name for one in kept for name in (one.lhs, *one.reads)}
    delays = [one for one in program.delays if one.lhs in names]
    return frozenset(names.union(*((one.source, one.initial, one.final) for one in delays)))


def first_part(program: Program, found: Sequence[Copy]) -> Program:
    """What is repeated, once, as a network: the first layer, of two directions the first one."""
    smallest = min(found, key=lambda one: len(one.forward))
    bound = [old for old, _ in smallest.forward]
    equations = tuple(one for one in program.equations if one.lhs in bound)
    read = {name for one in equations for name in one.reads}
    delays = tuple(one for one in program.delays if one.lhs in read)
    names = {*bound, *read, *(name for one in delays for name in (one.initial, one.final))}
    outside = {name for one in program.equations if one.lhs not in bound for name in one.reads}
    outputs = tuple(name for name in bound if name in outside or name in program.outputs)
    variables = tuple(one for one in program.variables if one.name in names)
    return replace(program, variables=variables, equations=equations, delays=delays,
                   outputs=outputs or tuple(bound[-1:]))


def _found(program: Program, equations: Sequence[Equation]) -> Iterator[Copy]:
    """The copies among some equations: what covers most first, then what is inside and beside."""
    blocks = max(_blocks(program, equations), key=lambda one: (sum(map(len, one)), -len(one[0])),
                 default=None)
    if blocks is None:
        return
    first, *others = blocks
    start, end = equations.index(first[0]), equations.index(others[-1][-1]) + 1
    for other in others:
        made = renaming(program, first, other)
        if made is not None:
            yield Copy(made.names, made.sizes,
                       tuple((one.lhs, two.lhs) for one, two in zip(first, other, strict=True)))
    for part in (equations[:start], first, equations[end:]):
        yield from _found(program, part)


def _blocks(program: Program, equations: Sequence[Equation]
            ) -> Iterator[list[Sequence[Equation]]]:
    """Every row of blocks, one behind the other, that are equal up to names."""
    shapes = [_shape(one) for one in equations]
    for length in range(len(equations) // 2, 0, -1):
        for start in range(len(equations) - 2 * length + 1):
            shape = shapes[start:start + length]
            first, found = equations[start:start + length], list[Sequence[Equation]]()
            if shapes[start + length:start + 2 * length] != shape or not _remembers(program, first):
                continue
            for place in range(start + length, len(equations) - length + 1, length):
                other = equations[place:place + length]
                if shapes[place:place + length] != shape or not _copied(program, first, other):
                    break
                found.append(other)
            if found:
                yield [first, *found]


def _shape(equation: Equation) -> tuple[object, ...]:
    """An equation without its names: what no renaming changes."""
    return tuple(_node(one) for one in _nodes(equation.rhs))


def _nodes(tree: Basic) -> Iterator[Basic]:
    yield tree
    for one in tree.args:
        yield from _nodes(one)


def _node(node: Basic) -> object:
    return "" if is_variable(node) or node.is_Symbol else node.func if node.args else node


def _remembers(program: Program, block: Sequence[Equation]) -> bool:
    """Whether a block has a memory, and all that it remembers is its own."""
    read = {name for one in block for name in one.reads}
    sources = {one.source for one in program.delays if one.lhs in read}
    return bool(sources) and sources <= {one.lhs for one in block}


def _copied(program: Program, first: Sequence[Equation], other: Sequence[Equation]) -> bool:
    """Whether a block is another one with parameters of its own."""
    found = renaming(program, first, other)
    if found is None:
        return False
    own = {old: new for old, new in found.names.items() if program[old].role is Role.PARAMETER}
    return bool(own) and set(own).isdisjoint(own.values())


def _with_gradient(copy: Copy, program: Program, gradient: Program) -> Copy:
    """A copy with the equations of the backward pass that are equal up to its names."""
    known = Renaming({**copy.names, **_edges(copy, program)}, copy.sizes)
    pairs = list[Pair]()
    for old, new in _derived(known, gradient):
        one, other = gradient.definition(old), gradient.definition(new)
        if one is not None and other is not None and old != new:
            more = renaming(gradient, [one], [other], _within(known, gradient))
            if more is not None:
                known = Renaming({**known.names, **more.names}, more.sizes)
                pairs.append((old, new))
    order = {one.lhs: place for place, one in enumerate(gradient.equations)}
    names = {old: new for old, new in known.names.items() if old in program and new in program}
    return replace(copy, names=names, backward=tuple(sorted(pairs, key=lambda one: order[one[0]])))


def _within(known: Renaming, gradient: Program) -> Renaming:
    """The names that the gradient has."""
    return replace(known, names={old: new for old, new in known.names.items()
                                 if old in gradient and new in gradient})


def _edges(copy: Copy, program: Program) -> dict[str, str]:
    """What remembered symbols of the first part start from and leave, and those of the copy."""
    found = dict[str, str]()
    for old, new in copy.names.items():
        one, other = program.delay_of(old), program.delay_of(new)
        if one is not None and other is not None:
            found |= {one.initial: other.initial, one.final: other.final}
    return found


def _derived(known: Renaming, gradient: Program) -> Iterator[Pair]:
    """Cotangents of the first part with those of the copy."""
    bars = dict[str, list[str]]()
    for one in gradient.variables:
        bars.setdefault(one.of, []).append(one.name)
    for old, new in list(known.names.items()):
        yield from zip(bars.get(old, []), bars.get(new, []), strict=False)
