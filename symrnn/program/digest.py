"""A name for equations: equal for equal ones, wherever, whenever and by whomever it is computed.

Every generated file bears its first letters, and so does every certificate. It reads what is
computed: sizes, symbols with their axes and roles, equations, delays, and the definitions of the
activations in use. It does not read what is said of them: names of networks, meanings, letters.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sympy import Basic, preorder_traversal

from symrnn.program.form import Program
from symrnn.program.functions import ROWS, Pointwise
from symrnn.program.portable import Tree, tree

LETTERS = 12  # of it, in the heads of files


@lru_cache(maxsize=256)
def digest(program: Program) -> str:
    """SHA-256 of what a program computes, as 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(_computed(program), ensure_ascii=True,
                                     separators=(",", ":")).encode()).hexdigest()


def short_digest(program: Program) -> str:
    """Its first letters, which files bear."""
    return digest(program)[:LETTERS]


def _computed(program: Program) -> dict[str, Any]:
    formulas = [one.rhs for one in program.equations]
    return {
        "sizes": [[one.name, _plain(one.value)] for one in program.sizes],
        "variables": [[one.name, one.axes, one.role.name, one.span.name, _plain(one.offset),
                       one.of] for one in program.variables],
        "equations": [[one.lhs, _plain(one.rhs)] for one in program.equations],
        "delays": [[one.lhs, one.source, one.step, one.initial, one.final, _plain(one.start)]
                   for one in program.delays],
        "outputs": program.outputs,
        "activations": {name: _plain(ROWS[name].definition) for name in _activations(formulas)},
    }


def _activations(formulas: list[Any]) -> list[str]:
    """The rows of the table that formulas read, and those that their definitions read."""
    found: dict[str, None] = {}
    waiting = [*formulas]
    while waiting:
        for name in _called(waiting.pop()):
            if name not in found:
                found[name] = None
                waiting.append(ROWS[name].definition)
    return sorted(found)


def _called(formula: Any) -> Iterator[str]:
    return (one.activation.name for one in preorder_traversal(formula)
            if isinstance(one, Pointwise))


def _plain(formula: Basic | None) -> Any:
    return None if formula is None else _branch(tree(formula))


def _branch(node: Tree) -> list[Any]:
    """A node by its name, and its parts."""
    name = node.kind if isinstance(node.kind, str) else node.kind.__name__
    return [name, *(_branch(one) if isinstance(one, Tree) else one for one in node.parts)]
