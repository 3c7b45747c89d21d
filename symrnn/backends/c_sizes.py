"""Sizes in C: their local names, and how many entries a block of memory needs."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Rational

from symrnn.backends.c_addresses import Addresses
from symrnn.backends.c_math import CPrinter
from symrnn.backends.printer import ATOM
from symrnn.program import sizes_in_order
from symrnn.schedule import Plan

Shape = tuple[str, ...]


def total_entries(to: Addresses, shapes: Sequence[Shape]) -> str:
    """The sum of the numbers of entries: ``5 * T * B * m + 2 * B * m``."""
    counts = {shape: list(shapes).count(shape) for shape in dict.fromkeys(shapes)}
    return " + ".join(("" if count == 1 else f"{count} * ") + to.extent(shape)
                      for shape, count in counts.items())


def constant_entries(plan: Plan, to: Addresses, shapes: Sequence[Shape]) -> tuple[str, ...]:
    """The terms of the same sum for a macro of T and B, constant where all sizes are fixed."""
    extents = FixedExtents(plan, to)
    counts = {shape: list(shapes).count(shape) for shape in dict.fromkeys(shapes)}
    return tuple(" * ".join([str(count)] * (count > 1) + [extents.size(axis) for axis in shape])
                 or "1" for shape, count in counts.items())


def size_lines(plan: Plan, to: Addresses) -> tuple[str, ...]:
    """Local names for the sizes in use; a derived one is computed from the others."""
    used = to.printer.used_sizes
    derived = {one.name: sizes_in_order(one.value) for one in plan.program.sizes
               if one.value is not None and one.name in used}
    used |= {part for parts in derived.values() for part in parts}
    free = ["T", "B", *(one.name for one in plan.program.sizes if one.value is None)]
    lines = [f"const size_t {to.names.size(one)} = {to.told(one)};"
             for one in free if one in used]
    for size in plan.program.sizes:
        if size.name in derived:
            text = SizePrinter(to)(size.value)
            lines.append(f"const size_t {to.names.size(size.name)} = {text};")
    return tuple(lines)


class SizePrinter(CPrinter):
    """Sizes as integers: ``m + m``."""

    def __init__(self, to: Addresses) -> None:
        super().__init__(to.names, "")

    def size(self, name: str) -> str:
        return self.names.size(name)

    def number(self, value: Rational) -> tuple[int, str]:
        return ATOM, str(value.p)


class FixedExtents(SizePrinter):
    """Sizes as a macro of T and B has them: its arguments, and what may fix the others."""

    def __init__(self, plan: Plan, to: Addresses) -> None:
        super().__init__(to)
        self.to, self.values = to, {one.name: one.value for one in plan.program.sizes}

    def size(self, name: str) -> str:
        if name.isdigit():
            return name
        value = self.values.get(name)
        if value is not None:
            return f"({self(value)})"
        return f"(size_t)({name if name in ('T', 'B') else self.to.told(name)})"
