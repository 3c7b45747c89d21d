"""Another dialect of C, as CONTRIBUTING tells how to add one: a printer and a folder of sections.

It is plain C99, whose vectors are single numbers. Trees of tiled plans, their checks and all that
runs them stay as they are.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import symrnn
from symrnn.backends.c import c_backend
from symrnn.backends.c_math import CPrinter
from symrnn.backends.c_tiled_tree import TiledTree
from symrnn.backends.c_tree import ATOM
from symrnn.backends.lines import Line, Lines, closed
from symrnn.backends.simd import Dialect, simd_backend
from symrnn.backends.text import TextPrinter
from symrnn.checking import check_kernel
from symrnn.loops import (REAL, VECTOR, ZERO, Assign, At, Barrier, Buffer, Expression, Formula,
                          Load, Statement, Store, Type, VectorFormula)
from symrnn.rendering import rendered
from symrnn.runtime.c_engine import NAME
from symrnn.runtime.compiler import shared_library
from symrnn.runtime.simd_engine import SimdEngine
from tests.test_simd import everything

HEADER = "one_lane.h"
FOLDER = Path(__file__).with_name("one_lane")
SECTIONS = ("sizes", "products", "reductions", "threads")
STRICT = ("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function",
          "-Wno-unused-parameter", "-O1", "-fPIC", "-shared")


class OneLane(TiledTree):
    """Prints trees of tiled plans in plain C99."""

    def __init__(self, formulas: CPrinter, vectors: CPrinter, text: TextPrinter) -> None:
        super().__init__(formulas, text, "real")

    def statement(self, one: Statement) -> Lines:
        match one:
            case Store(address, value, None, kind):
                return self.statement(Assign(At(address, ZERO, kind), value))
            case Store(address, value, left) if left is not None:
                return (Line(f"store_part({self.listed((address, value, left))});"),)
            case Buffer(name, kind, count):
                return (Line(f"{self.spelled(kind)} {name}[{self(count)}];"),)
            case Barrier():
                return ()
        return super().statement(one)

    def spelled(self, of: Type) -> str:
        return super().spelled(REAL if of == VECTOR else of)

    def expression(self, node: Expression) -> tuple[int, str]:
        match node:
            case Load(address, None, kind):
                return self.expression(At(address, ZERO, kind))
            case Load(address, left) if left is not None:
                return ATOM, f"load_part{closed(self.listed((address, left)))}"
            case VectorFormula(expression, operands, numbers):
                return super().expression(Formula(expression, (*operands, *numbers)))
        return super().expression(node)


class Engine(SimdEngine):
    """Runs what the dialect prints."""

    def parts(self, function: str) -> tuple[str, ...]:
        return ()

    def compiled(self, parts: tuple[str, ...]) -> Path:
        dialect = Dialect(OneLane, HEADER)
        text = "".join((FOLDER / f"{one}.h").read_text() for one in SECTIONS)
        files = rendered((c_backend(self.plan, NAME)[0],
                          *simd_backend(self.plan, NAME, dialect)))
        assert "vec_" not in files[f"{NAME}_simd.c"] and "BARRIER" not in files[f"{NAME}_simd.c"]
        assert "MEET(" not in files[f"{NAME}_simd.c"]
        return shared_library({**files, HEADER: text}, self.defines, STRICT, libraries=("-lm",))


CELLS = {"lstm": symrnn.lstm(peephole=True), "gru": symrnn.gru(), "mlstm": symrnn.cell("mlstm"),
         "norm": symrnn.cell("lstm_layer_norm"), "two": symrnn.bidirectional(symrnn.gru()),
         "layers": symrnn.deep(symrnn.gru(), layers=2)}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", CELLS)
def test_it_computes_what_the_equations_say(
        name: str, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.runtime.simd_engine.SimdEngine", Engine)
    assert [str(one) for one in check_kernel(CELLS[name], "c", dtype)] == []


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_it_computes_what_numpy_does(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.runtime.simd_engine.SimdEngine", Engine)
    own, numpy = (symrnn.compile(CELLS[name], backend, "float64")
                  for backend in ("c", "numpy"))
    random = np.random.default_rng(1)
    params = {one: random.normal(size=[{"n": 3, "m": 5}[axis] for axis in wanted.axes])
              for one, wanted in numpy.parameters.items()}
    x = random.normal(size=(5, 4, 3))
    found, wanted = (everything(kernel, params, x) for kernel in (own, numpy))
    assert found.keys() == wanted.keys()
    for key, array in wanted.items():
        assert np.allclose(found[key], array, rtol=1e-12, atol=1e-13), key
