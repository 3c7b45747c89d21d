"""A loop tree as C with vector extensions: the same printer, and what the shared header offers."""

from __future__ import annotations

from symrnn.backends.c_math import CPrinter
from symrnn.backends.c_tiled_tree import TiledTree
from symrnn.backends.c_tree import ATOM, MOST, TreeFormulas
from symrnn.backends.lines import BREAK, Line, Lines, closed
from symrnn.backends.simd_math import VectorPrinter
from symrnn.backends.text import TextPrinter
from symrnn.loops import (VECTOR, Buffer, Expression, Load, Scalar, Statement, Store, Type,
                          VectorFormula)


class VectorTree(TiledTree):
    """Prints functions of the fast profile; ``vectors`` prints formulas over vectors."""

    def __init__(self, formulas: CPrinter, vectors: VectorPrinter, text: TextPrinter) -> None:
        super().__init__(formulas, text, "real")
        self.vectors = vectors

    def statement(self, one: Statement) -> Lines:
        match one:
            case Store(address, value, None, kind):
                return (Line(f"store{self._of(kind)}({self.listed((address, value))});"),)
            case Store(address, value, left, kind) if left is not None:
                inside = self.listed((address, value, left))
                return (Line(f"store_part{self._of(kind)}({inside});"),)
            case Buffer(name, kind, count):
                return (Line(f"ALIGNED {self.type(kind)}{BREAK}{name}[{self(count)}];"),)
        return super().statement(one)

    def type(self, of: Type) -> str:
        return "vec" if of == VECTOR else super().type(of)

    def expression(self, node: Expression) -> tuple[int, str]:
        match node:
            case Load(address, None, kind):
                return ATOM, f"load{self._of(kind)}{closed(self(address))}"
            case Load(address, left, kind) if left is not None:
                return ATOM, f"load_part{self._of(kind)}{closed(self.listed((address, left)))}"
            case VectorFormula():
                return MOST, self._over_lanes(node)
        return super().expression(node)

    def _of(self, kind: Scalar) -> str:
        """What a function that loads or stores is called further: it converts too."""
        if not kind.stored:
            return ""
        self.conversions.add("vectors")
        return f"_{kind.name}"

    def _over_lanes(self, node: VectorFormula) -> str:
        """A formula over vectors; of numbers alone it is made one."""
        numbers = {name: self(one, ATOM) for name, one in node.numbers}
        self.vectors.of_row.elements = numbers
        self.vectors.elements = {name: self(one, ATOM) for name, one in node.operands} | numbers
        text = self.vectors(node.expression)
        return text if node.operands else f"WIDE({text})"


class VectorFormulas(VectorPrinter):
    """Formulas over vectors whose sums may go on in the next line."""

    gap, times, parenthesised = TreeFormulas.gap, TreeFormulas.times, TreeFormulas.parenthesised


