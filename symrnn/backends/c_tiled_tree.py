"""What trees of a tiled plan have besides, in every dialect of C: parts, tables, products."""

from __future__ import annotations

from symrnn.backends.c_tree import ATOM, CTree
from symrnn.backends.lines import BREAK, EMPTY, INNER, Line, Lines, together
from symrnn.loops import Aggregate, Expression, Parts, Products, Statement, Table


class TiledTree(CTree):
    """The base of dialects: they add vectors, how to load and store them, and memory of a thread.

    That is ``VECTOR``, ``Load``, ``Store``, ``VectorFormula`` and ``Buffer``.
    """

    def statement(self, one: Statement) -> Lines:
        match one:
            case Table(name, kind, rows):
                values = [Line(f"{self(row)},", depth=1) for row in rows]
                return (Line(f"const {kind} {name}[] = {{"), *values, Line("};"))
            case Products(terms, body):
                told = f",{BREAK}".join(self.text.term(term, lhs).replace(" ", INNER)
                                        for lhs, term in terms)
                return (EMPTY, Line(f"/* {told} */", hang=" * "), *self.body(body))
            case Parts():
                return self._parts(one)
        return super().statement(one)

    def _parts(self, one: Parts) -> Lines:
        i, many = one.index, one.count
        start, stop = self(one.start), self(one.stop)
        head = f"for (size_t {i} = {start}, {many}; {i} < {stop}; {i} += {many}) {{"
        first = Line(f"{many} ={BREAK}{together(self(one.size))};", depth=1)
        return (Line(head), first, *self.inside(one.body), Line("}"))

    def expression(self, node: Expression) -> tuple[int, str]:
        if isinstance(node, Aggregate):
            inside = together(self.listed(node.values))
            return ATOM, f"({node.type}){{{inside}}}" if node.type else f"{{{inside}}}"
        return super().expression(node)
