"""Every word that the generated files use, as a parameter, a state, a gate and an axis of a cell.

One cell bears many such words at once; where it fails, it is cut down to the words that fail.
By day runs one part of them, at night all: SYMRNN_EXHAUSTIVE=1.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from symrnn import Cell, Program, activation, t
from symrnn.authoring.declarations import reserved, reserved_axis
from symrnn.backends import c_words
from symrnn.checking import check_kernel
from symrnn.pipeline import generate
from symrnn.program import is_name
from symrnn.rendering import shared
from symrnn.runtime import CompilerFailed, c_engine, compiler, team_engine
from symrnn.workflow import KERNELS

sigmoid, tanh = activation("sigmoid"), activation("tanh")
ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(path for name in ("elman", "lstm", "gru")
               for path in (ROOT / "generated" / name).iterdir() if path.suffix != ".tex")
OWN = {"x", "h", "a", "W", "U", "n", "m"}  # what the cell is made of
ROLES, AT_ONCE = 4, 12  # words of one role in one cell


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names do not depend on optimisation, which takes most of the time."""
    plain = {flags: tuple("-O1" if one.startswith("-O") else one for one in flags)
             for flags in (compiler.PORTABLE, compiler.SIMD)}
    monkeypatch.setattr(c_engine.CEngine, "flags", plain[compiler.PORTABLE])
    monkeypatch.setattr(team_engine, "SIMD", plain[compiler.SIMD])


def hostile(words: Sequence[Sequence[str]]) -> Program:
    """Elman's equations, with parameters, states, gates and axes of these names beside them."""
    parameters, states, gates, axes = words
    with Cell("q", "Hostile names") as cell:
        x, h, a = cell.input("x[n]", "input"), cell.state("h[m]", "state"), cell.symbol("a[m]", "a")
        W, U = cell.parameters("W[m,n] U[m,m]", "of the cell")
        biases = [cell.parameter(f"{one}[m]", "bias") for one in parameters]
        kept = [cell.state(f"{one}[m]", "state") for one in states]
        gate = [cell.symbol(f"{one}[m]", "gate") for one in gates]
        sides = [(cell.symbol(f"zz_{place}[{one}]", "side"),
                  *cell.parameters(f"ZZ_{place}[{one},n] yy_{place}[{one}]", "of the side"))
                 for place, one in enumerate(axes)]
        a[t] = sum(biases, W @ x[t] + U @ h[t - 1])
        total = a[t]
        for one, before in zip(gate, [a, *gate], strict=False):
            one[t] = sigmoid(before[t])
            total = total + one[t]
        for one in kept:
            one[t] = tanh(a[t]) + one[t - 1] / 2
            total = total + one[t]
        for side, weights, row in sides:
            side[t] = weights @ x[t]
            total = total + cell.contract("i,i->", row, side[t]) / 4
        h[t] = tanh(total / (4 + len(kept) + len(gate)))
    return cell.build("h", *states)


def identifiers(text: str) -> set[str]:
    """The words of a file's code, comments of C left out."""
    return set(re.findall(r"[A-Za-z]\w*", re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)))


@cache
def hostile_words() -> tuple[str, ...]:
    """Those of the cell's own files first: what is put together there clashes most of all."""
    own = generate(hostile(((), (), (), ())), "kernel")
    first = {word for name, text in own.items() if not name.endswith(".tex")
             for word in identifiers(text)}
    rest = identifiers(shared()["symrnn_simd.h"]) | {*keyword.kwlist, *keyword.softkwlist}
    rest |= {*c_words.RESERVED, *c_words.SIMD, *c_words.SAMPLES,
             *c_words.names_of_files("kernel")}
    rest = rest.union(*(identifiers(path.read_text(encoding="utf-8")) for path in FILES))
    found = [*sorted(first - {*c_words.RESERVED, *c_words.SIMD}), *sorted(rest - first),
             *sorted(first & {*c_words.RESERVED, *c_words.SIMD})]
    return tuple(one for one in found if is_name(one) and one not in OWN
                 and reserved(one) is None and reserved_axis(one) is None)


PARTS = -(-len(hostile_words()) // (ROLES * AT_ONCE)) * ROLES


def of_part(part: int) -> list[tuple[str, ...]]:
    """The words of each role: in four parts each word is in every role once."""
    batch, turn = divmod(part, ROLES)
    words = hostile_words()[batch * ROLES * AT_ONCE:(batch + 1) * ROLES * AT_ONCE]
    rows = [words[place::ROLES] for place in range(ROLES)]
    return rows[turn:] + rows[:turn]


def wrong(words: Sequence[Sequence[str]]) -> list[str]:
    """What any kernel of a cell with these names gets wrong."""
    found = []
    for target, dtype in KERNELS:
        try:
            findings = check_kernel(hostile(words), dtype=dtype, **target.choice)
        except (CompilerFailed, SyntaxError, NameError, TypeError) as error:
            findings = [error]  # type: ignore[list-item]
        found += [f"{target.name} {dtype}: {one}" for one in findings]
    return found


def culprits(words: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """As few of the words as still fail: one after the other is left out."""
    for role, row in enumerate(words):
        for word in row:
            fewer = [tuple(one for one in other if (place, one) != (role, word))
                     for place, other in enumerate(words)]
            if wrong(fewer):
                words = fewer
    return words


@pytest.mark.sweep
@pytest.mark.parametrize("part", range(PARTS))
def test_every_word_of_the_generated_files_is_a_name(part: int) -> None:
    words = of_part(part)
    if wrong(words):
        few = culprits(words)
        pytest.fail(f"parameters, states, gates, axes {few}: {wrong(few)[:3]}")


def test_every_word_is_tried_in_every_role() -> None:
    for role in range(ROLES):
        tried = [word for part in range(PARTS) for word in of_part(part)[role]]
        assert sorted(tried) == sorted(hostile_words())
    assert {"work_a_bar", "factors_a", "h_rows", "for", "nonlocal", "BARRIER", "tanhf", "left",
            "kernel_forward", "KERNEL_FIXED_m", "h_prev", "h_bar"} <= {*hostile_words()}
