"""A loop tree as C with vector extensions: the same printer, and what the shared header offers."""

from __future__ import annotations

from typing import ClassVar

from symrnn.backends.c_math import CPrinter
from symrnn.backends.c_tiled_tree import TiledTree
from symrnn.backends.c_tree import ATOM, MOST, TreeFormulas
from symrnn.backends.lines import BREAK, Line, Lines, closed
from symrnn.backends.simd_math import VectorPrinter
from symrnn.backends.text import TextPrinter
from symrnn.loops import VECTOR, Buffer, Load, Scalar, Store, Type, VectorFormula


class VectorTree(TiledTree):
    """Prints functions of the fast profile; ``vectors`` prints formulas over vectors."""

    def __init__(self, formulas: CPrinter, vectors: VectorPrinter, text: TextPrinter) -> None:
        super().__init__(formulas, text, "real")
        self.vectors = vectors

    def _store(self, one: Store) -> Lines:
        part, left = ("", ()) if one.left is None else ("_part", (one.left,))
        inside = self.listed((one.address, one.value, *left))
        return (Line(f"store{part}{self._of(one.type)}({inside});"),)

    def _buffer(self, one: Buffer) -> Lines:
        return (Line(f"ALIGNED {self.spelled(one.type)}{BREAK}{one.name}[{self(one.count)}];"),)

    statements: ClassVar = {**TiledTree.statements, Store: _store, Buffer: _buffer}

    def spelled(self, of: Type) -> str:
        return "vec" if of == VECTOR else super().spelled(of)

    def _load(self, node: Load) -> tuple[int, str]:
        part, left = ("", ()) if node.left is None else ("_part", (node.left,))
        inside = closed(self.listed((node.address, *left)) if left else self(node.address))
        return ATOM, f"load{part}{self._of(node.type)}{inside}"

    def _of(self, kind: Scalar) -> str:
        """What a function that loads or stores is called further: it converts too."""
        if not kind.stored:
            return ""
        self.conversions.add("vectors")
        return f"_{kind.name}"

    def _over_lanes(self, node: VectorFormula) -> tuple[int, str]:
        """A formula over vectors; of numbers alone it is made one."""
        numbers = {name: self(one, ATOM) for name, one in node.numbers}
        self.vectors.of_row.elements = numbers
        self.vectors.elements = {name: self(one, ATOM) for name, one in node.operands} | numbers
        text = self.vectors(node.expression)
        return MOST, text if node.operands else f"WIDE({text})"

    expressions: ClassVar = {**TiledTree.expressions, Load: _load, VectorFormula: _over_lanes}


class VectorFormulas(VectorPrinter):
    """Formulas over vectors whose sums may go on in the next line."""

    gap, times, parenthesised = TreeFormulas.gap, TreeFormulas.times, TreeFormulas.parenthesised
