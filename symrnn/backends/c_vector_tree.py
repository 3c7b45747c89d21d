"""A loop tree as C with vector extensions: the same printer, and what the shared header offers."""

from __future__ import annotations

from typing import ClassVar

from symrnn.backends.c_math import CPrinter
from symrnn.backends.c_tree import ATOM, MOST, CTree, TreeFormulas
from symrnn.backends.lines import BREAK, EMPTY, Line, Lines, closed, deeper, together
from symrnn.backends.simd_math import VectorPrinter
from symrnn.backends.text import TextPrinter
from symrnn.loops import (VECTOR, Aggregate, Buffer, Load, Parts, Products, Store, Table, Type,
                          VectorFormula)


class VectorTree(CTree):
    """Prints functions of the fast profile; ``vectors`` prints formulas over vectors."""

    def __init__(self, formulas: CPrinter, vectors: VectorPrinter, text: TextPrinter) -> None:
        super().__init__(formulas, text, "real")
        self.vectors = vectors

    def _store(self, one: Store) -> Lines:
        part, left = ("", ()) if one.left is None else ("_part", (one.left,))
        return (Line(f"store{part}({self.listed((one.address, one.value, *left))});"),)

    def _buffer(self, one: Buffer) -> Lines:
        return (Line(f"ALIGNED {self.spelled(one.type)}{BREAK}{one.name}[{self(one.count)}];"),)

    def _table(self, one: Table) -> Lines:
        rows = [Line(f"{self(row)},", depth=1) for row in one.rows]
        return (Line(f"const {one.type} {one.name}[] = {{"), *rows, Line("};"))

    def _products(self, one: Products) -> Lines:
        told = f",{BREAK}".join(self.text.term(term, lhs) for lhs, term in one.terms)
        return (EMPTY, Line(f"/* {told} */", hang=" * "), *self.body(one.body))

    def _parts(self, one: Parts) -> Lines:
        i, many = one.index, one.count
        start, stop = self(one.start), self(one.stop)
        head = f"for (size_t {i} = {start}, {many}; {i} < {stop}; {i} += {many}) {{"
        first = Line(f"{many} ={BREAK}{together(self(one.size))};", depth=1)
        return (Line(head), first, *deeper(self.body(one.body)), Line("}"))

    statements: ClassVar = {**CTree.statements, Store: _store, Buffer: _buffer, Table: _table,
                            Products: _products, Parts: _parts}

    def spelled(self, of: Type) -> str:
        return "vec" if of == VECTOR else super().spelled(of)

    def _load(self, node: Load) -> tuple[int, str]:
        if node.left is None:
            return ATOM, f"load{closed(self(node.address))}"
        return ATOM, f"load_part{closed(self.listed((node.address, node.left)))}"

    def _aggregate(self, node: Aggregate) -> tuple[int, str]:
        inside = together(self.listed(node.values))
        return ATOM, f"({node.type}){{{inside}}}" if node.type else f"{{{inside}}}"

    def _over_lanes(self, node: VectorFormula) -> tuple[int, str]:
        """A formula over vectors; of numbers alone it is made one."""
        numbers = {name: self(one, ATOM) for name, one in node.numbers}
        self.vectors.of_row.elements = numbers
        self.vectors.elements = {name: self(one, ATOM) for name, one in node.operands} | numbers
        text = self.vectors(node.expression)
        return MOST, text if node.operands else f"WIDE({text})"

    expressions: ClassVar = {**CTree.expressions, Load: _load, Aggregate: _aggregate,
                             VectorFormula: _over_lanes}


class VectorFormulas(VectorPrinter):
    """Formulas over vectors whose sums may go on in the next line."""

    gap, times, parenthesised = TreeFormulas.gap, TreeFormulas.times, TreeFormulas.parenthesised
