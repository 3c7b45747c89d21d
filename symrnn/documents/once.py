"""A page for paper: what equal layers and directions share is told once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from symrnn.documents.page import Backward, Code, CodeLine, Copies, Page, SymbolRow, SymbolTable
from symrnn.documents.worked import Example, Table, Values

GAP = "…"  # in place of lines that are left out


def once(page: Page) -> Page:
    """The page without equations, symbols, values and lines of code of copies."""
    copies = page.copies
    if not copies.repeats:
        return page
    return replace(
        page, symbols=_symbols(page.symbols, copies), backward=_backward(page.backward, copies),
        forward=tuple(one for one in page.forward if one.anchor not in copies.rows),
        edges=tuple(one for one in page.edges if one.name not in copies.names),
        pictures=(*copies.picture, *page.pictures[1:]),
        code=tuple(_code(one, copies) for one in page.code),
        flow=replace(page.flow, jacobian=copies.jacobian if page.flow.jacobian else (),
                     ways=copies.ways, turns=copies.turns),
        example=_example(page.example, copies))


def _symbols(table: SymbolTable, copies: Copies) -> SymbolTable:
    def kept(rows: Iterable[SymbolRow]) -> tuple[SymbolRow, ...]:
        return tuple(one for one in rows if one.code not in copies.names)

    return replace(table, given=kept(table.given), parameters=kept(table.parameters),
                   bound=kept(table.bound))


def _backward(backward: Backward, copies: Copies) -> Backward:
    inner, gradients = (tuple(one for one in part if one.equation.anchor not in copies.rows)
                        for part in (backward.inner, backward.gradients))
    return replace(backward, inner=inner, gradients=gradients,
                   edges=tuple(one for one in backward.edges if one.name not in copies.names))


def _example(example: Example, copies: Copies) -> Example:
    def kept(values: Iterable[Values]) -> tuple[Values, ...]:
        return tuple(one for one in values if one.array not in copies.arrays)

    def table(one: Table) -> Table:
        return Table(kept(one.constants), kept(one.sequences))

    return replace(example, given=table(example.given), forward=table(example.forward),
                   cotangents=table(example.cotangents), backward=table(example.backward),
                   gradients=table(example.gradients))


def _code(code: Code, copies: Copies) -> Code:
    return replace(code, lines=tuple(_lines(code.lines, copies)))


def _lines(lines: tuple[CodeLine, ...], copies: Copies) -> Iterator[CodeLine]:
    """The head of a function and the lines of equations that are told; a mark for all others."""
    left_out = False
    for place, one in enumerate(lines):
        told = not place or any(row.anchor not in copies.rows for row in one.equations)
        if told:
            yield one
        elif not left_out:
            yield CodeLine(_indent(one.text) + GAP, (), ())
        left_out = not told


def _indent(text: str) -> str:
    return text[:len(text) - len(text.lstrip())]
