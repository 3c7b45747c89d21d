"""Formulas for what a network costs, held against operations that were counted one by one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sympy import Expr

import symrnn
from symrnn.adjoint import adjoint
from symrnn.costs import operations
from symrnn.program import Ein, Program, SizeSymbol, interpret
from symrnn.program.form import Variable
from symrnn.program.interpret import Interpreter
from tests.oracle import drawn, small_sizes

SEEN: Counter[str] = Counter()  # operations on traced numbers, by what they are
KINDS = {"product": "products", "times": "other", "plus": "other", "power": "other",
         "call": "calls"}


class Traced(float):
    """A number that counts what is done with it; 1, -1 and 0 from the equations cost nothing."""

    joins = False  # True for a sum of products, which is added as it is computed

    def __mul__(self, other: Any) -> Any:
        plain = not isinstance(other, Traced)
        chosen = isinstance(self, Chosen) or isinstance(other, Chosen)
        SEEN["times"] += not (chosen or (plain and other in (0, 1, -1)))
        made = Traced if isinstance(self, Chosen) else type(self)
        return 0.0 if plain and other == 0 else made(float(self) * float(other))

    __rmul__ = __mul__

    def __add__(self, other: Any) -> Any:
        joins = self.joins or getattr(other, "joins", False)
        SEEN["plus"] += not (joins or (not isinstance(other, Traced) and other == 0))
        both = self.joins and (other == 0 or getattr(other, "joins", False))
        return (Summed if both else Traced)(float(self) + float(other))

    __radd__ = __add__

    def __pow__(self, other: Any) -> Any:
        whole = not isinstance(other, Traced) and float(other).is_integer()
        SEEN["power" if whole else "call"] += 1
        return Traced(abs(float(self)) ** float(other))

    def __rpow__(self, other: Any) -> Any:
        SEEN["call"] += 1
        return Traced(float(other) ** float(self))

    def __neg__(self) -> Any:
        return Traced(-float(self))

    def __getattr__(self, name: str) -> Any:
        if name not in ("exp", "log", "tanh", "log1p", "expm1", "sin", "cos"):
            raise AttributeError(name)
        SEEN["call"] += 1
        return lambda: Traced(getattr(np, name)(float(self)))


class Chosen(Traced):
    """A plain number out of a choice: as a factor it is part of the choice, which is free."""


class Summed(Traced):
    """A sum of products, before it stands in its equation."""

    joins = True


class CountingInterpreter(Interpreter):
    """Tells the products of contractions from what else is multiplied and added."""

    def _equation(self, lhs: Variable, step: int) -> Any:
        found = super()._equation(lhs, step)
        return np.vectorize(Traced, otypes=[object])(found.astype(object))

    def _contraction(self, ein: Ein, lhs: Variable, step: int, additions: int) -> Any:
        found = np.asarray(super()._contraction(ein, lhs, step, additions), object)
        return np.vectorize(Summed, otypes=[object])(found)

    def _product_at(self, ein: Ein, lhs: Variable, step: int, additions: int) -> Any:
        operands = [self.at(one.name, step) for one in ein.operands]
        before = SEEN.copy()
        found = super()._product_at(ein, lhs, step, additions)
        times = SEEN["times"] - before["times"]
        SEEN.clear()
        SEEN.update(before)
        several = len(operands) > 1
        grows = bool(ein.letters.summed) or self.program[ein.operands[0].name].span > lhs.span
        SEEN["product" if several else "plus"] += times if several else operands[0].size * grows
        return np.vectorize(Summed, otypes=[object])(np.asarray(found, object))


def chosen(condition: Any, yes: Any, no: Any) -> Any:
    """A choice, whose result nobody knows beforehand: also a 0 out of it is added."""
    found = np.where(condition, yes, no).astype(object)
    return np.vectorize(lambda one: one if isinstance(one, Traced) else Chosen(one),
                        otypes=[object])(found)


COUNTING = replace(interpret.NUMPY, where=chosen)


def counted(program: Program) -> dict[str, int]:
    """How many operations an interpreter does for all equations of a program."""
    SEEN.clear()
    given = {name: np.vectorize(Traced, otypes=[object])(np.abs(array) / 4 + 0.1)
             for name, array in drawn(program).items()}
    run = CountingInterpreter(program, given, small_sizes(program), COUNTING)
    for equation in program.equations:
        steps = run.sizes["T"] if "T" in program[equation.lhs].shape else 1
        for step in range(steps):
            run.at(equation.lhs, step)
    found = Counter[str]()
    for kind, number in SEEN.items():
        found[KINDS[kind]] += number
    return {kind: found[kind] for kind in ("products", "other", "calls")}


def number(formula: Expr, program: Program) -> int:
    sizes = {SizeSymbol(name): value for name, value in small_sizes(program).items()}
    return int(formula.xreplace(sizes))


CELLS = ["elman", "lstm", "lstm_peephole", "gru", "lstm_layer_norm", "lru", "retnet", "rwkv7", "s6",
         "bidirectional_rnn", "deep_bidirectional_lstm", "rglru", "gated_deltanet", "ligru", "sru",
         "hgrn2"]


@pytest.mark.parametrize("name", CELLS)
def test_formulas_count_what_an_interpreter_does(name: str) -> None:
    cell = symrnn.cell(name)
    for program in (cell, adjoint(cell)):
        formulas = operations(program)
        assert {kind: number(getattr(formulas, kind), program)
                for kind in ("products", "other", "calls")} == counted(program)
