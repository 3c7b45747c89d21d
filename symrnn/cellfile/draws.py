"""Which numbers a symbol may be, behind ``~``: ``param u[m] ~ uniform``."""

from __future__ import annotations

from sympy import Expr

from symrnn.authoring.arrays import shape
from symrnn.cellfile.formula import Formulas
from symrnn.cellfile.nodes import Declaration, Word
from symrnn.cellfile.scope import Scope
from symrnn.program import STEP, UNIFORM, Ein

RANDOM = "uniform"  # between 0 and 1, of every entry its own


def drawn(scope: Scope, role: str, one: Declaration) -> Expr | None:
    """The formula of the numbers of an input, a state or a parameter; None where there is none.

    It reads indices, sizes, numbers, ``uniform``, parameters declared before and, of an input, t.
    Raises CellFileError.
    """
    indices = _indices(scope, one)
    if one.drawn is None:
        return None
    used = set(scope.used)
    value = Formulas(scope, indices=indices, draws={RANDOM: UNIFORM, "t": STEP}).value(one.drawn)
    scope.used = used | (scope.used & set(scope.constants))  # an equation has yet to read others
    if value.axes not in ((), tuple(axis.text for axis in one.axes)):
        raise scope.error(f"'{one.name.text}' is {_own(one)}, but its numbers are "
                          f"{shape(value.axes)}", one.drawn.at)
    _refuse(scope, role, one, value.expression)
    return value.expression


def _indices(scope: Scope, one: Declaration) -> dict[str, int]:
    """The places of the axes that have an index."""
    found: dict[str, int] = {}
    for place, index in enumerate(one.indices):
        if index is not None:
            _check(scope, one, index, found)
            found[index.text] = place
    return found


def _check(scope: Scope, one: Declaration, index: Word, known: dict[str, int]) -> None:
    if one.drawn is None:
        raise scope.error(f"nothing reads the index '{index.text}'; leave it out, or say behind "
                          f"'~' which numbers '{one.name.text}' may be", index.at)
    if index.text in known or index.text in (RANDOM, "t"):
        raise scope.error(f"'{index.text}' means something else here; take another name for the "
                          f"index", index.at)


def _refuse(scope: Scope, role: str, one: Declaration, formula: Expr) -> None:
    assert one.drawn is not None
    if formula.has(Ein):
        raise scope.error("numbers are drawn entry by entry; no product or sum goes over an axis",
                          one.drawn.at)
    if role != "input" and formula.has(STEP):
        raise scope.error(f"'{one.name.text}' has no step; only the numbers of an input read t",
                          one.drawn.at)


def _own(one: Declaration) -> str:
    return shape(tuple(axis.text for axis in one.axes))
