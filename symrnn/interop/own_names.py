"""A cell under another library's names: its parameters exchanged, its equations kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sympy import Add, Expr, Integer, Mul, Symbol

from symrnn.program import (Ein, Equation, Glyph, Program, Role, Variable, add, finished, lower,
                            rewrite, substitute, terms)


def complemented_gate(program: Program, gate: str) -> Program:
    """The program with every reader of a gate reading one minus it."""
    symbol = Symbol(gate)
    other = Add(Integer(1), Mul(Integer(-1), symbol, evaluate=False), evaluate=False)
    equations = [one if one.lhs == gate else replace(one, rhs=substitute(one.rhs, {symbol: other}))
                 for one in program.equations]
    return finished(lower(replace(program, equations=tuple(equations), notes=())))


def under_own_names(cell: Program, slots: Mapping[str, str], columns: set[str]) -> Program:
    """The cell with its parameters exchanged for the blocks that hold them, biases summed.

    A bias of the memory's side that the cell lacks is added to the input's.
    """
    own = {one.name: one for one in cell.with_role(Role.PARAMETER)}
    holders: dict[str, list[str]] = {name: [] for name in own}
    for block, slot in slots.items():
        target = slot if slot in own else "b" + slot[1:] if slot[0] == "c" else slot
        if target in own:
            holders[target].append(block)
    variables = [_block(one, block, block in columns)
                 for name, one in own.items() for block in holders[name]]
    equations = [_exchanged(one, holders, columns) for one in cell.equations]
    kept = [one for one in cell.variables if one.name not in own]
    return replace(cell, variables=(*kept, *variables), equations=tuple(equations))


def _block(variable: Variable, name: str, transposed: bool) -> Variable:
    array, _, gate = name.partition(".")
    axes = variable.axes[::-1] if transposed else variable.axes
    glyph = Glyph.named(f"{array}_{gate}" if gate else array)
    return replace(variable, name=name, axes=axes, glyph=glyph)


def _exchanged(equation: Equation, holders: Mapping[str, list[str]],
               columns: set[str]) -> Equation:
    def change(node: Expr) -> Expr | None:
        if isinstance(node, Ein):
            parts = [_operand(part, one, holders, columns) for part, one in
                     zip(node.letters.operands, node.operands, strict=True)]
            spec = ",".join(letters for letters, _ in parts) + "->" + node.letters.output
            return Ein(spec, *(symbol for _, symbol in parts))
        if isinstance(node, Symbol) and node.name in holders:
            return add([Symbol(block) for block in holders[node.name]])
        return None

    return replace(equation, rhs=add(terms(rewrite(equation.rhs, change))))


def _operand(letters: str, operand: Symbol, holders: Mapping[str, list[str]],
             columns: set[str]) -> tuple[str, Symbol]:
    """An operand of a product under its block's name; transposed, with its letters reversed."""
    blocks = holders.get(operand.name)
    if blocks is None:
        return letters, operand
    return letters[::-1] if blocks[0] in columns else letters, Symbol(blocks[0])
