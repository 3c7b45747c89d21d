"""Number types are data: the same tree with weights of another type, by both printers of C.

Weights in storage are widened to float32 where they are read, and rounded to the nearest number,
to even ones of two, where they are written; sums are float32. NumPy computes the same bits.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from sympy import Symbol

import symrnn
from symrnn.backends.c_math import CPrinter
from symrnn.backends.c_tree import CTree, TreeFormulas
from symrnn.backends.c_vector_tree import VectorFormulas, VectorTree
from symrnn.backends.lines import deeper, laid_out
from symrnn.backends.text import TextPrinter
from symrnn.loops import (BFLOAT16, FLOAT16, INT8, REAL, SIZE, VECTOR, ZERO, Aggregate, Argument,
                          Assign, Declare, Element, For, Formula, Function, Load, LoopError, Macro,
                          Name, Names, Over, Pointer, Scalar, Size, Store, VectorFormula, Whole,
                          checked)
from symrnn.rendering import shared, storage

Array = npt.NDArray[Any]
M, N = Size("m", "m"), Size("n", "n")
W, SCALES, X, Y, SUM = map(Name, ("weights", "scales", "x", "y", "sum"))
I, J, K, LEFT = map(Name, ("i", "j", "k", "left"))
w, x, scale, total = map(Symbol, ("w", "x", "scale", "total"))
NAMES, TEXT = Names((), ()), TextPrinter(symrnn.elman())


def function(kind: Scalar, *body: Any, result: Scalar = REAL) -> Function:
    return checked(Function("narrow", (
        Argument("m", SIZE), Argument("n", SIZE), Argument(W.text, Pointer(kind, const=True)),
        Argument(SCALES.text, Pointer(REAL, const=True)),
        Argument(X.text, Pointer(REAL, const=True)), Argument(Y.text, Pointer(result))), body))


def by_rows(kind: Scalar) -> Function:
    """y = diag(scales) W x, with the weights [m, n] row by row."""
    term = Formula(w * x, (("w", Element(W, (I, J), (M, N), kind)), ("x", Element(X, (J,), (N,)))))
    whole = Formula(scale * total, (("scale", Element(SCALES, (I,), (M,))), ("total", SUM)))
    return function(kind, For("i", M, (
        Declare("sum", REAL, Whole(0), constant=False),
        For("j", N, (Assign(SUM, term, "+="),), Over.ENTRIES),
        Assign(Element(Y, (I,), (M,)), whole)), Over.UNITS))


def by_vectors(kind: Scalar) -> Function:
    """The same for a vector of units at a time, with the weights [n, m]."""
    term = VectorFormula(w * x, (("w", Load(W + K * M + J, LEFT, kind)),),
                         (("x", Element(X, (K,), (N,))),))
    whole = VectorFormula(scale * total, (("scale", Load(SCALES + J, LEFT)), ("total", SUM)))
    return function(kind, For("j", M, (
        Declare("left", SIZE, M - J),
        Declare("sum", VECTOR, Aggregate((ZERO,)), constant=False),
        For("k", N, (Assign(SUM, term, "+="),), Over.ENTRIES),
        Store(Y + J, whole, LEFT)), Over.UNITS, step=Macro("LANES")))


def plain(made: Function) -> str:
    return printed(made, CTree(TreeFormulas(NAMES, "net"), TEXT, "real"), "")


def vectors(made: Function) -> str:
    of_row = CPrinter(NAMES, "net")
    tree = VectorTree(of_row, VectorFormulas(NAMES, "net", of_row), TEXT)
    return printed(made, tree, shared()["symrnn_simd.h"])


def printed(made: Function, tree: CTree, header: str) -> str:
    """A file that has what the tree converts with, and no more."""
    lines = (*laid_out(tree.signature(made)), "{", *laid_out(deeper(tree.body(made.body))), "}")
    return "\n".join(("#include <stddef.h>", "typedef float real;", header,
                      storage(tree.conversions), *lines, ""))


def compiled(text: str, folder: Path, compiler: str, *flags: str) -> Any:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    (folder / "code.c").write_text(text)
    command = [compiler, "-std=c99", "-O2", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror",
               "-Wno-unused-parameter", "-fPIC", "-shared", *flags, "code.c", "-lm", "-o",
               "code.so"]
    subprocess.run(command, cwd=folder, check=True)
    return ctypes.CDLL(str(folder / "code.so"))


def address(array: Array) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def bfloat16(numbers: Array) -> Array:
    """The nearest upper half of a float32, by the distance to both neighbours."""
    bits = numbers.astype(np.float32).view(np.uint32)
    below = (bits >> 16).astype(np.uint16)
    half, rest = 0x8000, bits & 0xffff
    up = (rest > half) | ((rest == half) & (below & 1 == 1))
    return below + up.astype(np.uint16)


def stored_as(kind: Scalar, numbers: Array) -> Array:
    """What NumPy stores; halves that it has no type for as their bits."""
    with np.errstate(over="ignore"):
        return bfloat16(numbers) if kind == BFLOAT16 else numbers.astype(np.float16)


def widened(stored: Array) -> Array:
    if stored.dtype in (np.int8, np.float16):
        return stored.astype(np.float32)
    return (stored.astype(np.uint32) << 16).view(np.float32)


def weights(kind: Scalar, m: int, n: int) -> tuple[Array, Array]:
    """Weights as they are stored, and a scale for each row."""
    drawn = np.random.default_rng(7).normal(size=(m, n)).astype(np.float32)
    if kind != INT8:
        return stored_as(kind, drawn), np.ones(m, np.float32)
    scales = np.abs(drawn).max(1) / np.float32(127)
    return np.rint(drawn / scales[:, None]).astype(np.int8), scales


kinds = pytest.mark.parametrize("kind", [BFLOAT16, FLOAT16, INT8], ids=lambda kind: kind.name)
compilers = pytest.mark.parametrize("compiler", ["gcc", "clang"])


@kinds
@compilers
@pytest.mark.parametrize("profile", ["plain", "vectors", "vectors of this machine"])
def test_weights_of_another_type_give_the_bits_of_numpy(
        kind: Scalar, compiler: str, profile: str, tmp_path: Path) -> None:
    m, n = 37, 11
    stored, scales = weights(kind, m, n)
    x, y = np.random.default_rng(8).normal(size=n).astype(np.float32), np.zeros(m, np.float32)
    if profile == "plain":
        library = compiled(plain(by_rows(kind)), tmp_path, compiler)
        given = stored
    else:
        flags = ("-march=native",) if profile != "vectors" else ()
        library = compiled(vectors(by_vectors(kind)), tmp_path, compiler, *flags)
        given = np.ascontiguousarray(stored.T)
    library.narrow(ctypes.c_size_t(m), ctypes.c_size_t(n), *map(address, (given, scales, x, y)))
    wanted = np.zeros(m, np.float32)
    for k in range(n):
        wanted += widened(stored)[:, k] * x[k]
    assert np.array_equal(y, scales * wanted)


HARD = [0, -0.0, 1, 1 + 2**-8, 1 + 3 * 2**-8, 1 + 2**-8 + 2**-20, 3.4e38, -3.4e38, np.inf, -np.inf,
        1e-40, 65504, 65519.9, 65520, 2**-14, 2**-14 - 2**-25, 2**-24, 2**-25, 3 * 2**-25, 1e-6,
        6.1e-5, 1 + 2**-11, 1 + 3 * 2**-11, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 126.5, 127, 127.5,
        1000, -126.5, -128, 1e9, -1e9]


def written(kind: Scalar) -> tuple[Function, Function]:
    """y = x, where y is stored as another type: by numbers, and by vectors."""
    copy = Assign(Element(Y, (J,), (M,), kind), Element(X, (J,), (M,)))
    left = Declare("left", SIZE, M - J)
    store = Store(Y + J, Load(X + J, LEFT), LEFT, kind)
    return (function(REAL, For("j", M, (copy,), Over.UNITS), result=kind),
            function(REAL, For("j", M, (left, store), Over.UNITS, step=Macro("LANES")),
                     result=kind))


@kinds
@compilers
@pytest.mark.parametrize("profile", ["plain", "vectors"])
def test_what_is_stored_is_the_nearest_number(
        kind: Scalar, compiler: str, profile: str, tmp_path: Path) -> None:
    numbers = np.array(HARD + list(np.random.default_rng(3).normal(size=1000) * 40), np.float32)
    by_numbers, vector = written(kind)
    text = plain(by_numbers) if profile == "plain" else vectors(vector)
    library = compiled(text, tmp_path, compiler)
    found = np.zeros(len(numbers), np.int8 if kind == INT8 else np.uint16)
    library.narrow(ctypes.c_size_t(len(numbers)), ctypes.c_size_t(0),
                    *map(address, (numbers, numbers, numbers, found)))
    wanted = (np.clip(np.rint(numbers), -127, 127).astype(np.int8) if kind == INT8
              else stored_as(kind, numbers).view(np.uint16))
    assert np.array_equal(found, wanted)


@compilers
@pytest.mark.parametrize("profile", ["plain", "vectors"])
def test_every_float16_is_widened_to_its_own_number(
        compiler: str, profile: str, tmp_path: Path) -> None:
    halves = np.arange(2**16, dtype=np.uint16)
    copy = Assign(Element(Y, (J,), (M,)), Element(W, (J,), (M,), FLOAT16))
    store = Store(Y + J, Load(W + J, LEFT, FLOAT16), LEFT)
    text = plain(function(FLOAT16, For("j", M, (copy,), Over.UNITS))) if profile == "plain" else (
        vectors(function(FLOAT16, For("j", M, (Declare("left", SIZE, M - J), store), Over.UNITS,
                                      step=Macro("LANES")))))
    found = np.zeros(len(halves), np.float32)
    compiled(text, tmp_path, compiler).narrow(ctypes.c_size_t(len(halves)), ctypes.c_size_t(0),
                                              *map(address, (halves, found, found, found)))
    wanted = halves.view(np.float16).astype(np.float32)
    assert np.array_equal(found, wanted, equal_nan=True)
    assert np.array_equal(np.signbit(found), np.signbit(wanted))


@pytest.mark.parametrize("kind", [BFLOAT16, FLOAT16], ids=lambda kind: kind.name)
@pytest.mark.parametrize("profile", ["plain", "vectors"])
def test_what_is_no_number_stays_none(kind: Scalar, profile: str, tmp_path: Path) -> None:
    """Also one whose bits all lie in the lower half, and one that a carry would turn to zero."""
    bits = np.array([0x7fc00000, 0x7f800001, 0xffffffff, 0x7fffffff, 0xff800001], np.uint32)
    by_numbers, vector = written(kind)
    text = plain(by_numbers) if profile == "plain" else vectors(vector)
    found = np.zeros(len(bits), np.uint16)
    numbers = bits.view(np.float32)
    compiled(text, tmp_path, "gcc").narrow(ctypes.c_size_t(len(bits)), ctypes.c_size_t(0),
                                            *map(address, (numbers, numbers, numbers, found)))
    assert np.isnan(widened(found if kind == BFLOAT16 else found.view(np.float16))).all()
    assert np.array_equal(found >> 15, bits >> 31)


def test_sums_of_a_stored_number_read_it_widen_it_and_round_it_once() -> None:
    entry = Element(Y, (J,), (M,), BFLOAT16)
    body = For("j", M, (Assign(entry, Element(X, (J,), (M,)), "+="),), Over.UNITS)
    assert ("    y[j] = to_bfloat16(from_bfloat16(y[j]) + x[j]);"
            in plain(function(REAL, body, result=BFLOAT16)))


def test_who_takes_numbers_for_another_type_is_refused() -> None:
    at = For("j", M, (Assign(Element(Y, (J,), (M,)), Element(W, (J,), (M,))),), Over.UNITS)
    with pytest.raises(LoopError, match="takes weights for real, but it is of bfloat16"):
        function(BFLOAT16, at)
    load = For("j", M, (Store(Y + J, Load(W + J)),), Over.UNITS)
    with pytest.raises(LoopError, match="takes weights for real, but it is of int8"):
        function(INT8, load)
    store = For("j", M, (Store(Y + J, Load(X + J)),), Over.UNITS)
    with pytest.raises(LoopError, match="takes y for real, but it is of int8"):
        function(REAL, store, result=INT8)
