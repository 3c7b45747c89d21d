"""Single entries of arrays in C: ``W[j * n + k]``, and the loops of one contraction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sympy import Expr

from symrnn.backends.c_math import CPrinter
from symrnn.program import Ein, Program, Role, Variable, contraction_axes
from symrnn.program.expressions import factors, terms


class Elements:
    """Addresses entries of a program's variables by loop indices."""

    def __init__(self, program: Program, printer: CPrinter, indices: Sequence[str]) -> None:
        self.program, self.printer, self.indices = program, printer, indices

    def element(self, name: str, index: Sequence[str]) -> str:
        """``W[j * n + k]``."""
        axes = self.program[name].axes
        flat = index[0] if index else "0"
        for place in range(1, len(axes)):
            flat = f"{_factor(flat)} * {self.printer.extent(axes[place])} + {index[place]}"
        return f"{self.printer.names[name]}[{flat}]"


def _factor(text: str) -> str:
    return f"({text})" if " " in text else text


class PointwiseElements(Mapping[str, str]):
    """Elements of pointwise operands, addressed by the axes that they share with the left side."""

    def __init__(self, loops: Elements, lhs: Variable, rows: list[str]) -> None:
        self.loops, self.lhs, self.rows = loops, lhs, rows

    def __getitem__(self, name: str) -> str:
        axes = self.loops.program[name].axes
        if axes == self.lhs.axes:
            return self.loops.element(name, self.rows)
        place = dict(zip(self.lhs.axes, self.rows, strict=True))
        return self.loops.element(name, [place[axis] for axis in axes])

    def __iter__(self) -> Iterator[str]:
        return (variable.name for variable in self.loops.program.variables)

    def __len__(self) -> int:
        return len(self.loops.program.variables)


class ContractionLoops:
    """The letters of one contraction as loop indices; a selector turns one into another."""

    def __init__(self, loops: Elements, ein: Ein, rows: list[str]) -> None:
        self.loops, self.ein = loops, ein
        letters = ein.letters
        self.sizes = contraction_axes(ein, loops.program.axes)
        self.index = dict(zip(letters.output, rows, strict=False))
        self.guards: list[str] = []
        self.selected = {letter for slot in self._selectors() for letter in letters.operands[slot]}
        self.summed = [one for one in letters.summed if one not in self.selected]
        free = [one for one in loops.indices if one not in rows]
        self.index.update(zip(self.summed, free, strict=False))
        if rows:
            for slot in self._selectors():
                self._select(slot)

    @property
    def loops_over(self) -> list[tuple[str, str]]:
        """Index and size of every loop that the sum needs."""
        return [(self.index[letter], self.sizes[letter]) for letter in self.summed]

    def _selectors(self) -> list[int]:
        return [slot for slot, one in enumerate(self.ein.operands)
                if self.loops.program[one.name].role is Role.SELECTOR]

    def _select(self, slot: int) -> None:
        """A selector has a one where row = offset + column: no loop, one index for the other."""
        row, column = tuple(self.ein.letters.operands[slot])
        selector = self.loops.program[self.ein.operands[slot].name]
        first = self._integer(selector.offset)
        width = self.loops.printer.extent(selector.axes[1])
        if column in self.index:
            here = self.index[column]
            self.index[row] = here if first == "0" else f"{first} + {here}"
            return
        here = self.index[row]
        self.index[column] = here if first == "0" else f"{here} - ({first})"
        if first == "0":
            self.guards.append(f"{here} < {width}")
        else:
            self.guards += [f"{here} >= {first}", f"{here} < {first} + {width}"]

    def _integer(self, offset: Expr) -> str:
        products = (" * ".join(map(self._whole, factors(one))) for one in terms(offset))
        return " + ".join(products) or "0"

    def _whole(self, factor: Expr) -> str:
        """A size or a number of them: the third of three equal parts begins at ``2 * m``."""
        return str(factor) if factor.is_Integer else self.loops.printer.extent(factor.name)

    def elements(self) -> Iterator[str]:
        """The operands' elements; one that a selector may miss is guarded."""
        skip = set(self._selectors())
        for slot, operand in enumerate(self.ein.operands):
            if slot in skip:
                continue
            index = [self.index[letter] for letter in self.ein.letters.operands[slot]]
            element = self.loops.element(operand.name, index)
            yield f"({' && '.join(self.guards)} ? {element} : 0)" if self.guards else element

