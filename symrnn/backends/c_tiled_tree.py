"""What trees of a tiled plan have besides, in every dialect of C: parts, tables, products."""

from __future__ import annotations

from typing import ClassVar

from symrnn.backends.c_tree import ATOM, CTree
from symrnn.backends.lines import BREAK, EMPTY, INNER, Line, Lines, together
from symrnn.loops import Aggregate, Parts, Products, Table


class TiledTree(CTree):
    """The base of dialects: they add vectors, how to load and store them, and memory of a thread.

    That is ``VECTOR``, ``Load``, ``Store``, ``VectorFormula`` and ``Buffer``.
    """

    def _table(self, one: Table) -> Lines:
        rows = [Line(f"{self(row)},", depth=1) for row in one.rows]
        const = "const " * one.constant
        return (Line(f"{const}{one.type} {one.name}[] = {{"), *rows, Line("};"))

    def _products(self, one: Products) -> Lines:
        told = f",{BREAK}".join(self.text.part(term, lhs).replace(" ", INNER)
                                for lhs, term in one.terms)
        return (EMPTY, Line(f"/* {told} */", hang=" * "), *self.body(one.body))

    def _parts(self, one: Parts) -> Lines:
        i, many = one.index, one.count
        start, stop = self(one.start), self(one.stop)
        head = (f"for (size_t {i} = {start}, {many};{BREAK}{i} < {stop};{BREAK}"
                f"{i} += {many}) {{")
        first = Line(f"{many} ={BREAK}{together(self(one.size))};", depth=1)
        return (Line(head), first, *self.inside(one.body), Line("}"))

    statements: ClassVar = {**CTree.statements, Table: _table, Products: _products, Parts: _parts}

    def _aggregate(self, node: Aggregate) -> tuple[int, str]:
        inside = together(self.listed(node.values))
        return ATOM, f"({node.type}){{{inside}}}" if node.type else f"{{{inside}}}"

    expressions: ClassVar = {**CTree.expressions, Aggregate: _aggregate}
