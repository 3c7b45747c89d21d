"""Good files from which the changed ones are made."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings

import symrnn
from symrnn.cellfile import starter
from symrnn.cellfile.reference import HEADER, SECTIONS
from symrnn.fuzzing import cells as drawn_cells
from symrnn.fuzzing import drawing
from symrnn.packaging.drawn import drawn_parameters
from symrnn.program.plain import to_plain
from tests.interop.test_amplifiers import guitarml, nam, rtneural
from tests.interop.test_models_in import NODES, onnx_model, state

ROOT = Path(__file__).resolve().parent.parent.parent
SIZES = {"n": 3, "m": 4, "p": 2, "m_1": 4, "m_2": 5}
NETWORKS = ("elman", "gru", "lstm")
RANDOM_CELLS = 40


@cache
def cells() -> tuple[str, ...]:
    """Every cell file of the repository, every construct of the language, and random cells."""
    shipped = [path.read_text(encoding="utf-8") for path in sorted(ROOT.rglob("*.cell"))
               if "site-packages" not in path.parts]
    constructs = [HEADER + one.text for section in SECTIONS for one in section.constructs]
    return (*shipped, starter("my"), *constructs, *_random())


def _random() -> tuple[str, ...]:
    found: list[str] = []

    @seed(20)
    @settings(max_examples=RANDOM_CELLS, deadline=None, database=None, phases=(Phase.generate,),
              suppress_health_check=list(HealthCheck), backend=drawing.NAME)
    @given(drawn_cells())
    def draw(text: str) -> None:
        found.append(text)

    draw()
    return tuple(found)


@cache
def programs() -> tuple[str, ...]:
    """The text of saved networks: no arrays."""
    return tuple(json.dumps({"format": 1, "sizes": SIZES, "program": to_plain(symrnn.cell(name))})
                 for name in (*NETWORKS, "mgu", "s6"))


@cache
def files(ending: str) -> tuple[bytes, ...]:
    """Good files of an ending; ``.weights.`` before it means those of other libraries."""
    return MADE[ending]()


def _saved(ending: str) -> tuple[bytes, ...]:
    return tuple(_of_file(ending, lambda path, name=name: symrnn.save(  # type: ignore[misc]
        symrnn.cell(name), drawn_parameters(symrnn.cell(name), SIZES), path)) for name in NETWORKS)


def _of_file(ending: str, write: Callable[[Path], object]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"made{ending}")
        write(path)
        return path.read_bytes()


def _npz(arrays: Mapping[str, Any]) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def _safetensors(arrays: Mapping[str, Any]) -> bytes:
    import safetensors.numpy

    return safetensors.numpy.save(dict(arrays))


def _onnx() -> tuple[bytes, ...]:
    return tuple(onnx_model(kind, gates, 2 if "bidirectional" in str(more) else 1,
                            **more).SerializeToString() for kind, gates, more in NODES.values())


MADE: dict[str, Callable[[], tuple[bytes, ...]]] = {
    ".npz": lambda: _saved(".npz"),
    ".safetensors": lambda: _saved(".safetensors"),
    ".weights.npz": lambda: (_npz(state(4)), _npz(state(3, prefix="enc."))),
    ".weights.safetensors": lambda: (_safetensors(state(4)), _safetensors(state(3))),
    ".onnx": _onnx,
    ".json": lambda: tuple(json.dumps(one).encode() for one in (
        rtneural(), guitarml("LSTM", 4, 1), guitarml("GRU", 3, 0), nam(1), nam(2, False))),
}
