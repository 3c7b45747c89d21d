"""Backends: one module and one template folder each, and one line here."""

from symrnn.backends.base import Artefact, Backend
from symrnn.backends.c import c_backend
from symrnn.backends.latex import latex_backend
from symrnn.backends.numpy import numpy_backend
from symrnn.backends.simd import simd_backend

BACKENDS: dict[str, Backend] = {
    "latex": latex_backend,
    "numpy": numpy_backend,
    "c": c_backend,
    "simd": simd_backend,
}

__all__ = ["BACKENDS", "Artefact", "Backend"]
